"""DeepSeek by Responses, which keeps no state: https://api-docs.deepseek.com/guides/responses_api."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "deepseek-responses",
    "DeepSeek (Responses)",
    "https://api.deepseek.com",
    ("DEEPSEEK_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        count=False,  # no endpoint that counts is documented: https://api-docs.deepseek.com/guides/responses_api
        # https://api-docs.deepseek.com/guides/responses_api; sampling and roles as in its Chat Completions.
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("metadata", "service_tier"),
        system_role="system",
        developer_role=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://api-docs.deepseek.com/guides/thinking_mode: three levels, and reasoning that led to a call comes back with it.
        efforts={"minimal": "low", "medium": "high", "xhigh": "high"},
        summaries=False,
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("DEEPSEEK_BASE_URL",),
    model="deepseek-v4-pro",
    docs="https://api-docs.deepseek.com/guides/responses_api",
    catalog="deepseek",
)

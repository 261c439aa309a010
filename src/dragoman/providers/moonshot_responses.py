"""Moonshot AI by Responses: https://platform.kimi.ai/docs/api/overview."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "moonshot-responses",
    "Moonshot AI (Responses)",
    "https://api.moonshot.ai/v1",
    ("MOONSHOT_API_KEY", "KIMI_API_KEY"),
    "openai_responses",
    ResponsesDialect(
        # https://platform.kimi.ai/docs/api/overview names the endpoint and none of its fields: only what the same models take by
        # Chat Completions (https://platform.kimi.ai/docs/api/chat) is sent, where sampling is fixed and answers are JSON of any
        # form.
        count=False,
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("temperature", "top_p", "top_logprobs", "metadata", "service_tier", "parallel_tool_calls"),
        logprobs=False,
        ask_encrypted=False,
        json_schema=False,
        system_role="system",
        developer_role=False,
        files=False,
        media_results=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://platform.kimi.ai/docs/guide/use-thinking-effort: Kimi K3 takes low, high and max, and always thinks.
        efforts={"none": "low", "minimal": "low", "medium": "high", "xhigh": "max"},
        summaries=False,
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("MOONSHOT_BASE_URL",),
    model="kimi-k3",
    docs="https://platform.kimi.ai/docs/api/overview",
    catalog="moonshot",
)

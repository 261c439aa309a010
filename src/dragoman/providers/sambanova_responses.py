"""SambaNova by Responses, which keeps no state: https://docs.sambanova.ai/docs/en/features/responses."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "sambanova-responses",
    "SambaNova (Responses)",
    "https://api.sambanova.ai/v1",
    ("SAMBANOVA_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        count=False,  # no endpoint that counts is documented: https://docs.sambanova.ai/docs/en/features/responses
        # https://docs.sambanova.ai/docs/en/features/responses: functions only, reasoning as text, nothing is stored.
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("service_tier",),
        system_role="system",
        developer_role=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        summaries=False,
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("SAMBANOVA_BASE_URL",),
    docs="https://docs.sambanova.ai/docs/en/features/responses",
    catalog="sambanova",
)

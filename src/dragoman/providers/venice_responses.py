"""Venice by Responses, which it calls alpha: https://github.com/veniceai/skills/blob/main/skills/venice-responses/SKILL.md. It
keeps no state."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "venice-responses",
    "Venice (Responses)",
    "https://api.venice.ai/api/v1",
    ("VENICE_API_KEY", "VENICE_AI_API_KEY"),
    "openai_responses",
    ResponsesDialect(
        # What https://github.com/veniceai/skills/blob/main/skills/venice-responses/SKILL.md lists, and says of the rest:
        # there are no `instructions`, no form of the answer, choices of tools are words, and reasoning does not go back.
        count=False,
        instructions=False,
        system_role="system",
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        output_field=None,
        drop=("metadata", "service_tier", "parallel_tool_calls", "top_logprobs"),
        logprobs=False,
        ask_encrypted=False,
        files=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        summaries=False,
        echo="never",
    ),
    base_url_env=("VENICE_BASE_URL",),
    model="zai-org-glm-5-2",
    docs="https://github.com/veniceai/skills/blob/main/skills/venice-responses/SKILL.md",
    catalog="venice",
)

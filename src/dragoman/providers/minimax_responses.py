"""MiniMax by Responses: https://platform.minimax.io/docs/api-reference/responses-create. It keeps no state.

The Chinese host is https://api.minimaxi.com/v1: give it in `MINIMAX_BASE_URL`, with a key of that host.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "minimax-responses",
    "MiniMax (Responses)",
    "https://api.minimax.io/v1",
    ("MINIMAX_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # What https://platform.minimax.io/docs/api-reference/responses-create lists; prompts are counted as OpenAI counts them.
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("service_tier", "top_logprobs"),
        logprobs=False,
        ask_encrypted=False,
        system_role="system",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # The same page, `reasoning.effort`: none, minimal, low, medium and high.
        efforts={"xhigh": "high", "max": "high"},
        summaries=False,
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("MINIMAX_BASE_URL",),
    model="MiniMax-M3",
    docs="https://platform.minimax.io/docs/api-reference/responses-create",
    catalog="minimax",
)

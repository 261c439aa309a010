"""Nebius Token Factory by Responses: https://docs.tokenfactory.nebius.com/api-reference/inference/create-a-response."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "nebius-responses",
    "Nebius Token Factory (Responses)",
    "https://api.tokenfactory.nebius.com/v1",
    ("NEBIUS_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # What https://docs.tokenfactory.nebius.com/api-reference/inference/create-a-response lists: functions only, and no
        # marks of cached prefixes; no endpoint that counts.
        count=False,
        cache_marks=False,
        ask_encrypted=False,
        system_role="system",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://docs.tokenfactory.nebius.com/api-reference/inference/create-chat-completion, `reasoning_effort`: low, medium,
        # high.
        efforts={"none": "low", "minimal": "low", "xhigh": "high", "max": "high"},
        echo="always",
        lone_reasoning=True,
    ),
    base_url_env=("NEBIUS_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.tokenfactory.nebius.com/api-reference/inference/create-a-response",
    catalog="nebius",
)

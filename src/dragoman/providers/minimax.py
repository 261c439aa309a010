"""MiniMax: https://platform.minimax.io/docs/api-reference/text-openai-api.

The Chinese host is https://api.minimaxi.com/v1: give it in `MINIMAX_BASE_URL`, with a key of that host.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "minimax",
    "MiniMax",
    "https://api.minimax.io/v1",
    ("MINIMAX_API_KEY",),
    dialect=ChatDialect(
        # https://platform.minimax.io/docs/api-reference/text-openai-api: `max_tokens` is the older word there, penalties and
        # `logit_bias` are ignored, one answer per request, and it follows no schema.
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=(
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "logprobs",
            "top_logprobs",
            "metadata",
            "service_tier",
            "modalities",
            "audio",
            "reasoning_effort",
        ),
        clamp={"n": (1, 1), "temperature": (0.01, 1.0)},
        strict=False,
        parallel_tool_calls=False,
        custom_tools=False,
        tool_choices=(),
        json_schema="none",
        system_role="system",
        developer_role=False,
        video_urls=True,
        # https://platform.minimax.io/docs/api-reference/text-openai-api: thinking is `adaptive` or `disabled`; with
        # `reasoning_split` it comes in fields of its own, which must come back whole, or else as <think> tags that must stay in
        # the text.
        reasoning_style="thinking",
        thinking_on="adaptive",
        body={"reasoning_split": True},
        think_tags=True,
        echo="always",
    ),
    base_url_env=("MINIMAX_BASE_URL",),
    model="MiniMax-M3",
    docs="https://platform.minimax.io/docs/api-reference/text-openai-api",
)

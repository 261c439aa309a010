"""Nebius Token Factory: https://docs.tokenfactory.nebius.com/api-reference/introduction."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "nebius",
    "Nebius Token Factory",
    "https://api.tokenfactory.nebius.com/v1",
    ("NEBIUS_API_KEY",),
    dialect=ChatDialect(
        # What https://docs.tokenfactory.nebius.com/api-reference/inference/create-chat-completion lists; `top_k` is in
        # https://docs.tokenfactory.nebius.com/api-reference/examples/text-generation.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        # https://docs.tokenfactory.nebius.com/api-reference/inference/create-chat-completion, `reasoning_effort`: low, medium,
        # high.
        efforts={"none": "low", "minimal": "low", "xhigh": "high", "max": "high"},
    ),
    base_url_env=("NEBIUS_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.tokenfactory.nebius.com/api-reference/introduction",
)

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
        # https://docs.tokenfactory.nebius.com/api-reference/introduction: OpenAI-compatible; only what open models behind such
        # servers take is sent.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        # Models without a parser write <think> tags; reasoning goes back with its tool calls, as it came.
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("NEBIUS_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.tokenfactory.nebius.com/api-reference/introduction",
)

"""Avian: https://avian.io/docs."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "avian",
    "Avian",
    "https://api.avian.io/v1",
    ("AVIAN_API_KEY",),
    dialect=ChatDialect(
        # https://avian.io/docs: open models behind OpenAI's API; only what such servers take is sent.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Thinking models behind it (Kimi, DeepSeek) want their reasoning back with tool calls, as it came.
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("AVIAN_BASE_URL",),
    model="moonshotai/kimi-k3",
    docs="https://avian.io/docs",
)

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
        # What https://docs.avian.io/api/chat-completions lists: `max_tokens` and sampling; the rest is not sent.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Reasoning comes in `reasoning_content` and goes back with its tool calls, as recorded in
        # https://github.com/charmbracelet/fantasy/blob/main/providertests/testdata/TestOpenAICompatibleCommon/avian-kimi/tool_streaming.yaml
        echo="tool_turns",
    ),
    base_url_env=("AVIAN_BASE_URL",),
    model="moonshotai/kimi-k3",
    docs="https://avian.io/docs",
)

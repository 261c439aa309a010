"""Novita AI: https://novita.ai/docs/guides/llm-api."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "novita",
    "Novita AI",
    "https://api.novita.ai/openai",
    ("NOVITA_API_KEY",),
    dialect=ChatDialect(
        # https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion
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
        # https://novita.ai/docs/guides/llm-interleaved-thinking: `reasoning_details` or `reasoning_content`, whichever came, goes
        # back with its tool calls; https://novita.ai/docs/guides/llm-reasoning: other models write <think> tags.
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("NOVITA_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://novita.ai/docs/guides/llm-api",
)

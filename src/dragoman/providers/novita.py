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
        # What https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion lists; tools are functions.
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
        # https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion: unless `separate_reasoning` is asked for,
        # the reasoning of DeepSeek R1 stands in the answer, in <think> tags.
        think_tags=True,
        # https://novita.ai/docs/guides/llm-interleaved-thinking: the full answer goes back, `reasoning_details` or
        # `reasoning_content` with its tool calls.
        echo="tool_turns",
    ),
    base_url_env=("NOVITA_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://novita.ai/docs/guides/llm-api",
)

"""Meta's Llama API behind OpenAI's format: https://llama.developer.meta.com/docs/features/compatibility."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "meta-llama",
    "Meta Llama API",
    "https://api.llama.com/compat/v1",
    ("LLAMA_API_KEY",),
    dialect=ChatDialect(
        # https://llama.developer.meta.com/docs/features/compatibility: open models
        # behind OpenAI's API; only what such servers take is sent.
        max_tokens_field="max_completion_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("LLAMA_BASE_URL",),
    docs="https://llama.developer.meta.com/docs/features/compatibility",
)

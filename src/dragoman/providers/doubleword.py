"""Doubleword: https://docs.doubleword.ai/inference-api."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "doubleword",
    "Doubleword",
    "https://api.doubleword.ai/v1",
    ("DOUBLEWORD_API_KEY",),
    dialect=ChatDialect(
        # https://docs.doubleword.ai/inference-api: open models behind OpenAI's API; only what such servers take is sent.
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
        think_tags=True,
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("DOUBLEWORD_BASE_URL",),
    model="zai-org/GLM-5.3",
    docs="https://docs.doubleword.ai/inference-api",
)

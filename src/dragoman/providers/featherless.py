"""Featherless AI: https://featherless.ai/docs/api-overview-and-common-options."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "featherless",
    "Featherless AI",
    "https://api.featherless.ai/v1",
    ("FEATHERLESS_API_KEY",),
    dialect=ChatDialect(
        # What https://featherless.ai/docs/completions lists, `max_tokens` and `top_k` among them; that tools are OpenAI's
        # functions is second-hand:
        # https://github.com/BerriAI/litellm/blob/main/litellm/llms/featherless_ai/chat/transformation.py
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
        # Qwen3 thinks in <think> tags and wants no thinking back: https://huggingface.co/Qwen/Qwen3-32B#best-practices
        think_tags=True,
    ),
    base_url_env=("FEATHERLESS_BASE_URL",),
    model="Qwen/Qwen3-32B",
    docs="https://featherless.ai/docs/api-overview-and-common-options",
)

"""Inception: https://docs.inceptionlabs.ai."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "inception",
    "Inception",
    "https://api.inceptionlabs.ai/v1",
    ("INCEPTION_API_KEY",),
    dialect=ChatDialect(
        # What https://docs.inceptionlabs.ai/api-reference/chat/create-a-chat-completion lists, read second-hand, in
        # https://github.com/BerriAI/litellm/blob/main/litellm/llms/inception/chat/transformation.py.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Instant, low, medium, high, says https://docs.litellm.ai/docs/providers/inception of `reasoning_effort`.
        efforts={"none": "instant", "minimal": "instant", "xhigh": "high", "max": "high"},
    ),
    base_url_env=("INCEPTION_BASE_URL",),
    model="mercury-2",
    docs="https://docs.inceptionlabs.ai",
)

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
        # https://docs.inceptionlabs.ai: OpenAI-compatible; only its older fields are sent.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # The same pages: instant, low, medium, high.
        efforts={"none": "instant", "minimal": "instant", "xhigh": "high", "max": "high"},
    ),
    base_url_env=("INCEPTION_BASE_URL",),
    model="mercury-2",
    docs="https://docs.inceptionlabs.ai",
)

"""Hyperbolic: https://docs.hyperbolic.xyz/docs/rest-api."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "hyperbolic",
    "Hyperbolic",
    "https://api.hyperbolic.xyz/v1",
    ("HYPERBOLIC_API_KEY",),
    dialect=ChatDialect(
        # https://docs.hyperbolic.xyz/docs/rest-api: open models behind OpenAI's API; only what such servers take
        # is sent.
        max_tokens_field="max_tokens",
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
    base_url_env=("HYPERBOLIC_BASE_URL",),
    docs="https://docs.hyperbolic.xyz/docs/rest-api",
)

"""Hugging Face's router over many hosts: https://huggingface.co/docs/inference-providers.

It has no default model: `HF_TOKEN` is often there for downloads only, so its presence does not choose this provider.
"""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "huggingface",
    "Hugging Face Inference Providers",
    "https://router.huggingface.co/v1",
    ("HF_TOKEN",),
    dialect=ChatDialect(
        # What https://huggingface.co/docs/inference-providers/tasks/chat-completion lists, whoever answers behind the router.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # One host behind it writes <think> tags, others have fields of their own: reasoning goes back as it came, with its
        # tool calls.
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("HUGGINGFACE_BASE_URL",),
    docs="https://huggingface.co/docs/inference-providers/tasks/chat-completion",
)

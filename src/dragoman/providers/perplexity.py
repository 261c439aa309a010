"""Perplexity: https://docs.perplexity.ai/api-reference/chat-completions-post."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "perplexity",
    "Perplexity",
    "https://api.perplexity.ai",
    ("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
    dialect=ChatDialect(
        # https://docs.perplexity.ai/api-reference/chat-completions-post: fields that are not there are not sent. Every chunk
        # carries usage, unasked.
        max_tokens_field="max_tokens",
        stream_options=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        # Instructions come first; user and assistant take turns after them: the same page, `messages`.
        late_system=False,
        # The same page, `reasoning_effort`: minimal, low, medium and high. Models without a field for it write <think> tags.
        efforts={"none": "minimal", "xhigh": "high", "max": "high"},
        think_tags=True,
    ),
    base_url_env=("PERPLEXITY_BASE_URL",),
    model="sonar",
    docs="https://docs.perplexity.ai/api-reference/chat-completions-post",
)

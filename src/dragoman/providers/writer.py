"""Writer: https://dev.writer.com/api-reference/completion-api/chat-completion."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "writer",
    "Writer",
    "https://api.writer.com/v1",
    ("WRITER_API_KEY",),
    dialect=ChatDialect(
        # https://dev.writer.com/api-reference/completion-api/chat-completion: another path than OpenAI's, its fields.
        path="/chat",
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        strict=False,
        parallel_tool_calls=False,
        reasoning_style="none",
    ),
    base_url_env=("WRITER_BASE_URL",),
    model="palmyra-x5",
    docs="https://dev.writer.com/api-reference/completion-api/chat-completion",
)

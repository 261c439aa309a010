"""DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "deepseek",
    "DeepSeek",
    "https://api.deepseek.com",
    ("DEEPSEEK_API_KEY",),
    dialect=ChatDialect(
        # What https://api-docs.deepseek.com/api/create-chat-completion does not list is ignored without a word there,
        # so it is dropped here, where the caller hears of it.
        max_tokens_field="max_tokens",
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("n", "seed", "metadata", "service_tier", "modalities", "audio"),
        parallel_tool_calls=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        content_arrays=False,
        # `strict` needs the beta base URL: https://api-docs.deepseek.com/guides/tool_calls
        strict=False,
        # https://api-docs.deepseek.com/guides/json_mode: any JSON, no schema.
        json_schema="json_object",
        # https://api-docs.deepseek.com/guides/thinking_mode: a switch and three levels; after a tool call the reasoning
        # that led to it must come back with it, else 400; a single space is taken where it was lost.
        reasoning_style="thinking",
        efforts={"minimal": "low", "medium": "high", "xhigh": "high"},
        echo="tool_turns",
        echo_field="reasoning_content",
        echo_filler=" ",
    ),
    base_url_env=("DEEPSEEK_BASE_URL",),
    model="deepseek-v4-pro",
    docs="https://api-docs.deepseek.com/api/create-chat-completion",
)

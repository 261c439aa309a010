"""DeepInfra: https://deepinfra.com/docs/openai_api."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "deepinfra",
    "DeepInfra",
    "https://api.deepinfra.com/v1/openai",
    ("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
    dialect=ChatDialect(
        # https://deepinfra.com/docs/openai_api: the fields it lists; content of tool messages is a string.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_content_arrays=False,
        top_k=True,
        # Models without a parser write <think> tags; reasoning goes back with its tool calls, as it came.
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("DEEPINFRA_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://deepinfra.com/docs/openai_api",
)

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
        # What the vendor's schema lists (https://docs.deepinfra.com/api-reference/chat-completions/openai-chat-completions),
        # `user` and `prompt_cache_key` among it; `cache_control` is a field of messages and not of parts. Read in the copy
        # https://github.com/tryAGI/DeepInfra/blob/main/src/libs/DeepInfra/openapi.json.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        files=False,
        top_k=True,
        # https://docs.deepinfra.com/chat/reasoning: none, low, medium, high, xhigh.
        efforts={"minimal": "low", "max": "xhigh"},
        # Assistant messages have `reasoning_content`:
        # https://github.com/tryAGI/DeepInfra/blob/main/src/libs/DeepInfra/openapi.json
        echo="tool_turns",
        echo_field="reasoning_content",
    ),
    base_url_env=("DEEPINFRA_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://deepinfra.com/docs/openai_api",
)

"""Friendli: https://friendli.ai/docs/openapi/model-apis/chat-completions."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "friendli",
    "Friendli",
    "https://api.friendli.ai/serverless/v1",
    ("FRIENDLI_TOKEN",),
    dialect=ChatDialect(
        # https://friendli.ai/docs/openapi/model-apis/chat-completions
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
        # https://friendli.ai/docs/guides/reasoning: a switch of the chat template; unless `parse_reasoning` is asked for, <think>
        # tags stay in the answer.
        reasoning_style="chat_template_kwargs",
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("FRIENDLI_BASE_URL",),
    model="zai-org/GLM-5.2",
    docs="https://friendli.ai/docs/openapi/model-apis/chat-completions",
)

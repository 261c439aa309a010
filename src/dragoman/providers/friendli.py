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
        # What https://friendli.ai/docs/openapi/model-apis/chat-completions lists, as in the vendor's client: four roles, of which
        # only the user has parts (with `video_url`), and no schema for the answer beside tools.
        # https://github.com/friendliai/friendli-python/blob/main/src/friendli/core/models/serverlesschatcompletionbody.py
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
        content_arrays=False,
        tool_content_arrays=False,
        files=False,
        input_audio=False,
        video_urls=True,
        schema_beside_tools=False,
        # https://friendli.ai/docs/guides/reasoning: a switch of the chat template, and low, medium or high; unless
        # `parse_reasoning` is asked for, <think> tags stay in the answer.
        reasoning_style="chat_template_kwargs",
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        think_tags=True,
        # Assistant messages have `reasoning_content` and `reasoning`:
        # https://github.com/friendliai/friendli-python/blob/main/docs/models/assistantmessage.md
        echo="tool_turns",
    ),
    base_url_env=("FRIENDLI_BASE_URL",),
    model="zai-org/GLM-5.2",
    docs="https://friendli.ai/docs/openapi/model-apis/chat-completions",
)

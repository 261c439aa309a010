"""Together AI: https://docs.together.ai/reference/chat-completions-1."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "together",
    "Together AI",
    "https://api.together.ai/v1",
    ("TOGETHER_API_KEY",),
    dialect=ChatDialect(
        # What https://docs.together.ai/reference/chat-completions-1 lists, and nothing beyond it; usage comes unasked.
        max_tokens_field="max_tokens",
        stream_options=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        # https://docs.together.ai/reference/chat-completions-1: `logprobs` is a number here, not a switch (reach it through
        # `extra`), functions have no `strict`, and all of them are only that.
        drop=("logprobs", "top_logprobs", "metadata", "service_tier", "modalities", "audio"),
        strict=False,
        parallel_tool_calls=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        # System, assistant and tool messages take a string only, the user's sound and video by URL:
        # https://github.com/togethercomputer/openapi/blob/main/openapi.yaml
        content_arrays=False,
        tool_content_arrays=False,
        files=False,
        audio_urls=True,
        video_urls=True,
        # https://docs.together.ai/docs/reasoning: low, medium, high; reasoning goes back with its tool calls.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        echo="tool_turns",
        finish_reasons={"eos": "stop"},
    ),
    base_url_env=("TOGETHER_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.together.ai/reference/chat-completions-1",
)

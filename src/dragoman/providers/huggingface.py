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
        # What https://huggingface.co/docs/inference-providers/tasks/chat-completion lists, whoever answers behind the router, as
        # in its client:
        # https://github.com/huggingface/huggingface_hub/blob/main/src/huggingface_hub/inference/_generated/types/chat_completion.py
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # One host behind it writes <think> tags, others have fields for reasoning:
        # https://github.com/pydantic/pydantic-ai/blob/main/tests/models/cassettes/test_huggingface/test_hf_model_thinking_part.yaml
        think_tags=True,
        # It goes back as it came, with its tool calls, as hosts want it: https://novita.ai/docs/guides/llm-interleaved-thinking
        echo="tool_turns",
    ),
    base_url_env=("HUGGINGFACE_BASE_URL",),
    docs="https://huggingface.co/docs/inference-providers/tasks/chat-completion",
)

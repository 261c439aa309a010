"""NVIDIA NIM: https://docs.api.nvidia.com/nim/reference/llm-apis."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "nvidia",
    "NVIDIA NIM",
    "https://integrate.api.nvidia.com/v1",
    ("NVIDIA_API_KEY", "NVIDIA_NIM_API_KEY"),
    dialect=ChatDialect(
        # What https://docs.api.nvidia.com/nim/reference/llm-apis lists for most models.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        content_arrays=False,
        # https://docs.vllm.ai/en/stable/features/reasoning_outputs, which it is built on: thinking is a switch of the chat
        # template; models without a parser write <think> tags.
        reasoning_style="chat_template_kwargs",
        think_tags=True,
    ),
    base_url_env=("NVIDIA_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.api.nvidia.com/nim/reference/llm-apis",
)

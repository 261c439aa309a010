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
        # What https://docs.api.nvidia.com/nim/reference/llm-apis lists for most models: `max_tokens`, and functions as tools.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # "For system and assistant roles, the object list format is not supported"; videos come by `video_url`:
        # https://docs.api.nvidia.com/nim/reference/moonshotai-kimi-k2-6-infer
        content_arrays=False,
        video_urls=True,
        # A system message "must be the very first message": https://docs.api.nvidia.com/nim/reference/nvidia-nemotron-3-super-120b-a12b-infer
        late_system=False,
        # Thinking is a switch of the chat template, and "preserved reasoning content" goes back:
        # https://docs.api.nvidia.com/nim/reference/moonshotai-kimi-k2-6-infer
        reasoning_style="chat_template_kwargs",
        echo="tool_turns",
        # Models without a parser leave their reasoning in <think> tags: https://docs.vllm.ai/en/stable/features/reasoning_outputs
        think_tags=True,
    ),
    base_url_env=("NVIDIA_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.api.nvidia.com/nim/reference/llm-apis",
)

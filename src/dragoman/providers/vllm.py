"""vLLM on this machine: https://docs.vllm.ai/en/stable/serving/openai_compatible_server."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vllm",
    "vLLM",
    "http://localhost:8000/v1",
    ("VLLM_API_KEY",),
    dialect=ChatDialect(
        count="tokenize",  # an endpoint makes tokens: https://docs.vllm.ai/en/stable/serving/openai_compatible_server/#tokenizer-api
        # Chat templates know `system`, and many of them only at the head: https://github.com/vllm-project/vllm/issues/41114
        system_role="system",
        late_system=False,
        # No fields for caching, functions only, and `top_k`:
        # https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py
        # Sound and video by URL: https://docs.vllm.ai/en/stable/features/multimodal_inputs
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        audio_urls=True,
        video_urls=True,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://docs.vllm.ai/en/stable/features/reasoning_outputs: without a reasoning parser tags stay in the answer.
        think_tags=True,
        echo="always",
        echo_field="reasoning",
    ),
    key_required=False,
    base_url_env=("VLLM_BASE_URL",),
    docs="https://docs.vllm.ai/en/stable/serving/openai_compatible_server",
)

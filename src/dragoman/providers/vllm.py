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
        count="tokenize",  # https://docs.vllm.ai/en/stable/serving/openai_compatible_server/#tokenizer-api
        # Chat templates know `system`, and many of them only at the head.
        system_role="system",
        late_system=False,
        # https://docs.vllm.ai/en/stable/serving/openai_compatible_server
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

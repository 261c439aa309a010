"""Crusoe: https://docs.crusoecloud.com/quickstart/getting-started-with-serverless-inference."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "crusoe",
    "Crusoe",
    "https://api.inference.crusoecloud.com/v1",
    ("CRUSOE_API_KEY",),
    dialect=ChatDialect(
        # https://docs.vllm.ai/en/latest/deployment/frameworks/crusoe: vLLM, so what vLLM takes is sent.
        system_role="system",
        late_system=False,
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        audio_urls=True,
        video_urls=True,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://docs.vllm.ai/en/stable/features/reasoning_outputs
        think_tags=True,
        echo="always",
        echo_field="reasoning",
    ),
    base_url_env=("CRUSOE_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.crusoecloud.com/quickstart/getting-started-with-serverless-inference",
)

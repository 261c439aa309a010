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
        # "Powered by vLLM": https://docs.vllm.ai/en/latest/deployment/frameworks/crusoe. A template may refuse a system message
        # that is not the first: https://github.com/vllm-project/vllm/issues/41114
        system_role="system",
        late_system=False,
        # No fields for caching, functions only, and `top_k`:
        # https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # Sound and video by URL: https://docs.vllm.ai/en/stable/features/multimodal_inputs
        audio_urls=True,
        video_urls=True,
        # Reasoning goes back in the field it came in: `reasoning`, recorded in
        # https://github.com/pydantic/pydantic-ai/blob/main/tests/models/cassettes/test_crusoe/test_crusoe_tool_calling.yaml, or
        # `reasoning_content`: https://support.crusoecloud.com/hc/en-us/articles/51230217080347
        echo="always",
    ),
    base_url_env=("CRUSOE_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.crusoecloud.com/quickstart/getting-started-with-serverless-inference",
)

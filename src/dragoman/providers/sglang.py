"""SGLang on this machine: https://docs.sglang.io/docs/basic_usage/openai_api_completions."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "sglang",
    "SGLang",
    "http://localhost:30000/v1",
    ("SGLANG_API_KEY",),
    dialect=ChatDialect(
        # Chat templates know `system`, and many of them only at the head: https://github.com/QwenLM/Qwen3.8/issues/244
        system_role="system",
        late_system=False,
        # No fields for caching, functions only, `top_k`, sound and video by URL:
        # https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/entrypoints/openai/protocol.py
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        audio_urls=True,
        video_urls=True,
        custom_tools=False,
        # Beside tools the schema is passed over: https://docs.sglang.io/docs/advanced_features/structured_outputs
        schema_beside_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://docs.sglang.io/docs/advanced_features/separate_reasoning: without a reasoning parser tags stay in the answer.
        reasoning_style="chat_template_kwargs",
        think_tags=True,
        echo="always",
        echo_field="reasoning_content",
    ),
    key_required=False,
    base_url_env=("SGLANG_BASE_URL",),
    docs="https://docs.sglang.io/docs/basic_usage/openai_api_completions",
)

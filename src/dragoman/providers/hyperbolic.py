"""Hyperbolic: https://docs.hyperbolic.ai/inference/text-apis."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "hyperbolic",
    "Hyperbolic",
    "https://api.hyperbolic.xyz/v1",
    ("HYPERBOLIC_API_KEY",),
    dialect=ChatDialect(
        # What https://docs.hyperbolic.ai/inference/text-apis lists: `max_tokens` and the roles. Its list has no tools: that they
        # are OpenAI's functions, and `user` is taken, is second-hand, from
        # https://github.com/BerriAI/litellm/blob/main/litellm/llms/hyperbolic/chat/transformation.py.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # DeepSeek R1 writes <think> tags there, as recorded in
        # https://github.com/vxcontrol/langchaingo/blob/main/llms/huggingface/internal/huggingfaceclient/testdata/TestClient_RunInferenceWithProvider.httprr
        think_tags=True,
    ),
    base_url_env=("HYPERBOLIC_BASE_URL",),
    docs="https://docs.hyperbolic.ai/inference/text-apis",
)

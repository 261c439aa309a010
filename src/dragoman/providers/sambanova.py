"""SambaNova: https://docs.sambanova.ai/docs/en/features/openai-compatibility."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "sambanova",
    "SambaNova",
    "https://api.sambanova.ai/v1",
    ("SAMBANOVA_API_KEY",),
    dialect=ChatDialect(
        # https://docs.sambanova.ai/docs/en/features/openai-compatibility says what is ignored there.
        max_tokens_field="max_tokens",
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        drop=(
            "n",
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "logprobs",
            "top_logprobs",
            "metadata",
            "service_tier",
            "modalities",
            "audio",
        ),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        # https://huggingface.co/openai/gpt-oss-120b: low, medium, high; other models write <think> tags.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        think_tags=True,
    ),
    base_url_env=("SAMBANOVA_BASE_URL",),
    model="gpt-oss-120b",
    docs="https://docs.sambanova.ai/docs/en/features/openai-compatibility",
)

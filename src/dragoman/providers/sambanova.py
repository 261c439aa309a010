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
        # What the vendor's client lists; penalties are "not currently implemented", and there is no `user`.
        # https://github.com/sambanova/sambanova-python/blob/main/src/sambanova/types/chat/completion_create_params.py
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        top_k=True,
        drop=("presence_penalty", "frequency_penalty", "metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        # The same client: low, medium, high, a switch of the chat template, and `reasoning` in assistant messages.
        # https://github.com/sambanova/sambanova-python/blob/main/src/sambanova/types/chat/completion_create_params.py
        reasoning_style="chat_template_kwargs",
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        echo="tool_turns",
        echo_field="reasoning",
        # DeepSeek R1 thinks in <think> tags: https://github.com/deepseek-ai/DeepSeek-R1#usage-recommendations
        think_tags=True,
    ),
    base_url_env=("SAMBANOVA_BASE_URL",),
    model="gpt-oss-120b",
    docs="https://docs.sambanova.ai/docs/en/features/openai-compatibility",
)

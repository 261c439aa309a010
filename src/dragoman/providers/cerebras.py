"""Cerebras: https://inference-docs.cerebras.ai/api-reference/chat-completions."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "cerebras",
    "Cerebras",
    "https://api.cerebras.ai/v1",
    ("CEREBRAS_API_KEY",),
    dialect=ChatDialect(
        # https://inference-docs.cerebras.ai/api-reference/chat-completions
        system_role="system",
        cache_marks="none",
        drop=("metadata", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://inference-docs.cerebras.ai/capabilities/reasoning: none, low, medium, high; `reasoning` is an input
        # field of assistant messages too, and `clear_thinking` says whether the model sees it.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        echo="always",
        echo_field="reasoning",
    ),
    base_url_env=("CEREBRAS_BASE_URL",),
    model="gpt-oss-120b",
    docs="https://inference-docs.cerebras.ai/api-reference/chat-completions",
)

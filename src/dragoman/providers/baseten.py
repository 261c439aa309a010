"""Baseten: https://docs.baseten.co/inference/model-apis/overview."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "baseten",
    "Baseten",
    "https://inference.baseten.co/v1",
    ("BASETEN_API_KEY",),
    dialect=ChatDialect(
        # https://docs.baseten.co/inference/model-apis/overview: OpenAI-compatible, open models.
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        # Models without a parser write <think> tags; reasoning goes back with its tool calls, as it came.
        think_tags=True,
        echo="tool_turns",
    ),
    base_url_env=("BASETEN_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.baseten.co/inference/model-apis/overview",
)

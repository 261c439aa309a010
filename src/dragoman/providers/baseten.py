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
        # What the schema of https://docs.baseten.co/reference/inference-api/chat-completions has, and it refuses the rest: four
        # roles, one answer, functions, `user` and `top_k`, read in the copy
        # https://github.com/api-evangelist/baseten/blob/main/json-schema/baseten-chatcompletionrequest-schema.json
        max_tokens_field="max_tokens",
        system_role="system",
        developer_role=False,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        top_k=True,
        clamp={"n": (1, 1)},
    ),
    base_url_env=("BASETEN_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.baseten.co/inference/model-apis/overview",
)

"""Fireworks AI: https://docs.fireworks.ai/api-reference/post-chatcompletions."""

from __future__ import annotations

from ..protocols.json_schema import SchemaRules, Schemas
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

_ANSWERS = SchemaRules(
    source="https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support",
    one_of=False,
    refused=("minLength", "maxLength", "minItems", "maxItems", "pattern"),
)

PROVIDER = Provider(
    "fireworks",
    "Fireworks AI",
    "https://api.fireworks.ai/inference/v1",
    ("FIREWORKS_API_KEY",),
    dialect=ChatDialect(
        # What https://docs.fireworks.ai/api-reference/post-chatcompletions lists; usage comes unasked.
        stream_options=False,
        cache_marks="none",
        top_k=True,
        drop=("modalities", "audio"),
        names=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        video_urls=True,
        # https://docs.fireworks.ai/guides/reasoning: `reasoning_effort` and `thinking` exclude each other; kept
        # reasoning goes back as `reasoning_content`, and `reasoning_history` says what the model sees of it.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        echo="always",
        echo_field="reasoning_content",
        # https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support: of answers only.
        schemas=Schemas(output=_ANSWERS, strict_output=_ANSWERS),
    ),
    base_url_env=("FIREWORKS_BASE_URL",),
    model="accounts/fireworks/models/kimi-k3",
    docs="https://docs.fireworks.ai/api-reference/post-chatcompletions",
)

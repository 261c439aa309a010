"""Cerebras: https://inference-docs.cerebras.ai/api-reference/chat-completions."""

from __future__ import annotations

from ..protocols.json_schema import Limits, SchemaRules, Schemas
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

_STRICT = SchemaRules(
    source="https://inference-docs.cerebras.ai/capabilities/structured-outputs#limitations-in-strict-mode",
    closed=True,
    recursion=False,
    definitions=False,
    type_lists="any_of",
    refused=("$anchor",),
    booleans=False,
    limits=Limits(depth=10, properties=500, enum_values=500, long_enum=(250, 7_500), length=5_000),
)

PROVIDER = Provider(
    "cerebras",
    "Cerebras",
    "https://api.cerebras.ai/v1",
    ("CEREBRAS_API_KEY",),
    dialect=ChatDialect(
        # What https://inference-docs.cerebras.ai/api-reference/chat-completions lists: tools are functions, models know `system`.
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
        # Schemas have limits where they are strict: https://inference-docs.cerebras.ai/capabilities/structured-outputs
        schemas=Schemas(strict_tools=_STRICT, strict_output=_STRICT),
    ),
    base_url_env=("CEREBRAS_BASE_URL",),
    model="gpt-oss-120b",
    docs="https://inference-docs.cerebras.ai/api-reference/chat-completions",
)

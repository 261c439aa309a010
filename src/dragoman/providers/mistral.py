"""Mistral, in what its chat endpoint shares with OpenAI's: https://docs.mistral.ai/api/endpoint/chat."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "mistral",
    "Mistral",
    "https://api.mistral.ai/v1",
    ("MISTRAL_API_KEY",),
    dialect=ChatDialect(
        # Unknown fields are refused with 422: only what https://docs.mistral.ai/api/endpoint/chat lists is sent. Its
        # seed is called `random_seed`: reach it through `extra`. Usage comes unasked.
        max_tokens_field="max_tokens",
        stream_options=False,
        user_field=None,
        cache_marks="none",
        top_k=True,
        drop=("seed", "modalities", "audio"),
        names=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        system_role="system",
        developer_role=False,
        # Any other call id is a 400, code 3280: https://docs.mistral.ai/resources/error-glossary
        tool_ids=ToolIdRule("[a-zA-Z0-9]{9}", 9),
        finish_reasons={"model_length": "length"},
    ),
    base_url_env=("MISTRAL_BASE_URL",),
    model="mistral-medium-latest",
    docs="https://docs.mistral.ai/api/endpoint/chat",
)

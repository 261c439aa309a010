"""xAI: https://docs.x.ai/docs/api-reference."""

from __future__ import annotations

from ..protocols.json_schema.known import XAI
from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "xai",
    "xAI",
    "https://api.x.ai/v1",
    ("XAI_API_KEY",),
    dialect=ChatDialect(
        # Limits, modalities and prices stand in this list alone: https://docs.x.ai/docs/api-reference#list-language-models
        models_path="/language-models",
        # What https://docs.x.ai/docs/api-reference#chat-completions lists: tools are functions, messages have no `name`.
        system_role="system",
        developer_role=False,
        names=False,
        cache_marks="none",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://docs.x.ai/developers/model-capabilities/text/reasoning: none, low, medium, high.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        # Reasoning tokens are counted beside `completion_tokens`, in the total only, as recorded in
        # https://github.com/charmbracelet/fantasy/blob/main/providertests/testdata/TestOpenAICompatObjectGeneration/xai-grok-4-fast/complex_object.yaml
        reasoning_in_output=False,
        # Schemas that are refused: https://docs.x.ai/developers/model-capabilities/text/structured-outputs#rejected-schemas
        schemas=XAI,
    ),
    base_url_env=("XAI_BASE_URL",),
    model="grok-4.3",
    docs="https://docs.x.ai/docs/api-reference#chat-completions",
)

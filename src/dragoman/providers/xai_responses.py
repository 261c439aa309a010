"""xAI by its Responses API: https://docs.x.ai/developers/model-capabilities/text/generate-text."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.json_schema.known import XAI
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "xai-responses",
    "xAI (Responses)",
    "https://api.x.ai/v1",
    ("XAI_API_KEY",),
    protocol="openai_responses",
    dialect=ResponsesDialect(
        count=False,  # no endpoint that counts is documented
        system_role="system",
        developer_role=False,
        cache_marks=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://docs.x.ai/developers/model-capabilities/text/reasoning: none, low, medium, high.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        # Its own call ids may be longer than OpenAI's.
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://docs.x.ai/developers/tools/overview knows functions and xAI's own tools only; calls of the latter (X search,
        # viewing pictures and videos) come as free-text calls.
        hosted_custom=True,
        # https://docs.x.ai/developers/model-capabilities/text/structured-outputs#rejected-schemas
        schemas=XAI,
    ),
    base_url_env=("XAI_BASE_URL",),
    model="grok-4.3",
    docs="https://docs.x.ai/docs/api-reference#create-new-response",
    catalog="xai",
)

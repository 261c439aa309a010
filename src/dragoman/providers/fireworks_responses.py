"""Fireworks AI by its Responses API: https://docs.fireworks.ai/guides/response-api.

It can hold the conversation (`extra={"previous_response_id": ...}`), and stores what it says unless `store` is false.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.json_schema import SchemaRules, Schemas
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

_ANSWERS = SchemaRules(
    source="https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support",
    one_of=False,
    refused=("minLength", "maxLength", "minItems", "maxItems", "pattern"),
)

PROVIDER = Provider(
    "fireworks-responses",
    "Fireworks AI (Responses)",
    "https://api.fireworks.ai/inference/v1",
    ("FIREWORKS_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://docs.fireworks.ai/guides/response-api: text in and out, functions and tools by MCP, streams, and storing.
        # What it does not name of OpenAI's own service is not sent.
        count=False,
        cache_key_field=None,
        cache_marks=False,
        drop=("service_tier", "top_logprobs"),
        logprobs=False,
        ask_encrypted=False,
        system_role="system",  # the models' own word, as in https://docs.fireworks.ai/api-reference/post-chatcompletions
        developer_role=False,
        files=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://docs.fireworks.ai/guides/reasoning: low, medium and high, and reasoning is text.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        summaries=False,
        echo="always",
        lone_reasoning=True,
        # https://docs.fireworks.ai/structured-responses/structured-response-formatting#json-schema-support: of answers only.
        schemas=Schemas(output=_ANSWERS, strict_output=_ANSWERS),
    ),
    base_url_env=("FIREWORKS_BASE_URL",),
    model="accounts/fireworks/models/kimi-k3",
    docs="https://docs.fireworks.ai/guides/response-api",
    catalog="fireworks",
)

"""Groq by its Responses API, a beta that keeps no state: https://console.groq.com/docs/responses-api."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.json_schema import SchemaRules, Schemas
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.openai_responses.server_tools import CODE
from ..protocols.tool_forms import Form, Setting
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "groq-responses",
    "Groq (Responses)",
    "https://api.groq.com/openai/v1",
    ("GROQ_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://console.groq.com/docs/responses-api: text and images go in; `previous_response_id`, `store`, `truncation`,
        # `include`, `safety_identifier` and `prompt_cache_key` are not supported, so there are neither token probabilities
        # nor encrypted reasoning.
        count=False,
        cache_key_field=None,
        cache_marks=False,
        logprobs=False,
        ask_encrypted=False,
        files=False,
        # https://console.groq.com/docs/api-reference#responses: two roles of instructions, functions only.
        system_role="system",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://console.groq.com/docs/reasoning: the levels are none, low, medium and high, and reasoning is text.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        summaries=False,
        echo="always",
        lone_reasoning=True,
        # "All fields must be required and objects must set additionalProperties: false", where a schema is strict:
        # https://console.groq.com/docs/structured-outputs
        schemas=Schemas(
            strict_output=SchemaRules(source="https://console.groq.com/docs/structured-outputs", closed=True, required=True)
        ),
        server_tools={
            # https://console.groq.com/docs/responses-api#built-in-tools: the gpt-oss models have them.
            "web_search": (Form({"type": "browser_search"}, models="gpt-oss"),),
            "code_execution": (Form(CODE.base, models="gpt-oss"),),
            # https://console.groq.com/docs/tool-use/remote-mcp: never waits for approval; a token is a header.
            "remote_mcp": (
                Form(
                    {"type": "mcp", "require_approval": "never"},
                    {
                        "name": "server_label",
                        "url": "server_url",
                        "description": "server_description",
                        "headers": "headers",
                        "token": Setting("headers.Authorization", prefix="Bearer "),
                        "tools": "allowed_tools",
                    },
                ),
            ),
        },
        forced_tools=False,
    ),
    base_url_env=("GROQ_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://console.groq.com/docs/responses-api",
    catalog="groq",
)

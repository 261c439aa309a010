"""Groq: https://console.groq.com/docs/api-reference."""

from __future__ import annotations

from ..protocols.json_schema import SchemaRules, Schemas
from ..protocols.openai_chat.dialect import ChatDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "groq",
    "Groq",
    "https://api.groq.com/openai/v1",
    ("GROQ_API_KEY",),
    dialect=ChatDialect(
        # The word every chat template behind Groq knows, and one of two: https://console.groq.com/docs/api-reference#chat-create
        system_role="system",
        # Answered with 400: https://console.groq.com/docs/openai#currently-unsupported-openai-features
        names=False,
        drop=("logprobs", "top_logprobs", "metadata", "modalities", "audio"),
        clamp={"n": (1, 1)},
        # Parts are text, images and documents of Groq's own form: https://console.groq.com/docs/api-reference#chat-create
        files=False,
        input_audio=False,
        # Unknown fields are refused and these are not in https://console.groq.com/docs/api-reference#chat-create
        cache_key_field=None,
        cache_marks="none",
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://console.groq.com/docs/reasoning: the levels are none, low, medium and high; Qwen models write
        # <think> tags into the answer unless `reasoning_format` says otherwise; `reasoning` is an input field too.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        think_tags=True,
        echo="tool_turns",
        echo_field="reasoning",
        # A schema for the answer and tools in one request are refused: https://console.groq.com/docs/structured-outputs
        schema_beside_tools=False,
        # "All fields must be required and objects must set additionalProperties: false", where a schema is strict:
        # https://console.groq.com/docs/structured-outputs
        schemas=Schemas(
            strict_output=SchemaRules(source="https://console.groq.com/docs/structured-outputs", closed=True, required=True)
        ),
        # https://console.groq.com/docs/compound/built-in-tools: fields of the request, and
        # https://console.groq.com/docs/tool-use/built-in-tools: tools of the gpt-oss models. All other models have none.
        server_tools={
            "web_search": (
                Form(
                    {"compound_custom": {"tools": {"enabled_tools": ["web_search"]}}},
                    {
                        "allowed_domains": "search_settings.include_domains",
                        "blocked_domains": "search_settings.exclude_domains",
                    },
                    models="compound",
                    in_body=True,
                ),
                Form({"type": "browser_search"}, models="gpt-oss"),
            ),
            "web_fetch": (
                Form({"compound_custom": {"tools": {"enabled_tools": ["visit_website"]}}}, models="compound", in_body=True),
            ),
            "code_execution": (
                Form({"compound_custom": {"tools": {"enabled_tools": ["code_interpreter"]}}}, models="compound", in_body=True),
                Form({"type": "code_interpreter"}, models="gpt-oss"),
            ),
        },
    ),
    base_url_env=("GROQ_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://console.groq.com/docs/api-reference#chat-create",
)

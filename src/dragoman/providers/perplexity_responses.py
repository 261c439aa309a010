"""Perplexity's Agent API, whose form is that of Responses: https://docs.perplexity.ai/docs/agent-api/openai-compatibility.

Models are named `vendor/model`; instead of one, `extra={"preset": "pro-search"}` names a preset, and `extra={"models": [...]}`
several that stand in for each other.
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.tool_forms import Form, Setting
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "perplexity-responses",
    "Perplexity (Agent API)",
    "https://api.perplexity.ai/v1",
    ("PERPLEXITY_API_KEY", "PPLX_API_KEY"),
    "openai_responses",
    ResponsesDialect(
        # `/responses` is another name of `/agent`: https://docs.perplexity.ai/docs/agent-api/openai-compatibility. The
        # fields, items and tools are those of the vendor's client, which has no others:
        # https://github.com/perplexityai/perplexity-py/blob/main/src/perplexity/types/response_create_params.py
        count=False,
        output_field="response_format",
        drop=(
            "temperature",
            "top_p",
            "top_logprobs",
            "metadata",
            "service_tier",
            "tool_choice",
            "parallel_tool_calls",
        ),
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        logprobs=False,
        tool_choices=(),
        custom_tools=False,
        # Messages with text and pictures, calls and their outputs, which are text and repeat the call's name and signature:
        # https://github.com/perplexityai/perplexity-py/blob/main/src/perplexity/types/input_item_param.py
        typed_messages=True,
        assistant_parts=False,
        media_results=False,
        files=False,
        items={
            "message": ("type", "role", "content"),
            "function_call": ("type", "call_id", "name", "arguments", "thought_signature"),
            "function_call_output": ("type", "call_id", "output", "name", "thought_signature"),
        },
        call_fields=("name", "thought_signature"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # Its efforts are minimal, low, medium, high and xhigh; reasoning does not go back:
        # https://github.com/perplexityai/perplexity-py/blob/main/src/perplexity/types/response_create_params.py
        efforts={"none": "minimal", "max": "xhigh"},
        summaries=False,
        ask_encrypted=False,
        echo="never",
        # The same client, `Tool`.
        server_tools={
            "web_search": (
                Form(
                    {"type": "web_search"},
                    {
                        "allowed_domains": "filters.search_domain_filter",
                        "blocked_domains": Setting("filters.search_domain_filter", prefix="-"),
                        "context": "search_context_size",
                        "vicinity.city": "user_location.city",
                        "vicinity.region": "user_location.region",
                        "vicinity.country": "user_location.country",
                        "vicinity.latitude": "user_location.latitude",
                        "vicinity.longitude": "user_location.longitude",
                    },
                ),
            ),
            "web_fetch": (Form({"type": "fetch_url"}),),
            "code_execution": (Form({"type": "sandbox"}),),
            "remote_mcp": (
                Form(
                    {"type": "mcp"},
                    {
                        "name": "server_label",
                        "url": "server_url",
                        "token": "authorization",
                        "headers": "headers",
                        "tools": "allowed_tools",
                    },
                ),
            ),
        },
        forced_tools=False,
    ),
    base_url_env=("PERPLEXITY_AGENT_BASE_URL",),
    docs="https://docs.perplexity.ai/docs/agent-api/openai-compatibility",
)

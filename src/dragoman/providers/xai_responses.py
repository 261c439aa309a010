"""xAI by its Responses API: https://docs.x.ai/developers/model-capabilities/text/generate-text."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.json_schema.known import XAI
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.tool_forms import Form, Setting
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "xai-responses",
    "xAI (Responses)",
    "https://api.x.ai/v1",
    ("XAI_API_KEY",),
    protocol="openai_responses",
    dialect=ResponsesDialect(
        # https://docs.x.ai/docs/api-reference#create-new-response has no endpoint that counts, no marks for caching and no
        # free-text tools; the word for instructions is `system`.
        count=False,
        system_role="system",
        developer_role=False,
        cache_marks=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
        # https://docs.x.ai/developers/model-capabilities/text/reasoning: none, low, medium, high.
        efforts={"minimal": "low", "xhigh": "high", "max": "high"},
        # Its own call ids may be longer than OpenAI's, which are bounded there: https://docs.x.ai/docs/api-reference#create-new-response
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        # https://docs.x.ai/developers/tools/overview knows functions and xAI's own tools only; calls of the latter (X search,
        # viewing pictures and videos) come as free-text calls.
        hosted_custom=True,
        server_tools={
            # https://docs.x.ai/developers/tools/web-search
            "web_search": (
                Form(
                    {"type": "web_search"},
                    {"allowed_domains": "filters.allowed_domains", "blocked_domains": "filters.excluded_domains"},
                ),
            ),
            # https://docs.x.ai/developers/tools/collections-search: a collection is a vector store here.
            "file_search": (Form({"type": "file_search"}, {"stores": "vector_store_ids", "max_results": "max_num_results"}),),
            # https://docs.x.ai/developers/tools/code-execution
            "code_execution": (Form({"type": "code_interpreter"}),),
            # https://docs.x.ai/developers/tools/remote-mcp: no approvals; `authorization` is the whole value of the header.
            "remote_mcp": (
                Form(
                    {"type": "mcp"},
                    {
                        "name": "server_label",
                        "url": "server_url",
                        "description": "server_description",
                        "token": Setting("authorization", prefix="Bearer "),
                        "headers": "headers",
                        "tools": "allowed_tools",
                    },
                ),
            ),
        },
        forced_tools=False,  # https://docs.x.ai/docs/api-reference#create-new-response: `tool_choice` names functions alone
        # Schemas that are refused: https://docs.x.ai/developers/model-capabilities/text/structured-outputs#rejected-schemas
        schemas=XAI,
    ),
    base_url_env=("XAI_BASE_URL",),
    model="grok-4.3",
    docs="https://docs.x.ai/docs/api-reference#create-new-response",
    catalog="xai",
)

"""LM Studio by Responses: https://lmstudio.ai/docs/developer/openai-compat/responses.

It can hold the conversation (`extra={"previous_response_id": ...}`).
"""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from ..protocols.tool_forms import Form
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "lmstudio-responses",
    "LM Studio on this machine (Responses)",
    "http://localhost:1234/v1",
    ("LM_API_TOKEN",),
    "openai_responses",
    ResponsesDialect(
        count=False,  # no endpoint that counts is documented: https://lmstudio.ai/docs/developer/openai-compat/responses
        # https://lmstudio.ai/docs/developer/openai-compat/responses: local models; what they
        # have no use for is not sent, and their reasoning is text.
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("service_tier", "metadata"),
        system_role="system",
        developer_role=False,
        custom_tools=False,
        tool_choices=("auto", "none", "required"),
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        summaries=False,
        echo="always",
        lone_reasoning=True,
        # https://lmstudio.ai/docs/developer/openai-compat/responses: where the application's settings allow for it.
        server_tools={
            "remote_mcp": (Form({"type": "mcp"}, {"name": "server_label", "url": "server_url", "tools": "allowed_tools"}),)
        },
        forced_tools=False,
    ),
    key_required=False,
    base_url_env=("LMSTUDIO_BASE_URL",),
    docs="https://lmstudio.ai/docs/developer/openai-compat/responses",
)

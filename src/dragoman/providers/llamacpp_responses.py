"""The server of llama.cpp by Responses: https://github.com/ggml-org/llama.cpp/tree/master/tools/server. It keeps no state."""

from __future__ import annotations

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "llamacpp-responses",
    "llama.cpp on this machine (Responses)",
    "http://localhost:8080/v1",
    ("LLAMACPP_API_KEY",),
    "openai_responses",
    ResponsesDialect(
        # https://github.com/ggml-org/llama.cpp/tree/master/tools/server: local models; what they
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
        # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-chat.cpp: the model's own messages are known by
        # their type, parts are text and images, and a call's output is text.
        typed_messages=True,
        files=False,
        media_results=False,
    ),
    key_required=False,
    base_url_env=("LLAMACPP_BASE_URL",),
    docs="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
)

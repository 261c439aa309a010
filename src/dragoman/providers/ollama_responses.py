"""Ollama by Responses, on this machine and on Ollama's own, without state: https://docs.ollama.com/api/openai-compatibility."""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.base import ToolIdRule
from ..protocols.openai_responses.dialect import ResponsesDialect
from .base import Provider

__all__ = ["CLOUD", "PROVIDER"]

PROVIDER = Provider(
    "ollama-responses",
    "Ollama (Responses)",
    "http://localhost:11434/v1",
    protocol="openai_responses",
    dialect=ResponsesDialect(
        # The fields of https://docs.ollama.com/api/openai-compatibility#v1%2Fresponses; what its types have beyond it
        # (https://github.com/ollama/ollama/blob/main/openai/responses.go) is read and passed over, `tool_choice` among it.
        count=False,
        user_field=None,
        cache_key_field=None,
        cache_marks=False,
        drop=("metadata", "service_tier", "top_logprobs", "tool_choice", "parallel_tool_calls"),
        logprobs=False,
        tool_choices=(),
        custom_tools=False,
        # Its models' templates know `system`; there are text and images, functions, and reasoning whose text stands as its
        # encrypted content: https://github.com/ollama/ollama/blob/main/openai/responses.go
        system_role="system",
        developer_role=False,
        files=False,
        tool_ids=ToolIdRule(r"\S{1,256}", 29, prefix="call_"),
        ask_encrypted=False,
        echo="always",
        lone_reasoning=True,
    ),
    key_required=False,
    # `OLLAMA_HOST` is without `/v1`, so it does not fit here.
    base_url_env=("OLLAMA_RESPONSES_BASE_URL",),
    docs="https://docs.ollama.com/api/openai-compatibility",
)

CLOUD = replace(
    PROVIDER,
    name="ollama-cloud-responses",
    title="Ollama Cloud (Responses)",
    base_url="https://ollama.com/v1",
    key_env=("OLLAMA_API_KEY",),
    key_required=True,
    base_url_env=(),
    catalog="ollama-cloud",
)

"""llama.cpp's server on this machine, Anthropic's format: https://github.com/ggml-org/llama.cpp/tree/master/tools/server."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from ..protocols.json_schema.known import LLAMA_CPP
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "llamacpp-messages",
    "llama.cpp on this machine, Anthropic's format",
    "http://localhost:8080",
    ("LLAMACPP_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # What https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-chat.cpp makes of a request: blocks and
        # fields that it does not know it passes over, so they are dropped here. A budget is heard; a switch is not.
        documents=False,
        cache=False,
        tiers=False,
        thinking=("enabled",),
        efforts=(),
        structured_output=False,
        forbids_tools=False,
        parallel_switch=False,
        signed_thinking=False,
        clamp={},
        system_messages=False,  # chat templates know instructions at the head
        # Every schema becomes a grammar: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
        schemas=LLAMA_CPP,
    ),
    key_required=False,
    base_url_env=("LLAMACPP_MESSAGES_BASE_URL",),
    docs="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
)

"""LM Studio on this machine, Anthropic's format: https://lmstudio.ai/docs/developer/anthropic-compat."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from ..protocols.json_schema.known import LLAMA_CPP
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "lmstudio-messages",
    "LM Studio on this machine, Anthropic's format",
    "http://localhost:1234",
    ("LM_API_TOKEN",),
    "anthropic_messages",
    MessagesDialect(
        # https://lmstudio.ai/docs/developer/anthropic-compat names the endpoint, streams and tools: only Anthropic's older
        # fields are sent.
        system_messages=False,
        cache=False,
        tiers=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        structured_output=False,
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
        # llama.cpp makes the grammars of schemas: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
        schemas=LLAMA_CPP,
    ),
    key_required=False,
    base_url_env=("LMSTUDIO_MESSAGES_BASE_URL",),
    docs="https://lmstudio.ai/docs/developer/anthropic-compat",
)

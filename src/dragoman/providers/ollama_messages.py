"""Ollama, Anthropic's format, on this machine and on Ollama's own: https://docs.ollama.com/api/anthropic-compatibility."""

from __future__ import annotations

from msgspec.structs import replace

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["CLOUD", "PROVIDER"]

PROVIDER = Provider(
    "ollama-messages",
    "Ollama, Anthropic's format",
    "http://localhost:11434",
    protocol="anthropic_messages",
    dialect=MessagesDialect(
        # https://docs.ollama.com/api/anthropic-compatibility says what has no effect there: `tool_choice`, `metadata`, marks of
        # cached prefixes, PDFs, pictures by URL, counting.
        system_messages=False,
        documents=False,
        image_urls=False,
        cache=False,
        users=False,
        tiers=False,
        forced_tools=False,
        forbids_tools=False,
        parallel_switch=False,
        structured_output=False,
        count_path=None,
        # https://github.com/ollama/ollama/blob/main/anthropic/anthropic.go: an effort is heard where thinking is not switched
        # by the request itself; `xhigh` is `high`. Reasoning is text.
        thinking=("adaptive", "enabled", "disabled"),
        efforts=("low", "medium", "high", "max"),
        signed_thinking=False,
        clamp={},
    ),
    key_required=False,
    base_url_env=("OLLAMA_MESSAGES_BASE_URL", "OLLAMA_HOST"),
    docs="https://docs.ollama.com/api/anthropic-compatibility",
)

CLOUD = replace(
    PROVIDER,
    name="ollama-cloud-messages",
    title="Ollama Cloud, Anthropic's format",
    base_url="https://ollama.com",
    key_env=("OLLAMA_API_KEY",),
    key_required=True,
    base_url_env=(),
    catalog="ollama-cloud",
)

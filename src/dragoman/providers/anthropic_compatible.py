"""Any other server that speaks the Messages API: the user gives its base URL, without `/v1/messages`.

The dialect is the common ground of servers that are known (DeepSeek, MiniMax, Moonshot, vLLM, llama.cpp, LM Studio).
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "anthropic-compatible",
    "Anthropic-compatible server",
    None,
    ("ANTHROPIC_COMPATIBLE_API_KEY",),
    "anthropic_messages",
    # What https://api-docs.deepseek.com/guides/anthropic_api documents as taken; the rest is Anthropic's own. An effort
    # is said as a budget, its older form, because `output_config` is ignored without a word by servers that do not know it.
    MessagesDialect(
        system_messages=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        signed_thinking=False,
        structured_output=False,
    ),
    # The header of Anthropic's own clients: https://platform.claude.com/docs/en/api/overview
    auth=Auth("x-api-key", ""),
    key_required=False,
    base_url_env=("ANTHROPIC_COMPATIBLE_BASE_URL",),
)

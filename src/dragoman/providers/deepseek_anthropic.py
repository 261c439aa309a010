"""DeepSeek, Anthropic's format: https://api-docs.deepseek.com/guides/anthropic_api."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "deepseek-anthropic",
    "DeepSeek, Anthropic's format",
    "https://api.deepseek.com/anthropic",
    ("DEEPSEEK_API_KEY",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://api-docs.deepseek.com/guides/anthropic_api says what is taken: no marks of cached prefixes (caching is
        # automatic), no switch for parallel calls.
        system_messages=False,
        cache=False,
        parallel_switch=False,
        structured_output=False,
        # https://api-docs.deepseek.com/guides/thinking_mode: a switch without a budget, and three efforts.
        thinking=("enabled", "disabled"),
        efforts=("low", "high", "max"),
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    # https://api-docs.deepseek.com/guides/anthropic_api: the key goes in Anthropic's header.
    auth=Auth("x-api-key", ""),
    base_url_env=("DEEPSEEK_ANTHROPIC_BASE_URL",),
    model="deepseek-v4-pro",
    docs="https://api-docs.deepseek.com/guides/anthropic_api",
    catalog="deepseek",
)

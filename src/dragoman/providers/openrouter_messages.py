"""OpenRouter in Anthropic's own format: https://openrouter.ai/docs/guides/community/anthropic-agent-sdk.

For Claude, whose thinking and server tools keep their own shape here; the key is a bearer, as for its other formats.
"""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import REFERENCE, MessagesDialect, ToolForm
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "openrouter-messages",
    "OpenRouter, Anthropic's format",
    "https://openrouter.ai/api",
    ("OPENROUTER_API_KEY",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://openrouter.ai/docs/guides/community/anthropic-agent-sdk: Anthropic's own API, its rules for schemas included.
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        # https://openrouter.ai/openapi.yaml, `MessagesRequest`: of Anthropic's server tools the search, in its first two forms.
        server_tools={"web_search": ToolForm("web_search_20250305")},
    ),
    base_url_env=("OPENROUTER_MESSAGES_BASE_URL",),
    model="anthropic/claude-sonnet-5",
    docs="https://openrouter.ai/docs/guides/community/anthropic-agent-sdk",
    catalog="openrouter",
)

"""Vercel AI Gateway, Anthropic's format: https://vercel.com/docs/ai-gateway/sdks-and-apis/anthropic-messages-api."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import REFERENCE, MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vercel-messages",
    "Vercel AI Gateway, Anthropic's format",
    "https://ai-gateway.vercel.sh",
    ("AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
    "anthropic_messages",
    MessagesDialect(
        # https://vercel.com/docs/ai-gateway/sdks-and-apis/anthropic-messages-api: Anthropic's own fields, with structured
        # outputs, thinking, pictures and PDFs each on a page of its own, for the models of all vendors; Anthropic's limits on
        # schemas are the narrowest.
        schemas=REFERENCE.schemas,
        thinking_alone=True,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("AI_GATEWAY_MESSAGES_BASE_URL",),
    model="anthropic/claude-sonnet-5",
    docs="https://vercel.com/docs/ai-gateway/sdks-and-apis/anthropic-messages-api",
    catalog="vercel",
)

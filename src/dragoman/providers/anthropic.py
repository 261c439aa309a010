"""Anthropic: https://platform.claude.com/docs/en/api/messages. The reference vendor of `anthropic_messages`."""

from __future__ import annotations

from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "anthropic",
    "Anthropic",
    "https://api.anthropic.com",
    ("ANTHROPIC_API_KEY",),
    "anthropic_messages",
    # API keys travel in their own header; `Authorization` is for OAuth tokens, and two credentials are refused.
    # https://platform.claude.com/docs/en/api/overview
    auth=Auth("x-api-key", ""),
    base_url_env=("ANTHROPIC_BASE_URL",),
    model="claude-sonnet-5",
    docs="https://platform.claude.com/docs/en/api/messages",
    # https://platform.claude.com/docs/en/build-with-claude/extended-thinking#thinking-encryption: signatures made on one of
    # Anthropic's API, Amazon Bedrock and Google Cloud are valid on the others.
    kin=("bedrock-anthropic", "bedrock-messages", "vertex-anthropic"),
)

"""Baseten, Anthropic's format: https://docs.baseten.co/reference/inference-api/messages."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "baseten-messages",
    "Baseten, Anthropic's format",
    "https://inference.baseten.co",
    ("BASETEN_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # https://docs.baseten.co/reference/inference-api/messages: text, tools and their results, and nothing else; a field
        # that is not there is refused. The key travels as a bearer.
        system_messages=False,
        images=False,
        documents=False,
        cache=False,
        tiers=False,
        thinking=(),
        efforts=(),
        structured_output=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("BASETEN_MESSAGES_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.baseten.co/reference/inference-api/messages",
    catalog="baseten",
)

"""Novita AI, Anthropic's format: https://novita.ai/docs/guides/llm-anthropic-compatibility."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "novita-anthropic",
    "Novita AI, Anthropic's format",
    "https://api.novita.ai/anthropic",
    ("NOVITA_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # https://novita.ai/docs/guides/llm-anthropic-compatibility names the base URL and no fields: only Anthropic's older
        # ones are sent. The models are open ones, and not all are there in this format.
        system_messages=False,
        cache=False,
        tiers=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        structured_output=False,
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("NOVITA_ANTHROPIC_BASE_URL",),
    docs="https://novita.ai/docs/guides/llm-anthropic-compatibility",
    catalog="novita",
)

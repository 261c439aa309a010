"""Fireworks AI, Anthropic's format: https://docs.fireworks.ai/tools-sdks/anthropic-compatibility."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "fireworks-messages",
    "Fireworks AI, Anthropic's format",
    "https://api.fireworks.ai/inference",
    ("FIREWORKS_API_KEY",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://docs.fireworks.ai/tools-sdks/anthropic-compatibility: open models, so only Anthropic's older fields are sent,
        # and thinking has no signature.
        system_messages=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
        structured_output=False,
    ),
    base_url_env=("FIREWORKS_MESSAGES_BASE_URL",),
    model="accounts/fireworks/models/kimi-k3",
    docs="https://docs.fireworks.ai/tools-sdks/anthropic-compatibility",
    catalog="fireworks",
)

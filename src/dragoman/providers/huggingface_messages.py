"""Hugging Face, Anthropic's format: https://huggingface.co/docs/inference-providers/integrations/claude-code."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "huggingface-messages",
    "Hugging Face, Anthropic's format",
    "https://router.huggingface.co",
    ("HF_TOKEN",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://huggingface.co/docs/inference-providers/integrations/claude-code: open models, so only Anthropic's older fields
        # are sent, and thinking has no signature.
        system_messages=False,
        thinking=("enabled", "disabled"),
        efforts=(),
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
        structured_output=False,
    ),
    base_url_env=("HUGGINGFACE_MESSAGES_BASE_URL",),
    docs="https://huggingface.co/docs/inference-providers/integrations/claude-code",
    catalog="huggingface",
)

"""SambaNova, Anthropic's format: https://docs.sambanova.ai/docs/en/features/messages."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "sambanova-messages",
    "SambaNova, Anthropic's format",
    "https://api.sambanova.ai",
    ("SAMBANOVA_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # https://docs.sambanova.ai/docs/en/features/messages: instructions stand at the head; documents, and pictures by URL,
        # are answered with 400. Thinking comes unasked, and
        # https://docs.sambanova.ai/docs/api-reference/messages/create-a-message takes no word of it but `disabled`.
        system_messages=False,
        documents=False,
        image_urls=False,
        thinking=("disabled",),
        signed_thinking=False,
        # The same reference: the tier and the switch for parallel calls are dropped, and there is no `output_config`.
        efforts=(),
        structured_output=False,
        parallel_switch=False,
        tiers=False,
        clamp={"temperature": (0.0, 2.0)},
    ),
    base_url_env=("SAMBANOVA_MESSAGES_BASE_URL",),
    model="gpt-oss-120b",
    docs="https://docs.sambanova.ai/docs/en/features/messages",
    catalog="sambanova",
)

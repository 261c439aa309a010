"""MiniMax, Anthropic's format: https://platform.minimax.io/docs/api-reference/text-anthropic-api."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Auth, Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "minimax-anthropic",
    "MiniMax, Anthropic's format",
    "https://api.minimax.io/anthropic",
    ("MINIMAX_API_KEY",),
    "anthropic_messages",
    dialect=MessagesDialect(
        # https://platform.minimax.io/docs/api-reference/text-anthropic-api says what is taken: text, images, thinking and tools.
        system_messages=False,
        documents=False,
        structured_output=False,
        # https://platform.minimax.io/docs/api-reference/text-anthropic-api: M3 thinks as it sees fit or not at all; no budget and
        # no effort.
        thinking=("adaptive", "disabled"),
        efforts=(),
        # https://platform.minimax.io/docs/api-reference/text-openai-api refuses a temperature of 0: the models are the same.
        clamp={"temperature": (0.01, 1.0)},
        # https://platform.minimax.io/docs/api-reference/text-anthropic-api: thinking blocks come back without a signature.
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    # https://platform.minimax.io/docs/api-reference/text-anthropic-api: the key goes in Anthropic's header.
    auth=Auth("x-api-key", ""),
    base_url_env=("MINIMAX_ANTHROPIC_BASE_URL",),
    model="MiniMax-M3",
    docs="https://platform.minimax.io/docs/api-reference/text-anthropic-api",
    catalog="minimax",
)

"""DeepInfra, Anthropic's format: https://docs.deepinfra.com/api-reference/anthropic-messages."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "deepinfra-anthropic",
    "DeepInfra, Anthropic's format",
    "https://api.deepinfra.com/anthropic",
    ("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
    "anthropic_messages",
    MessagesDialect(
        # What https://docs.deepinfra.com/api-reference/anthropic-messages lists. Thinking is switched by an object of its own
        # there (`{"enabled": true}`): reach it through `extra`.
        system_messages=False,
        cache=False,
        tiers=False,
        thinking=(),
        efforts=(),
        structured_output=False,
        parallel_switch=False,
        signed_thinking=False,
        count_path=None,  # the same page names no endpoint that counts
    ),
    base_url_env=("DEEPINFRA_ANTHROPIC_BASE_URL",),
    model="openai/gpt-oss-120b",
    docs="https://docs.deepinfra.com/api-reference/anthropic-messages",
    catalog="deepinfra",
)

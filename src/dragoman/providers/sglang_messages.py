"""SGLang on this machine, Anthropic's format: https://docs.sglang.io/docs/basic_usage/anthropic_api."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import EFFORTS, MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "sglang-messages",
    "SGLang on this machine, Anthropic's format",
    "http://localhost:30000",
    ("SGLANG_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # What https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/entrypoints/anthropic/protocol.py knows:
        # thinking and efforts, with one more than Anthropic's, an answer's schema and strict tools, instructions anywhere; no
        # documents. Marks of cached prefixes and the tier are passed over: caching is automatic.
        documents=False,
        cache=False,
        tiers=False,
        thinking=("adaptive", "enabled", "disabled"),
        efforts=("minimal", *EFFORTS),
        # https://docs.sglang.io/docs/advanced_features/separate_reasoning: reasoning is text.
        signed_thinking=False,
        clamp={},
    ),
    key_required=False,
    base_url_env=("SGLANG_MESSAGES_BASE_URL",),
    docs="https://docs.sglang.io/docs/basic_usage/anthropic_api",
)

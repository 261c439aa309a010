"""vLLM on this machine, Anthropic's format: https://docs.vllm.ai/en/stable/serving/online_serving/."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "vllm-messages",
    "vLLM on this machine, Anthropic's format",
    "http://localhost:8000",
    ("VLLM_API_KEY",),
    "anthropic_messages",
    MessagesDialect(
        # What https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/anthropic/protocol.py knows: all words of
        # thinking and effort, an answer's schema and strict tools, instructions anywhere; no documents. Marks of cached
        # prefixes and the tier are passed over: caching is automatic.
        documents=False,
        cache=False,
        tiers=False,
        thinking=("adaptive", "enabled", "disabled"),
        # https://docs.vllm.ai/en/stable/features/reasoning_outputs: reasoning is text; what stands as its signature is made up.
        signed_thinking=False,
        clamp={},
    ),
    key_required=False,
    base_url_env=("VLLM_MESSAGES_BASE_URL",),
    docs="https://docs.vllm.ai/en/stable/serving/online_serving/",
)

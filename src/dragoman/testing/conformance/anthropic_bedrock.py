"""What the checks know about Amazon Bedrock's InvokeModel with Anthropic's Messages API in it.

The endpoint takes each model family's own body. Which family an exchange is of is told by the shape of its body, and
where a recording kept no request by the shape of its answer; all others are apart.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ...protocols.anthropic_messages.dialect import BEDROCK
from .anthropic_messages import RULES as MESSAGES
from .corpus import Exchange
from .rules import WireRules

__all__ = ["RULES"]

_FAMILIES = (
    ("max_tokens_to_sample", "Anthropic's text completions, the API before Messages"),
    ("inputText", "Amazon Titan's text format"),
    ("schemaVersion", "Amazon Nova's format, which is Converse's"),
    ("inferenceConfig", "Amazon Nova's format, which is Converse's"),
    ("max_gen_len", "Meta Llama's prompt format"),
    ("maxTokens", "AI21 Jurassic's prompt format"),
    ("message", "Cohere Command R's chat format"),
    ("prompt", "a prompt format of another family (Cohere Command, Mistral, DeepSeek)"),
    ("messages", "a chat format without `anthropic_version`, which OpenAI's and Mistral's models take"),
)
"""The field that tells a family's body from others, the first that is there, and what the body is."""

_EVENTS = frozenset(
    {"message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta", "content_block_stop", "ping"}
)


def _apart(exchange: Exchange) -> str | None:
    body = exchange.request_json
    if not body:
        return None if _is_message(exchange) else "the answer is in another family's format; the recording kept no request"
    if isinstance(body.get("anthropic_version"), str):
        return None
    return next((f"the body is {what}" for field, what in _FAMILIES if field in body), "the body is of another model family")


def _is_message(exchange: Exchange) -> bool:
    """Whether an answer may be one of Anthropic's models; the service's own errors are every family's."""
    if exchange.status >= 400:
        return True
    values: list[Any] = [value for value in exchange.answer_values if isinstance(value, dict)]
    kinds = {value.get("type") for value in values}
    return bool(kinds & (_EVENTS if exchange.framing == "eventstream" else {"message", "error"}))


RULES: WireRules = dataclasses.replace(
    MESSAGES, wire="bedrock-invoke", protocol="anthropic_bedrock", dialect=lambda exchange: BEDROCK, apart=_apart
)

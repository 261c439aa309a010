"""Words and numbers that both sides of the wire share: ends, counts, arguments.

Facts: Mistral's API reference (https://docs.mistral.ai/api/endpoint/chat) and the models of its client
(https://github.com/mistralai/client-python).
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from ...types.content import BlockBase, Origin
from ...types.response import Finish, FinishReason, Usage

__all__ = [
    "BEGINS",
    "MESSAGE_KEY",
    "PIECES",
    "PROTOCOL_NAME",
    "RAW_FINISH",
    "WIRE",
    "arguments_text",
    "decode_finish",
    "decode_usage",
    "encode_finish",
    "encode_usage",
    "is_own",
    "message_key",
    "own_extra",
]

Json = dict[str, Any]

PROTOCOL_NAME: Final = "mistral_chat"

WIRE: Final = Origin(PROTOCOL_NAME)
"""The origin of vendor data that a client sent us: this wire, whoever's."""

RAW_FINISH: Final = "raw_finish_reason"
"""A field of ours beside `finish_reason`: a server says the provider's own word in it where this wire's word differs."""

BEGINS: Final = "begins"
"""A field of ours on a chunk of a stream: it begins a block although the one before it was of the same kind."""

PIECES: Final = "pieces"
"""A field of ours on a call of a stream: the lengths of the pieces its arguments came in, for a wire that says calls whole."""

MESSAGE_KEY: Final = re.compile(r"choices\[(\d{1,3})\]\.message")
"""The name in `Extra` and `Response.extra` for a message's own vendor fields; no vendor field is called so."""

# The vendor's words, and the common ones, which a server of ours says where this wire has none of its own.
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "model_length": "context_window",
    "error": "error",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "refusal",
    "pause": "pause",
    "cancelled": "cancelled",
}


def message_key(choice: int) -> str:
    """The name for the vendor fields of one choice's message."""
    return f"choices[{choice}].message"


def is_own(block: BlockBase) -> bool:
    """Whether a block's vendor data was said on this wire."""
    return block.origin is None or block.origin.protocol == PROTOCOL_NAME


def own_extra(block: BlockBase) -> Json:
    """The vendor data of a block that was said on this wire; another wire's means nothing here."""
    return block.extra if is_own(block) else {}


def decode_finish(word: str | None, raw: str | None, details: Json, *, calls: bool) -> Finish:
    """How a choice ended, by its word and by whether calls wait for an answer."""
    reason: FinishReason = "stop" if word is None else _FINISH.get(word, "other")
    if reason == "stop" and calls:
        reason = "tool_calls"
    return Finish(reason, raw, details=details)


def encode_finish(finish: Finish) -> Json:
    """The fields that say an end: the vendor's own word where this wire knows it to mean the same."""
    raw, reason = finish.raw, finish.reason
    fields = {name: value for name, value in finish.details.items() if name != "finish_reason"}
    if raw is not None:
        meant = _FINISH.get(raw, "other")
        if meant == reason or (meant == "stop" and reason == "tool_calls"):
            return {"finish_reason": raw, **fields}
    word = "model_length" if reason == "context_window" else reason
    return {"finish_reason": word, RAW_FINISH: raw, **fields}


def decode_usage(raw: Json) -> Usage:
    """Counts that do not overlap: `prompt_tokens` include what was read from the cache.

    Cached tokens stand in `prompt_tokens_details`, in older answers in `prompt_token_details` or `num_cached_tokens`.
    Reasoning is in `completion_tokens` and never counted apart.
    """
    prompt, completion = _count(raw, "prompt_tokens"), _count(raw, "completion_tokens")
    read = _count(raw.get("prompt_tokens_details"), "cached_tokens")
    if read is None:
        read = _count(raw.get("prompt_token_details"), "cached_tokens")
    if read is None:
        read = _count(raw, "num_cached_tokens")
    fresh = None if prompt is None else max(0, prompt - (read or 0))
    return Usage(fresh, completion, read, raw=raw)


def encode_usage(usage: Usage) -> Json:
    """Usage in this wire's words: the vendor's own object where it already is that, else one made of the counts."""
    if "prompt_tokens" in usage.raw and decode_usage(usage.raw) == usage:
        return usage.raw
    prompt = (usage.input or 0) + (usage.cache_read or 0) + (usage.cache_write or 0)
    output = usage.output or 0
    found: Json = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}
    if usage.cache_read is not None:
        found["prompt_tokens_details"] = {"cached_tokens": usage.cache_read}
    return found


def arguments_text(value: Any) -> str:
    """The arguments of a call, which are a string or an object on this wire, as text."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _count(source: Any, name: str) -> int | None:
    value = source.get(name) if isinstance(source, dict) else None
    return value if type(value) is int and value >= 0 else None

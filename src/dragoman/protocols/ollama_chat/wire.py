"""Words and numbers that both sides of the wire share: ends, counts, times, pictures and arguments.

Facts: Ollama's API reference (https://docs.ollama.com/api/chat) and the types of its server
(https://github.com/ollama/ollama/blob/main/api/types.go).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from ...types.content import Base64, Origin
from ...types.response import Finish, FinishReason, Usage
from ...wire.json import UNREADABLE

__all__ = [
    "METRICS",
    "OUR_EXTRA",
    "PROTOCOL_NAME",
    "RAW_FINISH",
    "WIRE",
    "arguments_text",
    "arguments_value",
    "compact",
    "decode_finish",
    "decode_picture",
    "decode_time",
    "decode_usage",
    "encode_finish",
    "encode_time",
    "encode_usage",
    "vendor_fields",
]

Json = dict[str, Any]

PROTOCOL_NAME: Final = "ollama_chat"

WIRE: Final = Origin(PROTOCOL_NAME)
"""The origin of vendor data that a client sent us: this wire, whoever's."""

OUR_EXTRA: Final = frozenset({"synthetic_id", "unnamed", "field"})
"""Keys of `extra` that this protocol writes for itself: how a block stood on the wire, not what stood there."""

RAW_FINISH: Final = "raw_done_reason"
"""A field of ours beside `done_reason`: a server says the provider's own word in it where this wire's word differs."""

METRICS: Final = (
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
)
"""What the last line says of the work: counts of tokens, and durations in nanoseconds."""

# The server's own words, and the common ones, which a server of ours says where this wire has none of its own.
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "refusal": "refusal",
    "pause": "pause",
    "context_window": "context_window",
    "error": "error",
    "cancelled": "cancelled",
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TIME = "0001-01-01T00:00:00Z"  # how Go, and so this wire, writes a time that is not set

# The first characters of pictures in base64.
_PICTURES = (
    ("iVBORw0KGgo", "image/png"),
    ("/9j/", "image/jpeg"),
    ("R0lGOD", "image/gif"),
    ("UklGR", "image/webp"),
    ("Qk", "image/bmp"),
)


def vendor_fields(extra: Json) -> Json:
    """The fields of `extra` that stood on the wire as they are."""
    return {name: value for name, value in extra.items() if name not in OUR_EXTRA}


def decode_finish(word: Any, raw: Any, *, calls: bool) -> Finish:
    """How an answer ended, by `done_reason` and what it holds.

    Ollama says `stop` also when tool calls wait for an answer, and nothing at all in old versions and when the model's
    process closed the connection: with `done` the answer is complete all the same.
    """
    word = word if isinstance(word, str) and word else None
    reason: FinishReason = "stop" if word is None else _FINISH.get(word, "other")
    if reason == "stop" and calls:
        reason = "tool_calls"
    return Finish(reason, raw if isinstance(raw, str) and raw else None)


def encode_finish(finish: Finish) -> Json:
    """The fields that say an end: the vendor's own word where this wire knows it to mean the same."""
    raw, reason = finish.raw, finish.reason
    plain = "stop" if reason == "tool_calls" else reason
    if raw is not None and _FINISH.get(raw, "other") == plain:
        return {"done_reason": raw}
    return {"done_reason": plain, RAW_FINISH: raw}


def decode_usage(raw: Json) -> Usage:
    """Counts; a prompt that was read from the cache in whole is not counted, which is not the same as 0."""
    return Usage(_count(raw, "prompt_eval_count"), _count(raw, "eval_count"), raw=raw)


def _count(raw: Json, name: str) -> int | None:
    value = raw.get(name)
    return value if type(value) is int and value >= 0 else None


def encode_usage(usage: Usage) -> Json:
    """Usage in this wire's words: the vendor's own fields where they are of this wire, else the counts."""
    if usage.raw and usage.raw.keys() <= set(METRICS) and decode_usage(usage.raw) == usage:
        return usage.raw
    counts: Json = {}
    if usage.input is not None:
        counts["prompt_eval_count"] = usage.input + (usage.cache_read or 0) + (usage.cache_write or 0)
    if usage.output is not None:
        counts["eval_count"] = usage.output
    return counts


def decode_time(value: Any) -> int | None:
    """Unix seconds of an RFC 3339 time; None for Go's zero time and for anything else."""
    if not isinstance(value, str) or value == _NO_TIME:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None


def encode_time(created: int | None) -> str:
    """Unix seconds as an RFC 3339 time."""
    if created is None:
        return _NO_TIME
    try:
        return (_EPOCH + timedelta(seconds=created)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return _NO_TIME


def decode_picture(data: str) -> Base64:
    """A picture, which this wire sends as bare base64: its kind is read from its first bytes."""
    return Base64(next((kind for start, kind in _PICTURES if data.startswith(start)), "image/*"), data)


def compact(text: str) -> bytes | None:
    """The text of a JSON object without blanks, every name and number spelled as it was; None where it is no object."""
    try:
        data = text.encode()
        if isinstance(msgspec.json.decode(data), dict):
            return msgspec.json.format(data, indent=-1)
    except UNREADABLE:
        pass  # not JSON, so not an object
    return None


def arguments_text(value: Any) -> str:
    """The arguments of a call, which stand on this wire as an object, as text."""
    if isinstance(value, str):
        return value
    return "{}" if value is None else msgspec.json.encode(value).decode()


def arguments_value(text: str) -> Any:
    """The same the other way: an object, or the text itself where it is none."""
    if not text.strip():
        return {}
    found = compact(text)
    return text if found is None else msgspec.Raw(found)

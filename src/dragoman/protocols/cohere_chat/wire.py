"""Words and numbers that both sides of the wire share: ends, counts and citations.

Facts: Cohere's API reference (https://docs.cohere.com/reference/chat) and the types of its SDK
(https://github.com/cohere-ai/cohere-python).
"""

from __future__ import annotations

from typing import Any, Final

from ...types.content import Citation, Origin
from ...types.response import Finish, FinishReason, Usage

__all__ = [
    "FAILED",
    "OUR_EXTRA",
    "PLAN",
    "PROTOCOL_NAME",
    "RAW_FINISH",
    "WIRE",
    "decode_citation",
    "decode_finish",
    "decode_usage",
    "encode_citation",
    "encode_finish",
    "encode_usage",
    "own_citation",
    "vendor_fields",
]

Json = dict[str, Any]

PROTOCOL_NAME: Final = "cohere_chat"

WIRE: Final = Origin(PROTOCOL_NAME)
"""The origin of vendor data that a client sent us: this wire, whoever's."""

PLAN: Final = "tool_plan"
"""The field, and the mark of a `Thinking` block, that holds what the model thinks before it calls tools."""

OUR_EXTRA: Final = frozenset({"synthetic_id", "field"})
"""Keys of `extra` that this protocol writes for itself: how a block stood on the wire, not what stood there."""

RAW_FINISH: Final = "raw_finish_reason"
"""A field of ours beside `finish_reason`: a server says the provider's own word in it where this wire's word differs."""

FAILED: Final = {"ERROR": 500, "TIMEOUT": 504}
"""Reasons that are errors of the server under a good status, and the status they stand for."""

_FINISH: dict[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",  # API v1, and servers that still speak its words
    "ERROR_LIMIT": "context_window",
    "USER_CANCEL": "cancelled",
}

_WORDS: dict[str, str] = {
    "stop": "COMPLETE",
    "length": "MAX_TOKENS",
    "tool_calls": "TOOL_CALL",
    "content_filter": "ERROR_TOXIC",
    "refusal": "ERROR_TOXIC",
    "pause": "COMPLETE",
    "context_window": "ERROR_LIMIT",
    "cancelled": "USER_CANCEL",
}


def vendor_fields(extra: Json) -> Json:
    """The fields of `extra` that stood on the wire as they are."""
    return {name: value for name, value in extra.items() if name not in OUR_EXTRA}


def decode_finish(word: Any, raw: Any, *, calls: bool) -> Finish:
    """How an answer ended; one that ends without a reason has ended by itself, or waits for results."""
    if not isinstance(word, str) or not word:
        return Finish("tool_calls" if calls else "stop")
    return Finish(_FINISH.get(word, "other"), raw if isinstance(raw, str) and raw else None)


def encode_finish(finish: Finish | None) -> Json:
    """The fields that say an end: the vendor's own word where this wire knows it to mean the same."""
    if finish is None:
        finish = Finish("stop")
    raw = finish.raw
    if raw is not None and raw not in FAILED and _FINISH.get(raw, "other") == finish.reason:
        return {"finish_reason": raw}
    return {"finish_reason": _WORDS.get(finish.reason, "COMPLETE"), RAW_FINISH: raw}


def decode_usage(raw: Json) -> Usage:
    """Counts that do not overlap: `tokens` are what was processed, the cached ones included.

    Where a server says only what it bills (`billed_units`), that is taken. Thinking is inside the output.
    """
    tokens = raw.get("tokens")
    counted = tokens if isinstance(tokens, dict) and tokens else raw.get("billed_units")
    counted = counted if isinstance(counted, dict) else {}
    given, read = _count(counted, "input_tokens"), _count(raw, "cached_tokens")
    if given is not None and read is not None:
        given = max(0, given - read)
    return Usage(given, _count(counted, "output_tokens"), read, None, _count(counted, "reasoning_tokens"), raw)


def _count(source: Json, name: str) -> int | None:
    """Counts are floats in the vendor's schema."""
    value = source.get(name)
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and value >= 0 else None


def encode_usage(usage: Usage) -> Json:
    """Usage in this wire's words: the vendor's own object where it already is that, else one made of the counts."""
    if ("tokens" in usage.raw or "billed_units" in usage.raw) and decode_usage(usage.raw) == usage:
        return usage.raw
    given = None if usage.input is None else usage.input + (usage.cache_read or 0) + (usage.cache_write or 0)
    counts = {"input_tokens": given, "output_tokens": usage.output}
    tokens = {name: count for name, count in {**counts, "reasoning_tokens": usage.reasoning}.items() if count is not None}
    found: Json = {"billed_units": {name: count for name, count in counts.items() if count is not None}, "tokens": tokens}
    return found if usage.cache_read is None else {**found, "cached_tokens": usage.cache_read}


def decode_citation(raw: Json) -> Citation:
    """A citation: its span counts characters of the text of one content part (https://docs.cohere.com/reference/chat); title,
    address and words are those of its first source, a document or what a tool gave."""
    sources = raw.get("sources")
    first = sources[0] if isinstance(sources, list) and sources and isinstance(sources[0], dict) else {}
    held = first.get("document", first.get("tool_output"))
    source = held if isinstance(held, dict) else {}
    kind, start, end = raw.get("type"), raw.get("start"), raw.get("end")
    return Citation(
        kind if isinstance(kind, str) else "",
        _words(source, "url"),
        _words(source, "title"),
        _words(source, "text", "snippet", "content"),
        start if type(start) is int else None,
        end if type(end) is int else None,
        raw,
    )


def _words(source: Json, *names: str) -> str | None:
    return next((value for name in names if isinstance(value := source.get(name), str)), None)


def own_citation(citation: Citation, place: int) -> Json | None:
    """The vendor's own object of a citation of the content part at `place`, None where it is another wire's."""
    raw = citation.raw
    if not raw or decode_citation(raw) != citation:
        return None
    return {**raw, "content_index": place} if "content_index" in raw else raw


def encode_citation(citation: Citation, place: int, text: str) -> Json:
    """A citation of the content part at `place`, whose text is `text`: all of it where the citation names no piece."""
    if (own := own_citation(citation, place)) is not None:
        return own
    start = 0 if citation.start is None else min(max(citation.start, 0), len(text))
    end = len(text) if citation.end is None else max(start, min(citation.end, len(text)))
    known = {"url": citation.url, "title": citation.title, "text": citation.text}
    document = {name: value for name, value in known.items() if value is not None}
    return {
        "start": start,
        "end": end,
        "text": text[start:end],
        "sources": [{"type": "document", "id": citation.url or citation.title or "", "document": document}],
        "content_index": place,
        "type": "TEXT_CONTENT",
    }

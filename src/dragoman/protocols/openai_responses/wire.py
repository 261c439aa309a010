"""Words and numbers of Responses that both sides of the wire share: how an answer ends, usage, citations, vendor fields.

Source: https://platform.openai.com/docs/api-reference/responses/object. There is no finish reason on this wire: `status`
says how the answer ended, and whether calls wait for results is read from its items. The raw word is the status, with the
reason of an incomplete answer behind a colon (`incomplete:max_output_tokens`).

An answer of a background request that is not there yet (`queued`, `in_progress`) finishes as `other`, and not as `pause`:
the same turn sent again would start a second answer. It is fetched by `Response.id`.
"""

from __future__ import annotations

from typing import Any, Final

from ...types.content import Citation
from ...types.response import Finish, FinishReason, Usage
from .json_text import Json

__all__ = [
    "STATUSES",
    "answer_fields",
    "decode_citation",
    "decode_finish",
    "decode_usage",
    "encode_citation",
    "encode_finish",
    "encode_usage",
]

_FINISHES: Final[dict[str, FinishReason]] = {
    "completed": "stop",
    "incomplete:max_output_tokens": "length",
    "incomplete:content_filter": "content_filter",
    "incomplete": "length",
    "cancelled": "cancelled",
    "failed": "error",
    "requires_action": "tool_calls",  # Perplexity: https://docs.perplexity.ai/api-reference/responses-post
}

_WORDS: Final[dict[str, str]] = {
    "stop": "completed",
    "tool_calls": "completed",
    "refusal": "completed",
    "length": "incomplete:max_output_tokens",
    "context_window": "incomplete:max_output_tokens",
    "content_filter": "incomplete:content_filter",
    "pause": "incomplete:max_output_tokens",
    "cancelled": "cancelled",
    "error": "failed",
    "other": "completed",
}

STATUSES: Final = frozenset({"completed", "incomplete", "cancelled", "queued", "in_progress"})
"""The statuses an answer can have that is not an error."""

_ENVELOPE: Final = frozenset({"id", "created_at", "model", "output", "usage", "status", "incomplete_details"})

_ECHOED: Final[Json] = {"object": "response", "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
"""Fields that every answer has, as they are where nothing was asked for: so they say nothing and are not kept."""


def answer_fields(response: Json) -> Json:
    """The vendor fields of an answer: all that say something beyond the envelope."""
    return {
        name: value
        for name, value in response.items()
        if value is not None
        and name not in _ENVELOPE
        and not (name in _ECHOED and value == _ECHOED[name])
        and not (name == "error" and response.get("status") == "failed")
    }


def decode_finish(response: Json, *, calls: bool, refused: bool) -> Finish:
    """How an answer ended, from its status and from what it holds."""
    status = response.get("status")
    raw = status if isinstance(status, str) and status else None
    details = response.get("incomplete_details")
    about: Json = {}
    if isinstance(details, dict):
        about = {name: value for name, value in details.items() if name != "reason" and value is not None}
        if raw is not None and isinstance(reason := details.get("reason"), str) and reason:
            raw = f"{raw}:{reason}"
    found: FinishReason = "stop" if raw is None else _FINISHES.get(raw, "other")
    if found == "stop":
        found = "tool_calls" if calls else "refusal" if refused else "stop"
    return Finish(found, raw, details=about)


def encode_finish(finish: Finish | None) -> Json:
    """The fields that say how an answer ended: its own word where it is one of this wire, else the nearest."""
    if finish is None:
        return {"status": "incomplete", "incomplete_details": None}
    word = finish.raw
    if word is None or word.partition(":")[0] not in STATUSES:
        word = _WORDS[finish.reason]
    status, _, reason = word.partition(":")
    details = {**({"reason": reason} if reason else {}), **finish.details}
    return {"status": status, "incomplete_details": details or None}


def _count(source: Any, name: str) -> int | None:
    value = source.get(name) if isinstance(source, dict) else None
    return value if type(value) is int and value >= 0 else None


def decode_usage(raw: Json) -> Usage:
    """Counts that do not overlap, from counts that do: `input_tokens` include what was read from and written to the cache."""
    asked = raw.get("input_tokens_details")
    total = _count(raw, "input_tokens")
    read, write = _count(asked, "cached_tokens"), _count(asked, "cache_write_tokens")
    if read is None and write is None:  # Perplexity has Anthropic's words
        read, write = _count(asked, "cache_read_input_tokens"), _count(asked, "cache_creation_input_tokens")
    fresh = None if total is None else max(0, total - (read or 0) - (write or 0))
    reasoning = _count(raw.get("output_tokens_details"), "reasoning_tokens")
    return Usage(fresh, _count(raw, "output_tokens"), read, write, reasoning, raw)


def encode_usage(usage: Usage) -> Json:
    """Usage in this wire's words: the vendor's own object where it already is that, else one made of the counts."""
    if decode_usage(usage.raw) == usage and ("input_tokens" in usage.raw or "output_tokens" in usage.raw):
        return usage.raw
    total, output = (usage.input or 0) + (usage.cache_read or 0) + (usage.cache_write or 0), usage.output or 0
    asked: Json = {"cached_tokens": usage.cache_read or 0}
    if usage.cache_write is not None:
        asked["cache_write_tokens"] = usage.cache_write
    return {
        "input_tokens": total,
        "input_tokens_details": asked,
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning or 0},
        "total_tokens": total + output,
    }


def decode_citation(annotation: Json) -> Citation:
    """An annotation as a citation; its own words are kept in `raw`.

    Places are characters of the part's text as Python counts them, the end exclusive (recorded answers agree, whatever the
    reference says of last characters). A `file_citation` has a point, its `index`, at which it is to be inserted; that of a
    `file_path` is a place in a list of files. `0` to `0` is how OpenRouter says no place.
    """
    kind, url = annotation.get("type"), annotation.get("url")
    title = annotation.get("title", annotation.get("filename"))
    start, end = annotation.get("start_index"), annotation.get("end_index")
    if kind == "file_citation" and start is None:
        start = end = annotation.get("index")
    placed = type(start) is int and type(end) is int and 0 <= start <= end and end > 0
    return Citation(
        kind if isinstance(kind, str) else "",
        url if isinstance(url, str) else None,
        title if isinstance(title, str) else None,
        start=start if placed else None,
        end=end if placed else None,
        raw=annotation,
    )


def encode_citation(citation: Citation, own: bool) -> Json:
    """A citation as an annotation: its own object where it is one of this wire (`own`), else the nearest kind."""
    if own and citation.raw:
        return citation.raw
    return {
        "type": "url_citation",
        "url": citation.url or "",
        "title": citation.title or "",
        "start_index": citation.start or 0,
        "end_index": citation.end or 0,
    }

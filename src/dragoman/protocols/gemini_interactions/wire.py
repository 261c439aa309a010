"""Words and numbers of Interactions that both sides of the wire share: how an answer ends, usage, citations, time, vendor fields.

Source: https://ai.google.dev/api/interactions-api. There is no finish reason on this wire: the interaction's `status` says how
the answer ended, and it is the raw word. An interaction that is not there yet (`queued`, `in_progress`, of a background
request) finishes as `other`, and not as `pause`: the same turn sent again would start a second one. It is fetched by
`Response.id`. One that `requires_continuation` is a `pause`: it goes on when it is sent again with the `continuation_token` that
stands in `Response.extra` (and, where it is stored, with its id as `previous_interaction_id` in place of the input).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from ...types.content import Citation, Origin, SourceSpan
from ...types.response import Finish, FinishReason, Usage
from ..byte_spans import ByteText
from ..server_tools import span_in_bytes
from .json_text import Json

__all__ = [
    "NAME",
    "UNFINISHED",
    "WIRE",
    "answer_fields",
    "bytes_of",
    "decode_citation",
    "decode_finish",
    "decode_time",
    "decode_usage",
    "encode_citation",
    "encode_finish",
    "encode_time",
    "encode_usage",
    "is_ours",
]

NAME: Final = "gemini_interactions"

WIRE: Final = Origin(NAME)
"""The origin of vendor data that a client sent us: this wire, whoever's."""

_FINISHES: Final[dict[str, FinishReason]] = {
    "completed": "stop",
    "requires_action": "tool_calls",
    "incomplete": "length",
    "budget_exceeded": "length",
    "requires_continuation": "pause",
    "cancelled": "cancelled",
    "failed": "error",
}

_WORDS: Final[dict[str, str]] = {
    "stop": "completed",
    "tool_calls": "requires_action",
    "length": "incomplete",
    "context_window": "incomplete",
    "content_filter": "incomplete",
    "refusal": "completed",
    "pause": "requires_continuation",
    "cancelled": "cancelled",
    "error": "failed",
    "other": "completed",
}

UNFINISHED: Final = frozenset({"queued", "in_progress"})
"""Statuses of an interaction that goes on."""

_WORD: Final = re.compile(r"[a-z]+(?:_[a-z]+)*")
_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")
_ENVELOPE: Final = frozenset({"id", "model", "status", "steps", "usage"})


def is_ours(origin: Origin | None) -> bool:
    """Whether a block's vendor data are of this wire."""
    return origin is not None and origin.protocol == NAME


def answer_fields(interaction: Json) -> Json:
    """The vendor fields of an answer: all that say something beyond the envelope. A time that `Started` can tell is left out,
    and so are the errors of an answer that failed, which its failure tells."""
    return {
        name: value
        for name, value in interaction.items()
        if value is not None
        and name not in _ENVELOPE
        and not (name == "object" and value == "interaction")
        and not (name == "created" and decode_time(value) is not None)
        and not (name == "errors" and interaction.get("status") == "failed")
    }


def decode_finish(status: Any, *, calls: bool) -> Finish:
    """How an answer ended. `completed` is told of answers with calls, too: then they wait for results all the same."""
    raw = status if isinstance(status, str) and status else None
    found: FinishReason = "stop" if raw is None else _FINISHES.get(raw, "other")
    return Finish("tool_calls" if calls and found == "stop" else found, raw)


def encode_finish(finish: Finish | None) -> str:
    """The status that says how an answer ended: its own word where it is one of this wire, else the nearest."""
    if finish is None:
        return "incomplete"
    word = finish.raw
    if word is None:
        return _WORDS[finish.reason]
    known = word in _FINISHES or word in UNFINISHED or (finish.reason == "other" and _WORD.fullmatch(word) is not None)
    return word if known else _WORDS[finish.reason]


def _count(source: Json, name: str) -> int | None:
    value = source.get(name)
    return value if type(value) is int and value >= 0 else None


def decode_usage(raw: Json) -> Usage:
    """Counts that do not overlap, from the vendor's, where the input includes what was cached, what the vendor's own tools
    brought is apart, and thoughts are apart from the output."""
    asked, cached, tools = (_count(raw, f"total_{name}_tokens") for name in ("input", "cached", "tool_use"))
    said, thought = _count(raw, "total_output_tokens"), _count(raw, "total_thought_tokens")
    return Usage(
        None if asked is None else max(asked - (cached or 0), 0) + (tools or 0),
        None if said is None and thought is None else (said or 0) + (thought or 0),
        cached,
        None,
        thought,
        raw,
    )


def encode_usage(usage: Usage) -> Json:
    """Usage in this wire's words: the vendor's own object where it already is that, else one made of the counts."""
    raw = usage.raw
    if raw and decode_usage(raw) == usage:
        return raw
    asked = (usage.input or 0) + (usage.cache_read or 0) + (usage.cache_write or 0)
    return {
        "total_input_tokens": asked,
        "total_cached_tokens": usage.cache_read or 0,
        "total_output_tokens": max((usage.output or 0) - (usage.reasoning or 0), 0),
        "total_thought_tokens": usage.reasoning or 0,
        "total_tool_use_tokens": 0,
        "total_tokens": asked + (usage.output or 0),
    }


def decode_citation(annotation: Json, text: ByteText) -> Citation:
    """An annotation of a text as a citation; its own words are kept in `raw`. The vendor's span counts bytes of the text
    (https://ai.google.dev/api/interactions-api#Resource:UrlCitation)."""

    def words(*names: str) -> str | None:
        return next((value for name in names if isinstance(value := annotation.get(name), str)), None)

    page = annotation.get("page_number")
    start, end = text.span(*bytes_of(annotation))
    return Citation(
        words("type") or "",
        words("url", "document_uri"),
        words("title", "file_name", "name"),
        words("text"),
        start,
        end,
        annotation,
        SourceSpan("page", page, page + 1) if type(page) is int else None,
    )


def bytes_of(annotation: Json) -> tuple[int | None, int | None]:
    """The span of an annotation in bytes, both None where there is none; a zero may be left out."""
    start, end = annotation.get("start_index"), annotation.get("end_index")
    return (start if type(start) is int else 0, end) if type(end) is int else (None, None)


def encode_citation(citation: Citation, own: bool, text: str) -> Json:
    """A citation of a text as an annotation: its own object where it is one of this wire (`own`), else the nearest kind."""
    if own and citation.raw:
        return citation.raw
    start, end = span_in_bytes(text, citation.start, citation.end)
    said = {"url": citation.url, "title": citation.title, "start_index": start, "end_index": end}
    return {"type": "url_citation", **{name: value for name, value in said.items() if value is not None}}


def decode_time(value: Any) -> int | None:
    """Unix seconds of a time in whole seconds, None for any other form."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def encode_time(created: int | None) -> str | None:
    """The time as this wire states it, None for a moment that no calendar has."""
    if created is None or not 0 <= created < 253_402_300_800:
        return None
    return datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Citations, both ways (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Citation.html).

What is cited is cited for all of the text beside it; places are those in the source, counted as its kind says.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Citation, SourceSpan
from .wire import Json, union

__all__ = ["decode_citation", "encode_citation", "is_own_citation"]

_PLACES = {
    "documentChar": ("char", "documentIndex"),
    "documentPage": ("page", "documentIndex"),
    "documentChunk": ("chunk", "documentIndex"),
    "searchResultLocation": ("block", "searchResultIndex"),
}
"""The unit a kind of location counts in, and its field of the source.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationLocation.html
"""

_KINDS = {unit: kind for kind, (unit, _) in _PLACES.items()}


def decode_citation(wire: Json) -> Citation:
    """A citation of any kind; its own words are kept in `raw`."""
    located = union(wire.get("location"))
    kind, place = located if located is not None and type(located[1]) is dict else ("", {})
    quoted = wire.get("sourceContent")
    pieces = quoted if type(quoted) is list else ()
    texts = [item["text"] for item in pieces if type(item) is dict and type(item.get("text")) is str]
    span = None
    if (known := _PLACES.get(kind)) is not None:
        unit, source = known
        span = SourceSpan(unit, _count(place.get("start")), _count(place.get("end")), _count(place.get(source)))
    return Citation(
        kind,
        _text(place.get("url")) or _text(wire.get("source")),
        _text(wire.get("title")),
        "".join(texts) or None,
        raw=wire,
        span=span,
    )


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def is_own_citation(citation: Citation) -> bool:
    """Whether a citation is in this wire's words, which unlike others' have no `type`."""
    raw = citation.raw
    return "type" not in raw and bool(raw.keys() & {"location", "sourceContent", "source", "title"})


def encode_citation(citation: Citation) -> Json:
    """A citation in its own words, where they are this wire's, else what this wire can say of it."""
    if is_own_citation(citation):
        return citation.raw
    wire: Json = {}
    if citation.title is not None:
        wire["title"] = citation.title
    if citation.text is not None:
        wire["sourceContent"] = [{"text": citation.text}]
    kind = _KINDS.get(citation.span.unit) if citation.span is not None else None
    if kind is not None and (citation.url is None or kind == "searchResultLocation"):
        assert citation.span is not None
        fields = {"start": citation.span.start, "end": citation.span.end, _PLACES[kind][1]: citation.span.source}
        wire["location"] = {kind: {name: value for name, value in fields.items() if value is not None}}
        if citation.url is not None:
            wire["source"] = citation.url
    elif citation.url is not None:
        wire["location"] = {"web": {"url": citation.url}}
    return wire

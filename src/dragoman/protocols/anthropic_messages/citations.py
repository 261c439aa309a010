"""Citations, both ways (https://platform.claude.com/docs/en/build-with-claude/citations).

The text that a citation belongs to is a block of its own here: what is cited is cited for the whole block. Places are those
in the source. Ends are exclusive, and page numbers begin with 1.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Citation, SourceSpan

__all__ = ["decode_citation", "encode_citation"]

_PLACES = {
    "char_location": ("char", "start_char_index", "end_char_index", "document_index"),
    "page_location": ("page", "start_page_number", "end_page_number", "document_index"),
    "content_block_location": ("block", "start_block_index", "end_block_index", "document_index"),
    "search_result_location": ("block", "start_block_index", "end_block_index", "search_result_index"),
}
"""The unit a kind counts in, and its fields of the beginning, the end and the source."""

_DOCUMENTS = {place[0]: kind for kind, place in _PLACES.items() if place[3] == "document_index"}
"""The kind of a place in a document, by its unit."""


def decode_citation(wire: dict[str, Any]) -> Citation:
    """A citation of any kind; its own words are kept in `raw`."""
    kind = _text(wire.get("type")) or ""
    span = None
    if (place := _PLACES.get(kind)) is not None:
        unit, start, end, source = place
        span = SourceSpan(unit, _count(wire.get(start)), _count(wire.get(end)), _count(wire.get(source)))
    return Citation(
        kind,
        _text(wire.get("url")) or _text(wire.get("source")),
        _text(wire.get("title")) or _text(wire.get("document_title")),
        _text(wire.get("cited_text")),
        raw=wire,
        span=span,
    )


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def encode_citation(citation: Citation) -> dict[str, Any]:
    """A citation in its own words, where they are this wire's, else as the kind this wire has for what is known of it."""
    if str(citation.raw.get("type")).endswith("_location"):
        return citation.raw
    span, text = citation.span, citation.text or ""
    if span is not None and None not in (span.start, span.end, span.source):
        if citation.url is None and (kind := _DOCUMENTS.get(span.unit)) is not None:
            titled = {"cited_text": text, "document_title": citation.title}
            return {"type": kind, **titled, **_encode_place(kind, span)}
        if citation.url is not None and span.unit == "block":
            kind = "search_result_location"
            titled = {"cited_text": text, "source": citation.url, "title": citation.title}
            return {"type": kind, **titled, **_encode_place(kind, span)}
    return {
        "type": "web_search_result_location",
        "url": citation.url or "",
        "title": citation.title,
        "cited_text": text,
        "encrypted_index": "",
    }


def _encode_place(kind: str, span: SourceSpan) -> dict[str, Any]:
    _, start, end, source = _PLACES[kind]
    return {start: span.start, end: span.end, source: span.source}

"""Citations to values and back: places are those in the source, and other wires' citations become the nearest kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.anthropic_messages import PROTOCOL
from dragoman.protocols.anthropic_messages.citations import decode_citation, encode_citation
from dragoman.protocols.base import Target
from dragoman.types import Citation, SourceSpan, Text

KINDS: list[tuple[dict[str, Any], Citation]] = [
    (
        {
            "type": "char_location",
            "document_title": "t",
            "cited_text": "c",
            "document_index": 2,
            "start_char_index": 1,
            "end_char_index": 2,
        },
        Citation("char_location", title="t", text="c", span=SourceSpan("char", 1, 2, 2)),
    ),
    (
        {"type": "page_location", "document_title": None, "document_index": 0, "start_page_number": 1, "end_page_number": 3},
        Citation("page_location", span=SourceSpan("page", 1, 3, 0)),
    ),
    (
        {"type": "content_block_location", "start_block_index": 0, "end_block_index": 1},
        Citation("content_block_location", span=SourceSpan("block", 0, 1)),
    ),
    (
        {
            "type": "search_result_location",
            "search_result_index": 4,
            "source": "https://s",
            "title": "t",
            "start_block_index": 0,
            "end_block_index": 2,
            "cited_text": "c",
        },
        Citation("search_result_location", "https://s", "t", "c", span=SourceSpan("block", 0, 2, 4)),
    ),
    (
        {"type": "web_search_result_location", "url": "u", "title": "t", "cited_text": "c", "encrypted_index": "e"},
        Citation("web_search_result_location", "u", "t", "c"),
    ),
    ({"type": "new_location", "start": 4, "end": 5}, Citation("new_location")),
    ({}, Citation()),
]


@pytest.mark.parametrize(("wire", "expected"), KINDS, ids=[str(wire.get("type")) for wire, _ in KINDS])
def test_a_citation_says_where_in_the_source(wire: dict[str, Any], expected: Citation) -> None:
    """Each kind counts in its own units; no place in a source is one in the answer, and the vendor's object is kept."""
    citation = decode_citation(wire)

    assert wire == citation.raw
    assert (None, None) == (citation.start, citation.end)
    fields = ("kind", "url", "title", "text", "span")
    assert [getattr(expected, name) for name in fields] == [getattr(citation, name) for name in fields]


@pytest.mark.parametrize("wire", [wire for wire, _ in KINDS if wire], ids=[kind.kind for _, kind in KINDS if kind.kind])
def test_a_citation_goes_back_as_it_came(wire: dict[str, Any]) -> None:
    """Replay is the vendor's own object."""
    assert wire == encode_citation(decode_citation(wire))


@pytest.mark.parametrize("place", [wire for wire, citation in KINDS if citation.span is not None and citation.span.source])
def test_a_place_in_a_source_is_said_in_this_wires_words(place: dict[str, Any]) -> None:
    """A citation of another wire that says the same gives the same object."""
    read = decode_citation(place)
    foreign = Citation("theirs", read.url, read.title, read.text, 5, 9, {"theirs": 1}, read.span)

    assert place == encode_citation(foreign)


@pytest.mark.parametrize(
    "span",
    [None, SourceSpan("char", 1, 2, 0), SourceSpan("chunk", 1, 2, 0), SourceSpan("block", None, 2, 0), SourceSpan("block", 1, 2)],
)
def test_a_foreign_citation_of_an_address_becomes_a_web_result(span: SourceSpan | None) -> None:
    """What the nearest kind has no field for is not said, the place in the answer least of all."""
    wire = encode_citation(Citation("url_citation", "https://x", "X", start=3, end=7, raw={"type": "url_citation"}, span=span))

    expected = {
        "type": "web_search_result_location",
        "url": "https://x",
        "title": "X",
        "cited_text": "",
        "encrypted_index": "",
    }
    assert expected == wire


def test_an_answer_cites_the_same_whole_and_streamed(decode: Callable[..., Any], target: Target) -> None:
    """Words beyond ASCII move nothing: what is cited is cited for all of the text."""
    wires = [wire for wire, citation in KINDS if citation.kind]
    text = "日本 – 5 °C 🙂"
    usage = {"input_tokens": 1, "output_tokens": 1}
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "usage": usage, "stop_sequence": None}
    whole = {**head, "content": [{"type": "text", "text": text, "citations": wires}], "stop_reason": "end_turn"}
    streamed = decode(
        {"type": "message_start", "message": {**head, "content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "", "citations": []}},
        *[{"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta", "citation": wire}} for wire in wires],
        *[{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in text],
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    )
    said = accumulate(PROTOCOL.decode_response(json.dumps(whole).encode(), target)).message.content

    assert said == accumulate(streamed).message.content
    assert (Text(text, tuple(map(decode_citation, wires)), origin=target.origin()),) == said

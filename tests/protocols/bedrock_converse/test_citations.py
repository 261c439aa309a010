"""Citations to values and back: places are those in the source, and other wires' citations become the nearest kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.bedrock_converse import PROTOCOL
from dragoman.protocols.bedrock_converse.citations import decode_citation, encode_citation, is_own_citation
from dragoman.types import Citation, SourceSpan, Text

QUOTED = {"title": "t", "source": "u", "sourceContent": [{"text": "q"}, {"text": "r"}]}
KINDS: list[tuple[dict[str, Any], str, SourceSpan | None]] = [
    ({"documentChar": {"documentIndex": 2, "start": 0, "end": 9}}, "documentChar", SourceSpan("char", 0, 9, 2)),
    ({"documentPage": {"documentIndex": 0, "start": 1, "end": 2}}, "documentPage", SourceSpan("page", 1, 2, 0)),
    ({"documentChunk": {"documentIndex": 1, "start": 3}}, "documentChunk", SourceSpan("chunk", 3, None, 1)),
    (
        {"searchResultLocation": {"searchResultIndex": 4, "start": 0, "end": 1}},
        "searchResultLocation",
        SourceSpan("block", 0, 1, 4),
    ),
    ({"documentPage": {"start": "1"}}, "documentPage", SourceSpan("page")),
    ({"newLocation": {"start": 1, "end": 2}}, "newLocation", None),
    ({"web": {"domain": "x"}}, "web", None),
]


@pytest.mark.parametrize(("location", "kind", "span"), KINDS, ids=[kind for _, kind, _ in KINDS])
def test_a_citation_says_where_in_the_source(location: dict[str, Any], kind: str, span: SourceSpan | None) -> None:
    """Each kind counts in its own units; no place in a source is one in the answer, and replay is the vendor's object."""
    raw = {**QUOTED, "location": location}
    citation = decode_citation(raw)

    assert Citation(kind, "u", "t", "qr", raw=raw, span=span) == citation
    assert raw == encode_citation(citation)


def test_a_citation_of_the_web() -> None:
    """Its address stands in its place."""
    raw = {"location": {"web": {"url": "https://x", "domain": "x"}}}

    assert decode_citation(raw) == Citation("web", "https://x", raw=raw)
    assert decode_citation({"location": "?"}) == Citation(raw={"location": "?"})


@pytest.mark.parametrize(("location", "span"), [(location, span) for location, _, span in KINDS if span and span.source])
def test_a_place_in_a_source_is_said_in_this_wires_words(location: dict[str, Any], span: SourceSpan) -> None:
    """A citation of another wire that says the same gives the same object; a place in the answer has no field."""
    found = "searchResultLocation" in location
    foreign = Citation("theirs", "u" if found else None, "t", "q", 5, 9, {"type": "theirs"}, span)

    expected = {"title": "t", "sourceContent": [{"text": "q"}], "location": location}
    assert ({**expected, "source": "u"} if found else expected) == encode_citation(foreign)


def test_citations_of_other_wires() -> None:
    """What can be said of them is said in this wire's words: an address is a place in the web, whatever the place in it."""
    foreign = Citation(
        "web_search_result_location",
        "https://x",
        "t",
        "q",
        raw={"type": "web_search_result_location"},
        span=SourceSpan("char", 1),
    )
    expected = {"title": "t", "sourceContent": [{"text": "q"}], "location": {"web": {"url": "https://x"}}}

    assert not is_own_citation(foreign)
    assert encode_citation(foreign) == expected
    assert is_own_citation(Citation(raw=expected))
    assert encode_citation(Citation()) == {}


def test_an_answer_cites_the_same_whole_and_streamed(decode: Callable[..., Any], target: Target) -> None:
    """Words beyond ASCII move nothing: what is cited is cited for all of the text."""
    wires = [{**QUOTED, "location": location} for location, _, _ in KINDS]
    text = "日本 – 5 °C 🙂"
    cited = {"citationsContent": {"content": [{"text": text}], "citations": wires}}
    whole = {"output": {"message": {"role": "assistant", "content": [cited]}}, "stopReason": "end_turn"}
    streamed = decode(
        ("messageStart", {"role": "assistant"}),
        *[("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}}) for piece in text],
        *[("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"citation": wire}}) for wire in wires],
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": "end_turn"}),
        ("metadata", {"usage": {}}),
    )
    said = accumulate(PROTOCOL.decode_response(json.dumps(whole).encode(), target)).message.content

    assert said == accumulate(streamed).message.content
    assert (Text(text, tuple(map(decode_citation, wires))),) == said

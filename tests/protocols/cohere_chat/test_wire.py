"""Words and numbers of the wire, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.cohere_chat.wire import (
    decode_citation,
    decode_finish,
    decode_usage,
    encode_citation,
    encode_finish,
    encode_usage,
    own_citation,
    vendor_fields,
)
from dragoman.types import Citation, Finish, SourceSpan, Usage


@pytest.mark.parametrize(
    ("word", "calls", "finish"),
    [
        ("COMPLETE", False, Finish("stop", "COMPLETE")),
        ("STOP_SEQUENCE", False, Finish("stop", "STOP_SEQUENCE")),
        ("MAX_TOKENS", True, Finish("length", "MAX_TOKENS")),
        ("TOOL_CALL", True, Finish("tool_calls", "TOOL_CALL")),
        ("NEW", False, Finish("other", "NEW")),
        (None, False, Finish("stop")),
        ("", True, Finish("tool_calls")),
    ],
)
def test_ends(word: Any, calls: bool, finish: Finish) -> None:
    """In the common and in the vendor's word."""
    assert finish == decode_finish(word, word, calls=calls)


@pytest.mark.parametrize(
    ("finish", "fields"),
    [
        (Finish("stop", "STOP_SEQUENCE"), {"finish_reason": "STOP_SEQUENCE"}),
        (Finish("other", "NEW"), {"finish_reason": "NEW"}),
        (Finish("tool_calls", "tool_use"), {"finish_reason": "TOOL_CALL", "raw_finish_reason": "tool_use"}),
        (Finish("content_filter", "SAFETY"), {"finish_reason": "ERROR_TOXIC", "raw_finish_reason": "SAFETY"}),
        (Finish("other", "ERROR"), {"finish_reason": "COMPLETE", "raw_finish_reason": "ERROR"}),
        (None, {"finish_reason": "COMPLETE", "raw_finish_reason": None}),
    ],
)
def test_ends_said(finish: Finish | None, fields: dict[str, Any]) -> None:
    """This wire's word, and the vendor's own beside it where it is another."""
    assert fields == encode_finish(finish)


def test_counts() -> None:
    """What was processed, without what was cached; what was billed where that is all; floats are whole numbers."""
    own = {
        "billed_units": {"input_tokens": 10.0},
        "tokens": {"input_tokens": 120.0, "output_tokens": 30, "reasoning_tokens": 9},
        "cached_tokens": 64,
    }

    assert Usage(56, 30, 64, None, 9, own) == decode_usage(own)
    assert Usage(10, raw={"billed_units": {"input_tokens": 10.0}}) == decode_usage({"billed_units": {"input_tokens": 10.0}})
    assert Usage(0, None, 9, raw=(odd := {"tokens": {"input_tokens": 5, "output_tokens": -1.5}, "cached_tokens": 9})) == (
        decode_usage(odd)
    )
    assert own == encode_usage(Usage(56, 30, 64, None, 9, own))
    assert {"billed_units": {"input_tokens": 10}, "tokens": {"input_tokens": 10, "reasoning_tokens": 1}, "cached_tokens": 5} == (
        encode_usage(Usage(4, None, 5, 1, 1, {"prompt_tokens": 10}))
    )


def test_citations() -> None:
    """Span in the answer, and title, address and words of the first source; the vendor's object goes back at its place."""
    document = {"title": "t", "url": "u", "text": "said there"}
    raw = {"start": 1, "end": 2, "text": "x", "type": "TEXT_CONTENT", "sources": [{"document": document}], "content_index": 0}
    citation = decode_citation(raw)

    assert Citation("TEXT_CONTENT", "u", "t", "said there", 1, 2, raw) == citation
    assert {**raw, "content_index": 3} == encode_citation(citation, 3, "axb")
    assert {**raw, "content_index": 3} == own_citation(citation, 3)
    assert Citation(raw={"sources": [5]}) == decode_citation({"sources": [5]})
    assert {"start": 5} == encode_citation(decode_citation({"start": 5}), 1, "")


def test_what_a_tool_gave_is_a_source() -> None:
    """It stands under another name and has the caller's fields."""
    given = {"sources": [{"type": "tool", "id": "c:0", "tool_output": {"url": "u", "content": "Ruby"}}]}

    assert Citation("", "u", None, "Ruby", raw=given) == decode_citation(given)
    assert Citation(raw={"sources": [{"document": 5}]}) == decode_citation({"sources": [{"document": 5}]})


@pytest.mark.parametrize(
    ("citation", "span", "document"),
    [
        (Citation("url_citation", "u", "t", "there", 1, 3, {"type": "url_citation"}), (1, 3, "éb"), ("u", "t", "there")),
        (Citation("web", title="t"), (0, 4, "aébc"), (None, "t", None)),
        (Citation(start=3, span=SourceSpan("char", 50, 90)), (3, 4, "c"), (None, None, None)),
        (Citation(start=9, end=12), (4, 4, ""), (None, None, None)),
    ],
)
def test_citations_of_other_wires(citation: Citation, span: Any, document: Any) -> None:
    """They are said in this wire's words, whatever object they carry: all of the text where they name no piece of it."""
    known = {name: value for name, value in zip(("url", "title", "text"), document, strict=True) if value is not None}
    id = known.get("url") or known.get("title") or ""

    assert own_citation(citation, 2) is None
    assert {
        "start": span[0],
        "end": span[1],
        "text": span[2],
        "sources": [{"type": "document", "id": id, "document": known}],
        "content_index": 2,
        "type": "TEXT_CONTENT",
    } == encode_citation(citation, 2, "aébc")


def test_our_own_marks_are_not_the_vendors() -> None:
    """They say how a block stood on the wire and are never sent."""
    assert {"x": 1} == vendor_fields({"synthetic_id": True, "field": "tool_plan", "x": 1})

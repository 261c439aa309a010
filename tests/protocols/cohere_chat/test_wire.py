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
    vendor_fields,
)
from dragoman.types import Citation, Finish, Usage


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
    """Span, text, and title and address of the first source; the vendor's object goes back at its place."""
    document = {"title": "t", "url": "u"}
    raw = {"start": 1, "end": 2, "text": "x", "type": "TEXT_CONTENT", "sources": [{"document": document}], "content_index": 0}
    citation = decode_citation(raw)

    assert Citation("TEXT_CONTENT", "u", "t", "x", 1, 2, raw) == citation
    assert {**raw, "content_index": 3} == encode_citation(citation, 3)
    assert Citation(raw={"sources": [5]}) == decode_citation({"sources": [5]})
    assert {"start": 5} == encode_citation(decode_citation({"start": 5}), 1)


def test_citations_of_other_wires() -> None:
    """They are said in this wire's words, whatever object they carry."""
    assert {
        "start": 0,
        "end": 3,
        "text": "abc",
        "sources": [{"type": "document", "id": "u", "document": {"url": "u", "title": "t"}}],
        "content_index": 2,
        "type": "TEXT_CONTENT",
    } == encode_citation(Citation("url_citation", "u", "t", "abc", 0, 3, {"type": "url_citation"}), 2)


def test_our_own_marks_are_not_the_vendors() -> None:
    """They say how a block stood on the wire and are never sent."""
    assert {"x": 1} == vendor_fields({"synthetic_id": True, "field": "tool_plan", "x": 1})

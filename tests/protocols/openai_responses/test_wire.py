"""Ends, counts, citations and vendor fields."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_responses import PROTOCOL
from dragoman.protocols.openai_responses.wire import (
    answer_fields,
    decode_citation,
    decode_finish,
    decode_usage,
    encode_citation,
    encode_finish,
    encode_usage,
)
from dragoman.testing.conformance import Exchange
from dragoman.testing.conformance.answers import read
from dragoman.types import Citation, Finish, SourceSpan, Text, Usage


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("completed", None, Finish("stop", "completed")),
        ("incomplete", "max_output_tokens", Finish("length", "incomplete:max_output_tokens")),
        ("incomplete", "content_filter", Finish("content_filter", "incomplete:content_filter")),
        ("incomplete", "steered", Finish("other", "incomplete:steered")),
        ("cancelled", None, Finish("cancelled", "cancelled")),
        ("queued", None, Finish("other", "queued")),
        ("in_progress", None, Finish("other", "in_progress")),
        (None, None, Finish("stop")),
    ],
)
def test_ends(status: str | None, reason: str | None, expected: Finish) -> None:
    """Each status has a common word and keeps its own, and is said again as it was."""
    details = {"reason": reason} if reason else None
    wire = {"status": status, "incomplete_details": details}

    assert decode_finish(wire, calls=False, refused=False) == expected
    if status is not None:
        assert encode_finish(expected) == wire


def test_what_an_answer_holds_decides_a_good_end() -> None:
    """Calls wait for results, a refusal declines; an answer that is cut is cut whatever it holds."""
    assert decode_finish({"status": "completed"}, calls=True, refused=True) == Finish("tool_calls", "completed")
    assert decode_finish({"status": "completed"}, calls=False, refused=True) == Finish("refusal", "completed")
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    assert decode_finish(cut, calls=True, refused=False).reason == "length"


@pytest.mark.parametrize(
    ("finish", "status", "reason"),
    [
        (Finish("tool_calls", "tool_use"), "completed", None),
        (Finish("length", "MAX_TOKENS"), "incomplete", "max_output_tokens"),
        (Finish("refusal", "refusal"), "completed", None),
        (Finish("content_filter"), "incomplete", "content_filter"),
        (Finish("cancelled"), "cancelled", None),
    ],
)
def test_ends_of_other_wires(finish: Finish, status: str, reason: str | None) -> None:
    """Another wire's end is said in the nearest words."""
    assert encode_finish(finish) == {"status": status, "incomplete_details": {"reason": reason} if reason else None}


def test_more_about_an_incomplete_answer_is_kept() -> None:
    """Fields beside the reason stay."""
    wire: dict[str, Any] = {"status": "incomplete", "incomplete_details": {"reason": "content_filter", "source": "output"}}
    finish = decode_finish(wire, calls=False, refused=False)

    assert finish.details == {"source": "output"}
    assert encode_finish(finish) == wire


def test_counts_do_not_overlap() -> None:
    """What was read from or written to the cache is part of the wire's input and not of ours."""
    raw = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 15},
        "total_tokens": 120,
    }

    assert decode_usage(raw) == Usage(30, 20, 60, 10, 15, raw)
    assert encode_usage(decode_usage(raw)) is raw


def test_unknown_counts_are_not_zero() -> None:
    """What a server leaves out, or says in no number, is unknown."""
    assert decode_usage({"input_tokens": 5, "output_tokens": True}) == Usage(5, raw={"input_tokens": 5, "output_tokens": True})


def test_counts_of_other_wires() -> None:
    """Counts are added up to what this wire means by them."""
    assert encode_usage(Usage(30, 20, 60, 10, 15, {"prompt_tokens": 1})) == {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 15},
        "total_tokens": 120,
    }


def test_citations() -> None:
    """A web source has its span; a file its name and a point of the text; the vendor's object stays beside them."""
    web = {"type": "url_citation", "url": "https://a", "title": "A", "start_index": 1, "end_index": 4}
    file = {"type": "file_citation", "file_id": "file_1", "filename": "a.txt", "index": 3}
    made = {"type": "container_file_citation", "filename": "b.csv", "file_id": "f", "start_index": 5, "end_index": 9}

    assert decode_citation(web) == Citation("url_citation", "https://a", "A", None, 1, 4, web)
    assert decode_citation(file) == Citation("file_citation", None, "a.txt", None, 3, 3, file)
    assert decode_citation(made) == Citation("container_file_citation", None, "b.csv", None, 5, 9, made)
    assert encode_citation(decode_citation(file), own=True) is file


@pytest.mark.parametrize(
    "annotation",
    [
        {"type": "url_citation", "url": "https://a"},  # xAI
        {"type": "url_citation", "url": "https://a", "start_index": 0, "end_index": 0},  # OpenRouter
        {"type": "url_citation", "url": "https://a", "start_index": 4, "end_index": 3},
        {"type": "url_citation", "url": "https://a", "start_index": "0", "end_index": 4},
        {"type": "file_citation", "url": "https://a", "index": 0},
        {"type": "file_path", "url": "https://a", "index": 2},  # a place in a list of files
    ],
)
def test_citations_without_a_place(annotation: dict[str, Any]) -> None:
    """Mean all of the text, or nothing that is a place in it."""
    found = decode_citation(annotation)

    assert ("https://a", None, None) == (found.url, found.start, found.end)
    assert encode_citation(found, own=True) is annotation


def test_a_foreign_citation_is_placed_in_the_answer() -> None:
    """Where it stands in its source has no place here."""
    span = SourceSpan("page", 7, 8)
    said = encode_citation(Citation("page_location", None, "A", "words", 2, 5, {"type": "page_location"}, span), own=False)

    assert {"type": "url_citation", "url": "", "title": "A", "start_index": 2, "end_index": 5} == said


def test_citations_of_other_wires() -> None:
    """Another vendor's citation is said as the nearest kind."""
    citation = Citation("web_search_result_location", "https://a", "A", raw={"type": "web_search_result_location"})

    assert encode_citation(citation, own=False) == {
        "type": "url_citation",
        "url": "https://a",
        "title": "A",
        "start_index": 0,
        "end_index": 0,
    }


def test_fields_that_say_nothing_are_not_kept() -> None:
    """What every answer has, as it is where nothing was asked for, is no vendor field; a failure's error has its own place."""
    wire = {"object": "response", "tools": [], "tool_choice": "auto", "parallel_tool_calls": True, "user": None, "id": "x"}

    assert answer_fields(wire) == {}
    assert answer_fields({"tools": [1], "object": "response.compaction"}) == {"tools": [1], "object": "response.compaction"}
    assert answer_fields({"status": "failed", "error": {"code": "x"}}) == {}
    assert answer_fields({"status": "completed", "error": {"code": "x"}}) == {"error": {"code": "x"}}


def test_places_of_recorded_citations(recorded: list[tuple[Exchange, Target]]) -> None:
    """What OpenAI cites of its own text is the link or the file name that stands there, letters beyond ASCII before it or not."""
    cited = []
    for exchange, target in recorded:
        response = read(PROTOCOL, target, exchange.framing, exchange.body).response
        blocks = response.message.content if response is not None else ()
        for text in [block for block in blocks if isinstance(block, Text)]:
            for each in text.citations:
                if each.start is not None and each.start != each.end:
                    cited.append((exchange.id, each.url or each.title, text.text[each.start : each.end]))

    assert len(cited) > 9
    assert [] == [(id, name) for id, name, words in cited if not name or name not in words]

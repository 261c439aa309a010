"""Words and numbers of the wire: how an answer ends, counts, citations, time."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman.protocols.byte_spans import ByteText
from dragoman.protocols.gemini_interactions.wire import (
    answer_fields,
    decode_citation,
    decode_finish,
    decode_time,
    decode_usage,
    encode_citation,
    encode_finish,
    encode_time,
    encode_usage,
    is_ours,
)
from dragoman.types import Citation, Finish, Origin, SourceSpan, Usage


@pytest.mark.parametrize(
    ("status", "calls", "reason"),
    [
        ("completed", False, "stop"),
        ("completed", True, "tool_calls"),
        ("requires_action", True, "tool_calls"),
        ("incomplete", False, "length"),
        ("incomplete", True, "length"),
        ("budget_exceeded", False, "length"),
        ("requires_continuation", False, "pause"),
        ("cancelled", False, "cancelled"),
        ("in_progress", False, "other"),
        ("queued", False, "other"),
        ("new_word", False, "other"),
    ],
)
def test_statuses_are_finishes(status: str, calls: bool, reason: Any) -> None:
    """Each status has its common word, and goes back as it came."""
    finish = decode_finish(status, calls=calls)

    assert finish == Finish(reason, status)
    assert status == encode_finish(finish)


def test_an_answer_without_a_status_just_ended() -> None:
    """Nothing is made up for a status that is no word."""
    assert decode_finish(None, calls=False) == Finish("stop")
    assert decode_finish(7, calls=True) == Finish("tool_calls")


@pytest.mark.parametrize(
    ("finish", "status"),
    [
        (None, "incomplete"),
        (Finish("stop", "end_turn"), "completed"),
        (Finish("tool_calls", "tool_use"), "requires_action"),
        (Finish("length", "MAX_TOKENS"), "incomplete"),
        (Finish("content_filter", "SAFETY"), "incomplete"),
        (Finish("refusal", "refusal"), "completed"),
        (Finish("pause", "pause_turn"), "requires_continuation"),
        (Finish("other", "STRANGE"), "completed"),
        (Finish("error"), "failed"),
    ],
)
def test_finishes_of_other_wires_are_the_nearest_status(finish: Finish | None, status: str) -> None:
    """Another wire's word is not sent as a status of this one."""
    assert status == encode_finish(finish)


def test_counts_do_not_overlap() -> None:
    """Cached input is taken out of the input, what tools brought is added, thoughts are part of the output."""
    raw = {
        "total_input_tokens": 22,
        "total_cached_tokens": 2,
        "total_output_tokens": 973,
        "total_thought_tokens": 249,
        "total_tool_use_tokens": 129,
        "total_tokens": 1373,
    }
    usage = decode_usage(raw)

    assert usage == Usage(149, 1222, 2, None, 249, raw)
    assert usage.total == 1373
    assert encode_usage(usage) is raw


def test_unknown_counts_stay_unknown() -> None:
    """What is missing or no count is None, not 0."""
    assert decode_usage({"total_input_tokens": "3", "total_output_tokens": True}) == Usage(
        raw={"total_input_tokens": "3", "total_output_tokens": True}
    )
    assert decode_usage({"total_thought_tokens": 3}).output == 3


def test_counts_of_other_wires_are_put_in_these_words() -> None:
    """Read back, they are the same counts."""
    usage = Usage(10, 7, 3, 1, 2, {"prompt_tokens": 14})
    read = decode_usage(encode_usage(usage))

    assert (read.input, read.output, read.cache_read, read.reasoning) == (11, 7, 3, 2)
    assert encode_usage(usage)["total_tokens"] == 21


TEXT = "Né – déjà vu 😀."


def counted(text: str) -> ByteText:
    found = ByteText()
    found.add(text)
    return found


@pytest.mark.parametrize(
    ("annotation", "citation"),
    [
        (
            {"type": "url_citation", "url": "https://a.test", "title": "a", "start_index": 8, "end_index": 14},
            Citation("url_citation", "https://a.test", "a", None, 5, 9),
        ),
        (
            {"type": "file_citation", "document_uri": "files/1", "file_name": "a.pdf", "page_number": 3, "end_index": 3},
            Citation("file_citation", "files/1", "a.pdf", None, 0, 2, span=SourceSpan("page", 3, 4)),
        ),
        (
            {"type": "place_citation", "name": "Oslo", "url": "https://maps.test"},
            Citation("place_citation", "https://maps.test", "Oslo"),
        ),
        ({"start_index": "1", "end_index": 99, "page_number": "3"}, Citation()),
    ],
)
def test_annotations_are_citations(annotation: dict[str, Any], citation: Citation) -> None:
    """Each kind has its source and its title, and its place in the text in characters; it goes back as it came."""
    read = decode_citation(annotation, counted(TEXT))

    assert msgspec.structs.replace(citation, raw=annotation) == read
    assert encode_citation(read, True, TEXT) is annotation


def test_a_citation_of_another_wire_is_one_of_a_url() -> None:
    """Its own object means nothing here, and its characters are bytes."""
    citation = Citation("web", "https://a.test", start=5, end=9, raw={"odd": 1}, span=SourceSpan("char", 70, 80))
    said = {"type": "url_citation", "url": "https://a.test", "start_index": 8, "end_index": 14}

    assert said == encode_citation(citation, False, TEXT)
    assert {"type": "url_citation", "title": "t"} == encode_citation(Citation(title="t"), False, TEXT)


def test_times_in_whole_seconds_are_told() -> None:
    """Others stay as they are among the vendor's fields."""
    assert decode_time("1970-01-01T00:01:00Z") == 60
    assert encode_time(60) == "1970-01-01T00:01:00Z"
    assert [decode_time(value) for value in ("1970-01-01T00:01:00.5Z", "1970-99-01T00:00:00Z", 7, None)] == [None] * 4
    assert [encode_time(value) for value in (None, -1, 10**15)] == [None] * 3
    assert answer_fields({"created": "1970-01-01T00:00:00.5Z"}) == {"created": "1970-01-01T00:00:00.5Z"}


def test_fields_beyond_the_envelope_are_the_vendors() -> None:
    """What every answer has says nothing; an error that a failure tells is not told twice."""
    wire = {
        "id": "i",
        "model": "m",
        "status": "failed",
        "object": "interaction",
        "errors": [{}],
        "agent": "a",
        "steps": [],
        "x": None,
    }

    assert answer_fields(wire) == {"agent": "a"}
    assert answer_fields({**wire, "status": "completed", "object": "other"}) == {"errors": [{}], "agent": "a", "object": "other"}


def test_whose_a_block_is() -> None:
    """The wire decides, whichever provider speaks it."""
    assert is_ours(Origin("gemini_interactions", "anyone"))
    assert not is_ours(Origin("gemini"))
    assert not is_ours(None)

"""Whole bodies: the same events as the stream, arrays of chunks, errors, and what is no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.types import BlockStart, Event, Extra, Failed, Finish, Finished, Started, Text, TextDelta, UsageUpdate

Whole = Callable[..., list[Event]]
Say = Callable[..., dict[str, Any]]


def test_a_whole_answer(whole: Whole, say: Say) -> None:
    """Text comes in one delta a block, counts at the end."""
    body = {**say({"text": "Hello"}, finishReason="STOP", avgLogprobs=-1), "usageMetadata": {"promptTokenCount": 1}}
    events = whole(body)

    assert events[:3] == [Started(), Extra({"avgLogprobs": -1}), BlockStart(0, Text(""))]
    assert events[3] == TextDelta(0, "Hello")
    assert isinstance(events[-2], UsageUpdate)
    assert events[-1] == Finished(Finish("stop", "STOP"))


def test_a_whole_answer_without_a_reason_is_complete(whole: Whole, say: Say) -> None:
    """A whole body has no end that could be missing."""
    assert whole(say({"text": "a"}))[-1] == Finished(Finish("stop"))


def test_a_whole_answer_without_a_candidate_is_not_complete(whole: Whole) -> None:
    """Counts alone are no answer."""
    assert [type(event) for event in whole({"usageMetadata": {"promptTokenCount": 1}})] == [Started, UsageUpdate]


def test_an_array_is_a_stream(whole: Whole, stream: Callable[..., list[Event]], say: Say) -> None:
    """An answer that was asked for without `alt=sse` gives the events of its chunks; without a reason it is cut."""
    chunks = [say({"text": "a"}), say({"text": "b"}, finishReason="STOP")]

    assert whole(chunks) == stream(*chunks)
    assert not any(isinstance(event, Finished) for event in whole(chunks[:1]))
    broken = whole([*chunks[:1], {"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}, chunks[1]])
    assert isinstance(broken[-1], Failed)


@pytest.mark.parametrize("wrap", [False, True])
def test_an_error_object(whole: Whole, wrap: bool) -> None:
    """An error with a good status is a failure of the vendor's words."""
    error: Any = {"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}
    (event,) = whole([error] if wrap else error)

    assert isinstance(event, Failed)
    assert event.failure.type == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize("body", [b"", b"<html>", b"3", b"[]", b"[3]", b"{}", b'{"choices":[]}'])
def test_what_is_no_answer(whole: Whole, body: bytes) -> None:
    """Bodies of other kinds are malformed."""
    (event,) = whole(body)

    assert isinstance(event, Failed)
    assert event.failure.reason == "decode"

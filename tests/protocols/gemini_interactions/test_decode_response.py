"""Whole answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    Opaque,
    OpaqueEvent,
    Origin,
    SignatureDelta,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)
from dragoman.types.content import Base64

Whole = Callable[..., list[Event]]


def test_an_answer(whole: Whole, here: Origin) -> None:
    """Its steps in order, each text in one delta, counts at the end."""
    usage = {"total_input_tokens": 3, "total_output_tokens": 2, "total_thought_tokens": 4}
    cited = {"type": "url_citation", "url": "https://a.test"}
    body = {
        "id": "v1",
        "model": "m",
        "object": "interaction",
        "status": "requires_action",
        "created": "1970-01-01T00:01:00Z",
        "service_tier": "standard",
        "usage": usage,
        "steps": [
            {"type": "thought", "signature": "sig", "summary": [{"type": "text", "text": "hm"}]},
            {"type": "model_output", "content": [{"type": "text", "text": "Hi", "annotations": [cited]}]},
            {"type": "function_call", "id": "f", "name": "read", "arguments": {"a": 1}},
        ],
    }

    assert whole(body) == [
        Started("v1", "m", 60),
        Extra({"service_tier": "standard"}),
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "hm"),
        SignatureDelta(0, "sig"),
        BlockStop(0),
        BlockStart(1, Text("", origin=here)),
        TextDelta(1, "Hi"),
        CitationDelta(1, Citation("url_citation", "https://a.test", raw=cited)),
        BlockStop(1),
        BlockStart(2, ToolCall("f", "read", origin=here)),
        ArgumentsDelta(2, '{"a":1}'),
        BlockStop(2),
        UsageUpdate(Usage(3, 6, None, None, 4, usage)),
        Finished(Finish("tool_calls", "requires_action")),
    ]


def test_sound(whole: Whole, here: Origin) -> None:
    """Sound comes in a delta, as it is streamed."""
    sound = {"type": "audio", "data": "AAAA", "mime_type": "audio/wav"}
    events = whole({"status": "completed", "steps": [{"type": "model_output", "content": [sound]}]})

    assert events[1:4] == [
        BlockStart(0, Audio(Base64("audio/wav", ""), origin=here)),
        AudioDelta(0, "AAAA"),
        BlockStop(0),
    ]


def test_an_interaction_that_is_not_there_yet(whole: Whole) -> None:
    """A background request answers with its id alone."""
    assert whole({"id": "v1", "status": "in_progress", "agent": "deep-research"}) == [
        Started("v1"),
        Extra({"agent": "deep-research"}),
        Finished(Finish("other", "in_progress")),
    ]


def test_an_interaction_that_failed(whole: Whole) -> None:
    """What it said is given; then its own error, or that of the step it ended in."""
    said = {"type": "model_output", "content": [{"type": "text", "text": "a"}]}
    body: dict[str, Any] = {"status": "failed", "steps": [said], "errors": [{"code": "safety", "message": "blocked"}]}
    end = whole(body)[-1]
    assert isinstance(end, Failed)
    assert (end.failure.code, end.failure.message) == ("safety", "blocked")
    assert TextDelta(0, "a") in whole(body)

    ended = whole({"status": "failed", "steps": [said, {"type": "model_output", "error": {"code": 13, "message": "broke"}}]})[-1]
    assert isinstance(ended, Failed)
    assert (ended.failure.type, ended.failure.message) == ("INTERNAL", "broke")


def test_a_step_that_is_no_object(whole: Whole) -> None:
    """It is kept as an event."""
    assert OpaqueEvent("step", 7) in whole({"status": "completed", "steps": [7]})


def test_a_step_without_content(whole: Whole, here: Origin) -> None:
    """It is kept as it came."""
    assert whole({"status": "completed", "steps": [{"type": "model_output", "odd": 1}]})[1:3] == [
        BlockStart(0, Opaque({"type": "model_output", "odd": 1}, origin=here)),
        BlockStop(0),
    ]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b"{}", b'{"odd":1}'])
def test_what_is_no_answer(whole: Whole, body: bytes) -> None:
    """A good status with something else in it is a decode error."""
    (event,) = whole(body)

    assert isinstance(event, Failed)
    assert event.failure.reason == "decode"


def test_an_error_with_a_good_status(whole: Whole) -> None:
    """It is the error it says, also in a list."""
    for body in ({"error": {"code": "api_error", "message": "m"}}, [{"error": {"code": "api_error", "message": "m"}}]):
        (event,) = whole(body)
        assert isinstance(event, Failed)
        assert (event.failure.code, event.failure.reason) == ("api_error", None)

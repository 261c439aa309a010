"""Frames to events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.gemini_interactions.decode_stream import StreamDecoder
from dragoman.types import (
    BlockStop,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    OpaqueEvent,
    Started,
    TextDelta,
    Usage,
    UsageUpdate,
)

Stream = Callable[..., list[Event]]
Json = dict[str, Any]

CREATED = {"event_type": "interaction.created", "interaction": {"id": "v1", "model": "m", "status": "in_progress"}}
OUTPUT = {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}}
STOP = {"event_type": "step.stop", "index": 0}
TEXT: Json = {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "a"}}
END = {"event_type": "interaction.completed", "interaction": {"id": "v1", "model": "m", "status": "completed"}}


@pytest.fixture
def feed(target: Target) -> Callable[..., list[Event]]:
    """The events of frames given as name and data."""

    def feed(*frames: tuple[bytes, bytes]) -> list[Event]:
        decoder = StreamDecoder(target)
        return decoder.feed(frames) + decoder.close()

    return feed


def raw(frame: Json) -> tuple[bytes, bytes]:
    return frame["event_type"].encode(), json.dumps(frame).encode()


def test_nothing_is_read_behind_the_end(target: Target) -> None:
    """Events after the last, and `[DONE]`, say nothing more."""
    decoder = StreamDecoder(target)
    events = decoder.feed([raw(CREATED), raw(END), (b"done", b"[DONE]"), raw(TEXT)])

    assert events[-1] == Finished(Finish("stop", "completed"))
    assert decoder.feed([raw(TEXT)]) == []
    assert decoder.close() == []


def test_done_alone(feed: Callable[..., list[Event]]) -> None:
    """It ends an answer whose status is final, and no other."""
    final = {"event_type": "interaction.status_update", "interaction_id": "v1", "status": "requires_action"}

    assert feed(raw(CREATED), raw(final), (b"done", b"[DONE]"), raw(TEXT))[-1] == Finished(
        Finish("tool_calls", "requires_action")
    )
    assert feed(raw(CREATED), (b"done", b"[DONE]")) == [Started("v1", "m")]


@pytest.mark.parametrize(
    "frame",
    [
        (b"error", b'{"event_type":"error","error":{"code":"gateway_timeout","message":"late"}}'),
        (b"", b'{"error":{"code":"gateway_timeout","message":"late"}}'),
        (b"", b'[{"error":{"code":"gateway_timeout","message":"late"}}]'),
    ],
)
def test_errors(feed: Callable[..., list[Event]], frame: tuple[bytes, bytes]) -> None:
    """An error event ends the answer, in each of its forms."""
    *before, end = feed(raw(CREATED), raw(OUTPUT), raw(TEXT), frame, raw(TEXT))

    assert before[-1] == TextDelta(0, "a")
    assert isinstance(end, Failed)
    assert (end.failure.code, end.failure.message, end.failure.status) == ("gateway_timeout", "late", None)


def test_an_error_that_is_no_json(feed: Callable[..., list[Event]]) -> None:
    """Its words are the message; any other event that is no JSON is a decode error."""
    (said,) = feed((b"error", b"out of order"))
    (broken,) = feed((b"step.delta", b"{oops"))

    assert isinstance(said, Failed)
    assert said.failure.message == "out of order"
    assert isinstance(broken, Failed)
    assert broken.failure.reason == "decode"


def test_the_type_may_stand_in_the_events_name_alone(feed: Callable[..., list[Event]]) -> None:
    """Some relays leave it out of the data."""
    assert feed((b"interaction.created", b'{"interaction":{"id":"v1"}}')) == [Started("v1")]


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        ({"event_type": "future.event", "a": 1, "event_id": "e"}, OpaqueEvent("future.event", {"a": 1})),
        ({**OUTPUT, "step": 7}, OpaqueEvent("step.start", {"index": 0, "step": 7})),
        ({**OUTPUT, "index": "0"}, OpaqueEvent("step.start", {"index": "0", "step": {"type": "model_output"}})),
        ({"event_type": "interaction.created", "interaction": 7}, OpaqueEvent("interaction.created", {"interaction": 7})),
        ({"event_type": "interaction.completed"}, OpaqueEvent("interaction.completed", {})),
        ({"event_type": "interaction.status_update"}, OpaqueEvent("interaction.status_update", {})),
        ({"event_type": "step.stop", "index": 9, "odd": 1}, OpaqueEvent("step.stop", {"index": 9, "odd": 1})),
        ({"event_type": "step.delta", "index": None}, OpaqueEvent("step.delta", {"index": None})),
    ],
)
def test_unknown_and_malformed_events(stream: Stream, frame: Json, event: Event) -> None:
    """They are kept as they came, and end nothing."""
    assert stream(CREATED, frame, ended=True)[1:][:1] == [event]
    assert stream(CREATED, frame, END)[-1] == Finished(Finish("stop", "completed"))


def test_frames_that_are_no_objects(feed: Callable[..., list[Event]]) -> None:
    """They are kept by the event's name."""
    assert feed((b"odd", b"7")) == [OpaqueEvent("odd", 7)]


def test_fields_beside_those_that_are_read(stream: Stream) -> None:
    """They are an event of the same name, behind what the event says."""
    events = stream(CREATED | {"odd": 1}, OUTPUT, TEXT | {"odd": 2}, STOP | {"step_usage": {"total_tokens": 3}}, END)

    assert events[1] == OpaqueEvent("interaction.created", {"odd": 1})
    assert OpaqueEvent("step.delta", {"odd": 2}) in events
    assert events[events.index(BlockStop(0)) + 1] == OpaqueEvent("step.stop", {"index": 0, "step_usage": {"total_tokens": 3}})


def test_counts_on_the_way(stream: Stream) -> None:
    """Totals that come with any event are told when they are new."""
    one, two = {"total_input_tokens": 1}, {"total_input_tokens": 1, "total_output_tokens": 2}
    events = stream(
        CREATED | {"metadata": {"usage": one}},
        OUTPUT,
        TEXT | {"metadata": {"total_usage": one, "odd": 1}},
        STOP | {"usage": two},
        {"event_type": "interaction.completed", "interaction": {"status": "completed"}, "metadata": {"usage": two}},
    )

    assert [event for event in events if isinstance(event, UsageUpdate)] == [
        UsageUpdate(Usage(1, raw=one)),
        UsageUpdate(Usage(1, 2, raw=two)),
    ]
    assert OpaqueEvent("step.delta", {"metadata": {"odd": 1}}) in events


def test_a_delta_without_index_goes_on_with_the_last_step(stream: Stream) -> None:
    """Only one can be meant."""
    bare = {"event_type": "step.delta", "delta": {"type": "text", "text": "b"}}

    assert stream(OUTPUT, TEXT, bare)[-1] == TextDelta(0, "b")


def test_the_place_to_resume_from(stream: Stream) -> None:
    """The quick way keeps the id of an event, too."""
    assert stream(CREATED, OUTPUT, TEXT, TEXT | {"event_id": "e7"}, ended=True)[-1] == Extra({"last_event_id": "e7"})

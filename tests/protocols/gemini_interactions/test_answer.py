"""The state of one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    OpaqueEvent,
    Origin,
    Started,
    Text,
    TextDelta,
    Thinking,
    Usage,
    UsageUpdate,
)

Stream = Callable[..., list[Event]]

CREATED = {"event_type": "interaction.created", "interaction": {"id": "v1", "model": "m", "status": "in_progress"}}
OUTPUT = {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}}
STOP = {"event_type": "step.stop", "index": 0}


def text(words: str, index: int = 0) -> dict[str, Any]:
    return {"event_type": "step.delta", "index": index, "delta": {"type": "text", "text": words}}


def completed(status: str = "completed", **fields: Any) -> dict[str, Any]:
    return {"event_type": "interaction.completed", "interaction": {"id": "v1", "model": "m", "status": status, **fields}}


def update(status: str, **fields: Any) -> dict[str, Any]:
    return {"event_type": "interaction.status_update", "interaction_id": "v1", "status": status, **fields}


def test_what_is_new_is_told_once(stream: Stream, here: Origin) -> None:
    """The end of a stream states the time, vendor fields and counts, which nothing before it did."""
    usage = {"total_input_tokens": 1}
    end = completed(created="1970-01-01T00:01:00Z", service_tier="standard", usage=usage)

    assert stream(CREATED, OUTPUT, text("a"), STOP, end) == [
        Started("v1", "m"),
        BlockStart(0, Text("", origin=here)),
        TextDelta(0, "a"),
        BlockStop(0),
        Started("v1", "m", 60),
        Extra({"service_tier": "standard"}),
        UsageUpdate(Usage(1, raw=usage)),
        Finished(Finish("stop", "completed")),
    ]


def test_an_answer_that_is_not_stored_has_no_id(stream: Stream) -> None:
    """An empty id is none."""
    assert stream({"event_type": "interaction.created", "interaction": {"id": "", "model": "m"}}) == [Started(None, "m")]


def test_steps_that_are_open_end_with_the_answer(stream: Stream) -> None:
    """No block stays open behind the end."""
    assert stream(CREATED, OUTPUT, text("a"), completed())[-2:] == [BlockStop(0), Finished(Finish("stop", "completed"))]


def test_steps_that_were_never_streamed(stream: Stream, here: Origin) -> None:
    """They are given when the end lists them, and only then."""
    steps = [{"type": "model_output", "content": [{"type": "text", "text": "a"}]}]

    assert stream(CREATED, completed(steps=steps))[1:4] == [BlockStart(0, Text("", origin=here)), TextDelta(0, "a"), BlockStop(0)]
    assert len(stream(CREATED, OUTPUT, text("a"), STOP, completed(steps=steps))) == 5


def test_a_failed_interaction(stream: Stream) -> None:
    """It fails after what it said, and what it counted is told."""
    usage = {"total_input_tokens": 1}
    events = stream(CREATED, OUTPUT, text("a"), completed("failed", errors=[{"code": "safety", "message": "m"}], usage=usage))

    assert events[-2] == UsageUpdate(Usage(1, raw=usage))
    end = events[-1]
    assert isinstance(end, Failed)
    assert (end.failure.code, end.failure.body) == (
        "safety",
        {"status": "failed", "errors": [{"code": "safety", "message": "m"}]},
    )


@pytest.mark.parametrize("status", ["completed", "requires_action", "incomplete", "requires_continuation", "cancelled"])
def test_a_final_status_is_an_end(stream: Stream, status: str) -> None:
    """Where the body ends without its last event, the status says that all has been said."""
    end = stream(CREATED, OUTPUT, text("a"), STOP, update(status), ended=True)[-1]

    assert isinstance(end, Finished)
    assert end.finish.raw == status


def test_a_body_that_just_ends_is_cut(stream: Stream) -> None:
    """Without a final status nothing says that it is complete; the place to resume from is kept."""
    assert stream(CREATED, OUTPUT, text("a"), STOP, ended=True)[-1] == BlockStop(0)
    assert stream({**CREATED, "event_id": "e1"}, OUTPUT, {**text("a"), "event_id": "e2"}, update("in_progress"), ended=True)[
        -1
    ] == Extra({"last_event_id": "e2"})


def test_a_failed_status_is_a_failure(stream: Stream) -> None:
    """Also where the body ends behind it."""
    assert isinstance(stream(CREATED, update("failed"), ended=True)[-1], Failed)


def test_continuation(stream: Stream) -> None:
    """The token to go on with is told when it comes, and at the end."""
    events = stream(
        CREATED, update("in_progress", continuation_token="t1"), completed("requires_continuation", continuation_token="t2")
    )

    assert events == [
        Started("v1", "m"),
        Extra({"continuation_token": "t1"}),
        Extra({"continuation_token": "t2"}),
        Finished(Finish("pause", "requires_continuation")),
    ]


def test_steps_in_parallel(stream: Stream, here: Origin) -> None:
    """Deltas are told apart by the index of their step."""
    thought = {"event_type": "step.start", "index": 1, "step": {"type": "thought"}}

    assert stream(OUTPUT, text("a"), thought, text("b"), {"event_type": "step.stop", "index": 1}, STOP)[1:] == [
        BlockStart(0, Text("", origin=here)),
        TextDelta(0, "a"),
        BlockStart(1, Thinking(origin=here)),
        TextDelta(0, "b"),
        BlockStop(1),
        BlockStop(0),
    ]


def test_an_index_that_begins_again(stream: Stream, here: Origin) -> None:
    """The step before it is done."""
    assert stream(OUTPUT, text("a"), OUTPUT, text("b"))[3:] == [
        BlockStop(0),
        BlockStart(1, Text("", extra={"part": 0}, origin=here)),
        TextDelta(1, "b"),
    ]


def test_deltas_of_a_step_that_was_not_announced(stream: Stream, here: Origin) -> None:
    """Where their kind tells the step it opens; where not, or where it is closed, they are kept as they came."""
    call = {"event_type": "step.delta", "index": 3, "delta": {"type": "arguments_delta", "arguments": "{}"}}

    assert stream(text("a", 2))[1:] == [BlockStart(0, Text("", origin=here)), TextDelta(0, "a")]
    assert stream(call) == [OpaqueEvent("step.delta", {"index": 3, "delta": call["delta"]})]
    assert stream(OUTPUT, text("a"), STOP, text("late"))[-1] == OpaqueEvent(
        "step.delta", {"index": 0, "delta": {"type": "text", "text": "late"}}
    )

"""Events to frames, above all those of other wires' answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.gemini_interactions.encode_stream import StreamEncoder
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    OpaqueDelta,
    OpaqueEvent,
    Origin,
    Ping,
    Refusal,
    RefusalDelta,
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

HERE = Origin("gemini_interactions", "g", "m")
AWAY = Origin("anthropic_messages", "anthropic", "claude")
END = Finished(Finish("stop", "completed"))


def frames(*events: Event) -> list[dict[str, Any]]:
    """The events of the stream, as JSON; each frame's name is its type."""
    found = []
    for block in StreamEncoder().feed(events).decode().split("\n\n"):
        head, _, data = block.partition("\ndata: ")
        if data and data != "[DONE]":
            frame = json.loads(data)
            if isinstance(frame, dict):
                assert head == f"event: {frame['event_type']}"
            found.append(frame)
    return found


def kinds(*events: Event) -> list[str]:
    return [frame["event_type"] for frame in frames(*events)]


def test_an_answer_of_another_wire() -> None:
    """It is what Google would have sent, from the first event to `[DONE]`."""
    events = [
        Started("msg_1", "claude"),
        UsageUpdate(Usage(5)),
        BlockStart(0, Text("", origin=AWAY)),
        TextDelta(0, "Hé"),
        TextDelta(0, "y"),
        BlockStop(0),
        BlockStart(1, ToolCall("f", "n", origin=AWAY)),
        ArgumentsDelta(1, '{"a"'),
        ArgumentsDelta(1, ":1}"),
        BlockStop(1),
        UsageUpdate(Usage(5, 2)),
        Finished(Finish("tool_calls", "tool_use")),
    ]
    counted = {"total_cached_tokens": 0, "total_thought_tokens": 0, "total_tool_use_tokens": 0, "total_input_tokens": 5}
    head = {"id": "msg_1", "object": "interaction", "model": "claude"}

    assert frames(*events) == [
        {
            "event_type": "interaction.created",
            "interaction": {**head, "usage": {**counted, "total_output_tokens": 0, "total_tokens": 5}, "status": "in_progress"},
        },
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "Hé"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "y"}},
        {"event_type": "step.stop", "index": 0},
        {
            "event_type": "step.start",
            "index": 1,
            "step": {"type": "function_call", "id": "f", "name": "n", "arguments": {}},
        },
        {"event_type": "step.delta", "index": 1, "delta": {"type": "arguments_delta", "arguments": '{"a"'}},
        {"event_type": "step.delta", "index": 1, "delta": {"type": "arguments_delta", "arguments": ":1}"}},
        {"event_type": "step.stop", "index": 1},
        {
            "event_type": "interaction.completed",
            "interaction": {
                **head,
                "usage": {**counted, "total_output_tokens": 2, "total_tokens": 7},
                "status": "requires_action",
            },
        },
    ]
    assert StreamEncoder().feed(events).endswith(b"event: done\ndata: [DONE]\n\n")


def test_counts_on_the_way_are_a_status() -> None:
    """Before something else is said, what was counted is; the token to go on with, too."""
    events = frames(
        Started("v1"),
        BlockStart(0, Text("")),
        UsageUpdate(Usage(1)),
        UsageUpdate(Usage(2)),
        TextDelta(0, "a"),
        Extra({"continuation_token": "t"}),
        BlockStop(0),
        Extra({"odd": 1}),
        END,
    )

    assert [event["usage"]["total_input_tokens"] for event in events if "usage" in event] == [1, 2]
    assert {
        "event_type": "interaction.status_update",
        "interaction_id": "v1",
        "status": "in_progress",
        "continuation_token": "t",
    } in events
    assert (events[-1]["interaction"]["odd"], events[-1]["interaction"]["continuation_token"]) == (1, "t")


def test_a_new_head_waits_for_the_end() -> None:
    """What was said of an answer is not taken back on the way."""
    events = frames(Started("a"), Started("b"), BlockStart(0, Text("")), Started("c", "m"), TextDelta(0, "x"), END)

    assert [event["interaction"]["id"] for event in events if "interaction" in event] == ["a", "c"]


def test_nothing_is_said_behind_the_end() -> None:
    """One end is enough."""
    encoder = StreamEncoder()
    encoder.feed([Started(), END])

    assert encoder.feed([TextDelta(0, "a"), END]) == b""


def test_blocks_that_nobody_stopped_end_with_the_answer() -> None:
    """An answer that is only an end begins, too."""
    assert kinds(BlockStart(0, Text("")), TextDelta(0, "a"), END) == [
        "interaction.created",
        "step.start",
        "step.delta",
        "step.stop",
        "interaction.completed",
    ]
    assert kinds(END) == ["interaction.created", "interaction.completed"]


@pytest.mark.parametrize("begun", [True, False])
def test_failures(begun: bool) -> None:
    """An error event ends the stream, without `[DONE]`."""
    before = [Started("v1"), BlockStart(0, Text("")), TextDelta(0, "a")] if begun else []
    events = frames(*before, Failed(Failure("busy", 529)))

    assert events[-1] == {"event_type": "error", "error": {"code": "service_unavailable", "message": "busy"}}
    assert len(events) == (4 if begun else 1)
    assert b"[DONE]" not in StreamEncoder().feed([Failed(Failure("m"))])


def test_an_interaction_that_failed() -> None:
    """It is told as it was."""
    body = {"status": "failed", "errors": [{"code": "safety", "message": "m"}]}
    events = frames(Started("v1"), Failed(Failure("m", code="safety", body=body)))

    assert events[-1] == {"event_type": "interaction.completed", "interaction": {"id": "v1", "object": "interaction", **body}}


def test_texts_next_to_each_other_are_steps() -> None:
    """In one step the second would go on the first; a picture between them does not part them from their step."""
    marks = [{}, {"part": 1}, {"part": 2}]
    image = Image(Base64("image/png", "AA=="), extra=marks[1], origin=HERE)
    apart = (
        BlockStart(0, Text("", origin=HERE)),
        BlockStop(0),
        BlockStart(1, Text("", extra=marks[1], origin=HERE)),
        BlockStop(1),
        END,
    )
    together = (
        BlockStart(0, Text("", origin=HERE)),
        BlockStop(0),
        BlockStart(1, image),
        BlockStop(1),
        BlockStart(2, Text("", extra=marks[2], origin=HERE)),
        BlockStop(2),
        END,
    )

    assert kinds(*apart).count("step.start") == 2
    assert kinds(*together).count("step.start") == 1


def test_blocks_that_are_open_at_the_same_time() -> None:
    """Each is a step, and their deltas tell which."""
    events = frames(
        BlockStart(0, Text("")),
        BlockStart(1, Text("")),
        TextDelta(0, "a"),
        TextDelta(1, "b"),
        BlockStart(2, Thinking()),
        ThinkingDelta(2, "t"),
        BlockStop(0),
        BlockStop(2),
        BlockStop(1),
        END,
    )

    assert [(event["event_type"], event["index"]) for event in events if "index" in event] == [
        ("step.start", 0),
        ("step.start", 1),
        ("step.delta", 0),
        ("step.delta", 1),
        ("step.start", 2),
        ("step.delta", 2),
        ("step.stop", 0),
        ("step.stop", 2),
        ("step.stop", 1),
    ]


def test_alternatives_have_no_place() -> None:
    """The first answer is the one that is said."""
    assert kinds(BlockStart(0, Text(""), choice=1), TextDelta(0, "a"), BlockStop(0), END) == [
        "interaction.created",
        "interaction.completed",
    ]


def test_refusals_are_text() -> None:
    """This wire has no other word."""
    events = frames(BlockStart(0, Refusal("")), RefusalDelta(0, "no"), BlockStop(0), END)

    assert events[2]["delta"] == {"type": "text", "text": "no"}


def test_unknown_events_go_on() -> None:
    """Under their name, with their type in the data, which clients of this wire look for; a ping is a comment."""
    assert frames(OpaqueEvent("future\nevent", {"a": 1}), OpaqueEvent("odd", 7)) == [{"event_type": "future event", "a": 1}, 7]
    assert StreamEncoder().feed([Ping()]) == b": ping\n\n"


def test_unknown_deltas_go_on_in_their_step() -> None:
    """As they came from this wire; those of another mean nothing here."""
    delta = OpaqueDelta(0, {"type": "odd", "a": 1})

    assert frames(BlockStart(0, Thinking(origin=HERE)), delta)[-1]["delta"] == {"type": "odd", "a": 1}
    assert kinds(BlockStart(0, Thinking(origin=AWAY)), delta) == ["interaction.created", "step.start"]


def test_deltas_of_blocks_that_are_not_open() -> None:
    """They say nothing."""
    assert kinds(TextDelta(7, "a"), ThinkingDelta(7, "a"), OpaqueDelta(7, {"type": "a"}), BlockStop(7)) == []

"""What a run says goes to disk and back, and its last answer is its text."""

from __future__ import annotations

import msgspec

from dragoman.types import (
    Message,
    Response,
    RunEvent,
    RunResult,
    StepFinished,
    StepStarted,
    Text,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
)

ANSWER = Response(Message("assistant", (Text("Done."),)))


def test_every_event_of_a_run_survives_json() -> None:
    """Answers, steps and tools are told apart by their tags."""
    call = ToolCall("a", "look", "{}")
    events = [
        StepStarted(1, 1),
        TextDelta(0, "Hi"),
        StepFinished(1, ANSWER),
        ToolStarted(call),
        ToolFinished(call, ToolResult("a", (Text("seen"),)), 0.5),
    ]

    assert events == msgspec.json.decode(msgspec.json.encode(events), type=list[RunEvent])


def test_the_text_of_a_run_is_its_last_answers() -> None:
    """Whatever was said before."""
    assert "Done." == RunResult(ANSWER, (), (ANSWER,), "done").text

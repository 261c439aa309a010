"""Calls of the tool that is the answer, told as text; everything else stays as it came."""

from __future__ import annotations

from collections.abc import Sequence

from dragoman.engine.accumulate import accumulate
from dragoman.engine.as_text import AsText, Retelling
from dragoman.protocols.base import Decoder
from dragoman.types import Text, Thinking, ToolCall
from dragoman.types.events import ArgumentsDelta, BlockStart, BlockStop, Event, Finished, TextDelta, ThinkingDelta
from dragoman.types.response import Finish
from dragoman.wire.frames import Frame

CALLED = Finished(Finish("tool_calls", "tool_use"))
ANSWER: list[Event] = [
    BlockStart(0, Thinking("")),
    ThinkingDelta(0, "Hm."),
    BlockStop(0),
    BlockStart(1, ToolCall("c1", "answer", "")),
    ArgumentsDelta(1, '{"a":'),
    ArgumentsDelta(1, "1}"),
    BlockStop(1),
]


class Told(Decoder):
    """A decoder that gives what it is told to."""

    def __init__(self, fed: list[Event], closed: list[Event]) -> None:
        self._fed, self._closed = fed, closed

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        return self._fed

    def close(self) -> list[Event]:
        return self._closed


def test_the_call_is_text_and_the_end_is_an_end() -> None:
    """The arguments are the text, piece by piece, and nobody is told to answer a call."""
    events = Retelling("answer").tell([*ANSWER, CALLED])

    assert [TextDelta(1, '{"a":'), TextDelta(1, "1}")] == [event for event in events if type(event) is TextDelta]
    response = accumulate(events)
    assert ('{"a":1}', "Hm.", ()) == (response.text, response.thinking, response.tool_calls)
    assert Finish("stop", "tool_use") == response.finish


def test_a_call_that_comes_whole_is_text() -> None:
    """Arguments in the start of a block, or in its end, are its text."""
    whole: list[Event] = [BlockStart(0, ToolCall("c", "answer", "{}")), BlockStop(0)]
    final: list[Event] = [BlockStart(0, ToolCall("c", "answer", "")), BlockStop(0, ToolCall("c", "answer", "{}"))]

    assert "{}" == accumulate(Retelling("answer").tell(whole)).text
    assert [BlockStart(0, Text("")), BlockStop(0, Text("{}"))] == Retelling("answer").tell(final)


def test_other_calls_stay_calls() -> None:
    """A tool of the caller's own is called as ever, and the answer then waits for its result."""
    call: list[Event] = [BlockStart(2, ToolCall("c2", "look", "")), ArgumentsDelta(2, "{}"), BlockStop(2), CALLED]
    response = accumulate(Retelling("answer").tell([*ANSWER, *call]))

    assert (ToolCall("c2", "look", "{}"),) == response.tool_calls
    assert CALLED.finish == response.finish
    assert call == Retelling("answer").tell(call)


def test_a_decoder_tells_so_to_the_end_of_the_body() -> None:
    """What frames give and what the end of the body gives are one answer."""
    decoder = AsText(Told(ANSWER[3:5], [*ANSWER[5:], CALLED]), "answer")
    response = accumulate([*decoder.feed([]), *decoder.close()])

    assert ('{"a":1}', "stop") == (response.text, response.finish.reason if response.finish else None)

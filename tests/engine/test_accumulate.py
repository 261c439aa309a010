"""Events fold into what they say."""

from __future__ import annotations

from dragoman.engine.accumulate import Accumulator, accumulate
from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    Base64,
    BlockStart,
    BlockStop,
    Choice,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Message,
    Opaque,
    OpaqueDelta,
    OpaqueEvent,
    Origin,
    Ping,
    Refusal,
    RefusalDelta,
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

ORIGIN = Origin("p", "v", "m")
CITATION = Citation("page", start=1)


def test_blocks_keep_the_order_in_which_they_were_said() -> None:
    """Thinking, text, calls side by side, and text again stay in place although their deltas mix."""
    events: list[Event] = [
        Started("r1", "model-7", 5),
        BlockStart(0, Thinking()),
        ThinkingDelta(0, "h"),
        ThinkingDelta(0, "m"),
        SignatureDelta(0, "s1"),
        SignatureDelta(0, "s2"),
        BlockStop(0),
        BlockStart(1, Text("Pre")),
        TextDelta(1, "fix", logprobs=({"token": "fix"},)),
        CitationDelta(1, CITATION),
        BlockStop(1),
        BlockStart(2, ToolCall("a", "f")),
        BlockStart(3, ToolCall("b", "g")),
        ArgumentsDelta(3, '{"x":'),
        ArgumentsDelta(2, "{}"),
        ArgumentsDelta(3, "1}"),
        BlockStart(4, Refusal("")),
        RefusalDelta(4, "No."),
        BlockStart(5, Audio(Base64("audio/wav", ""))),
        AudioDelta(5, "AA", "he"),
        AudioDelta(5, "==", "llo"),
        BlockStart(6, Opaque({"type": "new"})),
        OpaqueDelta(6, {"more": 1}),
        BlockStop(6, Opaque({"type": "new", "more": 1})),
        Ping(),
        OpaqueEvent("odd", 1),
        Extra({"a": 1, "b": 1}),
        Extra({"b": 2}),
        UsageUpdate(Usage(input=1)),
        UsageUpdate(Usage(input=1, output=2)),
        Finished(Finish("tool_calls", "tool_use")),
    ]
    response = accumulate(events, ORIGIN)

    assert (
        Message(
            "assistant",
            (
                Thinking("hm", signature="s2"),
                Text("Prefix", citations=(CITATION,), logprobs=({"token": "fix"},)),
                ToolCall("a", "f", "{}"),
                ToolCall("b", "g", '{"x":1}'),
                Refusal("No."),
                Audio(Base64("audio/wav", "AA=="), transcript="hello"),
                Opaque({"type": "new", "more": 1}),
            ),
            origin=ORIGIN,
        )
        == response.message
    )
    assert ("r1", "model-7", 5, "v") == (response.id, response.model, response.created, response.provider)
    assert ({"a": 1, "b": 2}, Usage(input=1, output=2)) == (response.extra, response.usage)
    assert Finish("tool_calls", "tool_use") == response.finish


def test_alternatives_are_told_apart() -> None:
    """With several answers asked for, each has its message and its finish."""
    response = accumulate(
        [
            BlockStart(0, Text("")),
            BlockStart(1, Text(""), choice=1),
            TextDelta(1, "b"),
            TextDelta(0, "a"),
            Finished(Finish("stop"), (Finish("length"),)),
        ]
    )

    first, second = Message("assistant", (Text("a"),)), Message("assistant", (Text("b"),))
    assert (Choice(first, Finish("stop")), Choice(second, Finish("length"))) == response.choices
    assert first == response.message


def test_a_partial_answer_has_no_finish() -> None:
    """What has arrived can be seen at any time, and again later."""
    accumulator = Accumulator()
    assert accumulator.empty
    accumulator.add([BlockStart(0, Text("")), TextDelta(0, "ab")])

    assert ("ab", None) == (accumulator.response().text, accumulator.response().finish)
    accumulator.add([TextDelta(0, "c"), Finished(Finish("stop"))])
    assert ("abc", "stop") == (accumulator.response().text, accumulator.response().finish.reason)  # type: ignore[union-attr]


def test_a_failure_is_kept_apart_from_the_answer() -> None:
    """The facts of the error and what came before it are both there."""
    accumulator = Accumulator()
    accumulator.add([BlockStart(0, Text("")), TextDelta(0, "ab"), Failed(Failure("no"))])

    assert (Failure("no"), "ab", None) == (accumulator.failure, accumulator.response().text, accumulator.finished)


def test_long_streams_keep_text_and_not_events() -> None:
    """Folding on the way changes nothing in the result."""
    accumulator = Accumulator()
    accumulator.add([BlockStart(0, ToolCall("a", "f"))])
    for _ in range(100):
        accumulator.add([ArgumentsDelta(0, "x")] * 100)

    assert "x" * 10_000 == accumulator.response().tool_calls[0].arguments


def test_a_failure_alone_is_nothing() -> None:
    """What an error ended before anything came has no partial answer."""
    accumulator = Accumulator()
    accumulator.add([Failed(Failure("no"))])
    assert accumulator.empty

    accumulator.add([Started("r1")])
    assert not accumulator.empty

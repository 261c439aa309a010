"""One answer, streamed or whole: what begins and ends a block, and where everything else goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.ollama_chat.answer import Answer, decode_call
from dragoman.types import (
    ArgumentsDelta,
    Base64,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    Opaque,
    OpaqueEvent,
    Origin,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)

Json = dict[str, Any]
Read = Callable[..., list[Event]]

ACME = Origin("ollama_chat", "acme", "m")
STARTED = Started(None, "m", 7)


def line(done: bool = False, **message: Any) -> Json:
    return {
        "model": "m",
        "created_at": "1970-01-01T00:00:07.5Z",
        "message": {"role": "assistant", "content": "", **message},
        "done": done,
    }


END = {**line(done=True), "done_reason": "stop"}


def call(name: str, arguments: Any = None, **fields: Any) -> Json:
    return {**fields, "function": {"name": name, "arguments": {} if arguments is None else arguments}}


def test_blocks_follow_each_other_as_the_model_spoke(stream: Read) -> None:
    """Thinking, text, a call, thinking and text again are five blocks, each ended by the next."""
    events = stream(
        line(thinking="a"),
        line(thinking="b"),
        line(content="c"),
        line(tool_calls=[call("f", {"x": 1}, id="i")]),
        line(thinking="d"),
        line(content="e"),
        END,
    )

    assert [
        STARTED,
        BlockStart(0, Thinking(origin=ACME)),
        ThinkingDelta(0, "a"),
        ThinkingDelta(0, "b"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "c"),
        BlockStop(1),
        BlockStart(2, ToolCall("i", "f")),
        ArgumentsDelta(2, '{"x":1}'),
        BlockStop(2),
        BlockStart(3, Thinking(origin=ACME)),
        ThinkingDelta(3, "d"),
        BlockStop(3),
        BlockStart(4, Text("")),
        TextDelta(4, "e"),
        BlockStop(4),
        Finished(Finish("tool_calls", "stop")),
    ] == events


def test_one_object_may_say_everything(whole: Read) -> None:
    """In a whole answer thinking comes first, then text, pictures and calls."""
    events = whole(content="t", thinking="h", images=["iVBORw0KGgo="], tool_calls=[call("f"), call("g")])

    assert [
        Thinking(origin=ACME),
        Text(""),
        Image(Base64("image/png", "iVBORw0KGgo=")),
        ToolCall("call_0", "f", origin=ACME, extra={"synthetic_id": True}),
        ToolCall("call_1", "g", origin=ACME, extra={"synthetic_id": True}),
    ] == [event.block for event in events if isinstance(event, BlockStart)]


def test_calls_on_one_line_or_several_stay_apart(stream: Read) -> None:
    """Every entry is a call of its own, whatever its index says."""
    both = [call("f", {"n": number}, id=f"i{number}") for number in (0, 1)]
    expected = ['{"n":0}', '{"n":1}']

    for lines in ([line(tool_calls=both)], [line(tool_calls=both[:1]), line(tool_calls=both[1:])]):
        assert expected == [event.text for event in stream(*lines, END) if isinstance(event, ArgumentsDelta)]


def test_vendor_fields_of_a_call_stay_on_it() -> None:
    """The index and whatever else stands there, with the origin that says whose they are."""
    entry = {"id": "i", "function": {"name": "f", "arguments": {"x": 1.0}, "index": 2}, "more": [1], "none": None}

    assert ToolCall("i", "f", '{"x":1.0}', origin=ACME, extra={"more": [1], "function": {"index": 2}}) == decode_call(
        entry, set(), ACME
    )


@pytest.mark.parametrize("id", [None, "", 7, "i"])
def test_a_call_without_an_id_of_its_own_gets_one(id: Any) -> None:
    """None, an empty one, a number, one that another call has: a new one, and the call says so."""
    found = decode_call({"id": id, "function": {"name": "f"}}, {"i", "call_1"}, ACME)

    assert found == ToolCall("call_2", "f", "{}", origin=ACME, extra={"synthetic_id": True})


def test_what_is_no_call_is_opaque(stream: Read) -> None:
    """An entry that names no tool is a block of its own; one that is no object is a field of the message."""
    events = stream(line(tool_calls=[{"kind": "x"}, 5]), END)

    assert [
        STARTED,
        BlockStart(0, Opaque({"kind": "x"}, origin=ACME, extra={"field": "tool_calls"})),
        BlockStop(0),
        Extra({"message": {"tool_calls": [5]}}),
        Finished(Finish("stop", "stop")),
    ] == events


def test_fields_of_the_answer_are_told_when_they_change(stream: Read) -> None:
    """Repeated on every line, they are told once; null says nothing."""
    host = {"remote_host": "https://ollama.com", "nothing": None}
    events = stream({**line(content="a"), **host}, {**line(content="b"), **host}, {**END, **host, "x": 1})

    assert [Extra({"remote_host": "https://ollama.com"}), Extra({"x": 1})] == [
        event for event in events if isinstance(event, Extra)
    ]


def test_fields_of_the_message_are_gathered(stream: Read) -> None:
    """Text is joined, lists are extended, of everything else the last counts; all of it is told before the end."""
    events = stream(
        line(content="a", note="x", parts=[1], flag=1),
        line(note="y", parts=[2], flag=2, images="?", thinking=5, tool_calls={"a": 1}),
        {**END, "eval_count": 1},
    )

    said = {"note": "xy", "parts": [1, 2], "flag": 2, "thinking": 5, "images": "?", "tool_calls": {"a": 1}}
    assert [Extra({"message": said}), UsageUpdate(Usage(None, 1, raw={"eval_count": 1})), Finished(Finish("stop", "stop"))] == (
        events[-3:]
    )


def test_content_of_another_form_is_kept(stream: Read) -> None:
    """Content that is no text, and pictures that are none, are fields of the message."""
    events = stream(line(content=[{"type": "text"}], images=[1]), END)

    assert Extra({"message": {"content": [{"type": "text"}], "images": [1]}}) == events[1]


def test_tokens_go_with_their_text(stream: Read) -> None:
    """Beside text they are its tokens; beside anything else they are told at the end."""
    one, two = {"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1}
    events = stream({**line(thinking="b"), "logprobs": [two]}, {**line(content="a"), "logprobs": [one, 3]}, END)

    assert TextDelta(1, "a", (one,)) in events
    assert Extra({"logprobs": [two]}) == events[-2]


def test_an_error_ends_the_answer(stream: Read) -> None:
    """What was said before it has been given; what follows is not read."""
    events = stream(line(content="a"), {"error": "boom"}, line(content="b"))

    assert [TextDelta(0, "a"), Failed(Failure("boom", 500, body={"error": "boom"}))] == events[-2:]


def test_an_error_beside_words(stream: Read) -> None:
    """A line may say both, and one that says only the error does not begin an answer."""
    failure = Failed(Failure("boom", body={"error": "boom"}))

    assert [failure] == stream({"error": "boom"})
    assert [STARTED, BlockStart(0, Text("")), TextDelta(0, "a")] == stream({**line(content="a"), "error": "boom"})[:-1]


@pytest.mark.parametrize("field", [{}, {"done_reason": None}, {"done_reason": ""}])
def test_done_is_the_end_whatever_the_reason(stream: Read, field: Json) -> None:
    """Old servers give no reason, and a lost runner an empty one."""
    assert Finished(Finish("stop")) == stream({**line(done=True, content="a"), **field})[-1]


def test_an_answer_without_done_has_no_end(stream: Read) -> None:
    """Not even one that gave a reason; what was gathered is told."""
    events = stream({**line(content="a", note="x"), "done_reason": "stop"})

    assert [TextDelta(0, "a"), Extra({"message": {"note": "x"}})] == events[-2:]


def test_other_objects_are_opaque_events(stream: Read) -> None:
    """A line with none of this wire's fields is given as it came."""
    assert [OpaqueEvent("", {"status": "pulling"}), STARTED] == stream({"status": "pulling"}, line(), close=False)


def test_after_the_end_nothing_is_open() -> None:
    """The state says so to whoever reads on."""
    answer, out = Answer(ACME), list[Event]()
    answer.read(END, out)

    assert (True, None) == (answer.over, answer.voice)

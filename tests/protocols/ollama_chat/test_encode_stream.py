"""Events to lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from dragoman.protocols.ollama_chat.encode_stream import StreamEncoder
from dragoman.types import (
    ArgumentsDelta,
    Base64,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Failure,
    FileId,
    Finish,
    Finished,
    Image,
    Opaque,
    OpaqueEvent,
    Origin,
    Ping,
    Refusal,
    RefusalDelta,
    ServerToolCall,
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

Again = Callable[[list[Event]], list[Event]]

HERE = Origin("ollama_chat", "acme", "m")
STARTED = Started(None, "m", 7)
FINISHED = Finished(Finish("stop", "stop"))


def lines(*events: Event) -> list[dict[str, Any]]:
    return [json.loads(line) for line in StreamEncoder().feed(events).splitlines()]


def messages(*events: Event) -> list[dict[str, Any]]:
    """The messages of lines, without their role, the empty first one left out."""
    found = [line["message"] for line in lines(STARTED, *events)[1:]]
    assert all(message.pop("role") == "assistant" for message in found)
    return found


def test_lines_look_like_ollamas() -> None:
    """The same fields in the same order, ended by LF."""
    encoder = StreamEncoder()

    assert (
        b'{"model":"m","created_at":"1970-01-01T00:00:07Z","message":{"role":"assistant","content":""},"done":false}\n'
        b'{"model":"m","created_at":"1970-01-01T00:00:07Z","message":{"role":"assistant","content":"a\xc3\xa9"},"done":false}\n'
        b'{"model":"m","created_at":"1970-01-01T00:00:07Z","message":{"role":"assistant","content":""},"done":true,'
        b'"done_reason":"length","prompt_eval_count":1,"eval_count":2}\n'
    ) == encoder.feed(
        [
            STARTED,
            BlockStart(0, Text("")),
            TextDelta(0, "aé"),
            BlockStop(0),
            UsageUpdate(Usage(1, 2)),
            Finished(Finish("length", "length")),
        ]
    )
    assert "application/x-ndjson" == encoder.content_type


def test_a_call_is_one_line() -> None:
    """However its arguments came, and although two calls were open at once."""
    assert [
        {"content": "", "tool_calls": [{"id": "j", "function": {"name": "g", "arguments": {}}}]},
        {"content": "", "tool_calls": [{"id": "i", "function": {"name": "f", "arguments": {"x": 1}}}]},
    ] == messages(
        BlockStart(0, ToolCall("i", "f")),
        BlockStart(1, ToolCall("j", "g")),
        ArgumentsDelta(0, '{"x":'),
        BlockStop(1),
        ArgumentsDelta(0, "\n1}"),
        BlockStop(0),
    )


def test_a_call_that_is_known_at_its_end() -> None:
    """Its final value counts; arguments that are no object are text."""
    assert [{"content": "", "tool_calls": [{"id": "j", "function": {"name": "g", "arguments": '{"cut'}}]}] == messages(
        BlockStart(0, ToolCall("i", "f")), BlockStop(0, ToolCall("j", "g", '{"cut'))
    )


def test_blocks_that_begin_with_words() -> None:
    """What a start already holds is said."""
    assert [
        {"content": "", "thinking": "h"},
        {"content": "t"},
        {"content": "no"},
        {"content": "sense"},
        {"content": "", "images": ["QQ=="]},
        {"content": "", "tool_calls": [{"odd": 1}]},
    ] == messages(
        BlockStart(0, Thinking("h")),
        BlockStart(1, Text("t")),
        BlockStart(2, Refusal("no")),
        RefusalDelta(2, "sense"),
        BlockStart(3, Image(Base64("image/png", "QQ=="))),
        BlockStart(4, Opaque({"odd": 1}, extra={"field": "tool_calls"})),
    )


def test_what_this_wire_has_no_line_for() -> None:
    """Clients read every line as part of the answer, so nothing is written."""
    assert [] == messages(
        Ping(),
        OpaqueEvent("vendor", {"a": 1}),
        BlockStart(0, Text("")),
        CitationDelta(0, Citation()),
        BlockStart(1, Thinking(signature="s")),
        SignatureDelta(1, "s"),
        BlockStart(2, ServerToolCall("s", "search")),
        ArgumentsDelta(2, "{}"),
        BlockStop(2),
        BlockStart(3, Image(FileId("f"))),
        BlockStart(4, Opaque({"a": 1}, origin=Origin("gemini"))),
    )


def test_other_choices_are_not_said() -> None:
    """This wire gives one answer."""
    assert [{"content": "a"}] == messages(
        BlockStart(0, Text("")),
        BlockStart(1, Text(""), choice=1),
        TextDelta(1, "b"),
        TextDelta(0, "a"),
        BlockStart(2, Thinking(), choice=1),
        ThinkingDelta(2, "c"),
        BlockStart(3, ToolCall("i", "f"), choice=1),
        BlockStop(3),
    )


@pytest.mark.parametrize("apart", [False, True])
def test_events_come_back(again: Again, apart: bool) -> None:
    """Everything a decoder of this wire can say, in order, one by one or at once."""
    token = {"token": "t", "logprob": -0.5}
    events: list[Event] = [
        STARTED,
        Extra({"remote_host": "h"}),
        BlockStart(0, Thinking(origin=HERE)),
        ThinkingDelta(0, "h\u2028"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "t", (token,)),
        TextDelta(1, "\n"),
        BlockStop(1),
        BlockStart(2, ToolCall("call_0", "f", origin=HERE, extra={"function": {"index": 0}, "synthetic_id": True})),
        ArgumentsDelta(2, '{"x":[1.5,null]}'),
        BlockStop(2),
        UsageUpdate(Usage(None, 1, raw={"eval_count": 1})),
        BlockStart(3, Image(Base64("image/png", "iVBORw0KGgo="))),
        BlockStop(3),
        OpaqueEvent("", {"status": "x"}),
        BlockStart(4, Opaque({"odd": 1}, origin=HERE, extra={"field": "tool_calls"})),
        BlockStop(4),
        Extra({"message": {"note": "ab", "list": [1]}, "logprobs": [token]}),
        UsageUpdate(Usage(3, 2, raw={"prompt_eval_count": 3, "eval_count": 2, "total_duration": 9})),
        Finished(Finish("tool_calls", "stop")),
    ]
    if apart:
        encoder = StreamEncoder()
        assert StreamEncoder().feed(events) == b"".join([encoder.feed([event]) for event in events])

    assert events == again(events)


@pytest.mark.parametrize("finish", [Finish("stop"), Finish("other", "load"), Finish("refusal", "refusal"), Finish("pause", "x")])
def test_ends_come_back(again: Again, finish: Finish) -> None:
    """In the common and in the vendor's word."""
    assert [STARTED, Finished(finish)] == again([STARTED, Finished(finish)])


@pytest.mark.parametrize(
    "failure", [Failure("boom", 500), Failure("busy", 503, "overloaded_error", "c", "p"), Failure("nobody knows")]
)
def test_errors_come_back(again: Again, failure: Failure) -> None:
    """With all their facts, and as the vendor's own object where they were that."""
    found = again([STARTED, Failed(failure)])[-1]

    assert isinstance(found, Failed)
    names = ("message", "status", "type", "code", "param")
    assert [getattr(failure, name) for name in names] == [getattr(found.failure, name) for name in names]
    assert [STARTED, found] == again([STARTED, found])


def test_a_failure_by_status_keeps_it_inside_a_stream(again: Again) -> None:
    """Its body does not say the status, so it is not enough."""
    said: Sequence[Event] = again([STARTED, Failed(Failure("slow down", 429, body={"error": "slow down"}))])

    assert isinstance(said[-1], Failed)
    assert 429 == said[-1].failure.status
    assert {"error": "boom"} == lines(Failed(Failure("boom", 500, body={"error": "boom"})))[0]
    assert FINISHED == again([STARTED, FINISHED])[-1]

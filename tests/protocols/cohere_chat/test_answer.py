"""One answer, streamed or whole: what begins and ends a block, and where everything else goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.cohere_chat.answer import Answer, Open, decode_call, decode_content
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Opaque,
    OpaqueDelta,
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

ACME = Origin("cohere_chat", "acme", "m")
PLAN = Thinking(origin=ACME, extra={"field": "tool_plan"})
CITED = {"start": 0, "end": 1, "text": "a"}


def frame(kind: str, index: int | None = None, **message: Any) -> Json:
    return {"type": kind, "index": index, "delta": {"message": message}}


START: Json = {"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant", "content": []}}}
TEXT = frame("content-start", 0, content={"type": "text", "text": ""})


def more(text: str, index: int = 0) -> Json:
    return frame("content-delta", index, content={"text": text})


def end(reason: str | None = "COMPLETE", **delta: Any) -> Json:
    return {"type": "message-end", "delta": {"finish_reason": reason, **delta}}


def test_a_plan_and_calls(stream: Read) -> None:
    """The plan ends when a call begins; calls are told apart by their index."""
    one = {"id": "i", "type": "function", "function": {"name": "f", "arguments": ""}}
    two = {"id": "j", "function": {"name": "g", "arguments": "{}"}}
    events = stream(
        START,
        frame("tool-plan-delta", tool_plan="I "),
        frame("tool-plan-delta", tool_plan="will"),
        frame("tool-call-start", 0, tool_calls=one),
        frame("tool-call-start", 1, tool_calls=two),
        frame("tool-call-delta", 0, tool_calls={"function": {"arguments": '{"x":1}'}}),
        frame("tool-call-end", 0),
        frame("tool-call-end", 1),
        end("TOOL_CALL"),
    )

    assert [
        Started("c1"),
        BlockStart(0, PLAN),
        ThinkingDelta(0, "I "),
        ThinkingDelta(0, "will"),
        BlockStop(0),
        BlockStart(1, ToolCall("i", "f")),
        BlockStart(2, ToolCall("j", "g")),
        ArgumentsDelta(2, "{}"),
        ArgumentsDelta(1, '{"x":1}'),
        BlockStop(1),
        BlockStop(2),
        Finished(Finish("tool_calls", "TOOL_CALL")),
    ] == events


def test_content_parts(stream: Read) -> None:
    """Thinking and text, each with its own index; tokens beside their piece."""
    token = {"text": "b", "token_ids": [1], "logprobs": [-0.5]}
    events = stream(
        START,
        frame("content-start", 0, content={"type": "thinking", "thinking": ""}),
        frame("content-delta", 0, content={"thinking": "a"}),
        frame("content-end", 0),
        frame("content-start", 1, content={"type": "text", "text": ""}),
        {**more("b", 1), "logprobs": token},
        more("c", 1),
        frame("content-end", 1),
        end(),
    )

    assert [
        BlockStart(0, Thinking(origin=ACME)),
        ThinkingDelta(0, "a"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "b", (token,)),
        TextDelta(1, "c"),
        BlockStop(1),
    ] == events[1:-1]


def test_a_part_of_an_unknown_kind(stream: Read) -> None:
    """It is opaque, and its final value is what its pieces led to."""
    events = stream(
        START,
        frame("content-start", 0, content={"type": "image", "data": "QQ"}),
        frame("content-delta", 0, content={"data": "==", "size": 4}),
        frame("content-end", 0),
        end(),
    )

    assert [
        BlockStart(0, Opaque({"type": "image", "data": "QQ"}, origin=ACME)),
        OpaqueDelta(0, {"data": "==", "size": 4}),
        BlockStop(0, Opaque({"type": "image", "data": "QQ==", "size": 4}, origin=ACME)),
    ] == events[1:-1]


def test_what_a_piece_holds_beside_its_words(stream: Read) -> None:
    """Both kinds at once are two blocks, and unknown fields are told at the end."""
    events = stream(START, TEXT, frame("content-delta", 0, content={"text": "b", "thinking": "a", "x": 1, "y": None}), end())

    assert [
        BlockStart(0, Text("")),
        BlockStop(0),
        BlockStart(1, Thinking(origin=ACME)),
        ThinkingDelta(1, "a"),
        BlockStop(1),
        BlockStart(2, Text("")),
        TextDelta(2, "b"),
        BlockStop(2),
        Extra({"message": {"content_pieces": [{"block": 2, "x": 1}]}}),
    ] == events[1:-1]


def test_frames_out_of_order(stream: Read) -> None:
    """A delta without a start begins its block, and an end of nothing is nothing."""
    events = stream(
        frame("content-end", 0),
        more("a"),
        frame("content-delta", 0, content={"thinking": "b"}),
        frame("tool-call-delta", 0, tool_calls={"id": "i", "function": {"name": "f", "arguments": "{"}}),
        frame("tool-call-end", 7),
        frame("citation-end", 0),
    )

    assert [
        Started(),
        BlockStart(0, Text("")),
        TextDelta(0, "a"),
        BlockStop(0),
        BlockStart(1, Thinking(origin=ACME)),
        ThinkingDelta(1, "b"),
        BlockStart(2, ToolCall("i", "f")),
        ArgumentsDelta(2, "{"),
    ] == events


def test_citations_go_to_their_text(stream: Read) -> None:
    """That of the open text where none is named; those of anything else are told at the end."""
    closed, plan = {**CITED, "content_index": 0}, {**CITED, "type": "PLAN"}
    events = stream(
        START,
        TEXT,
        more("a"),
        frame("citation-start", 0, citations=CITED),
        frame("citation-start", 1, citations=closed),
        frame("citation-start", 2, citations=plan),
        frame("content-end", 0),
        frame("citation-start", 3, citations=[closed, "odd"]),
        end(),
    )

    assert [
        CitationDelta(0, Citation("", None, None, None, 0, 1, CITED)),
        CitationDelta(0, Citation("", None, None, None, 0, 1, closed)),
        BlockStop(0),
        Extra({"message": {"citations": [plan, closed, "odd"]}}),
        Finished(Finish("stop", "COMPLETE")),
    ] == events[3:]


def test_a_whole_answer(whole: Read) -> None:
    """Plan, content with its citations, calls: as the same answer streamed gives them."""
    content = [{"type": "thinking", "thinking": "h"}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    second = {**CITED, "content_index": 2}
    call = {"id": "i", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    events = whole(
        tool_plan="p", content=content, tool_calls=[call], citations=[CITED, second, {"content_index": 9}, 5], note="n"
    )

    assert [
        Started("c1"),
        BlockStart(0, PLAN),
        ThinkingDelta(0, "p"),
        BlockStop(0),
        BlockStart(1, Thinking(origin=ACME)),
        ThinkingDelta(1, "h"),
        BlockStop(1),
        BlockStart(2, Text("")),
        TextDelta(2, "a"),
        CitationDelta(2, Citation("", None, None, None, 0, 1, CITED)),
        BlockStop(2),
        BlockStart(3, Text("")),
        TextDelta(3, "b"),
        CitationDelta(3, Citation("", None, None, None, 0, 1, second)),
        BlockStop(3),
        BlockStart(4, ToolCall("i", "f")),
        ArgumentsDelta(4, "{}"),
        BlockStop(4),
        Extra({"message": {"citations": [{"content_index": 9}, 5], "note": "n"}}),
        Finished(Finish("stop", "COMPLETE")),
    ] == events


def test_content_that_is_a_string(whole: Read) -> None:
    """It is one text."""
    assert TextDelta(0, "a") in whole(content="a")


def test_fields_of_the_answer(stream: Read) -> None:
    """Those of the first frame follow the start, those of the last come before the end, with the message's."""
    first = {**START, "x": 1, "none": None}
    last = end(usage={"tokens": {"input_tokens": 3.0, "output_tokens": 2}}, y=2, message={"note": "n", "role": "assistant"})
    events = stream(first, TEXT, {**last, "z": 3})

    assert Extra({"x": 1}) == events[1]
    assert [
        BlockStop(0),
        Extra({"z": 3, "y": 2, "message": {"note": "n"}}),
        UsageUpdate(Usage(3, 2, raw={"tokens": {"input_tokens": 3.0, "output_tokens": 2}})),
        Finished(Finish("stop", "COMPLETE")),
    ] == events[3:]


def test_an_end_that_is_an_error(stream: Read) -> None:
    """The vendor says so under a good status; its counts are told all the same."""
    last = end("ERROR", error="boom", usage={"tokens": {}})
    events = stream(START, TEXT, more("a"), last, more("b"))

    assert [UsageUpdate(Usage(raw={"tokens": {}})), Failed(Failure("boom", 500, body=last))] == events[-2:]


def test_a_frame_that_states_an_error(stream: Read) -> None:
    """Without a type it is the body of an error."""
    events = stream(START, {"message": "boom", "id": "r"})

    assert Failed(Failure("boom", request_id="r", body={"message": "boom", "id": "r"})) == events[-1]


def test_unknown_frames_are_kept(stream: Read) -> None:
    """As they came, under their own name."""
    assert [Started("c1"), OpaqueEvent("debug", {"type": "debug", "prompt": "p"})] == stream(
        START, {"type": "debug", "prompt": "p"}
    )


def test_an_answer_that_is_cut(stream: Read) -> None:
    """What was gathered is told, and there is no end."""
    assert Extra({"message": {"citations": [CITED]}}) == stream(START, frame("citation-start", 0, citations=CITED))[-1]


@pytest.mark.parametrize("id", [None, "", 7, "i"])
def test_a_call_without_an_id_of_its_own_gets_one(id: Any) -> None:
    """None, an empty one, a number, one that another call has: a new one, and the call says so."""
    found = decode_call({"id": id, "function": {"name": "f"}}, {"i", "call_1"}, ACME)

    assert found == ToolCall("call_2", "f", origin=ACME, extra={"synthetic_id": True})


def test_vendor_fields_stay_where_they_stood() -> None:
    """On the call, on its function, on the part; arguments that are an object become text."""
    call = {"id": "i", "type": "other", "function": {"name": "f", "arguments": {"a": 1}, "x": 1}, "y": None}

    assert ToolCall("i", "f", '{"a":1}', origin=ACME, extra={"type": "other", "function": {"x": 1}}) == (
        decode_call(call, set(), ACME)
    )
    assert Text("a", origin=ACME, extra={"x": 1}) == decode_content({"type": "text", "text": "a", "x": 1}, ACME)
    assert Opaque({"type": "text"}, origin=ACME) == decode_content({"type": "text"}, ACME)


def test_after_the_end_nothing_is_open() -> None:
    """The state says so to whoever reads on."""
    answer, out = Answer(ACME), list[Event]()
    answer.frame("content-start", TEXT, out)
    answer.frame("message-end", end(), out)

    assert answer.over
    assert BlockStop(0) in out
    assert not Open(3, "text", {}).grown

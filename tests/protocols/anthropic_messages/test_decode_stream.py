"""Frames to events: the order of an answer, and everything that can stand in its way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.anthropic_messages.decode_stream import MessagesDecoder
from dragoman.protocols.base import Target
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
    Ping,
    ServerToolCall,
    ServerToolResult,
    SignatureDelta,
    SourceSpan,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)

Decode = Callable[..., list[Event]]
Json = dict[str, Any]


def start(**message: Any) -> Json:
    return {"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": [], **message}}


def block(index: Any, kind: str, **fields: Any) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **fields}}


def delta(index: Any, kind: str, **fields: Any) -> Json:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def stop(index: Any) -> Json:
    return {"type": "content_block_stop", "index": index}


def end(reason: str | None = "end_turn", **fields: Any) -> Json:
    return {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, **fields}


DONE: Json = {"type": "message_stop"}
BEGUN = [Started("msg_1", "m")]
STOPPED = Finished(Finish("stop", "end_turn"))


def test_a_whole_stream(decode: Decode, target: Target) -> None:
    """Thinking, text with a citation and a call, with counts at both ends, in the order they were said."""
    citation = {"type": "char_location", "cited_text": "x", "start_char_index": 0, "end_char_index": 1}
    here = target.origin()
    usage = {"input_tokens": 25, "output_tokens": 1}
    final = {"input_tokens": 25, "output_tokens": 61, "output_tokens_details": {"thinking_tokens": 30}}

    events = decode(
        start(usage=usage),
        {"type": "ping"},
        block(0, "thinking", thinking="", signature=""),
        delta(0, "thinking_delta", thinking="First"),
        delta(0, "signature_delta", signature="Eq"),
        stop(0),
        block(1, "text", text="", citations=[]),
        delta(1, "citations_delta", citation=citation),
        delta(1, "text_delta", text="Hel"),
        stop(1),
        block(2, "tool_use", id="toolu_1", name="read", input={}),
        delta(2, "input_json_delta", partial_json=""),
        delta(2, "input_json_delta", partial_json='{"path":'),
        delta(2, "input_json_delta", partial_json="1}"),
        stop(2),
        end("tool_use", usage={"output_tokens": 61, "input_tokens": None, "output_tokens_details": {"thinking_tokens": 30}}),
        DONE,
    )

    assert [
        Started("msg_1", "m"),
        UsageUpdate(Usage(25, 1, raw=usage)),
        Ping(),
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "First"),
        SignatureDelta(0, "Eq"),
        BlockStop(0),
        BlockStart(1, Text("", origin=here)),
        CitationDelta(1, Citation("char_location", text="x", raw=citation, span=SourceSpan("char", 0, 1))),
        TextDelta(1, "Hel"),
        BlockStop(1),
        BlockStart(2, ToolCall("toolu_1", "read")),
        ArgumentsDelta(2, '{"path":'),
        ArgumentsDelta(2, "1}"),
        BlockStop(2),
        UsageUpdate(Usage(25, 61, reasoning=30, raw=final)),
        Finished(Finish("tool_calls", "tool_use")),
    ] == events


def test_a_call_without_arguments_has_an_empty_object(decode: Decode) -> None:
    """All-empty pieces mean `{}`, which comes before the stop."""
    events = decode(
        start(), block(0, "tool_use", id="i", name="n", input={}), delta(0, "input_json_delta", partial_json=""), stop(0)
    )

    assert [*BEGUN, BlockStart(0, ToolCall("i", "n")), ArgumentsDelta(0, "{}"), BlockStop(0)] == events


def test_arguments_of_the_start_count_unless_deltas_come(decode: Decode) -> None:
    """A call that comes whole keeps its input; deltas replace it."""
    opened = block(0, "tool_use", id="i", name="n", input={"a": 1})

    assert ArgumentsDelta(0, '{"a":1}') in decode(opened, stop(0))
    assert ArgumentsDelta(0, '{"a":1}') in decode(opened)
    assert [ArgumentsDelta(0, '{"b":2}')] == [
        event
        for event in decode(opened, delta(0, "input_json_delta", partial_json='{"b":2}'), stop(0))
        if isinstance(event, ArgumentsDelta)
    ]


def test_a_cut_call_has_no_arguments(decode: Decode) -> None:
    """A call whose stream broke before its arguments does not look complete."""
    events = decode(start(), block(0, "tool_use", id="i", name="n", input={}))

    assert [*BEGUN, BlockStart(0, ToolCall("i", "n"))] == events


def test_whole_blocks_come_in_their_start(decode: Decode, target: Target) -> None:
    """Redacted thinking, results of server tools and unknown blocks have no deltas."""
    here = target.origin()
    events = decode(
        start(),
        block(0, "redacted_thinking", data="d"),
        stop(0),
        block(1, "web_search_tool_result", tool_use_id="s", content=[]),
        stop(1),
        block(2, "container_upload", file_id="f"),
        stop(2),
    )

    assert [
        Thinking(encrypted="d", origin=here),
        ServerToolResult("s", "web_search_tool_result", [], origin=here),
        Opaque({"type": "container_upload", "file_id": "f"}, origin=here),
    ] == [event.block for event in events if isinstance(event, BlockStart)]


def test_an_opaque_block_ends_as_its_deltas_left_it(decode: Decode, target: Target) -> None:
    """A compaction block is replaced by its delta; the stop carries what it became."""
    change = {"type": "compaction_delta", "content": "sum", "encrypted_content": "e"}
    events = decode(
        start(), block(0, "compaction", content=None), {"type": "content_block_delta", "index": 0, "delta": change}, stop(0)
    )
    final = Opaque({"type": "compaction", "content": "sum", "encrypted_content": "e"}, origin=target.origin())

    assert [OpaqueDelta(0, change), BlockStop(0, final)] == events[2:]
    assert (final,) == accumulate(events).message.content


def test_text_given_in_the_start_stays(decode: Decode) -> None:
    """Words in the opening object come before those of the deltas."""
    events = decode(start(), block(0, "text", text="a"), delta(0, "text_delta", text="b"), stop(0), end(), DONE)

    assert "ab" == accumulate(events).text


def test_content_of_the_message_itself_comes_first(decode: Decode) -> None:
    """A message that begins with blocks tells them before those that are streamed."""
    call = {"type": "tool_use", "id": "i", "name": "n", "input": {"a": 1}}
    events = decode(start(content=[call, "?"], stop_reason="tool_use"), block(0, "text", text=""), stop(0), DONE)

    assert [
        *BEGUN,
        BlockStart(0, ToolCall("i", "n")),
        ArgumentsDelta(0, '{"a":1}'),
        BlockStop(0),
        OpaqueEvent("content", "?"),
        BlockStart(1, Text("")),
        BlockStop(1),
        Finished(Finish("tool_calls", "tool_use")),
    ] == events


def test_a_repeated_start_is_not_told_twice(decode: Decode) -> None:
    """A start that says the same again adds nothing; what it says anew is told."""
    call = {"type": "tool_use", "id": "i", "name": "n", "input": {}}
    first = start(content=[call], usage={"input_tokens": 1}, container={"id": "c"})
    again = start(content=[call], usage={"input_tokens": 1, "output_tokens": 2}, container={"id": "c"}, diagnostics={"x": 1})

    once, twice = decode(first), decode(first, again)

    assert [
        Extra({"diagnostics": {"x": 1}}),
        UsageUpdate(Usage(1, 2, raw={"input_tokens": 1, "output_tokens": 2})),
    ] == twice[len(once) :]


def test_another_start_is_told(decode: Decode) -> None:
    """A second start of another message replaces the first, and nothing of either is lost."""
    events = decode(start(), block(0, "text", text="a"), start(id="msg_2"), block(0, "text", text="b"), end(), DONE)
    response = accumulate(events)

    assert ("msg_2", "ab") == (response.id, response.text)


def test_indexes_may_be_sparse_and_repeat(decode: Decode) -> None:
    """Our indexes count up in order of start; a start on an open index ends the block before."""
    events = decode(
        start(),
        block(5, "text", text="a"),
        block(7, "text", text="b"),
        delta(5, "text_delta", text="A"),
        block(5, "text", text="c"),
        delta(5, "text_delta", text="C"),
        stop(7),
        stop(5),
    )

    assert [
        BlockStart(0, Text("a")),
        BlockStart(1, Text("b")),
        TextDelta(0, "A"),
        BlockStop(0),
        BlockStart(2, Text("c")),
        TextDelta(2, "C"),
        BlockStop(1),
        BlockStop(2),
    ] == events[1:]


def test_two_calls_on_one_index_stay_two(decode: Decode) -> None:
    """Complete parallel calls that share an index are two calls."""
    wires = [
        wire
        for name in ("a", "b")
        for wire in (
            block(0, "tool_use", id=name, name=name, input={}),
            delta(0, "input_json_delta", partial_json=f'{{"{name}":1}}'),
            stop(0),
        )
    ]
    calls = accumulate(decode(start(), *wires, end("tool_use"), DONE)).tool_calls

    assert [("a", '{"a":1}'), ("b", '{"b":1}')] == [(call.id, call.arguments) for call in calls]


def test_missing_indexes_mean_the_block_opened_last(decode: Decode) -> None:
    """Servers that number nothing are read in order."""
    wires = [
        block(None, "text", text=""),
        delta(None, "text_delta", text="a"),
        stop(None),
        block(None, "text", text="b"),
        stop(None),
    ]
    for wire in wires:
        del wire["index"]

    assert [BlockStart(0, Text("")), TextDelta(0, "a"), BlockStop(0), BlockStart(1, Text("b")), BlockStop(1)] == decode(
        start(), *wires
    )[1:]


def test_a_delta_without_its_start_opens_a_block(decode: Decode, target: Target) -> None:
    """Text and thinking that come without a start are not lost; a call without a name cannot be made up."""
    assert [BlockStart(0, Text("")), TextDelta(0, "a"), TextDelta(0, "b")] == decode(
        start(), delta(3, "text_delta", text="a"), delta(3, "text_delta", text="b")
    )[1:]
    assert [BlockStart(0, Thinking(origin=target.origin())), ThinkingDelta(0, "a")] == decode(
        start(), delta(0, "thinking_delta", thinking="a")
    )[1:]
    nowhere = delta(None, "text_delta", text="a")
    assert [BlockStart(0, Text("")), TextDelta(0, "a"), TextDelta(0, "a")] == decode(start(), nowhere, nowhere)[1:]
    lost = delta(0, "input_json_delta", partial_json="{")
    assert [OpaqueEvent("content_block_delta", lost)] == decode(start(), lost)[1:]


@pytest.mark.parametrize(
    ("opened", "wrong"),
    [
        (block(0, "text", text=""), {"type": "input_json_delta", "partial_json": "{"}),
        (block(0, "text", text=""), {"type": "signature_delta", "signature": "s"}),
        (block(0, "text", text=""), {"type": "text_delta", "text": None}),
        (block(0, "text", text=""), {"type": "text_delta"}),
        (block(0, "text", text=""), {"type": "moon_delta", "x": 1}),
        (block(0, "text", text=""), {"text": "no type"}),
        (block(0, "text", text=""), {"type": "citations_delta", "citation": "x"}),
        (block(0, "thinking", thinking="", signature=""), {"type": "text_delta", "text": "a"}),
        (block(0, "redacted_thinking", data="d"), {"type": "thinking_delta", "thinking": "a"}),
        (block(0, "tool_use", id="i", name="n", input={}), {"type": "text_delta", "text": "a"}),
        (block(0, "tool_use", id="i", name="n", input={}), {"type": "input_json_delta", "partial_json": 1}),
    ],
)
def test_a_delta_that_does_not_fit_is_opaque(decode: Decode, opened: Json, wrong: Json) -> None:
    """A delta of another kind than its block, or of none, is kept and changes nothing."""
    events = decode(start(), opened, {"type": "content_block_delta", "index": 0, "delta": wrong})

    assert OpaqueDelta(0, wrong) == events[-1]
    assert accumulate(events[:-1]).message == accumulate(events).message


def test_fields_beside_the_known_ones_are_not_lost(decode: Decode) -> None:
    """What a delta or a frame says beyond its words comes as an event of its own, nulls aside."""
    events = decode(
        start(),
        {**block(0, "thinking", thinking=""), "a": 1},
        {**delta(0, "thinking_delta", thinking="t", estimated_tokens=7, other=None), "b": 2, "c": None},
        {**stop(0), "d": 3},
        {"type": "ping", "cost": "0"},
    )

    assert [
        OpaqueEvent("content_block_start", {"type": "content_block_start", "index": 0, "a": 1}),
        ThinkingDelta(0, "t"),
        OpaqueDelta(0, {"type": "thinking_delta", "estimated_tokens": 7}),
        OpaqueEvent("content_block_delta", {"type": "content_block_delta", "index": 0, "b": 2}),
        BlockStop(0),
        OpaqueEvent("content_block_stop", {"type": "content_block_stop", "index": 0, "d": 3}),
        OpaqueEvent("ping", {"type": "ping", "cost": "0"}),
    ] == events[2:]


def test_fields_of_the_message_are_extra(decode: Decode) -> None:
    """Fields without a word, of any frame of the message, are told when they are new or change."""
    container = {"id": "c"}
    events = decode(
        {**start(container=container, diagnostics=None), "trace": "t"},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "container": container},
            "context_management": {"applied_edits": []},
        },
        {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"latency": 1}},
    )

    assert [
        Extra({"container": container, "trace": "t"}),
        Extra({"context_management": {"applied_edits": []}}),
        Extra({"amazon-bedrock-invocationMetrics": {"latency": 1}}),
        STOPPED,
    ] == events[1:]


def test_counts_that_do_not_change_are_not_told_again(decode: Decode) -> None:
    """Totals come once for each value."""
    events = decode(start(usage={"input_tokens": 1, "output_tokens": 2}), end(usage={"output_tokens": 2}), DONE)

    assert 1 == len([event for event in events if isinstance(event, UsageUpdate)])


def test_details_of_a_refusal(decode: Decode) -> None:
    """Details of the stop are on the finish."""
    details = {"type": "refusal", "category": None}

    assert (
        Finished(Finish("refusal", "refusal", details=details))
        == decode(start(), {"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": details}}, DONE)[-1]
    )


@pytest.mark.parametrize(("calls", "reason"), [(False, "stop"), (True, "tool_calls")])
def test_an_end_without_a_reason(decode: Decode, calls: bool, reason: str) -> None:
    """`message_stop` is the end even where nobody said why."""
    called = [block(0, "tool_use", id="i", name="n", input={}), stop(0)] if calls else []

    assert Finished(Finish(reason)) == decode(start(), *called, DONE)[-1]  # type: ignore[arg-type]


def test_blocks_left_open_end_with_the_answer(decode: Decode) -> None:
    """A stop that never came is made up before the end."""
    assert [BlockStop(0), BlockStop(1), STOPPED] == decode(
        start(), block(0, "text", text=""), block(1, "text", text=""), end(), DONE
    )[-3:]


def test_an_answer_without_its_end_signal_has_no_end(decode: Decode) -> None:
    """A body that ends behind the stop reason is cut all the same: the protocol's end is `message_stop`."""
    events = decode(start(), block(0, "text", text="a"), stop(0), end())

    assert not [event for event in events if isinstance(event, (Finished, Failed))]


def test_nothing_comes_after_the_end(target: Target, frames: Callable[..., Any]) -> None:
    """Frames behind the end are not read, be it in the same feed or in a later one."""
    decoder = MessagesDecoder(target.origin())

    assert [*BEGUN, STOPPED] == decoder.feed(frames(start(), end(), DONE, {"type": "ping"}))
    assert [] == decoder.feed(frames({"type": "ping"})) + decoder.feed([(b"x", b"broken")]) + decoder.close()


def test_blocks_without_a_message_start(decode: Decode) -> None:
    """An answer begins even where its first frame is missing."""
    assert [Started(), BlockStart(0, Text("a")), BlockStop(0), STOPPED] == decode(block(0, "text", text="a"), end(), DONE)
    assert [Started(), Finished(Finish("stop"))] == decode(DONE)


def test_an_error_in_the_stream(decode: Decode) -> None:
    """An error frame ends the answer with its facts, after what came before."""
    wire = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_1"}

    assert [
        *BEGUN,
        BlockStart(0, Text("")),
        TextDelta(0, "a"),
        Failed(Failure("Overloaded", type="overloaded_error", request_id="req_1", body=wire)),
    ] == decode(start(), block(0, "text", text=""), delta(0, "text_delta", text="a"), wire, DONE)


@pytest.mark.parametrize(
    ("frame", "message", "reason"),
    [
        ((b"error", b'{"error":{"type":"api_error","message":"m"}}'), "m", None),
        ((b"", b'{"error":{"message":"m"}}'), "m", None),
        ((b"error", b'{"message":"m"}'), "m", None),
        ((b"error", b"plain words"), "plain words", None),
        ((b"content_block_delta", b'{"type":"content_block_delta"'), None, "decode"),
        ((b"", b"not json"), None, "decode"),
        ((b"ping", b"\xff"), None, "decode"),
        ((b"message_start", b"[" * 100_000), None, "decode"),
    ],
)
def test_bad_frames_fail_as_values(target: Target, frame: Any, message: str | None, reason: str | None) -> None:
    """Errors in any form and bytes that are no JSON end the answer, and never raise."""
    decoder = MessagesDecoder(target.origin())
    (event,) = decoder.feed([frame, (b"message_stop", b'{"type":"message_stop"}')])

    assert isinstance(event, Failed)
    assert reason == event.failure.reason
    assert message in (None, event.failure.message)
    assert [] == decoder.close()


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ((b"data", b"[DONE]"), []),
        ((b"", b" [DONE] "), []),
        ((b"heartbeat", b"beep"), [OpaqueEvent("heartbeat", "beep")]),
        ((b"moon", b'{"type":"moon","x":1}'), [OpaqueEvent("moon", {"type": "moon", "x": 1})]),
        ((b"", b'{"type":"moon"}'), [OpaqueEvent("moon", {"type": "moon"})]),
        ((b"moon", b"[1]"), [OpaqueEvent("moon", [1])]),
        ((b"", b"{}"), [OpaqueEvent("", {})]),
        ((b"", b'{"type":"ping"}'), [Ping()]),
        ((b"ping", b"{}"), [Ping()]),
        (
            (b"message_start", b'{"type":"message_start","message":1}'),
            [OpaqueEvent("message_start", {"type": "message_start", "message": 1})],
        ),
        ((b"content_block_start", b'{"index":0}'), [OpaqueEvent("content_block_start", {"index": 0})]),
        ((b"content_block_delta", b'{"index":0,"delta":1}'), [OpaqueEvent("content_block_delta", {"index": 0, "delta": 1})]),
        ((b"message_delta", b'{"delta":1}'), [OpaqueEvent("message_delta", {"delta": 1})]),
        ((b"message_delta", b'{"usage":1}'), [OpaqueEvent("message_delta", {"usage": 1})]),
        ((b"content_block_stop", b'{"index":9}'), [OpaqueEvent("content_block_stop", {"index": 9})]),
    ],
)
def test_unknown_frames_are_kept(target: Target, frame: Any, expected: list[Event]) -> None:
    """Events nobody documented, and known ones of another shape, pass as they came."""
    assert expected == MessagesDecoder(target.origin()).feed([frame])


def test_server_tools_stream_their_arguments(decode: Decode, target: Target) -> None:
    """The vendor's own tools are called in the same pieces as the caller's."""
    events = decode(
        start(),
        block(0, "mcp_tool_use", id="s", name="n", server_name="deep", input={}),
        delta(0, "input_json_delta", partial_json='{"a":1}'),
        stop(0),
    )

    assert (ServerToolCall("s", "n", '{"a":1}', "mcp_tool_use", "deep", origin=target.origin()),) == accumulate(
        events
    ).message.content


def test_many_deltas_stay_linear(target: Target) -> None:
    """Fifty thousand pieces of arguments are fifty thousand events and one call."""
    decoder = MessagesDecoder(target.origin())
    piece = (b"content_block_delta", json.dumps(delta(0, "input_json_delta", partial_json="x")).encode())
    opened = (b"content_block_start", json.dumps(block(0, "tool_use", id="i", name="n", input={})).encode())

    events = decoder.feed([opened, *[piece] * 50_000])

    assert 50_002 == len(events)
    assert 50_000 == len(accumulate(events).tool_calls[0].arguments)

"""Events of a stream; every test reads them both ways, which must agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.bedrock_converse.decode_stream import ConverseDecoder
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
    Finish,
    Finished,
    Image,
    Opaque,
    OpaqueDelta,
    OpaqueEvent,
    ServerToolCall,
    ServerToolResult,
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

Decode = Callable[..., list[Event]]
Pair = tuple[str, Any]

START: Pair = ("messageStart", {"role": "assistant", "p": "ab"})
STOP: Pair = ("messageStop", {"stopReason": "end_turn", "p": "ab"})
META: Pair = (
    "metadata",
    {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "metrics": {"latencyMs": 9}, "p": "a"},
)
COUNTED = [UsageUpdate(Usage(1, 2, raw=META[1]["usage"])), Extra({"metrics": {"latencyMs": 9}})]
END = Finished(Finish("stop", "end_turn"))


def delta(index: int, delta: Any, **more: Any) -> Pair:
    return "contentBlockDelta", {"contentBlockIndex": index, "delta": delta, **more}


def start(index: int, start: Any, **more: Any) -> Pair:
    return "contentBlockStart", {"contentBlockIndex": index, "start": start, **more}


def stop(index: int, **more: Any) -> Pair:
    return "contentBlockStop", {"contentBlockIndex": index, **more}


def test_an_answer_in_full(decode: Decode, target: Target) -> None:
    """Reasoning, words and a call, then the end, and the counts behind it."""
    here = target.origin()
    events = decode(
        START,
        delta(0, {"reasoningContent": {"text": "h"}}, p="abc"),
        delta(0, {"reasoningContent": {"signature": "s1"}}),
        delta(0, {"reasoningContent": {"signature": "s2"}}),
        stop(0),
        delta(1, {"text": "t"}, p="abc"),
        delta(1, {"text": ""}),
        stop(1, p="x"),
        start(2, {"toolUse": {"toolUseId": "i", "name": "n"}}, p="x"),
        delta(2, {"toolUse": {"input": '{"a":'}}, p="x"),
        delta(2, {"toolUse": {"input": ""}}),
        delta(2, {"toolUse": {"input": "1}"}}),
        stop(2),
        ("messageStop", {"stopReason": "tool_use", "additionalModelResponseFields": {"stop_sequence": "x"}}),
        META,
        delta(3, {"text": "behind the end"}),
    )

    assert events == [
        Started(),
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "h"),
        SignatureDelta(0, "s1"),
        SignatureDelta(0, "s1s2"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "t"),
        TextDelta(1, ""),
        BlockStop(1),
        BlockStart(2, ToolCall("i", "n")),
        ArgumentsDelta(2, '{"a":'),
        ArgumentsDelta(2, "1}"),
        BlockStop(2),
        Extra({"additionalModelResponseFields": {"stop_sequence": "x"}}),
        *COUNTED,
        Finished(Finish("tool_calls", "tool_use", "x")),
    ]


def test_an_answer_ends_with_its_stop(decode: Decode) -> None:
    """Counts are waited for until the body ends, and may come first; without `messageStop` nothing has ended."""
    assert decode(START, STOP) == [Started(), END]
    assert decode(START, META, STOP) == [Started(), *COUNTED, END]
    assert decode(START, META) == [Started(), *COUNTED]
    assert decode(START, delta(0, {"text": "t"})) == [Started(), BlockStart(0, Text("")), TextDelta(0, "t")]
    assert decode() == []
    assert decode(STOP, META)[0] == Started()


def test_blocks_still_open_at_the_end(decode: Decode) -> None:
    """They are closed before it, also those that come late."""
    events = decode(START, delta(0, {"text": "a"}), STOP, delta(5, {"text": "b"}), META)

    assert events[3] == BlockStop(0)
    assert events[-2:] == [BlockStop(1), END]
    assert accumulate(events).text == "ab"


def test_a_delta_of_another_kind_opens_a_block_of_its_own(decode: Decode, target: Target) -> None:
    """One index may name several blocks, one after another."""
    here = target.origin()
    events = decode(
        START,
        delta(0, {"reasoningContent": {"text": "h", "redactedContent": "AA=="}}),
        delta(0, {"reasoningContent": {"redactedContent": "AQ=="}}),
        delta(0, {"text": "t", "citation": {"location": {}}}),
        delta(0, {"reasoningContent": {"text": "g"}}),
        STOP,
    )

    assert accumulate(events).message.content == (
        Thinking("h", origin=here),
        Thinking(encrypted="AAE=", origin=here),
        Text("t", citations=(Citation(raw={"location": {}}),)),
        Thinking("g", origin=here),
    )


def test_the_services_own_tools(decode: Decode, target: Target) -> None:
    """Calls have arguments in deltas, results are lists in deltas."""
    here = target.origin()
    result = ServerToolResult("i", "k", [{"text": "a"}, {"json": {}}], True, extra={"status": "error"}, origin=here)
    events = decode(
        START,
        start(0, {"toolUse": {"toolUseId": "i", "name": "n", "type": "server_tool_use"}}),
        delta(0, {"toolUse": {"input": "{}"}}),
        stop(0),
        start(1, {"toolResult": {"toolUseId": "i", "type": "k", "status": "error"}}),
        delta(1, {"toolResult": [{"text": "a"}]}),
        delta(1, {"toolResult": [{"json": {}}]}),
        stop(1),
        STOP,
    )

    assert accumulate(events).message.content == (ServerToolCall("i", "n", "{}", "server_tool_use", origin=here), result)
    assert OpaqueDelta(1, {"toolResult": [{"text": "a"}]}) in events
    assert events[-1] == END


def test_cited_text(decode: Decode) -> None:
    """Citations come in deltas of the text they belong to, which may have no words."""
    raw = {"location": {"web": {"url": "u"}}}
    cited = Citation("web", "u", raw=raw)
    events = decode(START, delta(3, {"citation": raw}), stop(3), delta(4, {"citation": "?"}), STOP)

    assert events[1:4] == [BlockStart(0, Text("")), CitationDelta(0, cited), BlockStop(0)]
    assert events[5] == OpaqueDelta(1, {"citation": "?"})


def test_pictures(decode: Decode) -> None:
    """Their bytes come in pieces."""
    events = decode(
        START,
        start(0, {"image": {"format": "png"}}),
        delta(0, {"image": {"source": {"bytes": "AA=="}}}),
        delta(0, {"image": {"source": {"bytes": "AQ=="}}}),
        stop(0),
        STOP,
    )

    assert accumulate(events).message.content == (Image(Base64("image/png", "AAE=")),)


def test_blocks_and_deltas_of_no_known_kind(decode: Decode, target: Target) -> None:
    """They stay opaque, and what stands beside known fields is an event of its own."""
    here = target.origin()
    events = decode(
        START,
        start(0, {"moon": {"a": "x"}}, new=1),
        delta(0, {"moon": {"a": "y"}}, new=2),
        stop(0, new=3),
        delta(1, {"toolUse": {"input": "{}"}}),
        start(2, {"toolUse": {"toolUseId": 5}}),
        delta(2, {"toolUse": {"input": "{}", "new": 4}}),
        start(3, {"toolUse": {"toolUseId": "i", "name": "n"}}),
        delta(3, {"toolUse": {"input": "{}", "new": 4}}),
        delta(3, {"toolUse": {"new": 5}}),
        delta(4, {"text": None}),
        delta(4, {"reasoningContent": "?"}),
        delta(4, {"reasoningContent": {"new": 1}}),
        STOP,
    )

    assert events[1:7] == [
        BlockStart(0, Opaque({"moon": {"a": "x"}}, origin=here)),
        OpaqueEvent("contentBlockStart", {"contentBlockIndex": 0, "new": 1}),
        OpaqueDelta(0, {"moon": {"a": "y"}}),
        OpaqueEvent("contentBlockDelta", {"contentBlockIndex": 0, "new": 2}),
        BlockStop(0, Opaque({"moon": {"a": "xy"}}, origin=here)),
        OpaqueEvent("contentBlockStop", {"contentBlockIndex": 0, "new": 3}),
    ]
    assert events[7:9] == [
        BlockStart(1, Opaque({}, origin=here)),
        OpaqueDelta(1, {"toolUse": {"input": "{}"}}),
    ]
    assert OpaqueDelta(3, {"toolUse": {"new": 4}}) in events
    assert OpaqueDelta(3, {"toolUse": {"new": 5}}) in events
    assert accumulate(events).message.content[4] == Opaque({"text": None, "reasoningContent": {"new": 1}}, origin=here)


@pytest.mark.parametrize(
    "pair",
    [
        ("messageStart", {"role": "assistant"}),
        ("contentBlockStart", {"contentBlockIndex": 0}),
        ("contentBlockStart", {"contentBlockIndex": "0", "start": {}}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": "text"}),
        ("contentBlockStop", {"contentBlockIndex": 7}),
        ("contentBlockStop", {}),
        ("initial-response", {}),
        ("newEvent", [1]),
        ("metadata", "text"),
    ],
)
def test_events_that_say_nothing_known(decode: Decode, pair: Pair) -> None:
    """They are kept as they came, without their padding."""
    name, wire = pair
    padded = {**wire, "p": "abc"} if isinstance(wire, dict) else wire

    assert decode(START, (name, padded), STOP, META) == [Started(), OpaqueEvent(name, wire), *COUNTED, END]


def test_small_irregularities(decode: Decode) -> None:
    """A start that says nothing, an index with a point, a second stop, fields of the message, counts of another shape."""
    assert decode(START, start(0, {}), STOP) == [Started(), END]
    assert decode(START, delta(1.0, {"text": "t"}), stop(1), STOP)[-2:] == [BlockStop(0), END]  # type: ignore[arg-type]
    assert decode(START, STOP, STOP) == [Started(), OpaqueEvent("messageStop", {"stopReason": "end_turn"}), END]
    assert decode(("messageStart", {"new": 1}), STOP)[1] == Extra({"output": {"message": {"new": 1}}})
    assert decode(START, STOP, ("metadata", {"usage": [1]})) == [Started(), Extra({"usage": [1]}), END]
    assert decode(START, ("messageStop", {"stopReason": 5}))[1:] == [Extra({"stopReason": 5}), Finished(Finish("stop"))]


def test_errors_inside_a_stream(decode: Decode) -> None:
    """An exception ends the answer, with the facts it states."""
    body = {"message": "slow down"}
    failed = Failed(Failure("slow down", type="throttlingException", body=body))

    assert decode(START, delta(0, {"text": "t"}), ("exception:throttlingException", body), STOP)[-1] == failed
    assert decode(("error:InternalError", body)) == [Failed(Failure("slow down", type="InternalError", body=body))]


def test_bytes_that_are_no_json(decode: Decode) -> None:
    """In a known event they are a failure, in an unknown one they are kept."""
    (begun, failed) = decode(START, ("contentBlockDelta", b'{"contentBlockIndex":'))

    assert begun == Started()
    assert isinstance(failed, Failed)
    assert failed.failure.reason == "decode"
    assert decode(("moon", b"\xff"))[0] == OpaqueEvent("moon", "\ufffd")


def test_nothing_follows_the_end(target: Target) -> None:
    """A decoder that is done stays done."""
    decoder = ConverseDecoder(target.origin())
    decoder.feed([(b"messageStop", b'{"stopReason":"end_turn"}'), (b"metadata", b"{}")])

    assert decoder.feed([(b"messageStart", b"{}")]) == []
    assert decoder.close() == []

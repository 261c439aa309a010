"""Events to messages: what the API itself would send, and `decode(encode(events)) == events`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.bedrock_converse.decode_stream import ConverseDecoder
from dragoman.protocols.bedrock_converse.encode_stream import ConverseEncoder
from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
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
    Ping,
    Refusal,
    RefusalDelta,
    ServerToolCall,
    ServerToolResult,
    SignatureDelta,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    ToolResult,
    Usage,
    UsageUpdate,
)
from dragoman.wire.eventstream import EventStreamFramer

USAGE = Usage(1, 2, 3, raw={"inputTokens": 1, "outputTokens": 2, "totalTokens": 6, "cacheReadInputTokens": 3})
END = Finished(Finish("stop", "end_turn"))


def wires(data: bytes) -> list[tuple[str, Any]]:
    return [(name.decode(), json.loads(body)) for name, body in EventStreamFramer().feed(data)]


def encode(*events: Event) -> list[tuple[str, Any]]:
    return wires(ConverseEncoder().feed(events))


def again(target: Target, data: bytes) -> list[Event]:
    framer, decoder = EventStreamFramer(), ConverseDecoder(target.origin())
    return decoder.feed(framer.feed(data) + framer.close()) + decoder.close()


def everything(target: Target) -> list[Event]:
    here = target.origin()
    result = ServerToolResult("s", "k", None, extra={"status": "success"}, origin=here)
    content = [{"text": "a"}, {"json": {}}]
    return [
        Started(),
        Extra({"output": {"message": {"new": 1}}}),
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "h\n\u2028"),
        SignatureDelta(0, "s"),
        SignatureDelta(0, "st"),
        BlockStop(0),
        BlockStart(1, Thinking(encrypted="AA==", origin=here)),
        OpaqueDelta(1, {"reasoningContent": {"redactedContent": "AQ=="}}),
        BlockStop(1, Thinking(encrypted="AAE=", origin=here)),
        BlockStart(2, Text("")),
        TextDelta(2, 'x "quoted" é'),
        TextDelta(2, ""),
        CitationDelta(2, Citation(raw={"source": "u"}, url="u")),
        BlockStop(2),
        OpaqueEvent("moon", {"x": None}),
        BlockStart(3, ServerToolCall("s", "n", kind="server_tool_use", origin=here)),
        BlockStart(4, ToolCall("i", "n", extra={"new": 1}, origin=here)),
        ArgumentsDelta(3, '{"q":'),
        ArgumentsDelta(4, "{}"),
        ArgumentsDelta(3, "1}"),
        BlockStop(4),
        BlockStop(3),
        BlockStart(5, result),
        OpaqueDelta(5, {"toolResult": content}),
        BlockStop(5, ServerToolResult("s", "k", content, extra={"status": "success"}, origin=here)),
        BlockStart(6, Image(Base64("image/png", ""))),
        OpaqueDelta(6, {"image": {"source": {"bytes": "AA=="}}}),
        BlockStop(6, Image(Base64("image/png", "AA=="))),
        BlockStart(7, Opaque({"moon": {"a": 1}}, origin=here)),
        OpaqueDelta(7, {"moon": {"a": 2}}),
        BlockStop(7, Opaque({"moon": {"a": 2}}, origin=here)),
        Extra({"additionalModelResponseFields": {"stop_sequence": "x"}, "new": 1}),
        UsageUpdate(USAGE),
        Extra({"metrics": {"latencyMs": 9}, "trace": {}, "newer": 2}),
        Finished(Finish("stop", "stop_sequence", "x")),
    ]


@pytest.mark.parametrize("whole", [True, False])
def test_events_come_back(target: Target, whole: bool) -> None:
    """Everything this wire can say is read again as it was said, given at once or event by event."""
    events = everything(target)
    encoder = ConverseEncoder()
    data = encoder.feed(events) if whole else b"".join([encoder.feed([event]) for event in events])

    assert again(target, data) == events


def test_failures_come_back(target: Target) -> None:
    """What came before an exception is said, counts included."""
    failed = Failed(Failure("m", type="throttlingException", body={"message": "m"}))
    for events in (
        [failed],
        [Started(), failed],
        [OpaqueEvent("moon", [1]), failed],
        [Started(), BlockStart(0, Text("")), TextDelta(0, "t"), failed],
        [Started(), UsageUpdate(USAGE), Extra({"metrics": {}}), failed],
    ):
        assert again(target, ConverseEncoder().feed(events)) == events


def test_the_messages_of_an_ordinary_answer() -> None:
    """Text has no start, a call has one, and the counts follow the end."""
    said = encode(
        Started("id", "model"),
        BlockStart(0, Text("")),
        TextDelta(0, "t"),
        BlockStop(0),
        BlockStart(1, ToolCall("i", "n")),
        ArgumentsDelta(1, "{}"),
        BlockStop(1),
        UsageUpdate(Usage(1, 2)),
        Finished(Finish("tool_calls")),
    )

    assert said == [
        ("messageStart", {"role": "assistant"}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "t"}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "i", "name": "n"}}}),
        ("contentBlockDelta", {"contentBlockIndex": 1, "delta": {"toolUse": {"input": "{}"}}}),
        ("contentBlockStop", {"contentBlockIndex": 1}),
        ("messageStop", {"stopReason": "tool_use"}),
        ("metadata", {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}}),
    ]


def test_answers_of_other_wires(target: Target) -> None:
    """What comes at once, or has another name, is said in this wire's words."""
    events: list[Event] = [
        Started("id"),
        Extra({"system_fingerprint": "f"}),
        Ping(),
        BlockStart(0, Text("at once")),
        BlockStop(0),
        BlockStart(1, Refusal("")),
        RefusalDelta(1, "no"),
        BlockStop(1),
        BlockStart(2, Audio(Base64("audio/wav", ""))),
        AudioDelta(2, "xx"),
        AudioDelta(2, "yy", "said"),
        BlockStop(2),
        BlockStart(3, Thinking("h", "s")),
        BlockStop(3),
        BlockStart(4, Thinking()),
        BlockStop(4, Thinking("h", "s")),
        BlockStart(5, ToolCall("i", "n", '{"a":1}')),
        BlockStop(5),
        BlockStart(6, ToolCall("j", "n", "free", custom=True)),
        BlockStop(6),
        BlockStart(7, Text("")),
        BlockStop(7, Text("late")),
        BlockStart(8, Audio(Base64("audio/wav", "x"))),
        BlockStop(8, Audio(Base64("audio/wav", "x"), "said")),
        BlockStart(9, Text("another"), choice=1),
        TextDelta(9, "another"),
        BlockStop(9),
        BlockStart(10, ToolResult("i")),
        BlockStop(10),
        BlockStart(11, Image(Base64("image/png", "AA=="))),
        BlockStop(11),
        Finished(Finish("stop", "stop", "###")),
    ]
    here = target.origin()
    response = accumulate(again(target, ConverseEncoder().feed(events)))

    assert response.message.content == (
        Text("at once"),
        Text("no"),
        Text("said"),
        Thinking("h", "s", origin=here),
        Thinking("h", "s", origin=here),
        ToolCall("i", "n", '{"a":1}'),
        ToolCall("j", "n", '{"input":"free"}'),
        Text("late"),
        Text("said"),
        Image(Base64("image/png", "AA==")),
    )
    assert response.finish == Finish("stop", "stop_sequence", "###")
    assert response.extra["system_fingerprint"] == "f"


def test_blocks_that_say_nothing(target: Target) -> None:
    """They are opened by an empty delta, so that they are there."""
    events = [Started(), BlockStart(0, Text("")), BlockStop(0), BlockStart(1, Thinking()), BlockStop(1), END]
    content = accumulate(again(target, ConverseEncoder().feed(events))).message.content

    assert content == (Text(""), Thinking(origin=target.origin()))


def test_nothing_follows_the_end() -> None:
    """An encoder that is done stays done; deltas of blocks that are not open say nothing."""
    encoder = ConverseEncoder()
    stray = [TextDelta(9, "x"), ThinkingDelta(9, "x"), SignatureDelta(9, "x"), ArgumentsDelta(9, "x"), BlockStop(9)]
    lost = [CitationDelta(9, Citation()), OpaqueDelta(9, {}), AudioDelta(9, "", "x")]

    assert [name for name, _ in wires(encoder.feed([*stray, *lost, END]))] == ["messageStart", "messageStop"]
    assert encoder.feed([END]) == b""
    assert encoder.content_type == "application/vnd.amazon.eventstream"

"""Events to frames: what the API itself would send, and `decode(encode(events)) == events`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.anthropic_messages.decode_stream import MessagesDecoder
from dragoman.protocols.anthropic_messages.encode_stream import MessagesEncoder
from dragoman.protocols.base import Target
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
    Opaque,
    OpaqueDelta,
    OpaqueEvent,
    Ping,
    Refusal,
    RefusalDelta,
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
from dragoman.wire.sse import SseFramer


def encode(*events: Event) -> bytes:
    return MessagesEncoder("asked").feed(events)


def wires(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in SseFramer().feed(data)]


def again(target: Target, data: bytes) -> list[Event]:
    framer, decoder = SseFramer(), MessagesDecoder(target.origin())
    return decoder.feed(framer.feed(data) + framer.close()) + decoder.close()


USAGE = {"input_tokens": 1, "output_tokens": 1, "server_tool_use": None}
FINAL = {"input_tokens": 1, "output_tokens": 9, "server_tool_use": None}
BEGUN: list[Event] = [Started("msg_1", "m"), Extra({"container": {"id": "c"}}), UsageUpdate(Usage(1, 1, raw=USAGE))]
ENDED: list[Event] = [
    Extra({"container": {"id": "d"}, "context_management": {}}),
    UsageUpdate(Usage(1, 9, raw=FINAL)),
    Extra({"metrics": 1}),
    Finished(Finish("refusal", "refusal", "###", {"type": "refusal"})),
]


def everything(target: Target) -> list[Event]:
    here = target.origin()
    change = {"type": "compaction_delta", "content": "c"}
    return [
        *BEGUN,
        Ping(),
        BlockStart(0, Thinking(origin=here)),
        ThinkingDelta(0, "t\n\u2028"),
        OpaqueDelta(0, {"type": "thinking_delta", "estimated_tokens": 3}),
        SignatureDelta(0, "s"),
        BlockStop(0),
        BlockStart(1, Thinking(encrypted="d", origin=here)),
        BlockStop(1),
        BlockStart(2, Text("given ", origin=here)),
        CitationDelta(
            2,
            Citation(
                "page_location",
                raw={"type": "page_location", "start_page_number": 1, "end_page_number": 2},
                span=SourceSpan("page", 1, 2),
            ),
        ),
        TextDelta(2, 'x "quoted" é'),
        TextDelta(2, ""),
        Ping(),
        OpaqueEvent("moon", {"type": "moon", "x": None}),
        BlockStop(2),
        BlockStart(3, ServerToolCall("s", "web_search", kind="server_tool_use", origin=here)),
        BlockStart(4, ToolCall("i", "n", extra={"caller": {"type": "direct"}}, origin=here)),
        ArgumentsDelta(3, '{"q":'),
        ArgumentsDelta(4, "{}"),
        ArgumentsDelta(3, "1}"),
        BlockStop(4),
        BlockStop(3),
        BlockStart(5, ServerToolResult("s", "web_search_tool_result", [{"page_age": None}], origin=here)),
        BlockStop(5),
        BlockStart(6, Opaque({"type": "compaction", "content": None}, origin=here)),
        OpaqueDelta(6, change),
        BlockStop(6, Opaque({"type": "compaction", "content": "c"}, origin=here)),
        *ENDED,
    ]


@pytest.mark.parametrize("whole", [True, False])
def test_events_come_back(target: Target, whole: bool) -> None:
    """Everything this wire can say is read again as it was said, given at once or event by event."""
    events = everything(target)
    encoder = MessagesEncoder("asked")
    data = encoder.feed(events) if whole else b"".join([encoder.feed([event]) for event in events])

    assert events == again(target, data)


def test_a_cut_answer_comes_back_cut(target: Target) -> None:
    """What was said before the cut is there, and no end is made up."""
    events = everything(target)[:20]

    assert events == again(target, encode(*events))


@pytest.mark.parametrize("before", [0, 1, 3, 5])
def test_an_error_comes_back(target: Target, before: int) -> None:
    """An error frame carries the vendor's own object, wherever it comes."""
    body = {"type": "error", "error": {"type": "overloaded_error", "message": "m"}}
    events = [*everything(target)[:before], Failed(Failure("m", type="overloaded_error", body=body))]
    if before == 1:
        events = [events[0], events[-1]]

    found = again(target, encode(*events))

    assert events[-1] == found[-1]
    assert b"event: error\n" in encode(*events)


def test_the_frames_are_the_apis_own() -> None:
    """Names, order and shape of the frames are those the vendor documents."""
    data = encode(
        Started("msg_1", "m"),
        UsageUpdate(Usage(25, 1, raw={"input_tokens": 25, "output_tokens": 1})),
        BlockStart(0, Text("")),
        TextDelta(0, "Hel"),
        BlockStop(0),
        UsageUpdate(Usage(25, 61, raw={"input_tokens": 25, "output_tokens": 61})),
        Finished(Finish("stop", "end_turn")),
    )

    assert data == (
        b"event: message_start\n"
        b'data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],'
        b'"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"output_tokens":1}}}\n\n'
        b"event: content_block_start\n"
        b'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
        b"event: content_block_delta\n"
        b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}\n\n'
        b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
        b"event: message_delta\n"
        b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},'
        b'"usage":{"input_tokens":25,"output_tokens":61}}\n\n'
        b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    )


def test_the_start_is_there_before_the_first_words() -> None:
    """Counts that come at the end do not hold the words up; clients get the two counts they expect as numbers."""
    encoder = MessagesEncoder("asked")

    assert b"" == encoder.feed([Started("x")])
    first, second = wires(encoder.feed([BlockStart(0, Text("a"))]))
    assert ("asked", {"input_tokens": 0, "output_tokens": 0}) == (first["message"]["model"], first["message"]["usage"])
    assert "content_block_start" == second["type"]
    *_, last, stop = wires(encoder.feed([UsageUpdate(Usage(3, 4)), BlockStop(0), Finished(Finish("stop", "stop"))]))
    assert {"input_tokens": 3, "output_tokens": 4} == last["usage"]
    assert "message_stop" == stop["type"]


def test_counts_between_blocks_are_not_lost() -> None:
    """Counts said between two blocks go out before the second; while a block is open the latest ones wait."""
    said = wires(
        encode(
            Started("x"),
            UsageUpdate(Usage(1, 1)),
            BlockStart(0, Text("a")),
            UsageUpdate(Usage(1, 2)),
            UsageUpdate(Usage(1, 3)),
            BlockStop(0),
            BlockStart(1, Text("b")),
            BlockStop(1),
            Finished(Finish("stop")),
        )
    )

    assert [
        "message_start", "content_block_start", "content_block_stop", "message_delta",
        "content_block_start", "content_block_stop", "message_delta", "message_stop",
    ] == [wire["type"] for wire in said]  # fmt: skip
    assert [3, 3] == [wire["usage"]["output_tokens"] for wire in said if wire["type"] == "message_delta"]


def test_other_wires_blocks_are_shown(target: Target) -> None:
    """Refusals and sound are text, arguments known at once go out as one piece, finals that were not streamed are said."""
    events = again(
        target,
        encode(
            Started("x"),
            BlockStart(0, Refusal("n")),
            RefusalDelta(0, "o"),
            BlockStop(0),
            BlockStart(1, Audio(Base64("audio/wav", ""))),
            AudioDelta(1, "AA==", "said"),
            AudioDelta(1, "AA=="),
            BlockStop(1),
            BlockStart(2, ToolCall("i", "n", '{"a":1}')),
            BlockStop(2),
            BlockStart(3, Thinking()),
            BlockStop(3, Thinking("why", "sig")),
            BlockStart(4, Text("")),
            BlockStop(4, Text("late")),
            BlockStart(5, ToolCall("j", "n")),
            BlockStop(5, ToolCall("j", "n", "[]")),
            Finished(Finish("tool_calls", "tool_calls")),
        ),
    )

    assert [
        BlockStart(0, Text("n")),
        TextDelta(0, "o"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "said"),
        BlockStop(1),
        BlockStart(2, ToolCall("i", "n")),
        ArgumentsDelta(2, '{"a":1}'),
        BlockStop(2),
        BlockStart(3, Thinking(origin=target.origin())),
        ThinkingDelta(3, "why"),
        SignatureDelta(3, "sig"),
        BlockStop(3),
        BlockStart(4, Text("")),
        TextDelta(4, "late"),
        BlockStop(4),
        BlockStart(5, ToolCall("j", "n")),
        ArgumentsDelta(5, "[]"),
        BlockStop(5),
        Finished(Finish("tool_calls", "tool_use")),
    ] == [event for event in events if not isinstance(event, (Started, UsageUpdate))]


def test_only_the_first_alternative_is_said(target: Target) -> None:
    """Other choices have no place on this wire; the blocks of the first are numbered without gaps."""
    events = again(
        target,
        encode(
            Started("x"),
            BlockStart(0, Text(""), choice=1),
            BlockStart(1, Text("")),
            TextDelta(0, "no"),
            ThinkingDelta(0, "no"),
            ArgumentsDelta(0, "no"),
            SignatureDelta(0, "no"),
            CitationDelta(0, Citation()),
            OpaqueDelta(0, {}),
            TextDelta(1, "yes"),
            BlockStop(0),
            BlockStop(1),
            Finished(Finish("stop")),
        ),
    )

    assert [BlockStart(0, Text("")), TextDelta(0, "yes"), BlockStop(0)] == events[2:5]


def test_nothing_follows_the_end() -> None:
    """Events behind a terminal one are not said."""
    encoder = MessagesEncoder("asked")
    encoder.feed([Finished(Finish("stop"))])

    assert b"" == encoder.feed([Ping(), Finished(Finish("stop"))])


def test_pings_may_come_before_the_start() -> None:
    """A sign of life needs no message."""
    assert b'event: ping\ndata: {"type":"ping"}\n\n' == encode(Ping())


def test_a_second_start_is_said(target: Target) -> None:
    """An answer that begins anew is told again, with what came between."""
    events = [
        Started("a", "m"),
        UsageUpdate(Usage(1, 1, raw={"input_tokens": 1, "output_tokens": 1})),
        Started("b", "m"),
        Finished(Finish("stop", "end_turn")),
    ]

    assert events == again(target, encode(*events))


def test_event_names_cannot_break_the_framing() -> None:
    """A line break in a name does not start another field."""
    assert b"event: a  data: x\ndata: null\n\n" == encode(OpaqueEvent("a\r\ndata: x"))


def test_fields_of_other_wires_do_not_break_frames() -> None:
    """An extra field named as one of the frame's own is not said."""
    first, *_ = wires(encode(Started("x"), Extra({"usage": 1, "content": 2, "delta": 3, "fine": 4}), Finished(Finish("stop"))))

    assert ([], 4, False) == (first["message"]["content"], first["message"]["fine"], "delta" in first["message"])

"""Events to frames."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dragoman.protocols.cohere_chat.encode_stream import StreamEncoder
from dragoman.types import (
    ArgumentsDelta,
    AudioDelta,
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
    Origin,
    Ping,
    Refusal,
    RefusalDelta,
    ServerToolCall,
    SignatureDelta,
    SourceSpan,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Url,
    Usage,
    UsageUpdate,
)

Again = Callable[[list[Event]], list[Event]]

HERE = Origin("cohere_chat", "acme", "m")
FINISHED = Finished(Finish("stop", "COMPLETE"))


def test_frames_look_like_coheres() -> None:
    """Each under its name, and a marker behind the last."""
    encoder = StreamEncoder()
    body = encoder.feed(
        [Started("c1"), BlockStart(0, Text("")), TextDelta(0, "a"), BlockStop(0), UsageUpdate(Usage(1, 2)), FINISHED]
    )

    assert [
        b'event: message-start\ndata: {"type":"message-start","id":"c1","delta":{"message":{"role":"assistant","content":[],'
        b'"tool_plan":"","tool_calls":[],"citations":[]}}}',
        b'event: content-start\ndata: {"type":"content-start","index":0,"delta":{"message":{"content":'
        b'{"type":"text","text":""}}}}',
        b'event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}',
        b'event: content-end\ndata: {"type":"content-end","index":0}',
        b'event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":'
        b'{"input_tokens":1,"output_tokens":2},"tokens":{"input_tokens":1,"output_tokens":2}}}}',
        b"data: [DONE]",
        b"",
    ] == body.split(b"\n\n")
    assert encoder.content_type.startswith("text/event-stream")


@pytest.mark.parametrize("apart", [False, True])
def test_events_come_back(again: Again, apart: bool) -> None:
    """Everything a decoder of this wire can say, in order, one by one or at once."""
    cited = {"start": 0, "end": 1, "text": "t", "content_index": 1, "type": "TEXT_CONTENT", "sources": []}
    odd = Opaque({"type": "new", "data": "a"}, origin=HERE)
    usage = Usage(3, 2, raw={"tokens": {"input_tokens": 3, "output_tokens": 2}})
    events: list[Event] = [
        Started("c1", "m"),
        Extra({"first": 1}),
        BlockStart(0, Thinking(origin=HERE, extra={"field": "tool_plan"})),
        ThinkingDelta(0, "p"),
        BlockStop(0),
        BlockStart(1, Thinking(origin=HERE)),
        ThinkingDelta(1, "h\u2028"),
        BlockStop(1),
        BlockStart(2, Text("", origin=HERE, extra={"x": 1})),
        TextDelta(2, "t", ({"text": "t", "logprobs": [-1]},)),
        CitationDelta(2, Citation("TEXT_CONTENT", None, None, None, 0, 1, cited)),
        BlockStop(2),
        OpaqueEvent("debug", {"type": "debug", "prompt": "p"}),
        BlockStart(3, odd),
        OpaqueDelta(3, {"data": "b"}),
        BlockStop(3, Opaque({"type": "new", "data": "ab"}, origin=HERE)),
        BlockStart(4, ToolCall("call_0", "f", origin=HERE, extra={"synthetic_id": True, "function": {"z": 1}})),
        ArgumentsDelta(4, '{"x":'),
        ArgumentsDelta(4, "1}"),
        BlockStop(4),
        Extra({"last": 2, "message": {"note": "n", "citations": [{"type": "PLAN"}]}}),
        UsageUpdate(usage),
        Finished(Finish("tool_calls", "TOOL_CALL")),
    ]
    if apart:
        encoder = StreamEncoder()
        assert StreamEncoder().feed(events) == b"".join([encoder.feed([event]) for event in events])

    assert events == again(events)


def test_words_of_other_wires(again: Again) -> None:
    """Refusals are text, starts with words are said, several tokens are several pieces, custom finishes keep their word."""
    token = {"token": "a"}
    found = again(
        [
            Started("c1"),
            BlockStart(0, Refusal("n")),
            RefusalDelta(0, "o", (token, token)),
            BlockStop(0),
            BlockStart(1, Thinking("h", signature="s")),
            SignatureDelta(1, "s"),
            BlockStop(1),
            BlockStart(2, ToolCall("i", "f", "{}")),
            BlockStop(2),
            Finished(Finish("tool_calls", "tool_use")),
        ]
    )

    assert [
        Started("c1"),
        BlockStart(0, Text("")),
        TextDelta(0, "n"),
        TextDelta(0, "o", (token,)),
        TextDelta(0, "", (token,)),
        BlockStop(0),
        BlockStart(1, Thinking(origin=HERE)),
        ThinkingDelta(1, "h"),
        BlockStop(1),
        BlockStart(2, ToolCall("i", "f")),
        ArgumentsDelta(2, "{}"),
        BlockStop(2),
        Finished(Finish("tool_calls", "tool_use")),
    ] == found


def test_citations_of_other_wires(again: Again) -> None:
    """They are said when their text is complete, all of it where they name no piece."""
    whole = Citation("web", "u", "t", raw={"support": {}})
    piece = Citation("char_location", None, "d", "there", 1, 3, span=SourceSpan("char", 70, 75))
    events: list[Event] = [
        BlockStart(0, Text("", (whole,))),
        TextDelta(0, "aé"),
        CitationDelta(0, piece),
        TextDelta(0, "bc"),
        BlockStop(0),
    ]
    found = [event.citation for event in again([Started("c1"), *events, FINISHED]) if isinstance(event, CitationDelta)]

    assert [("u", "t", None, 0, 4), (None, "d", "there", 1, 3)] == [
        (cited.url, cited.title, cited.text, cited.start, cited.end) for cited in found
    ]
    assert ["aébc", "éb"] == [cited.raw["text"] for cited in found]


def test_what_this_wire_has_no_frame_for(again: Again) -> None:
    """Other choices, pictures, sound, what other providers' tools did: nothing is written."""
    events: list[Event] = [
        BlockStart(0, Text(""), choice=1),
        TextDelta(0, "b"),
        CitationDelta(0, Citation()),
        BlockStop(0),
        BlockStart(1, ServerToolCall("s", "search")),
        ArgumentsDelta(1, "{}"),
        BlockStop(1),
        BlockStart(2, Image(Url("u"))),
        AudioDelta(2, "A"),
        BlockStart(3, Opaque({"a": 1}, origin=Origin("gemini"))),
        OpaqueDelta(3, {"a": 2}),
        Ping(),
    ]

    assert [Started("c1"), FINISHED] == again([Started("c1"), *events, FINISHED])


def test_errors_come_back(again: Again) -> None:
    """With all their facts, and as the vendor's own frame where they were that."""
    for failure in (Failure("busy", 503, "overloaded_error", "c", "p"), Failure("nobody knows"), Failure("boom", 500)):
        found = again([Started("c1"), Failed(failure)])
        assert isinstance(found[-1], Failed)
        names = ("message", "status", "type", "code", "param")
        assert [getattr(failure, name) for name in names] == [getattr(found[-1].failure, name) for name in names]
        assert found == again(found)

"""Events as a streamed answer, and read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.mistral_chat.decode_stream import StreamDecoder
from dragoman.protocols.mistral_chat.encode_stream import StreamEncoder
from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    Base64,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Document,
    Event,
    Extra,
    Failed,
    Failure,
    FileId,
    Finish,
    Finished,
    Opaque,
    OpaqueDelta,
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
from dragoman.wire.sse import SseFramer

Again = Callable[[list[Event]], list[Event]]

TARGET = Target("mistral", "mistral_chat", "m")
HERE = TARGET.origin()
START = Started("c", "m", 7)
DONE = Finished(Finish("stop", "stop"))
REFERENCE = {"type": "reference", "reference_ids": [1]}
RAW = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def chunks(events: Sequence[Event]) -> list[Any]:
    """What a client reads, `[DONE]` and all."""
    lines = StreamEncoder().feed(events).decode().split("\n\n")
    return [json.loads(line[6:]) if line.startswith("data: {") else line for line in lines if line]


def test_text_as_the_vendor_sends_it() -> None:
    """Role first, strings, usage beside the finish, `[DONE]` last."""
    events = [START, BlockStart(0, Text("")), TextDelta(0, "hi"), BlockStop(0), UsageUpdate(Usage(1, 2, raw=RAW)), DONE]
    found = chunks(events)

    head = {"id": "c", "object": "chat.completion.chunk", "created": 7, "model": "m"}
    assert [
        {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "stop"}], "usage": RAW},
        "data: [DONE]",
    ] == found


def test_a_call_is_said_whole() -> None:
    """Clients of this wire take it so when they see it."""
    call = BlockStart(0, ToolCall("a1B2c3D4e", "f"))
    events = [START, call, ArgumentsDelta(0, '{"x"'), Ping(), ArgumentsDelta(0, ": 1}"), BlockStop(0), DONE]
    said = [chunk["choices"][0]["delta"]["tool_calls"] for chunk in chunks(events) if "tool_calls" in str(chunk)]

    entry = {
        "index": 0,
        "id": "a1B2c3D4e",
        "type": "function",
        "function": {"name": "f", "arguments": '{"x": 1}'},
        "pieces": [4, 4],
    }
    assert [[entry]] == said


THOUGHT = Thinking(
    text="hm", signature="s", origin=HERE, extra={"thinking": [{"type": "text", "text": "hm"}, REFERENCE], "closed": True}
)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([BlockStart(0, Text("")), TextDelta(0, "a", ({"token": "a"},)), BlockStop(0)], id="tokens"),
        pytest.param(
            [
                BlockStart(0, Thinking(origin=HERE)),
                ThinkingDelta(0, "h"),
                ThinkingDelta(0, "m"),
                OpaqueDelta(0, {"thinking": [REFERENCE]}),
                SignatureDelta(0, "s"),
                BlockStop(0, THOUGHT),
                BlockStart(1, Text("")),
                TextDelta(1, "a"),
                CitationDelta(1, Citation(kind="reference", raw=REFERENCE)),
                BlockStop(1, Text("a", (Citation(kind="reference", raw=REFERENCE),), origin=HERE, extra={"new": 1})),
                BlockStart(2, Text("")),
                TextDelta(2, "b", ({"token": "b"},)),
                BlockStop(2),
                BlockStart(3, Thinking(origin=HERE)),
                ThinkingDelta(3, "h"),
                BlockStop(3),
                BlockStart(4, Thinking(origin=HERE)),
                ThinkingDelta(4, "i"),
                BlockStop(4),
            ],
            id="thinking, citations, neighbours of one kind",
        ),
        pytest.param(
            [
                BlockStart(0, Document(FileId("f"))),
                BlockStop(0),
                BlockStart(1, Opaque({"type": "resource"}, origin=HERE)),
                BlockStop(1),
                BlockStart(2, Opaque({"type": "connector"}, origin=HERE, extra={"field": "tool_calls"})),
                BlockStop(2),
            ],
            id="whole blocks",
        ),
        pytest.param(
            [
                Extra({"tier": "a"}),
                BlockStart(0, Text(""), 1),
                TextDelta(0, "b"),
                BlockStart(1, Text("")),
                TextDelta(1, "a"),
                UsageUpdate(Usage(1, 2, raw=RAW)),
                UsageUpdate(Usage(1, 3, raw={**RAW, "completion_tokens": 3})),
                OpaqueEvent("note", {"x": 1}),
                BlockStop(0),
                BlockStop(1),
                Extra({"choices[0].message": {"note": "n"}}),
            ],
            id="choices, counts, fields",
        ),
    ],
)
def test_events_come_back(again: Again, events: list[Event]) -> None:
    """The decoder finds what the encoder said."""
    others = (Finish("length", "length"),) if any(getattr(event, "choice", 0) for event in events) else ()
    answer = [START, *events, Finished(Finish("stop", "stop"), others)]

    assert answer == again(answer)


def test_calls_come_back(again: Again) -> None:
    """In their pieces, also where something else was told between, with late fields and ids that were made up."""
    events: list[Event] = [
        START,
        BlockStart(0, ToolCall("call00000", "f", origin=HERE, extra={"synthetic_id": True})),
        ArgumentsDelta(0, '{"x"'),
        ArgumentsDelta(0, ":1}"),
        BlockStart(1, ToolCall("j", "g", origin=HERE, extra={"object": True})),
        ArgumentsDelta(1, '{"y":2}'),
        UsageUpdate(Usage(1, 2, raw=RAW)),
        ArgumentsDelta(0, " "),
        BlockStop(0),
        BlockStop(1, ToolCall("j", "g", '{"y":2}', origin=HERE, extra={"object": True, "late": 1})),
        Finished(Finish("tool_calls", "tool_calls")),
    ]

    assert events == again(events)


def test_errors_and_cuts(again: Again) -> None:
    """An error is the last thing said; calls and counts that wait for more are not lost when it comes."""
    failed = Failed(Failure("m", 529, "overloaded"))
    call = BlockStart(0, ToolCall("i", "f"))
    told = [START, call, ArgumentsDelta(0, "{"), UsageUpdate(Usage(1, 2, raw=RAW))]
    found = again([*told, failed])

    assert told == found[:-1]
    assert isinstance(found[-1], Failed)
    assert ("m", 529, "overloaded") == (found[-1].failure.message, found[-1].failure.status, found[-1].failure.type)


def test_an_answer_of_another_wire(again: Again) -> None:
    """Refusals are text, blocks that begin with their words are said; what has no place here is not."""
    events: list[Event] = [
        START,
        BlockStart(0, Refusal("")),
        RefusalDelta(0, "no"),
        BlockStop(0),
        BlockStart(1, Text("way", logprobs=({"token": "way"},))),
        CitationDelta(1, Citation(url="u")),
        BlockStop(1),
        BlockStart(2, Thinking(text="h", signature="s", origin=Origin("anthropic_messages"), extra={"x": 1})),
        BlockStop(2),
        BlockStart(3, ServerToolCall("s", "web_search")),
        ArgumentsDelta(3, "{}"),
        BlockStop(3),
        BlockStart(4, Audio(Base64("audio/wav", ""))),
        AudioDelta(4, "AA"),
        BlockStop(4),
        BlockStart(5, ToolCall("i", "f", "{}")),
        BlockStop(5),
        DONE,
    ]
    message = accumulate(again(events), HERE).message

    assert (
        Text("no"),
        Text("way", logprobs=({"token": "way"},)),
        Thinking(text="h", signature="s", origin=HERE),
        Audio(Base64("audio/*", "")),
        ToolCall("i", "f", "{}"),
    ) == message.content


WORDS = st.text(min_size=1, max_size=3)
INNER = st.one_of(st.builds(lambda text: {"type": "text", "text": text}, WORDS), st.just(REFERENCE))
CONTENT = st.one_of(
    WORDS,
    st.lists(
        st.one_of(
            INNER,
            st.builds(
                lambda inner, more: {"type": "thinking", "thinking": inner, **more},
                st.lists(INNER, min_size=1, max_size=1),
                st.fixed_dictionaries({}, optional={"closed": st.booleans(), "signature": st.sampled_from(["s", "t"])}),
            ),
        ),
        min_size=1,
        max_size=1,
    ),
)
CALLS = st.builds(
    lambda id, text: [{"id": id, "function": {"name": "f", "arguments": text}}], st.sampled_from(["i", "j", "k"]), WORDS
)
STREAMS = st.lists(
    st.builds(
        lambda delta, index: {"choices": [{"index": index, "delta": delta}]},
        st.one_of(st.builds(lambda text: {"content": text}, CONTENT), st.builds(lambda calls: {"tool_calls": calls}, CALLS)),
        st.sampled_from([0, 0, 0, 1]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(STREAMS)
def test_every_stream_comes_back(stream: list[dict[str, Any]]) -> None:
    """Whatever the decoder reads, it reads again from what the encoder says of it, at once or event by event."""
    frames = [(b"", json.dumps(chunk).encode()) for chunk in stream] + [(b"", b"[DONE]")]
    events = StreamDecoder(TARGET).feed(frames)
    encoder = StreamEncoder()
    for body in (StreamEncoder().feed(events), b"".join([encoder.feed([event]) for event in events])):
        framer = SseFramer()
        assert events == StreamDecoder(TARGET).feed(framer.feed(body) + framer.close())

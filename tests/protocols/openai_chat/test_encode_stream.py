"""Events to a streamed answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.decode_stream import StreamDecoder
from dragoman.protocols.openai_chat.encode_stream import StreamEncoder
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
    FileId,
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
    Request,
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
    user,
)
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]

ACME = Origin("openai_chat", "acme", "m")
ASKED = Request("m", (user("?"),), stream=True, extra={"stream_options": {"include_usage": True}})
UNASKED = Request("m", (user("?"),), stream=True)
STOP = Finished(Finish("stop", "stop"))
USAGE = UsageUpdate(Usage(3, 2, raw={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}))


def encode(events: list[Event], request: Request = ASKED) -> bytes:
    """The bytes, which must not depend on how the events are handed over."""
    whole = StreamEncoder(request).feed(events)
    encoder = StreamEncoder(request)
    assert whole == b"".join([encoder.feed([event]) for event in events])
    return whole


def chunks(events: list[Event], request: Request = ASKED) -> list[Any]:
    framer = SseFramer()
    data = [frame for _, frame in framer.feed(encode(events, request)) + framer.close()]
    return [json.loads(frame) if frame != b"[DONE]" else "[DONE]" for frame in data]


def deltas(*events: Event) -> list[Json]:
    """What the chunks of some events say, without the opening one."""
    return [chunk["choices"][0]["delta"] for chunk in chunks([Started("c"), *events])[1:]]


def again(events: list[Event], request: Request = ASKED, dialect: ChatDialect | None = None) -> list[Event]:
    framer, decoder = SseFramer(), StreamDecoder(Target("acme", "openai_chat", "m", dialect=dialect))
    return decoder.feed(framer.feed(encode(events, request)) + framer.close()) + decoder.close()


def test_a_stream_as_openai_gives_it() -> None:
    """Role first, a chunk an event, the finish, then the usage with empty choices, then the end."""
    events = [Started("c1", "m", 7), BlockStart(0, Text("")), TextDelta(0, "Hi"), USAGE, BlockStop(0), STOP]

    head = {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m"}
    role = {"role": "assistant", "content": ""}
    assert chunks(events) == [
        {**head, "choices": [{"index": 0, "delta": role, "logprobs": None, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {"content": "Hi"}, "logprobs": None, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]},
        {**head, "choices": [], "usage": USAGE.usage.raw},
        "[DONE]",
    ]


def test_usage_for_a_client_that_did_not_ask() -> None:
    """There it stands beside the finish, and every chunk has a choice to look at."""
    events = [Started("c1"), BlockStart(0, Text("")), TextDelta(0, "Hi"), Extra({"x": 1}), USAGE, BlockStop(0), STOP]

    said = chunks(events, UNASKED)

    assert said[-2]["choices"][0]["finish_reason"] == "stop"
    assert said[-2]["usage"] == USAGE.usage.raw
    assert all(chunk["choices"] for chunk in said[:-1])
    assert again(events, UNASKED)[1:] == events[1:]


def test_usage_that_others_follow_keeps_its_place() -> None:
    """Only the last usage waits for the finish."""
    later = UsageUpdate(Usage(4, raw={"prompt_tokens": 4}))
    events = [Started("c1"), BlockStart(0, Text("")), USAGE, later, TextDelta(0, "Hi"), USAGE, BlockStop(0), STOP]

    assert [(type(event)) for event in again(events)] == [
        Started,
        UsageUpdate,
        UsageUpdate,
        BlockStart,
        TextDelta,
        UsageUpdate,
        BlockStop,
        Finished,
    ]


RAW = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}
CITATION = Citation("url_citation", "u", "t", start=0, end=2, raw=RAW)
DETAILS = [{"type": "reasoning.text", "text": "Hm", "index": 0, "signature": "sig"}]
SECRET = [{"type": "reasoning.encrypted", "data": "x", "index": 0}]
PART = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}


def thought(field: str | None, text: str = "", **extra: Any) -> Thinking:
    return Thinking(text=text, origin=ACME, extra={**({} if field is None else {"field": field}), **extra})


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(
            [
                BlockStart(0, thought("reasoning")),
                ThinkingDelta(0, "Hm"),
                BlockStop(0),
                BlockStart(1, Text("")),
                TextDelta(1, "Yes", ({"token": "Yes"},)),
                CitationDelta(1, CITATION),
                BlockStop(1, Text("Yes", (CITATION,), ({"token": "Yes"},), origin=ACME)),
                BlockStart(2, Refusal("")),
                RefusalDelta(2, "No", ({"token": "No"},)),
                BlockStop(2),
                Finished(Finish("length", "length", details={"native_finish_reason": "max"})),
            ],
            id="thinking, cited text, refusal",
        ),
        pytest.param(
            [
                BlockStart(0, thought("reasoning")),
                ThinkingDelta(0, "Hm"),
                OpaqueDelta(0, {"reasoning_details": DETAILS}),
                BlockStop(0, thought("reasoning", "Hm", reasoning_details=DETAILS)),
                BlockStart(1, Text("")),
                TextDelta(1, "Yes"),
                BlockStart(2, thought(None)),
                OpaqueDelta(2, {"reasoning_details": SECRET}),
                BlockStop(1),
                BlockStop(2, thought(None, reasoning_details=SECRET)),
                STOP,
            ],
            id="details and encrypted reasoning",
        ),
        pytest.param(
            [
                BlockStart(0, thought("reasoning_details")),
                ThinkingDelta(0, "Hm"),
                OpaqueDelta(0, {"reasoning_details": DETAILS}),
                BlockStop(0, thought("reasoning_details", "Hm", reasoning_details=DETAILS)),
                STOP,
            ],
            id="reasoning in details alone",
        ),
        pytest.param(
            [
                BlockStart(0, thought("parts")),
                ThinkingDelta(0, "Hm"),
                OpaqueDelta(0, {"content": [PART]}),
                BlockStop(0, thought("parts", "Hm", parts=[PART])),
                STOP,
            ],
            id="reasoning in content parts",
        ),
        pytest.param(
            [
                BlockStart(0, ToolCall("a", "f", origin=ACME, extra={"extra_content": {"g": 1}})),
                ArgumentsDelta(0, '{"x"'),
                BlockStart(1, ToolCall("b", "sh", custom=True)),
                ArgumentsDelta(1, "ls"),
                ArgumentsDelta(0, ":1}"),
                BlockStart(2, ToolCall("call_0", "g", origin=ACME, extra={"synthetic_id": True})),
                BlockStop(0),
                BlockStop(1),
                BlockStop(2),
                Finished(Finish("tool_calls", "stop")),
            ],
            id="calls side by side",
        ),
        pytest.param(
            [
                BlockStart(0, ToolCall("function_call", "f", origin=ACME, extra={"function_call": True, "synthetic_id": True})),
                ArgumentsDelta(0, "{}"),
                BlockStop(0),
                Finished(Finish("tool_calls", "function_call")),
            ],
            id="the old function call",
        ),
        pytest.param(
            [
                BlockStart(0, Audio(Base64("audio/*", ""), origin=ACME, extra={"id": "s"})),
                AudioDelta(0, "QUJD", "He"),
                AudioDelta(0, "", "y"),
                BlockStop(0, Audio(Base64("audio/*", "QUJD"), "Hey", origin=ACME, extra={"id": "s", "expires_at": 9})),
                STOP,
            ],
            id="sound",
        ),
        pytest.param(
            [
                BlockStart(0, Image(Base64("image/png", "QUJD"), origin=ACME, extra={"field": "images"})),
                BlockStop(0),
                BlockStart(1, Opaque({"type": "hologram"}, origin=ACME)),
                BlockStop(1),
                BlockStart(2, Opaque({"type": "search", "q": 1}, origin=ACME, extra={"field": "tool_calls"})),
                BlockStop(2),
                STOP,
            ],
            id="pictures and what nobody knows",
        ),
        pytest.param(
            [
                Extra({"service_tier": "flex", "x_groq": {"id": "r"}}),
                BlockStart(0, Text("")),
                TextDelta(0, "a"),
                BlockStart(1, Text(""), 1),
                TextDelta(1, "b"),
                OpaqueEvent("status", {"queue": 1}),
                USAGE,
                BlockStop(0),
                BlockStop(1),
                Extra({"choices[0].message": {"note": "n"}, "choices[1].message": {"note": "m"}}),
                Finished(Finish("stop"), (Finish("length", "length"),)),
            ],
            id="alternatives, vendor fields, unknown events",
        ),
        pytest.param([Finished(Finish("stop", details={"logprobs": {"content": [{"token": "x"}]}}))], id="nothing said"),
        pytest.param([Failed(Failure("No", 503, "server_error", "c", "p", body=None))], id="an error of ours"),
    ],
)
def test_a_decoder_finds_the_same_events(events: list[Event]) -> None:
    """All that this wire can say comes back as it was."""
    events = [Started("c1", "m", 7), *events]

    found = again(events)

    if isinstance(events[-1], Failed):
        failed = found.pop()
        assert isinstance(failed, Failed)
        facts = ("message", "status", "type", "code", "param")
        assert [getattr(failed.failure, name) for name in facts] == ["No", 503, "server_error", "c", "p"]
        events.pop()
    assert found == events


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(
            [
                BlockStart(0, thought("content", before="\n")),
                ThinkingDelta(0, "Hm"),
                BlockStop(0),
                BlockStart(1, Text("")),
                TextDelta(1, "Yes"),
                BlockStop(1),
                STOP,
            ],
            id="between tags",
        ),
        pytest.param(
            [
                BlockStart(0, Text("")),
                TextDelta(0, "Hm"),
                BlockStop(0, thought("content", "Hm", lone_tag=True)),
                BlockStart(1, Text("")),
                TextDelta(1, "Yes"),
                BlockStop(1),
                STOP,
            ],
            id="before a closing tag",
        ),
        pytest.param(
            [
                BlockStart(0, thought("content")),
                ThinkingDelta(0, "Hm"),
                BlockStop(0, thought("content", "Hm", unclosed=True)),
                STOP,
            ],
            id="cut off",
        ),
    ],
)
def test_think_tags_come_back(events: list[Event]) -> None:
    """Reasoning that stood between tags is said between tags."""
    events = [Started("c1", "m", 7), *events]

    assert again(events, dialect=ChatDialect(think_tags=True)) == events


def test_an_error_of_this_wire_is_kept() -> None:
    """The provider's own error object goes on as it is."""
    body = {"error": {"message": "No", "code": 503}, "id": "c"}
    event = Failed(Failure("No", 503, None, "503", body=body))

    assert chunks([Started("c"), event])[-1] == body
    assert again([Started("c", "m"), event])[-1] == event


def test_a_late_field_of_a_call() -> None:
    """What only the final value of a call holds is said at its end."""
    events = [
        Started("c1", "m", 7),
        BlockStart(0, ToolCall("a", "f")),
        ArgumentsDelta(0, "{}"),
        BlockStop(0, ToolCall("a", "f", "{}", origin=ACME, extra={"late": 1})),
        Finished(Finish("tool_calls", "tool_calls")),
    ]

    assert again(events) == events


def test_blocks_that_come_whole() -> None:
    """Another wire's blocks may have all they say in their start."""
    said = deltas(
        BlockStart(0, Thinking(text="Hm", signature="sig", origin=Origin("anthropic_messages"))),
        SignatureDelta(0, "sig2"),
        BlockStop(0),
        BlockStart(1, Text("Yes", (CITATION,), ({"token": "Yes"},))),
        BlockStop(1),
        BlockStart(2, Refusal("No")),
        BlockStop(2),
        BlockStart(3, ToolCall("a", "f", '{"x":1}')),
        BlockStop(3),
        BlockStart(4, Audio(Base64("audio/wav", "QUJD"), "Hey")),
        BlockStop(4),
    )

    assert said == [
        {"reasoning_content": "Hm"},
        {"content": "Yes"},
        {"annotations": [RAW]},
        {"refusal": "No"},
        {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}]},
        {"audio": {"data": "QUJD", "transcript": "Hey"}},
    ]


def test_details_of_a_final_value() -> None:
    """Details that no delta told are told at the end of their block."""
    block = thought("reasoning", "Hm", reasoning_details=DETAILS)

    said = deltas(BlockStart(0, thought("reasoning")), ThinkingDelta(0, "Hm"), BlockStop(0, block))

    assert said == [{"reasoning": "Hm"}, {"reasoning_details": DETAILS}]


def test_what_this_wire_cannot_say() -> None:
    """Other vendors' tools, files and deltas are left out and break nothing."""
    foreign = Origin("anthropic_messages")

    said = deltas(
        BlockStart(0, ServerToolCall("s", "search")),
        ArgumentsDelta(0, "{}"),
        BlockStop(0),
        BlockStart(1, Image(FileId("f"))),
        BlockStop(1),
        BlockStart(2, Opaque({"type": "x"}, origin=foreign)),
        OpaqueDelta(2, {"type": "x_delta"}),
        BlockStop(2),
        BlockStart(3, Thinking(origin=foreign)),
        OpaqueDelta(3, {"type": "y_delta"}),
        BlockStop(3),
    )

    assert said == []


def test_a_ping_is_a_comment() -> None:
    """Nobody has to understand it."""
    assert StreamEncoder(ASKED).feed([Ping()]) == b": ping\n\n"


def test_every_choice_says_its_role() -> None:
    """Alternatives begin with the role too."""
    said = chunks([Started("c"), BlockStart(0, Text(""), 1), TextDelta(0, "x")])

    choices = [chunk["choices"][0] for chunk in said]
    assert [(choice["index"], choice["delta"]) for choice in choices] == [
        (0, {"role": "assistant", "content": ""}),
        (1, {"role": "assistant", "content": ""}),
        (1, {"content": "x"}),
    ]


def test_places_of_citations_are_those_of_the_message() -> None:
    """What stands before a text in the content counts, tags too."""
    cited = Citation("page", "u", "t", start=0, end=3)
    said = deltas(
        BlockStart(0, thought("content")),
        ThinkingDelta(0, "Hm"),
        BlockStop(0),
        BlockStart(1, Text("One ")),
        BlockStop(1),
        BlockStart(2, Text("", (cited,))),
        TextDelta(2, "two"),
        CitationDelta(2, cited),
        BlockStop(2),
    )

    content = "".join([delta.get("content", "") for delta in said])
    places = [mark["url_citation"] for delta in said for mark in delta.get("annotations", ())]
    assert ["two", "two"] == [content[place["start_index"] : place["end_index"]] for place in places]

"""Events to a streamed body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.openai_responses.decode_stream import StreamDecoder
from dragoman.protocols.openai_responses.encode_stream import StreamEncoder
from dragoman.testing import ScriptedProvider, Turn, call, fail, finish, refuse, text, think, usage
from dragoman.testing.conformance import Exchange
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
    Origin,
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
    Usage,
    UsageUpdate,
)
from dragoman.wire.frames import Frame

Json = dict[str, Any]
Frames = Callable[[bytes], list[Frame]]

HERE = Origin("openai_responses", "openai-responses", "gpt-test")
END = Finished(Finish("stop", "completed"))


def own(block: Any, **extra: Any) -> Any:
    """A block as the decoder gives it."""
    return type(block)(
        **{name: getattr(block, name) for name in block.__struct_fields__ if name not in ("extra", "origin")},
        extra={"item": {"id": "i"}, **extra},
        origin=HERE,
    )


def say(*events: Event) -> bytes:
    """One by one, and all at once: the bytes are the same."""
    encoder = StreamEncoder()
    body = b"".join([encoder.feed([event]) for event in events])
    assert body == StreamEncoder().feed(events)
    return body


SLOW = {"type": "tokens", "code": "slow", "message": "Slow"}
SEARCH = {"item": {"id": "s", "status": "completed"}, "field": "queries", "form": "wrapped"}

ANSWERS: dict[str, list[Event]] = {
    "nothing": [Started("r"), END],
    "text": [Started("r", "m", 3), BlockStart(0, own(Text(""))), TextDelta(0, "H"), TextDelta(0, "i"), BlockStop(0), END],
    "text with probabilities and sources": [
        Started("r"),
        BlockStart(0, own(Text(""))),
        TextDelta(0, "Hi", ({"token": "Hi"},)),
        CitationDelta(0, Citation("url_citation", "https://a", raw={"type": "url_citation", "url": "https://a"})),
        BlockStop(0),
        END,
    ],
    "a message of two parts": [
        Started("r"),
        BlockStart(0, own(Text(""))),
        TextDelta(0, "a"),
        BlockStart(1, own(Refusal(""), part=1)),
        RefusalDelta(1, "No"),
        BlockStop(0),
        BlockStop(1),
        Finished(Finish("refusal", "completed")),
    ],
    "two messages with one id": [
        Started("r"),
        BlockStart(0, own(Text(""))),
        BlockStop(0),
        BlockStart(1, own(Text(""))),
        BlockStop(1),
        END,
    ],
    "reasoning": [
        Started("r"),
        BlockStart(0, own(Thinking())),
        ThinkingDelta(0, "Hm"),
        ThinkingDelta(0, "Ah"),
        BlockStop(0, own(Thinking("HmAh", encrypted="gAAA"), summary=[2, 2])),
        END,
    ],
    "calls side by side": [
        Started("r"),
        BlockStart(0, own(ToolCall("c0", "f"))),
        BlockStart(1, own(ToolCall("c1", "t", custom=True))),
        ArgumentsDelta(1, "wor"),
        ArgumentsDelta(0, "{}"),
        ArgumentsDelta(1, "ds"),
        BlockStop(1),
        BlockStop(0),
        Finished(Finish("tool_calls", "completed")),
    ],
    "a call that was cut": [
        Started("r"),
        BlockStart(0, own(ToolCall("c0", "f"))),
        ArgumentsDelta(0, '{"a'),
        BlockStop(0, ToolCall("c0", "f", '{"a', extra={"item": {"id": "i", "status": "incomplete"}}, origin=HERE)),
        Finished(Finish("length", "incomplete:max_output_tokens")),
    ],
    "a tool of the vendor's": [
        Started("r"),
        BlockStart(0, ServerToolCall("s", "file_search", kind="file_search_call", extra={"item": {"id": "s"}}, origin=HERE)),
        OpaqueDelta(0, {"type": "response.file_search_call.searching"}),
        BlockStop(0, ServerToolCall("s", "file_search", '{"queries":["q"]}', "file_search_call", extra=SEARCH, origin=HERE)),
        BlockStart(1, ServerToolResult("s", "file_search_call", [{"file_id": "f"}], extra={"field": "results"}, origin=HERE)),
        BlockStop(1),
        END,
    ],
    "a tool of the vendor's without a result": [
        Started("r"),
        BlockStart(0, ServerToolCall("s", "file_search", kind="file_search_call", extra={"item": {"id": "s"}}, origin=HERE)),
        BlockStop(0, ServerToolCall("s", "file_search", '{"queries":["q"]}', "file_search_call", extra=SEARCH, origin=HERE)),
        BlockStart(1, own(Text(""))),
        TextDelta(1, "So"),
        BlockStop(1),
        END,
    ],
    "an unknown item": [
        Started("r"),
        BlockStart(0, Opaque({"type": "compaction", "id": "c"}, origin=HERE)),
        BlockStop(0, Opaque({"type": "compaction", "id": "c", "encrypted_content": "x"}, origin=HERE)),
        END,
    ],
    "what an answer says about itself": [
        Started("r", "m"),
        Extra({"store": False}),
        Started("r2", "m"),
        Extra({"background": True}),
        UsageUpdate(Usage(1, 2, raw={"input_tokens": 1, "output_tokens": 2})),
        BlockStart(0, own(Text(""))),
        TextDelta(0, "a"),
        Extra({"service_tier": "flex"}),
        TextDelta(0, "b"),
        Extra({"store": True}),
        Extra({"store": 7}),
        BlockStop(0),
        UsageUpdate(Usage(1, 3, raw={"input_tokens": 1, "output_tokens": 3})),
        UsageUpdate(Usage(1, 4, raw={"input_tokens": 1, "output_tokens": 4})),
        END,
    ],
    "signs of life": [
        Ping(),
        OpaqueEvent("early", {"type": "early"}),
        Started("r"),
        Ping(),
        OpaqueEvent("response.odd", {"type": "response.odd", "x": 1}),
        OpaqueEvent("list", [1]),
        END,
    ],
    "an error frame": [
        Started("r"),
        Extra({"store": False}),
        Failed(Failure("Slow", type="tokens", code="slow", body={"type": "error", "error": SLOW})),
    ],
    "an answer that failed": [
        Started("r"),
        Extra({"store": False}),
        Failed(Failure("Oh", code="server_error", body={"code": "server_error", "message": "Oh"})),
    ],
    "bytes that were not this protocol": [Failed(Failure("not JSON", reason="decode", body="{oops"))],
    "an answer not there yet": [Started("r"), Finished(Finish("other", "queued"))],
    "a list of another kind": [Started("r"), Extra({"object": "response.compaction"}), Finished(Finish("stop"))],
}


@pytest.mark.parametrize("events", ANSWERS.values(), ids=ANSWERS.keys())
def test_what_is_said_is_read(events: list[Event], target: Target, frames: Frames) -> None:
    """decode(encode(events)) == events."""
    decoder = StreamDecoder(target)

    assert decoder.feed(frames(say(*events))) + decoder.close() == events


def objects(body: bytes, frames: Frames) -> list[Json]:
    return [json.loads(data) for _, data in frames(body)]


def test_frames_are_numbered_and_named(frames: Frames) -> None:
    """Numbers count up from 0, and the event's name is the type."""
    body = say(*ANSWERS["text"])
    found = objects(body, frames)

    assert [wire["sequence_number"] for wire in found] == list(range(len(found)))
    assert [name.decode() for name, _ in frames(body)] == [wire["type"] for wire in found]


def test_the_last_frame_holds_the_whole_answer(frames: Frames) -> None:
    """Clients that read nothing else get everything."""
    last = objects(say(*ANSWERS["calls side by side"]), frames)[-1]

    assert last["type"] == "response.completed"
    assert [item["arguments" if item["type"] == "function_call" else "input"] for item in last["response"]["output"]] == [
        "{}",
        "words",
    ]


def test_nothing_is_said_after_the_end() -> None:
    """One terminal event, whatever comes behind it."""
    encoder = StreamEncoder()
    encoder.feed([Started("r"), END])

    assert encoder.feed([Ping(), END]) == b""


def test_blocks_of_other_wires_are_said_in_items(target: Target, frames: Frames) -> None:
    """Words that stand in the start, sound by its transcript, signatures, server tools with their results; open blocks are
    closed with the answer; alternatives beyond the first are not said."""
    events: list[Event] = [
        Started("r"),
        BlockStart(0, Thinking("H")),
        ThinkingDelta(0, "m"),
        SignatureDelta(0, "sig"),
        BlockStop(0),
        BlockStart(1, ServerToolCall("srv", "search", kind="server_tool_use")),
        ArgumentsDelta(1, "{}"),
        BlockStop(1),
        BlockStart(2, ServerToolResult("srv", "web_search_tool_result", [1])),
        BlockStop(2),
        BlockStart(3, Audio(Base64("audio/wav", ""))),
        AudioDelta(3, "UklG", "Hel"),
        AudioDelta(3, "", "lo"),
        BlockStop(3, Audio(Base64("audio/wav", "UklG"), "Hello")),
        BlockStart(4, Text("So", citations=(Citation(url="https://a"),))),
        BlockStart(5, Text("other"), choice=1),
        TextDelta(5, "more"),
        BlockStop(5),
        BlockStart(6, ToolCall("c", "f", "{}")),
        Finished(Finish("tool_calls", "tool_use")),
    ]
    decoder = StreamDecoder(target)
    message = accumulate(decoder.feed(frames(say(*events)))).message
    output = objects(say(*events), frames)[-1]["response"]["output"]

    assert [item["type"] for item in output] == ["reasoning", "mcp_call", "message", "message", "function_call"]
    assert output[0]["signature"] == "sig"
    assert output[1]["output"] == "[1]"
    assert (message.text, message.thinking) == ("HelloSo", "Hm")
    assert message.tool_calls[0].arguments == "{}"
    assert all(item["id"] for item in output)


def test_an_error_of_another_wire(frames: Frames) -> None:
    """Is said by the frame that OpenAI's client raises on and by the lifecycle frame that others wait for."""
    found = objects(say(Started("r"), Failed(Failure("Busy", 529, "overloaded_error"))), frames)

    assert [wire["type"] for wire in found[-2:]] == ["error", "response.failed"]
    assert found[-2]["error"]["message"] == "Busy"
    assert found[-1]["response"]["status"] == "failed"


def test_recorded_streams_come_back(recorded: list[tuple[Exchange, Target]], frames: Frames) -> None:
    """Every recorded stream, said again and read again, is the same."""
    for exchange, target in recorded:
        if exchange.framing == "sse":
            decoder = StreamDecoder(target)
            events = decoder.feed(frames(exchange.body))
            again = StreamDecoder(target)

            assert again.feed(frames(StreamEncoder().feed(events))) == events, exchange.id


@pytest.mark.parametrize("mode", ["whole", "stream", "helper"])
def test_the_vendors_own_client_reads_it(mode: str) -> None:
    """An independent opinion on the same bytes."""
    openai = pytest.importorskip("openai")
    turn = Turn(think("Hm"), text("Hello"), call("weather", {"city": "Oslo"}), usage(input=3, output=5))
    provider = ScriptedProvider(
        turn, Turn(refuse("No")), Turn(text("Half"), finish("length")), Turn(text("x"), fail("overloaded"))
    )
    with provider.serve() as server, openai.OpenAI(api_key="none", base_url=f"{server.url}/v1", max_retries=0) as client:

        def ask() -> Any:
            if mode == "whole":
                return client.responses.create(model="m", input="Hi")
            if mode == "helper":
                with client.responses.stream(model="m", input="Hi") as stream:
                    list(stream)
                    return stream.get_final_response()
            *_, last = client.responses.create(model="m", input="Hi", stream=True)
            return last.response

        answer = ask()
        assert answer.status == "completed"
        assert answer.output_text == "Hello"
        assert [item.type for item in answer.output] == ["reasoning", "message", "function_call"]
        assert json.loads(answer.output[2].arguments) == {"city": "Oslo"}
        assert answer.usage.total_tokens == 8
        assert ask().output[0].content[0].refusal == "No"
        if mode != "helper":  # the helper waits for `response.completed` only
            assert ask().incomplete_details.reason == "max_output_tokens"
            with pytest.raises(openai.APIError):
                ask()

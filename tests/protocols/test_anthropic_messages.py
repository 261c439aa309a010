"""Anthropic's Messages API as a whole: both sides against each other, against the vendor's SDK, and against nonsense."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dragoman import Message, assistant, tool_result, user
from dragoman.engine.accumulate import accumulate
from dragoman.engine.handoff import handoff
from dragoman.protocols import load
from dragoman.protocols.anthropic_messages import PROTOCOL
from dragoman.protocols.anthropic_messages.bedrock_stream import InvokeDecoder, InvokeEncoder
from dragoman.protocols.anthropic_messages.decode_stream import MessagesDecoder
from dragoman.protocols.base import Report, Target
from dragoman.testing.conformance.answers import broken_order, decode
from dragoman.testing.conformance.corpus import load as load_corpus
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
    OpaqueEvent,
    Ping,
    Request,
    Response,
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
from dragoman.wire.eventstream import EventStreamFramer
from dragoman.wire.http import HttpHead
from dragoman.wire.sse import SseFramer

TARGET = Target("anthropic", "anthropic_messages", "claude-test", "https://api.anthropic.com")
HERE = TARGET.origin()
ASKED = Request("claude-test", (user("q"),))


def restream(events: list[Event]) -> list[Event]:
    framer, decoder = SseFramer(), MessagesDecoder(HERE)
    return decoder.feed(framer.feed(PROTOCOL.stream_encoder(ASKED).feed(events)) + framer.close()) + decoder.close()


def rechunk(events: list[Event]) -> list[Event]:
    """The same in Bedrock's framing."""
    encoder, framer, decoder = InvokeEncoder("claude-test"), EventStreamFramer(), InvokeDecoder(HERE)
    return decoder.feed(framer.feed(encoder.feed(events)) + framer.close()) + decoder.close()


def test_the_protocol_is_found_by_name() -> None:
    """The folder's name is the wire's."""
    assert PROTOCOL is load("anthropic_messages")
    assert ("anthropic_messages", "sse") == (PROTOCOL.name, PROTOCOL.framing)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/messages", True),
        ("post", "/anthropic/v1/messages/?beta=true", True),
        ("POST", "/messages", True),
        ("GET", "/v1/messages", False),
        ("POST", "/v1/messages/count_tokens", False),
        ("POST", "/v1/chat/completions", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """A server knows the requests of this wire by their first line."""
    assert expected == PROTOCOL.serves(method, path)


def test_both_sides_of_every_direction() -> None:
    """A request, a whole answer and an error are read as they were said."""
    http = PROTOCOL.encode_request(ASKED, TARGET, Report(TARGET))
    response = Response(Message("assistant", (Text("a"),), origin=HERE), "msg_1", "m", finish=Finish("stop", "end_turn"))
    body = PROTOCOL.encode_response(response, ASKED)
    reply = PROTOCOL.encode_failure(Failure("m", 429, "rate_limit_error"))

    assert ASKED.messages == PROTOCOL.decode_request(http).messages
    assert response.message == accumulate(PROTOCOL.decode_response(body, TARGET), HERE).message
    assert "rate_limit_error" == PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET).type
    assert [Ping()] == PROTOCOL.stream_decoder(TARGET).feed([(b"ping", b'{"type":"ping"}')])


def test_ids_of_other_wires_are_made_to_fit() -> None:
    """Ids the server would refuse are rewritten, call and result alike."""
    call = ToolCall("call|x:1", "n", "{}")
    request = Request("m", (user("q"), assistant(call), tool_result(call, "r")))
    report = Report(TARGET)
    http = PROTOCOL.encode_request(handoff(request, TARGET, PROTOCOL, report), TARGET, report)
    _, turn, result = json.loads(http.body)["messages"]

    assert turn["content"][0]["id"] == result["content"][0]["tool_use_id"]
    assert turn["content"][0]["id"].startswith("toolu_")
    assert ["tool_id"] == [item.feature for item in report.adaptations]


# --- the vendor's SDK reads what we say -------------------------------------------------------------------------------

CITED = {
    "type": "char_location",
    "cited_text": "x",
    "document_index": 0,
    "document_title": "t",
    "start_char_index": 0,
    "end_char_index": 1,
}
SPOKEN: list[Event] = [
    Started("msg_1", "claude-test"),
    UsageUpdate(
        Usage(
            25,
            1,
            3,
            2,
            raw={"input_tokens": 25, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2, "output_tokens": 1},
        )
    ),
    Ping(),
    BlockStart(0, Thinking(origin=HERE)),
    ThinkingDelta(0, "First"),
    SignatureDelta(0, "Eq=="),
    BlockStop(0),
    BlockStart(1, Thinking(encrypted="d", origin=HERE)),
    BlockStop(1),
    BlockStart(2, Text("", origin=HERE)),
    CitationDelta(2, Citation("char_location", title="t", text="x", raw=CITED, span=SourceSpan("char", 0, 1, 0))),
    TextDelta(2, "Hél\u2028"),
    TextDelta(2, "lo"),
    BlockStop(2),
    BlockStart(3, ServerToolCall("srvtoolu_1", "web_search", kind="server_tool_use", origin=HERE)),
    ArgumentsDelta(3, '{"query":"q"}'),
    BlockStop(3),
    BlockStart(4, ServerToolResult("srvtoolu_1", "web_search_tool_result", [], origin=HERE)),
    BlockStop(4),
    BlockStart(5, ToolCall("toolu_1", "read")),
    ArgumentsDelta(5, '{"path":'),
    ArgumentsDelta(5, '"/x"}'),
    BlockStop(5),
    UsageUpdate(
        Usage(
            25,
            61,
            3,
            2,
            30,
            {
                "input_tokens": 25,
                "cache_read_input_tokens": 3,
                "cache_creation_input_tokens": 2,
                "output_tokens": 61,
                "output_tokens_details": {"thinking_tokens": 30},
            },
        )
    ),
    Finished(Finish("tool_calls", "tool_use")),
]


@pytest.fixture
def sdk() -> Any:
    """A function that lets the official SDK read a body: `(body, content type, status) -> client`."""
    anthropic = pytest.importorskip("anthropic")
    httpx2 = pytest.importorskip("httpx2")

    def client(body: bytes, kind: str, status: int = 200) -> Any:
        def answer(request: Any) -> Any:
            return httpx2.Response(status, headers={"content-type": kind}, content=body)

        return anthropic.Anthropic(api_key="x", max_retries=0, http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))

    return client


def asked(client: Any) -> dict[str, Any]:
    return {"model": "claude-test", "max_tokens": 10, "messages": [{"role": "user", "content": "q"}]}


def check(message: Any) -> None:
    thinking, redacted, text, search, found, call = message.content
    assert ("First", "Eq==", "d", "Hél\u2028lo") == (thinking.thinking, thinking.signature, redacted.data, text.text)
    assert ("x", {"query": "q"}, [], {"path": "/x"}) == (text.citations[0].cited_text, search.input, found.content, call.input)
    assert ("msg_1", "tool_use", 25, 61) == (
        message.id,
        message.stop_reason,
        message.usage.input_tokens,
        message.usage.output_tokens,
    )


def test_the_sdk_reads_our_stream(sdk: Any) -> None:
    """Anthropic's own client accumulates the same message from our frames, and we the same events."""
    client = sdk(PROTOCOL.stream_encoder(ASKED).feed(SPOKEN), "text/event-stream")
    with client, client.messages.stream(**asked(client)) as stream:
        check(stream.get_final_message())

    assert SPOKEN == restream(SPOKEN)


def test_the_sdk_reads_our_whole_answer(sdk: Any) -> None:
    """Anthropic's own client reads the same message from our body."""
    with sdk(PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED), "application/json") as client:
        check(client.messages.create(**asked(client)))


def test_the_sdk_reads_our_errors(sdk: Any) -> None:
    """Errors by status and inside a stream are errors to Anthropic's own client too."""
    anthropic = pytest.importorskip("anthropic")
    reply = PROTOCOL.encode_failure(Failure("slow down", type="rate_limit_error"))
    with sdk(reply.body, "application/json", reply.status) as client, pytest.raises(anthropic.RateLimitError, match="slow down"):
        client.messages.create(**asked(client))

    cut = PROTOCOL.stream_encoder(ASKED).feed([SPOKEN[0], Failed(Failure("Overloaded", type="overloaded_error"))])
    with (
        sdk(cut, "text/event-stream") as client,
        pytest.raises(anthropic.APIStatusError, match="Overloaded"),
        client.messages.stream(**asked(client)) as stream,
    ):
        stream.until_done()


# --- one conversation, there and back ---------------------------------------------------------------------------------


def test_a_turn_with_thinking_and_tools_goes_back_byte_for_byte() -> None:
    """Thinking, redacted thinking, server tools, citations and calls stand in the next request as they came."""
    content = [
        {"type": "thinking", "thinking": "", "signature": "EqQB/+=="},
        {"type": "redacted_thinking", "data": "Eo8="},
        {
            "type": "text",
            "text": "Let me see.",
            "citations": [
                {"type": "web_search_result_location", "url": "u", "title": None, "encrypted_index": "e", "cited_text": "c"}
            ],
        },
        {
            "type": "server_tool_use",
            "id": "srvtoolu_1",
            "name": "web_search",
            "input": {"query": "q"},
            "caller": {"type": "direct"},
        },
        {
            "type": "web_search_tool_result",
            "tool_use_id": "srvtoolu_1",
            "content": [{"type": "web_search_result", "encrypted_content": "x", "page_age": None}],
        },
        {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"b": 1, "a": [1.0, "\u2028"]}},
        {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}, "caller": {"type": "direct"}},
        {"type": "container_upload", "file_id": "f"},
    ]
    body = json.dumps({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content}).encode()
    message = accumulate(PROTOCOL.decode_response(body, TARGET), HERE).message
    report = Report(TARGET)
    request = Request("m", (user("q"), message, tool_result("toolu_1", "1"), tool_result("toolu_2", "2")))
    sent = json.loads(PROTOCOL.encode_request(request, TARGET, report).body)

    assert json.dumps(content) == json.dumps(sent["messages"][1]["content"])
    assert [] == report.adaptations


# --- nonsense ---------------------------------------------------------------------------------------------------------

FUZZ = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.filter_too_much]
)
WORDS = st.sampled_from(["", "a", "{}", '{"a":1}', "\u2028é"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | WORDS, lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
INDEX = st.sampled_from([0, 1, 1.0, 2, 7, None, True, "0"])
FIELDS = st.dictionaries(
    st.sampled_from(["text", "thinking", "signature", "partial_json", "new", "usage"]), WORDS | JSON, max_size=2
)
BLOCKS = st.builds(
    dict,
    FIELDS,
    type=st.sampled_from(["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "x_tool_result", "compaction"]),
    text=WORDS,
    thinking=WORDS,
    data=WORDS,
    id=st.just("i"),
    name=st.just("n"),
    tool_use_id=st.just("i"),
    input=st.sampled_from([{}, {"a": 1}, None]),
    citations=st.sampled_from([None, [], [CITED]]),
)
DELTAS = st.builds(
    dict,
    FIELDS,
    type=st.sampled_from(
        ["text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "compaction_delta", "x_delta"]
    ),
    citation=st.just(CITED) | JSON,
)
USAGES = (
    st.dictionaries(st.sampled_from(["input_tokens", "output_tokens", "speed"]), st.integers(0, 3) | st.none(), max_size=3) | JSON
)
FRAMES = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("message_start"),
            "message": st.fixed_dictionaries(
                {
                    "content": st.lists(BLOCKS | JSON, max_size=1),
                    "id": st.sampled_from(["msg_1", "msg_2"]),
                    "model": st.just("m"),
                },
                optional={"usage": USAGES, "container": JSON, "stop_reason": WORDS},
            ),
        }
    ),
    st.fixed_dictionaries(
        {"type": st.just("content_block_start"), "content_block": BLOCKS | JSON}, optional={"index": INDEX, "new": JSON}
    ),
    st.fixed_dictionaries(
        {"type": st.just("content_block_delta"), "delta": DELTAS | JSON}, optional={"index": INDEX, "new": JSON}
    ),
    st.fixed_dictionaries({"type": st.just("content_block_stop")}, optional={"index": INDEX, "new": JSON}),
    st.fixed_dictionaries(
        {"type": st.just("message_delta")},
        optional={
            "delta": st.fixed_dictionaries(
                {}, optional={"stop_reason": WORDS | st.none(), "stop_sequence": WORDS, "container": JSON}
            )
            | JSON,
            "usage": USAGES,
            "new": JSON,
        },
    ),
    st.fixed_dictionaries({"type": st.sampled_from(["ping", "moon"])}, optional={"new": JSON}),
    st.fixed_dictionaries({"type": st.just("message_stop")}, optional={"new": JSON}),
)


START = {
    "type": "message_start",
    "message": {"id": "msg_1", "model": "m", "content": [], "usage": {"input_tokens": 9, "output_tokens": 9}},
}
END = (
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 10}},
    {"type": "message_stop"},
)


def frame(wire: dict[str, Any]) -> tuple[bytes, bytes]:
    return wire["type"].encode(), json.dumps(wire).encode()


def chunk(wire: dict[str, Any]) -> tuple[bytes, bytes]:
    """The same frame in Bedrock's framing."""
    data = json.dumps(wire, separators=(",", ":")).encode()
    return b"chunk", json.dumps({"bytes": b64encode(data).decode(), "p": "abc"}).encode()


@FUZZ
@given(st.lists(FRAMES, max_size=12))
def test_any_order_of_frames_is_read(wires: list[dict[str, Any]]) -> None:
    """Whatever order and shape frames have, all ways of reading and both framings agree, and events keep their contract."""
    found = []
    for ordinary in (True, False):
        for make, say in ((MessagesDecoder, frame), (InvokeDecoder, chunk)):
            decoder = make(HERE, ordinary=ordinary)
            found.append(decoder.feed([say(wire) for wire in wires]) + decoder.close())

    assert [found[0]] * 3 == found[1:]
    assert [] == broken_order(found[0])
    assert accumulate(found[0])


def is_stray(event: OpaqueEvent) -> bool:
    """Whether a frame named a block that is not open: said again, its number may be that of another block."""
    return event.name == "content_block_stop" or (event.name == "content_block_delta" and "delta" in event.data)


@FUZZ
@given(st.lists(FRAMES.filter(lambda wire: wire["type"] != "message_stop"), max_size=12))
def test_any_answer_comes_back(wires: list[dict[str, Any]]) -> None:
    """Whatever stands between a documented start and end is said again as it was read.

    Counts and fields of the message that come while a block is open are said behind it, by their last value.
    """
    events = MessagesDecoder(HERE).feed([frame(wire) for wire in (START, *wires, *END)])
    assume(not any(isinstance(event, OpaqueEvent) and is_stray(event) for event in events))
    found = restream(events)

    assert found == rechunk(events)
    assert accumulate(events) == accumulate(found)
    assert [e for e in events if not isinstance(e, UsageUpdate | Extra)] == [
        e for e in found if not isinstance(e, UsageUpdate | Extra)
    ]


@FUZZ
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"", b"content_block_delta", b"message_start", b"error", b"x"]) | st.binary(max_size=4),
            st.binary(max_size=40),
        ),
        max_size=4,
    )
)
def test_any_bytes_are_read(frames: list[tuple[bytes, bytes]]) -> None:
    """No frame raises, and no two ways of feeding differ."""
    together, apart = MessagesDecoder(HERE), MessagesDecoder(HERE)

    assert together.feed(frames) == [event for item in frames for event in apart.feed([item])]


@FUZZ
@given(st.binary(max_size=60))
def test_any_body_is_read(body: bytes) -> None:
    """No body raises, whole or as an error."""
    PROTOCOL.decode_response(body, TARGET)
    PROTOCOL.decode_failure(HttpHead(500), body, TARGET)


# --- recordings -------------------------------------------------------------------------------------------------------


def test_both_ways_of_reading_agree_on_recordings(corpus: Path) -> None:
    """Every recorded stream gives the same events by the ordinary and by the general way, cut anywhere."""
    streams = [item for item in load_corpus(corpus).of_wire("anthropic-messages") if item.framing == "sse"]
    for item in streams:
        expected = decode(PROTOCOL, TARGET, "sse", [item.body])
        framer, decoder = SseFramer(), MessagesDecoder(HERE, ordinary=False)
        assert expected == decoder.feed(framer.feed(item.body) + framer.close()) + decoder.close(), item.id
        for size in (1, 2, 3, 7) if len(item.body) < 3000 else (7,):
            pieces = [item.body[at : at + size] for at in range(0, len(item.body), size)]
            assert expected == decode(PROTOCOL, TARGET, "sse", pieces), item.id
    assert streams

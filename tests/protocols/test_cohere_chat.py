"""Cohere's chat as a whole: both sides against each other, through the engine, against the vendor's SDK and nonsense."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman import assistant, errors, tool_result, user
from dragoman.engine.accumulate import accumulate
from dragoman.engine.effects import Close, Now, Random, Read, Send, Sleep, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.handoff import handoff
from dragoman.engine.policy import NO_RETRY
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.protocols.cohere_chat import PROTOCOL
from dragoman.protocols.cohere_chat.decode_stream import StreamDecoder
from dragoman.testing.conformance.answers import broken_order, decode
from dragoman.testing.conformance.corpus import load as load_corpus
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Citation,
    CitationDelta,
    Event,
    Failed,
    Failure,
    Finish,
    Finished,
    Message,
    Origin,
    Ping,
    Request,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.sse import SseFramer

TARGET = Target("cohere", "cohere_chat", "command-a", "https://api.cohere.com")
HERE = TARGET.origin()
ASKED = Request("command-a", (user("q"),), stream=True)
SSE = {"content-type": "text/event-stream"}


def restream(events: list[Event]) -> list[Event]:
    return decode(PROTOCOL, TARGET, "sse", [PROTOCOL.stream_encoder(ASKED).feed(events)])


def test_the_protocol_is_found_by_name() -> None:
    """The folder's name is the wire's; server-sent events frame it, and ids of any form are taken."""
    assert PROTOCOL is load("cohere_chat")
    assert ("cohere_chat", "sse", None) == (PROTOCOL.name, PROTOCOL.framing, PROTOCOL.tool_ids)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v2/chat", True),
        ("post", "/cohere/v2/chat/?x=1", True),
        ("GET", "/v2/chat", False),
        ("POST", "/v1/chat", False),
        ("POST", "/v2/rerank", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """A server knows the requests of this wire by their first line."""
    assert expected == PROTOCOL.serves(method, path)


def test_both_sides_of_every_direction() -> None:
    """A request, a whole answer and an error are read as they were said."""
    http = PROTOCOL.encode_request(ASKED, TARGET, Report(TARGET))
    response = Response(Message("assistant", (Text("a"),), origin=HERE), "c1", finish=Finish("stop", "COMPLETE"))
    body = PROTOCOL.encode_response(response, ASKED)
    reply = PROTOCOL.encode_failure(Failure("m", 429, "TOO_MANY_REQUESTS"))

    assert ASKED == PROTOCOL.decode_request(http)
    assert response.message == accumulate(PROTOCOL.decode_response(body, TARGET), HERE).message
    assert "TOO_MANY_REQUESTS" == PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET).type
    assert [Started("c1")] == PROTOCOL.stream_decoder(TARGET).feed([(b"message-start", b'{"type":"message-start","id":"c1"}')])


# --- what a model says, streamed --------------------------------------------------------------------------------------

USAGE = {"billed_units": {"input_tokens": 10, "output_tokens": 5}, "tokens": {"input_tokens": 120, "output_tokens": 30}}
CITED = {
    "start": 0,
    "end": 5,
    "text": "Sunny",
    "sources": [{"type": "document", "id": "d1", "document": {"id": "d1", "title": "Weather"}}],
    "content_index": 1,
    "type": "TEXT_CONTENT",
}
SPOKEN: list[Event] = [
    Started("c1"),
    BlockStart(0, Thinking(origin=HERE)),
    ThinkingDelta(0, "Hm"),
    ThinkingDelta(0, "."),
    BlockStop(0),
    BlockStart(1, Text("")),
    TextDelta(1, "Sunny\u2028"),
    CitationDelta(1, Citation("TEXT_CONTENT", None, "Weather", None, 0, 5, CITED)),
    TextDelta(1, "."),
    BlockStop(1),
    UsageUpdate(Usage(120, 30, raw=USAGE)),
    Finished(Finish("stop", "COMPLETE")),
]
CALLED: list[Event] = [
    Started("c2"),
    BlockStart(0, Thinking(origin=HERE, extra={"field": "tool_plan"})),
    ThinkingDelta(0, "I will "),
    ThinkingDelta(0, "look."),
    BlockStop(0),
    BlockStart(1, ToolCall("weather_ab12", "weather")),
    ArgumentsDelta(1, '{"city":'),
    ArgumentsDelta(1, ' "Oslo"}'),
    BlockStop(1),
    BlockStart(2, ToolCall("clock_cd34", "clock")),
    BlockStop(2),
    UsageUpdate(Usage(120, 30, raw=USAGE)),
    Finished(Finish("tool_calls", "TOOL_CALL")),
]


@pytest.mark.parametrize("events", [SPOKEN, CALLED])
def test_events_come_back(events: list[Event]) -> None:
    """Streamed they are the same, whole they add up to the same answer."""
    response = accumulate(events, HERE)
    again = accumulate(PROTOCOL.decode_response(PROTOCOL.encode_response(response, ASKED), TARGET), HERE)

    assert events == restream(events)
    assert response == again


def test_an_answer_is_continued() -> None:
    """Plan, calls, thinking, text and citations go back as they came, and nothing has to be adapted."""
    called, spoken = accumulate(CALLED, HERE).message, accumulate(SPOKEN, HERE).message
    results = [tool_result(call, "r") for call in called.tool_calls]
    request = Request("m", (user("q"), called, *results, spoken, user("why?")))
    report = Report(TARGET)
    http = PROTOCOL.encode_request(handoff(request, TARGET, PROTOCOL, report), TARGET, report)
    _, first, *answers, second, _ = json.loads(http.body)["messages"]

    assert "I will look." == first["tool_plan"]
    assert ['{"city": "Oslo"}', "{}"] == [call["function"]["arguments"] for call in first["tool_calls"]]
    assert [{"role": "tool", "tool_call_id": id, "content": "r"} for id in ("weather_ab12", "clock_cd34")] == answers
    content = [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Sunny\u2028."}]
    assert {"role": "assistant", "content": content, "citations": [CITED]} == second
    assert [] == report.adaptations


def test_a_conversation_of_another_wire_is_taken_over() -> None:
    """Foreign thinking is left out and reported; calls and results stay paired under their foreign ids."""
    there = Origin("anthropic_messages", "anthropic", "claude")
    call = ToolCall("toolu_01", "f", '{"a": 1}', origin=there)
    turn = assistant(Thinking("secret", signature="s", origin=there), "A.", call)
    report = Report(TARGET)
    request = handoff(Request("m", (user("q"), turn, tool_result(call, "r"))), TARGET, PROTOCOL, report)
    body = PROTOCOL.encode_request(request, TARGET, report).body

    assert b"secret" not in body
    assert ["thinking"] == [item.feature for item in report.adaptations]
    assert 2 == body.count(b'"toolu_01"')


# --- through the engine -----------------------------------------------------------------------------------------------


class World:
    """Answers the engine's effects from one head and pieces of a body."""

    def __init__(self, head: HttpHead, *pieces: bytes) -> None:
        self.script: list[Any] = [head, *pieces, b""]

    def run(self, request: Request) -> Response:
        exchange = Exchange(request, TARGET, PROTOCOL, Report(TARGET), retry=NO_RETRY)
        flow, value = exchange.run(), None
        while True:
            try:
                effect = flow.send(value)
            except StopIteration:
                return exchange.response()
            value = None if isinstance(effect, list) else self.obey(effect)

    def obey(self, effect: Any) -> Any:
        match effect:
            case Send():
                return self.script.pop(0)
            case Read():
                return self.script.pop(0) if self.script else b""
            case Now() | Wall() | Random():
                return 0.0
            case Close() | Sleep():
                return None
            case _:
                raise AssertionError(effect)


BODY = PROTOCOL.stream_encoder(ASKED).feed(SPOKEN)
HALF = BODY[: BODY.index(b"event: message-end")]
PAGE = b"<!doctype html>\n<html>\n<title>Sign in</title>\n</html>\n"


def test_a_stream_through_the_engine() -> None:
    """Frames cut anywhere are an answer."""
    response = World(HttpHead(200, SSE), BODY[:9], BODY[9:]).run(ASKED)

    assert ("Sunny\u2028.", Finish("stop", "COMPLETE")) == (response.text, response.finish)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"message":"model \'x\' not found"}', errors.NotFound),
        (b'{\n  "message": "too many tokens", "error_type": "TOO_MANY_TOKENS"\n}\n', errors.ContextTooLong),
        (PAGE, errors.DecodeError),
        (b"", errors.StreamCut),
    ],
)
def test_a_body_of_good_status_that_is_no_answer(stream: bool, body: bytes, expected: type[Exception]) -> None:
    """An error, a page or nothing in place of an answer is the right error, however it was asked for."""
    with pytest.raises(expected):
        World(HttpHead(200), body[:7], body[7:]).run(Request("m", (user("q"),), stream=stream))


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (b"", errors.StreamCut),
        (b'event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"ERROR"}}\n\n', errors.ServerError),
        (b'event: message-end\ndata: {"type":"message-end","delta":{"finish_reason":"TIMEOUT"}}\n\n', errors.ServerError),
        (b'event: message-end\ndata: {"type":"message-end","delta":{"error":"model overloaded"}}\n\n', errors.Overloaded),
        (b'data: {"message":"rate limited","error_type":"rate_limit"}\n\n', errors.RateLimited),
        (b"event: content-delta\ndata: <html>\n\n", errors.DecodeError),
    ],
)
def test_trouble_in_the_middle(rest: bytes, expected: type[Exception]) -> None:
    """Every trouble has its class, and what had come is kept."""
    with pytest.raises(expected) as caught:
        World(HttpHead(200, SSE), HALF, rest).run(ASKED)

    assert isinstance(caught.value, errors.DragomanError)
    assert caught.value.partial is not None
    assert "Sunny\u2028." == caught.value.partial.text


# --- the vendor's SDK reads what we say, and we read what it says -----------------------------------------------------


class Server:
    """Gives one answer and remembers what was asked."""

    def __init__(self) -> None:
        self.status, self.kind, self.body = 200, "application/json", b""
        self.asked: list[HttpRequest] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.asked.append(HttpRequest("POST", self.path, {}, body))
                self.send_response(outer.status)
                self.send_header("content-type", outer.kind)
                self.send_header("content-length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = TCPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine that says what it is told to."""
    found = Server()
    thread = Thread(target=found.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.http.shutdown()
    thread.join()
    found.http.server_close()


@pytest.fixture
def sdk(server: Server) -> Any:
    """Cohere's own client, which talks to that server."""
    cohere = pytest.importorskip("cohere")
    return cohere.ClientV2("key", base_url=f"http://127.0.0.1:{server.http.server_address[1]}")


QUESTION = [{"role": "user", "content": "q"}]


def test_the_sdk_reads_our_stream(server: Server, sdk: Any) -> None:
    """Cohere's own client reads the same words, citation, plan, calls and counts from our frames."""
    server.kind, server.body = "text/event-stream", BODY
    events = list(sdk.chat_stream(model="m", messages=QUESTION))
    words = [event.delta.message.content for event in events if event.type == "content-delta"]
    cited = [event.delta.message.citations for event in events if event.type == "citation-start"]

    assert ("Hm.", "Sunny\u2028.") == (
        "".join([word.thinking or "" for word in words]),
        "".join([word.text or "" for word in words]),
    )
    assert ["Sunny"] == [citation.text for citation in cited]
    assert ("COMPLETE", 120) == (events[-1].delta.finish_reason, events[-1].delta.usage.tokens.input_tokens)
    server.body = PROTOCOL.stream_encoder(ASKED).feed(CALLED)
    events = list(sdk.chat_stream(model="m", messages=QUESTION))
    plan = [event.delta.message.tool_plan for event in events if event.type == "tool-plan-delta"]
    calls = [event.delta.message.tool_calls for event in events if event.type in ("tool-call-start", "tool-call-delta")]
    assert "I will look." == "".join(plan)
    assert '{"city": "Oslo"}' == "".join([call.function.arguments for call in calls])
    assert "weather_ab12" == calls[0].id


def test_the_sdk_reads_our_whole_answer(server: Server, sdk: Any) -> None:
    """Cohere's own client reads the same message from our body."""
    server.body = PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED)
    answer = sdk.chat(model="m", messages=QUESTION)

    assert ["Hm.", "Sunny\u2028."] == [answer.message.content[0].thinking, answer.message.content[1].text]
    assert ("c1", "COMPLETE", "Sunny") == (answer.id, answer.finish_reason, answer.message.citations[0].text)


def test_the_sdk_reads_our_errors(server: Server, sdk: Any) -> None:
    """An error by status is one of the same kind to Cohere's own client."""
    cohere = pytest.importorskip("cohere")
    reply = PROTOCOL.encode_failure(Failure("no such model", 404))
    server.status, server.body = reply.status, reply.body
    with pytest.raises(cohere.NotFoundError, match="no such model"):
        sdk.chat(model="m", messages=QUESTION)


def test_we_read_what_the_sdk_asks(server: Server, sdk: Any) -> None:
    """A conversation with a call and its result, told by Cohere's own client."""
    server.body = PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED)
    call = {"id": "i", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    document = {"type": "document", "document": {"id": "d", "data": {"text": "words", "title": "t"}}}
    sdk.chat(
        model="m",
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "q"},
            {"role": "assistant", "tool_plan": "Plan.", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "i", "content": [document]},
        ],
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}],
        temperature=0.5,
        documents=[{"data": {"text": "d"}}],
    )
    request = PROTOCOL.decode_request(server.asked[0])
    question, turn, result = request.messages

    assert ((Text("Be brief."),), "q", "Plan.") == (request.system, question.text, turn.thinking)
    assert ({"a": 1}, "i") == (turn.tool_calls[0].input, result.content[0].id)  # type: ignore[union-attr]
    assert (0.5, [{"data": {"text": "d"}}]) == (request.temperature, request.extra["documents"])


# --- whatever comes ---------------------------------------------------------------------------------------------------

FUZZ = settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
INDEX = st.integers(0, 2)
PART = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, WORDS),
    st.builds(lambda text: {"type": "thinking", "thinking": text}, WORDS),
    st.builds(lambda word: {"type": "new", "word": word}, WORDS),
    JSON,
)
PIECE = st.one_of(
    st.builds(lambda text: {"text": text}, WORDS),
    st.builds(lambda text: {"thinking": text}, WORDS),
    st.builds(lambda text, thinking: {"text": text, "thinking": thinking, "x": 1}, WORDS, WORDS),
    st.just({"word": "w"}),
    JSON,
)
CALL = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": WORDS, "arguments": WORDS}, optional={"x": JSON})},
    optional={"id": st.sampled_from(["i", "j", ""]) | JSON, "type": st.just("function")},
)
CITATION = st.fixed_dictionaries(
    {"start": st.integers(0, 3), "end": st.integers(0, 3), "text": WORDS},
    optional={"content_index": st.integers(0, 2), "type": st.sampled_from(["TEXT_CONTENT", "PLAN"]), "sources": st.just([])},
)

# Parts are numbered anew where they are said again, and a citation follows its part; here they may have any number.
UNPLACED = CITATION.map(lambda citation: {name: value for name, value in citation.items() if name != "content_index"})


def frame(kind: str, index: int | None = None, message: Any = None, **beside: Any) -> dict[str, Any]:
    place = {} if index is None else {"index": index}
    return {"type": kind, **place, **({} if message is None else {"delta": {"message": message}}), **beside}


FRAMES = st.one_of(
    st.builds(lambda text: frame("tool-plan-delta", None, {"tool_plan": text}), WORDS),
    st.builds(lambda index, part: frame("content-start", index, {"content": part}), INDEX, PART),
    st.builds(lambda index, piece: frame("content-delta", index, {"content": piece}), INDEX, PIECE),
    st.builds(lambda index: frame("content-delta", index, {"content": {"text": "a"}}, logprobs={"text": "a"}), INDEX),
    st.builds(lambda index: frame("content-end", index), INDEX),
    st.builds(lambda index, call: frame("tool-call-start", index, {"tool_calls": call}), INDEX, CALL),
    st.builds(
        lambda index, text: frame("tool-call-delta", index, {"tool_calls": {"function": {"arguments": text}}}), INDEX, WORDS
    ),
    st.builds(lambda index: frame("tool-call-end", index), INDEX),
    st.builds(lambda citation: frame("citation-start", 0, {"citations": citation}), UNPLACED | JSON),
    st.builds(lambda index: frame("citation-end", index), INDEX),
    st.builds(lambda prompt: {"type": "debug", "prompt": prompt}, WORDS),
)
START = {"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant", "content": []}}, "more": 1}
ENDS = st.builds(
    lambda reason, message: {
        "type": "message-end",
        "delta": {"finish_reason": reason, "usage": USAGE, "other": 2, **({"message": {"note": message}} if message else {})},
    },
    st.sampled_from(["COMPLETE", "MAX_TOKENS", "STOP_SEQUENCE", "NEW", None]),
    WORDS,
)


def frames(values: list[Any]) -> list[tuple[bytes, bytes]]:
    return [(str(value.get("type", "")).encode(), json.dumps(value, ensure_ascii=False).encode()) for value in values]


def read(values: list[Any], *, fast: bool = True) -> list[Event]:
    decoder = StreamDecoder(TARGET, fast=fast)
    return decoder.feed(frames(values)) + decoder.close()


@FUZZ
@given(st.lists(FRAMES | st.just(START) | ENDS | st.dictionaries(WORDS, JSON, max_size=2), max_size=10))
def test_any_order_of_frames_is_read(values: list[Any]) -> None:
    """Whatever order and shape frames have, both ways of reading agree, and events keep their contract."""
    found = read(values)

    assert found == read(values, fast=False)
    assert [] == broken_order(found)
    assert accumulate(found)


@FUZZ
@given(st.lists(FRAMES, max_size=10), ENDS)
def test_any_answer_comes_back(values: list[Any], end: dict[str, Any]) -> None:
    """Whatever stands between a documented start and end is said again as it was read."""
    events = read([START, *values, end])

    assert events == restream(events)


@FUZZ
@given(
    st.fixed_dictionaries(
        {"role": st.just("assistant")},
        optional={
            "tool_plan": WORDS,
            "content": st.lists(PART, max_size=3) | WORDS,
            "tool_calls": st.lists(CALL, max_size=2),
            "citations": st.lists(CITATION, max_size=3),
            "note": WORDS,
        },
    )
)
def test_any_whole_answer_comes_back(message: dict[str, Any]) -> None:
    """A whole answer said again is the same answer."""
    body = {"id": "c1", "message": message, "finish_reason": "COMPLETE", "usage": USAGE, "more": {"x": 1}}
    events = PROTOCOL.decode_response(json.dumps(body).encode(), TARGET)
    response = accumulate(events, HERE)
    again = accumulate(PROTOCOL.decode_response(PROTOCOL.encode_response(response, ASKED), TARGET), HERE)

    assert [] == broken_order(events)
    assert response.message == again.message
    assert (response.usage, response.finish, response.extra) == (again.usage, again.finish, again.extra)


@FUZZ
@given(st.lists(st.tuples(st.sampled_from([b"", b"content-delta", b"error"]), st.binary(max_size=40)), max_size=4))
def test_any_bytes_are_read(read: list[tuple[bytes, bytes]]) -> None:
    """No frame raises, and no two ways of feeding differ."""
    together, apart = StreamDecoder(TARGET), StreamDecoder(TARGET)

    assert together.feed(read) == [event for item in read for event in apart.feed([item])]


@FUZZ
@given(st.binary(max_size=60))
def test_any_body_is_read(body: bytes) -> None:
    """No body raises, whole or as an error."""
    PROTOCOL.decode_response(body, TARGET)
    PROTOCOL.decode_failure(HttpHead(500), body, TARGET)


@FUZZ
@given(
    st.lists(
        st.fixed_dictionaries(
            {"role": st.sampled_from(["system", "user", "assistant", "tool"])},
            optional={
                "content": st.lists(PART.filter(lambda part: isinstance(part, dict)), max_size=3) | WORDS,
                "tool_plan": WORDS,
                "tool_calls": st.lists(CALL, max_size=2),
                "citations": st.lists(CITATION, max_size=1),
                "tool_call_id": WORDS,
                "x": JSON.filter(lambda value: value is not None),
            },
        ),
        max_size=6,
    )
)
def test_any_history_is_said_again(messages: list[dict[str, Any]]) -> None:
    """What a client sends is what is sent on; reading it again changes nothing more."""
    first = PROTOCOL.decode_request(HttpRequest("POST", "/v2/chat", {}, json.dumps({"messages": messages}).encode()))
    said = PROTOCOL.encode_request(first, TARGET, Report(TARGET))
    second = PROTOCOL.decode_request(said)

    assert json.loads(said.body) == json.loads(PROTOCOL.encode_request(second, TARGET, Report(TARGET)).body)
    assert len(messages) == len(json.loads(said.body)["messages"])


# --- recordings -------------------------------------------------------------------------------------------------------


def test_both_ways_of_reading_agree_on_recordings(corpus: Path) -> None:
    """Every recorded stream gives the same events by the strict and by the general way, cut anywhere."""
    streams = [item for item in load_corpus(corpus).of_wire("cohere-v2") if item.framing == "sse"]
    for item in streams:
        expected = decode(PROTOCOL, TARGET, "sse", [item.body])
        framer, decoder = SseFramer(), StreamDecoder(TARGET, fast=False)
        assert expected == decoder.feed(framer.feed(item.body) + framer.close()) + decoder.close(), item.id
    assert streams


def test_a_ping_is_a_comment() -> None:
    """It keeps the connection and says nothing."""
    assert [SPOKEN[0], *SPOKEN[1:]] == restream([SPOKEN[0], Ping(), *SPOKEN[1:]])
    assert [Failed] == [type(event) for event in restream([Failed(Failure("x"))])]

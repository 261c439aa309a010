"""Ollama's chat as a whole: both sides against each other, through the engine, against the vendor's SDK and nonsense."""

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

from dragoman import errors, tool_result, user
from dragoman.engine.accumulate import accumulate
from dragoman.engine.effects import Close, Now, Random, Read, Send, Sleep, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.handoff import handoff
from dragoman.engine.policy import NO_RETRY
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.protocols.ollama_chat import PROTOCOL
from dragoman.protocols.ollama_chat.decode_stream import StreamDecoder
from dragoman.testing.conformance.answers import broken_order, decode
from dragoman.testing.conformance.corpus import load as load_corpus
from dragoman.types import (
    ArgumentsDelta,
    Base64,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    Message,
    Opaque,
    Origin,
    Reasoning,
    Request,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Tool,
    ToolCall,
    Usage,
    UsageUpdate,
    assistant,
)
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.ndjson import NdjsonFramer

TARGET = Target("ollama", "ollama_chat", "qwen3", "http://localhost:11434")
HERE = TARGET.origin()
ASKED = Request("qwen3", (user("q"),), stream=True)
NDJSON = {"content-type": "application/x-ndjson"}


def restream(events: list[Event]) -> list[Event]:
    return decode(PROTOCOL, TARGET, "ndjson", [PROTOCOL.stream_encoder(ASKED).feed(events)])


def test_the_protocol_is_found_by_name() -> None:
    """The folder's name is the wire's; lines frame it, and ids of any form are taken."""
    assert PROTOCOL is load("ollama_chat")
    assert ("ollama_chat", "ndjson", None) == (PROTOCOL.name, PROTOCOL.framing, PROTOCOL.tool_ids)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/api/chat", True),
        ("post", "/proxy/api/chat/?x=1", True),
        ("GET", "/api/chat", False),
        ("POST", "/api/generate", False),
        ("POST", "/v1/chat/completions", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """A server knows the requests of this wire by their first line."""
    assert expected == PROTOCOL.serves(method, path)


def test_both_sides_of_every_direction() -> None:
    """A request, a whole answer and an error are read as they were said."""
    http = PROTOCOL.encode_request(ASKED, TARGET, Report(TARGET))
    response = Response(Message("assistant", (Text("a"),), origin=HERE), None, "m", finish=Finish("stop", "stop"))
    body = PROTOCOL.encode_response(response, ASKED)
    reply = PROTOCOL.encode_failure(Failure("m", 429, code="c"))

    assert ASKED == PROTOCOL.decode_request(http)
    assert response.message == accumulate(PROTOCOL.decode_response(body, TARGET), HERE).message
    assert "c" == PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET).code
    assert [Started()] == PROTOCOL.stream_decoder(TARGET).feed([(b"", b'{"done":false}')])


def test_an_answer_is_continued() -> None:
    """What the model said goes back as it said it, with the result of its call, and nothing has to be adapted."""
    answer = accumulate(SPOKEN, HERE).message
    request = Request("qwen3", (user("q"), answer, tool_result(answer.tool_calls[0], "sunny")))
    report = Report(TARGET)
    http = PROTOCOL.encode_request(handoff(request, TARGET, PROTOCOL, report), TARGET, report)
    _, turn, result = json.loads(http.body)["messages"]

    function = {"name": "weather", "arguments": {"city": "Oslo"}, "index": 0}
    assert {
        "role": "assistant",
        "content": "Let me see.",
        "thinking": "Hm.",
        "tool_calls": [{"id": "call_ab12", "function": function}],
    } == turn
    assert {"role": "tool", "content": "sunny", "tool_name": "weather", "tool_call_id": "call_ab12"} == result
    assert [] == report.adaptations


# --- through the engine -----------------------------------------------------------------------------------------------


class World:
    """Answers the engine's effects from one head and pieces of a body."""

    def __init__(self, head: HttpHead, *pieces: bytes) -> None:
        self.script: list[Any] = [head, *pieces, b""]
        self.events: list[Event] = []

    def run(self, request: Request) -> Response:
        exchange = Exchange(request, TARGET, PROTOCOL, Report(TARGET), retry=NO_RETRY)
        flow, value = exchange.run(), None
        while True:
            try:
                effect = flow.send(value)
            except StopIteration:
                return exchange.response()
            if isinstance(effect, list):
                self.events += effect
                value = None
            else:
                value = self.obey(effect)

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


LINE = b'{"model":"qwen3","message":{"role":"assistant","content":"a"},"done":false}\n'
END = b'{"model":"qwen3","message":{"role":"assistant","content":""},"done":true}\n'
PAGE = b"<!doctype html>\n<html>\n<title>Sign in</title>\n</html>\n"


def test_a_stream_through_the_engine() -> None:
    """Lines cut anywhere are an answer; an end without a reason is an end."""
    response = World(HttpHead(200, NDJSON), LINE[:9], LINE[9:] + LINE, END[:-1]).run(ASKED)

    assert ("aa", Finish("stop")) == (response.text, response.finish)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/json", b'{"error":"model \'x\' not found"}', errors.NotFound),
        ("application/json", b'{\n  "error": "model \'x\' not found"\n}\n', errors.NotFound),
        ("application/json", b'{"error":{"message":"busy","type":"overloaded_error"}}', errors.Overloaded),
        ("text/html", PAGE, errors.DecodeError),
        ("text/plain", b"upstream connect error", errors.DecodeError),
        ("application/x-ndjson", b"", errors.StreamCut),
    ],
)
def test_a_body_of_good_status_that_is_no_answer(stream: bool, kind: str, body: bytes, expected: type[Exception]) -> None:
    """An error, a page or nothing in place of an answer is the right error, however it was asked for and laid out."""
    with pytest.raises(expected) as caught:
        World(HttpHead(200, {"content-type": kind}), body[:7], body[7:]).run(Request("m", (user("q"),), stream=stream))

    assert isinstance(caught.value, errors.DragomanError)
    assert "ollama" == caught.value.provider
    assert caught.value.partial is None or () == caught.value.partial.message.content


@pytest.mark.parametrize("stream", [True, False])
def test_the_other_form_than_was_asked_for(stream: bool) -> None:
    """A whole answer to a request for a stream, laid out or not, and the other way round, are answers."""
    whole = b'{"model":"m","message":{"role":"assistant","content":"aa"},"done":true}'
    laid_out = json.dumps(json.loads(whole), indent=1).encode()
    asked = Request("m", (user("q"),), stream=stream)

    assert ["aa"] * 3 == [World(HttpHead(200), body).run(asked).text for body in (whole, laid_out, LINE + LINE + END)]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (b"", errors.StreamCut),
        (LINE[:30], errors.StreamCut),
        (b'{"error":"an error was encountered while running the model"}\n', errors.ServerError),
        (b'{"error":"server busy","status":503}\n', errors.Overloaded),
        (PAGE, errors.DecodeError),
        (b'{"message":{"content":"\xff"}}\n', errors.DecodeError),
    ],
)
def test_trouble_in_the_middle(rest: bytes, expected: type[Exception]) -> None:
    """Every trouble has its class, and what had come is kept."""
    with pytest.raises(expected) as caught:
        World(HttpHead(200, NDJSON), LINE, rest).run(ASKED)

    assert isinstance(caught.value, errors.DragomanError)
    assert caught.value.partial is not None
    assert "a" == caught.value.partial.text


# --- the vendor's SDK reads what we say, and we read what it says -----------------------------------------------------

METRICS = {"total_duration": 9, "prompt_eval_count": 26, "eval_count": 40}
SPOKEN: list[Event] = [
    Started(None, "qwen3", 1767323045),
    BlockStart(0, Thinking(origin=HERE)),
    ThinkingDelta(0, "Hm"),
    ThinkingDelta(0, "."),
    BlockStop(0),
    BlockStart(1, Text("")),
    TextDelta(1, "Let me "),
    TextDelta(1, "see."),
    BlockStop(1),
    BlockStart(2, ToolCall("call_ab12", "weather", origin=HERE, extra={"function": {"index": 0}})),
    ArgumentsDelta(2, '{"city":"Oslo"}'),
    BlockStop(2),
    UsageUpdate(Usage(26, 40, raw=METRICS)),
    Finished(Finish("tool_calls", "stop")),
]


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
    """Ollama's own client, which talks to that server."""
    ollama = pytest.importorskip("ollama")
    return ollama.Client(f"http://127.0.0.1:{server.http.server_address[1]}")


def test_the_sdk_reads_our_stream(server: Server, sdk: Any) -> None:
    """Ollama's own client reads the same words, call and counts from our lines, and we the same events."""
    server.kind, server.body = "application/x-ndjson", PROTOCOL.stream_encoder(ASKED).feed(SPOKEN)
    parts = list(sdk.chat("qwen3", [{"role": "user", "content": "q"}], stream=True))

    assert "Let me see." == "".join([part.message.content for part in parts])
    assert "Hm." == "".join([part.message.thinking or "" for part in parts])
    (call,) = [call for part in parts for call in part.message.tool_calls or ()]
    assert ("weather", {"city": "Oslo"}) == (call.function.name, call.function.arguments)
    assert (True, "stop", 26, 40) == (parts[-1].done, parts[-1].done_reason, parts[-1].prompt_eval_count, parts[-1].eval_count)
    assert SPOKEN == restream(SPOKEN)


def test_the_sdk_reads_our_whole_answer(server: Server, sdk: Any) -> None:
    """Ollama's own client reads the same message from our body."""
    server.body = PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED)
    answer = sdk.chat("qwen3", [{"role": "user", "content": "q"}])

    assert ("Let me see.", "Hm.", 40) == (answer.message.content, answer.message.thinking, answer.eval_count)
    assert {"city": "Oslo"} == answer.message.tool_calls[0].function.arguments


def test_the_sdk_reads_our_errors(server: Server, sdk: Any) -> None:
    """Errors by status and inside a stream are errors to Ollama's own client too."""
    ollama = pytest.importorskip("ollama")
    reply = PROTOCOL.encode_failure(Failure("no such model", 404, code="c"))
    server.status, server.body = reply.status, reply.body
    with pytest.raises(ollama.ResponseError, match=r"no such model \(status code: 404\)"):
        sdk.chat("qwen3", [])
    server.status, server.kind = 200, "application/x-ndjson"
    server.body = PROTOCOL.stream_encoder(ASKED).feed([*SPOKEN[:3], Failed(Failure("boom", 500))])
    with pytest.raises(ollama.ResponseError, match="boom"):
        list(sdk.chat("qwen3", [], stream=True))


def test_we_read_what_the_sdk_asks(server: Server, sdk: Any) -> None:
    """A conversation with a picture, a call and its result, told by Ollama's own client."""
    server.body = PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED)
    picture = b"\x89PNG\r\n\x1a\n0000"
    sdk.chat(
        "qwen3",
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "q", "images": [picture]},
            {
                "role": "assistant",
                "content": "",
                "thinking": "Hm.",
                "tool_calls": [{"function": {"name": "weather", "arguments": {"city": "Oslo"}}}],
            },
            {"role": "tool", "content": "sunny", "tool_name": "weather"},
        ],
        tools=[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}],
        think="low",
        format={"type": "object"},
        options={"num_ctx": 4096, "temperature": 0.5},
        keep_alive="5m",
    )
    request = PROTOCOL.decode_request(server.asked[0])
    question, turn, result = request.messages

    assert ((Text("Be brief."),), False) == (request.system, request.stream)
    assert (Image(Base64("image/png", "iVBORw0KGgowMDAw")), Text("q")) == question.content
    assert ("Hm.", "weather", {"city": "Oslo"}) == (turn.thinking, turn.tool_calls[0].name, turn.tool_calls[0].input)
    assert turn.tool_calls[0].id == result.content[0].id  # type: ignore[union-attr]
    assert ("weather",) == tuple([tool.name for tool in request.tools if isinstance(tool, Tool)])
    assert (Reasoning("low"), 0.5) == (request.reasoning, request.temperature)
    assert {"options": {"num_ctx": 4096}, "keep_alive": "5m"} == request.extra


# --- whatever comes ---------------------------------------------------------------------------------------------------

FUZZ = settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
NAMED = {"id": st.none() | st.sampled_from(["", "i", "j", "call_0"]) | JSON, "x": JSON}
CALL = st.fixed_dictionaries(
    {"function": st.fixed_dictionaries({"name": WORDS}, optional={"arguments": st.dictionaries(WORDS, JSON), "index": JSON})},
    optional=NAMED,
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": WORDS},
    optional={
        "thinking": st.none() | WORDS,
        "tool_calls": st.lists(CALL | st.dictionaries(WORDS, JSON, max_size=2), max_size=3),
        "images": st.lists(st.just("iVBORw0KGgo="), max_size=2),
        "note": JSON,
    },
)
TOKENS = st.lists(st.fixed_dictionaries({"token": WORDS}), max_size=2)
LINES = st.fixed_dictionaries(
    {"message": MESSAGE, "done": st.just(False)},
    optional={"model": WORDS, "created_at": WORDS, "remote_model": JSON, "remote_host": WORDS, "logprobs": TOKENS},
)
ANY = LINES | st.dictionaries(
    st.sampled_from(["message", "done", "error", "model", "done_reason", "eval_count", "status"]), JSON | MESSAGE, max_size=4
)


def frames(lines: list[Any]) -> list[tuple[bytes, bytes]]:
    return [(b"", json.dumps(line, ensure_ascii=False).encode()) for line in lines]


@FUZZ
@given(st.lists(ANY, max_size=8))
def test_any_lines_are_read(lines: list[Any]) -> None:
    """Whatever lines hold, both ways of reading agree, and events keep their contract."""
    found = []
    for fast in (True, False):
        decoder = StreamDecoder(TARGET, fast=fast)
        found.append(decoder.feed(frames(lines)) + decoder.close())

    assert found[0] == found[1]
    assert [] == broken_order(found[0])
    assert accumulate(found[0])


@FUZZ
@given(st.lists(LINES, max_size=8), st.sampled_from([None, "", "stop", "length", "load"]))
def test_any_answer_comes_back(lines: list[Any], reason: str | None) -> None:
    """Whatever a model of this wire says is said again as it was read, event by event, and whole."""
    end = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": reason, "eval_count": 3}
    decoder = StreamDecoder(TARGET)
    events = decoder.feed(frames([*lines, end]))
    response = accumulate(events, HERE)
    again = accumulate(PROTOCOL.decode_response(PROTOCOL.encode_response(response, ASKED), TARGET), HERE)

    assert events == restream(events)
    assert (response.text, response.thinking, response.finish, response.usage) == (
        again.text,
        again.thinking,
        again.finish,
        again.usage,
    )
    assert response.tool_calls == again.tool_calls


@FUZZ
@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_bytes_are_read(lines: list[bytes]) -> None:
    """No line raises, and no two ways of feeding differ."""
    together, apart = StreamDecoder(TARGET), StreamDecoder(TARGET)
    read = [(b"", line) for line in lines]

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
            {"role": st.sampled_from(["system", "user", "assistant", "tool", "control"])},
            optional={
                "content": WORDS,
                "thinking": WORDS,
                "tool_calls": st.lists(CALL, max_size=2),
                "tool_name": WORDS,
                "tool_call_id": WORDS,
                "images": st.lists(st.just("/9j/"), max_size=2),
                "x": JSON.filter(lambda value: value is not None),
            },
        ),
        max_size=6,
    )
)
def test_any_history_is_said_again(messages: list[dict[str, Any]]) -> None:
    """What a client sends is what is sent on; reading it again changes nothing more."""
    first = PROTOCOL.decode_request(HttpRequest("POST", "/api/chat", {}, json.dumps({"messages": messages}).encode()))
    said = PROTOCOL.encode_request(first, TARGET, Report(TARGET))
    second = PROTOCOL.decode_request(said)

    assert json.loads(said.body) == json.loads(PROTOCOL.encode_request(second, TARGET, Report(TARGET)).body)
    assert len(messages) == len(json.loads(said.body)["messages"])


@FUZZ
@given(st.lists(st.sampled_from(["text", "thinking", "call", "extra", "opaque"]), max_size=6), st.integers(1, 30))
def test_any_cut_gives_the_same_events(kinds: list[str], size: int) -> None:
    """However the network cuts the lines, the events are the same."""
    events: list[Event] = [Started(None, "m")]
    for index, kind in enumerate(kinds):
        block = {
            "text": Text("t\u2028\xe9"),
            "thinking": Thinking("h"),
            "call": ToolCall(f"i{index}", "f", "{}"),
            "opaque": Opaque({"odd": index}, extra={"field": "tool_calls"}),
        }.get(kind)
        events += [Extra({"x": index})] if block is None else [BlockStart(index, block), BlockStop(index)]
    body = PROTOCOL.stream_encoder(ASKED).feed([*events, Finished(Finish("stop", "stop"))])
    pieces = [body[at : at + size] for at in range(0, len(body), size)]

    assert decode(PROTOCOL, TARGET, "ndjson", [body]) == decode(PROTOCOL, TARGET, "ndjson", pieces)


def test_a_conversation_of_another_wire_is_taken_over() -> None:
    """Foreign thinking is left out and reported; calls and results stay paired under their foreign ids."""
    there = Origin("anthropic_messages", "anthropic", "claude")
    call = ToolCall("toolu_01", "f", '{"a": 1}', origin=there)
    request = Request(
        "m",
        (
            user("q"),
            assistant(Thinking("secret", signature="s", origin=there), Thinking(encrypted="e", origin=there), "A.", call),
            tool_result(call, "r"),
        ),
    )
    report = Report(TARGET)
    body = PROTOCOL.encode_request(handoff(request, TARGET, PROTOCOL, report), TARGET, report).body

    assert b"secret" not in body
    assert ["thinking", "thinking"] == [item.feature for item in report.adaptations]
    assert 2 == body.count(b'"toolu_01"')


# --- recordings -------------------------------------------------------------------------------------------------------


def test_both_ways_of_reading_agree_on_recordings(corpus: Path) -> None:
    """Every recorded stream gives the same events by the strict and by the general way, cut anywhere."""
    streams = [item for item in load_corpus(corpus).of_wire("ollama-chat") if item.framing == "ndjson"]
    for item in streams:
        expected = decode(PROTOCOL, TARGET, "ndjson", [item.body])
        framer, decoder = NdjsonFramer(), StreamDecoder(TARGET, fast=False)
        assert expected == decoder.feed(framer.feed(item.body) + framer.close()) + decoder.close(), item.id
    assert streams

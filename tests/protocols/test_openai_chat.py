"""Chat Completions as a whole: both sides against each other, against OpenAI's own client, and against nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.engine.accumulate import accumulate
from dragoman.engine.handoff import handoff
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.protocols.openai_chat.decode_stream import StreamDecoder
from dragoman.testing.conformance.answers import broken_order, decode
from dragoman.testing.conformance.corpus import load as load_corpus
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
    Message,
    Origin,
    Output,
    Reasoning,
    Request,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Tool,
    ToolCall,
    ToolChoice,
    Usage,
    UsageUpdate,
    assistant,
    system,
    tool_result,
    user,
)
from dragoman.wire.http import HttpHead
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]

TARGET = Target("acme", "openai_chat", "m", "https://api.acme.test/v1")
HERE = TARGET.origin()
ASKED = Request("m", (user("q"),), stream=True, extra={"stream_options": {"include_usage": True}})
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}

# --- requests there and back -------------------------------------------------------------------------------------------


def test_a_request_comes_back() -> None:
    """What a client encodes, a server decodes to the same value."""
    request = Request(
        "m",
        (
            user("Look", Image(Base64("image/png", "QUJD"), "low")),
            Message("assistant", (Text("So"), ToolCall("a", "f", '{"x": 1}'))),
            Message("tool", (tool_result("a", "1").content[0],)),
            user("And?"),
        ),
        system=(Text("Be brief"),),
        tools=(Tool("f", "Does", CLOSED, True),),
        tool_choice=ToolChoice("tool", "f"),
        parallel_tools=False,
        output=Output(CLOSED, "answer", True),
        reasoning=Reasoning("low"),
        max_tokens=9,
        temperature=0.5,
        stop=("x",),
        seed=3,
        stream=True,
        extra={"stream_options": {"include_usage": True}, "store": False},
    )

    http = PROTOCOL.encode_request(request, TARGET, Report(TARGET))

    assert PROTOCOL.decode_request(http) == request


def test_ids_of_other_wires_are_made_to_fit() -> None:
    """An id that OpenAI would refuse is rewritten, call and result alike."""
    long = "call_" + "x" * 60
    request = Request("m", (user("q"), assistant(ToolCall(long, "f", "{}")), tool_result(long, "r")))
    report = Report(TARGET)

    http = PROTOCOL.encode_request(handoff(request, TARGET, PROTOCOL, report), TARGET, report)

    _, turn, result = json.loads(http.body)["messages"]
    assert turn["tool_calls"][0]["id"] == result["tool_call_id"]
    assert len(result["tool_call_id"]) <= 40
    assert [item.feature for item in report.adaptations] == ["tool_id"]


def test_a_turn_with_reasoning_and_tools_goes_back_as_it_came() -> None:
    """OpenRouter's reasoning and calls return unmodified, in order, beside the call."""
    details = [
        {"type": "reasoning.text", "text": "Let me see", "index": 0, "signature": "sig", "format": "anthropic-claude-v1"},
        {"type": "reasoning.encrypted", "data": "secret", "id": "rs_1", "index": 1},
    ]
    call = {"id": "toolu_1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    message = {
        "role": "assistant",
        "content": "So",
        "reasoning": "Let me see",
        "reasoning_details": details,
        "tool_calls": [call],
    }
    body = {"id": "gen-1", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    target = Target("openrouter", "openai_chat", "m", dialect=ChatDialect(echo="always", system_role="system"))
    answer = accumulate(PROTOCOL.decode_response(json.dumps(body).encode(), target), target.origin()).message
    report = Report(target)

    http = PROTOCOL.encode_request(Request("m", (system("Be"), user("q"), answer, tool_result("toolu_1", "1"))), target, report)

    assert json.loads(http.body)["messages"][2] == message
    assert report.adaptations == []


# --- OpenAI's own client reads what we say -----------------------------------------------------------------------------

ANNOTATION = {"type": "url_citation", "url_citation": {"url": "https://a.test", "title": "A", "start_index": 0, "end_index": 2}}
COUNTS = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
SPOKEN: list[Event] = [
    Started("chatcmpl-1", "gpt-test", 7),
    Extra({"service_tier": "default"}),
    BlockStart(0, Thinking(origin=HERE, extra={"field": "reasoning_content"})),
    ThinkingDelta(0, "First"),
    BlockStop(0),
    BlockStart(1, Text("")),
    TextDelta(1, "H\u00e9l\u2028"),
    TextDelta(1, "lo"),
    CitationDelta(1, Citation("url_citation", "https://a.test", "A", start=0, end=2, raw=ANNOTATION)),
    BlockStop(
        1,
        Text("H\u00e9l\u2028lo", (Citation("url_citation", "https://a.test", "A", start=0, end=2, raw=ANNOTATION),), origin=HERE),
    ),
    BlockStart(2, ToolCall("call_1", "read")),
    ArgumentsDelta(2, '{"path":'),
    BlockStart(3, ToolCall("call_2", "read")),
    ArgumentsDelta(3, '{"path":"/y"}'),
    ArgumentsDelta(2, '"/x"}'),
    UsageUpdate(Usage(10, 7, raw=COUNTS)),
    BlockStop(2),
    BlockStop(3),
    Finished(Finish("tool_calls", "tool_calls")),
]


@pytest.fixture
def sdk() -> Any:
    """A function that lets OpenAI's client read a body: `(body, content type, status) -> client`."""
    openai = pytest.importorskip("openai")
    httpx2 = pytest.importorskip("httpx2")

    def client(body: bytes, kind: str, status: int = 200) -> Any:
        def answer(request: Any) -> Any:
            return httpx2.Response(status, headers={"content-type": kind}, content=body)

        transport = httpx2.Client(transport=httpx2.MockTransport(answer))
        return openai.OpenAI(api_key="x", base_url="https://api.test/v1", max_retries=0, http_client=transport)

    return client


QUESTION: Json = {"model": "gpt-test", "messages": [{"role": "user", "content": "q"}]}


def check(completion: Any) -> None:
    (choice,) = completion.choices
    message = choice.message
    assert (completion.id, completion.model, completion.created) == ("chatcmpl-1", "gpt-test", 7)
    assert (choice.finish_reason, message.content, message.reasoning_content) == ("tool_calls", "H\u00e9l\u2028lo", "First")
    calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls]
    assert calls == [("call_1", "read", {"path": "/x"}), ("call_2", "read", {"path": "/y"})]
    assert completion.usage.total_tokens == 17


def test_the_sdk_reads_our_stream(sdk: Any) -> None:
    """OpenAI's client accumulates the same message from our chunks, and we the same events."""
    body = PROTOCOL.stream_encoder(ASKED).feed(SPOKEN)
    with sdk(body, "text/event-stream") as client, client.chat.completions.stream(**QUESTION) as stream:
        check(stream.get_final_completion())

    assert decode(PROTOCOL, TARGET, "sse", [body]) == SPOKEN


def test_the_sdk_reads_a_stream_without_usage(sdk: Any) -> None:
    """A client that looks at the first choice of every chunk finds one."""
    body = PROTOCOL.stream_encoder(Request("m", ())).feed(SPOKEN)
    with sdk(body, "text/event-stream") as client:
        pieces = [chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(stream=True, **QUESTION)]

    assert "".join(pieces) == "H\u00e9l\u2028lo"


def test_the_sdk_reads_our_whole_answer(sdk: Any) -> None:
    """OpenAI's client reads the same message from our body."""
    with sdk(PROTOCOL.encode_response(accumulate(SPOKEN, HERE), ASKED), "application/json") as client:
        completion = client.chat.completions.create(**QUESTION)

    check(completion)
    assert completion.choices[0].message.annotations[0].url_citation.url == "https://a.test"


def test_the_sdk_reads_our_errors(sdk: Any) -> None:
    """Errors by status and inside a stream are errors to OpenAI's client too."""
    openai = pytest.importorskip("openai")
    reply = PROTOCOL.encode_failure(Failure("slow down", 429, "rate_limit_error", "rate_limit_exceeded"))
    with sdk(reply.body, "application/json", reply.status) as client, pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(**QUESTION)
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "rate_limit_error")

    cut = PROTOCOL.stream_encoder(ASKED).feed([SPOKEN[0], Failed(Failure("Overloaded", 503, "server_error"))])
    with sdk(cut, "text/event-stream") as client, pytest.raises(openai.APIError, match="Overloaded"):
        list(client.chat.completions.create(stream=True, **QUESTION))


# --- anything a server may send ----------------------------------------------------------------------------------------

WORDS = st.sampled_from(["a", "b ", "", " ", "<think>", "</think>", "x</thi", "nk>", "<"])
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "text", "id", "index"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def fields(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=values)


FRAGMENT = fields(
    index=st.sampled_from([0, 1, None]),
    id=st.sampled_from(["call_a", "call_b", "", None]),
    type=st.sampled_from(["function", "custom", "", None, "x"]),
    function=fields(name=st.sampled_from(["f", "g", "", None]), arguments=st.sampled_from(['{"x"', ":1}", "{}", "", None]) | ODD),
    custom=fields(name=st.just("sh"), input=WORDS),
    extra_content=ODD,
)
DETAIL = fields(
    type=st.sampled_from(["reasoning.text", "reasoning.encrypted"]),
    text=WORDS,
    signature=WORDS,
    index=st.sampled_from([0, 1, None]),
)
DELTA = fields(
    role=st.just("assistant"),
    content=WORDS | WORDS | ODD,
    refusal=st.none() | WORDS,
    reasoning=st.none() | WORDS,
    reasoning_content=WORDS | ODD,
    reasoning_details=st.lists(DETAIL, max_size=2),
    tool_calls=st.lists(FRAGMENT | ODD, max_size=2),
    function_call=fields(name=WORDS, arguments=WORDS),
    audio=fields(id=WORDS, data=WORDS, transcript=WORDS, expires_at=st.just(3)),
    annotations=st.lists(st.just(ANNOTATION) | ODD, max_size=1),
    images=st.lists(st.just({"type": "image_url", "image_url": {"url": "https://a.test"}}) | ODD, max_size=1),
    note=ODD,
)
CHOICE = fields(
    index=st.sampled_from([0, 0, 1]),
    delta=DELTA | ODD,
    finish_reason=st.sampled_from([None, None, "", "stop", "tool_calls", "odd"]),
    logprobs=fields(content=st.lists(st.just({"token": "a"}), max_size=1), refusal=st.none()) | ODD,
    usage=ODD,
    message=DELTA,
    note=ODD,
)
CHUNK = fields(
    id=st.just("c"),
    model=st.just("m"),
    created=st.just(7) | ODD,
    choices=st.lists(CHOICE, max_size=2) | ODD,
    usage=fields(prompt_tokens=st.integers(0, 3), completion_tokens=ODD) | ODD,
    service_tier=st.sampled_from(["a", "b", None]),
    x_groq=fields(id=WORDS, usage=st.just(COUNTS)),
    note=ODD,
)
DIALECTS = st.sampled_from([ChatDialect(), ChatDialect(think_tags=True), ChatDialect(cumulative_arguments=True)])


@FUZZ
@given(st.lists(CHUNK, max_size=8), DIALECTS)
def test_any_chunks_are_read(chunks: list[Json], dialect: ChatDialect) -> None:
    """Nothing raises, both ways of reading agree however frames are handed over, and events keep their order."""
    target = Target("acme", "openai_chat", "m", dialect=dialect)
    frames = [(b"", json.dumps(chunk).encode()) for chunk in chunks] + [(b"", b"[DONE]")]
    fast, general = StreamDecoder(target), StreamDecoder(target, fast=False)

    events = [event for frame in frames for event in fast.feed([frame])] + fast.close()

    assert events == general.feed(frames) + general.close()
    assert broken_order(events) == []
    assert isinstance(events[-1], Finished | Failed)
    again = decode(PROTOCOL, target, "sse", [PROTOCOL.stream_encoder(ASKED).feed(events)])
    assert isinstance(again[-1], Finished | Failed)
    if isinstance(events[-1], Finished):
        whole = PROTOCOL.decode_response(PROTOCOL.encode_response(accumulate(events, HERE), ASKED), target)
        assert broken_order(whole) == []
        assert isinstance(whole[-1], Finished)


SPEECH = st.fixed_dictionaries(
    {},
    optional={
        "content": st.sampled_from(["a", "b ", "", None]),
        "reasoning": st.sampled_from(["t", "u", "", None]),
        "refusal": st.sampled_from(["no", None]),
        "audio": st.sampled_from([{"id": "s"}, {"data": "QUJD"}, {"transcript": "hi"}, {"expires_at": 5}]),
        "annotations": st.just([ANNOTATION]),
        "note": st.sampled_from(["x", [1], {"k": 1}]),
        "extra": st.integers(0, 3),
    },
)


@FUZZ
@given(st.lists(st.tuples(SPEECH, st.integers(0, 3), st.sampled_from([None, COUNTS]))), st.sampled_from(["stop", "length", None]))
def test_any_answer_comes_back(said: list[tuple[Json, int, Any]], finish: str | None) -> None:
    """What a decoder finds, an encoder says so that a decoder finds it again, streamed and whole."""
    heads: set[int] = set()
    frames = []
    for speech, call, usage in said:
        delta = dict(speech)
        if call and call not in heads:
            heads.add(call)
            delta["tool_calls"] = [{"index": call, "id": f"call_{call}", "function": {"name": "f", "arguments": "{"}}]
        elif call:
            delta["tool_calls"] = [{"index": call, "function": {"arguments": "}"}}]
        chunk = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta}], "usage": usage}
        frames.append((b"", json.dumps(chunk).encode()))
    last = {"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": finish, "native_finish_reason": "end"}]}
    decoder = StreamDecoder(TARGET)
    events = decoder.feed([*frames, (b"", json.dumps(last).encode()), (b"", b"[DONE]")])

    for request in (ASKED, Request("m", ())):
        encoder = PROTOCOL.stream_encoder(request)
        body = b"".join([encoder.feed([event]) for event in events])
        assert decode(PROTOCOL, TARGET, "sse", [body]) == events
    whole = PROTOCOL.decode_response(PROTOCOL.encode_response(accumulate(events, HERE), ASKED), TARGET)
    response = accumulate(whole, HERE)
    assert PROTOCOL.decode_response(PROTOCOL.encode_response(response, ASKED), TARGET) == whole
    assert response.text == accumulate(events, HERE).text


@FUZZ
@given(
    st.lists(
        st.tuples(st.sampled_from([b"", b"error", b"message", b"x", b"\xff"]), st.binary(max_size=40) | st.just(b"[DONE]")),
        max_size=4,
    )
)
def test_any_bytes_are_read(frames: list[tuple[bytes, bytes]]) -> None:
    """No frame raises, and no two ways of feeding differ."""
    together, apart = StreamDecoder(TARGET), StreamDecoder(TARGET)

    assert together.feed(frames) == [event for frame in frames for event in apart.feed([frame])]


@FUZZ
@given(st.binary(max_size=60) | ODD.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read(body: bytes) -> None:
    """No body raises, whole or as an error."""
    PROTOCOL.decode_response(body, TARGET)
    failure = PROTOCOL.decode_failure(HttpHead(500), body, TARGET)

    assert failure.message
    assert len(failure.message) <= 500


# --- recordings --------------------------------------------------------------------------------------------------------


def test_both_ways_of_reading_agree_on_recordings(corpus: Path) -> None:
    """Every recorded stream gives the same events by the short and by the general way, with and without think tags."""
    streams = [item for item in load_corpus(corpus).of_wire("openai-chat") if item.framing == "sse"]
    for item in streams:
        framer = SseFramer()
        frames = framer.feed(item.body) + framer.close()
        for dialect in (None, ChatDialect(think_tags=True)):
            target = Target(item.provider, "openai_chat", "m", dialect=dialect)
            found = []
            for fast in (True, False):
                decoder = StreamDecoder(target, fast=fast)
                found.append(decoder.feed(frames) + decoder.close())
            assert found[0] == found[1], item.id
            assert broken_order(found[0]) == [], item.id
    assert streams


def test_vendor_data_says_whose_it_is(corpus: Path) -> None:
    """In every recorded answer, a block with fields of its vendor or reasoning names this wire and its provider."""
    for item in load_corpus(corpus).of_wire("openai-chat"):
        if item.status >= 400:
            continue
        target = Target(item.provider, "openai_chat", "m")
        message = accumulate(decode(PROTOCOL, target, item.framing, [item.body]), target.origin()).message
        for block in message.content:
            vendor_data = block.extra or isinstance(block, Thinking) or (isinstance(block, Text) and block.citations)
            assert block.origin == (Origin("openai_chat", item.provider, "m") if vendor_data else None), item.id

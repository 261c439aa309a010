"""Amazon Bedrock's Converse API as a whole: both sides against each other, through the engine, and against nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dragoman import assistant, errors, tool_result, user
from dragoman.engine.accumulate import accumulate
from dragoman.engine.effects import Close, Now, Random, Read, Send, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.handoff import handoff
from dragoman.engine.policy import NO_RETRY
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.protocols.bedrock_converse import PROTOCOL
from dragoman.protocols.bedrock_converse.decode_stream import ConverseDecoder
from dragoman.testing.conformance.answers import broken_order, decode
from dragoman.testing.conformance.corpus import load as load_corpus
from dragoman.types import (
    BlockStart,
    Event,
    Extra,
    Finish,
    OpaqueEvent,
    Request,
    Secret,
    ToolCall,
    UsageUpdate,
)
from dragoman.wire.eventstream import EventStreamFramer, eventstream_frame
from dragoman.wire.http import HttpHead

TARGET = Target("bedrock", "bedrock_converse", "us.anthropic.claude-test", "https://bedrock-runtime.us-east-1.amazonaws.com")
HERE = TARGET.origin()
ASKED = Request("us.anthropic.claude-test", (user("q"),), stream=True)
STREAM = {"content-type": "application/vnd.amazon.eventstream", "x-amzn-requestid": "r"}

Pair = tuple[str, Any]


def body(*pairs: Pair) -> bytes:
    return b"".join([eventstream_frame(name, json.dumps(wire).encode()) for name, wire in pairs])


def frames(*pairs: Pair) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), json.dumps(wire).encode()) for name, wire in pairs]


START: Pair = ("messageStart", {"role": "assistant"})
TEXT: Pair = ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hi"}, "p": "abc"})
STOP: Pair = ("messageStop", {"stopReason": "end_turn"})
META: Pair = ("metadata", {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}})


def test_the_protocol_is_found_by_name() -> None:
    """The folder's name is the wire's."""
    assert PROTOCOL is load("bedrock_converse")
    assert (PROTOCOL.name, PROTOCOL.framing) == ("bedrock_converse", "eventstream")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/model/a.b-v1%3A0/converse", True),
        ("post", "/proxy/model/a.b/converse-stream?x=1", True),
        ("POST", "/model/arn:aws:bedrock:r:1:inference-profile/us.a.b/converse", True),
        ("GET", "/model/a.b/converse", False),
        ("POST", "/model/a.b/invoke", False),
        ("POST", "/model//converse", False),
        ("POST", "/v1/messages", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """The model stands in the path, wherever a proxy hangs it."""
    assert PROTOCOL.serves(method, path) is expected


def test_ids_of_calls() -> None:
    """Ids of other wires that fit stay, others are rewritten on both ends."""
    call = ToolCall("call|1", "n")
    report = Report(TARGET)
    request = handoff(Request("m", (user("q"), assistant(call), tool_result(call, "r"))), TARGET, PROTOCOL, report)
    sent = json.loads(PROTOCOL.encode_request(request, TARGET, report).body)
    (asked,), (answered,) = sent["messages"][1]["content"], sent["messages"][2]["content"]

    assert asked["toolUse"]["toolUseId"] == answered["toolResult"]["toolUseId"]
    assert asked["toolUse"]["toolUseId"].startswith("tooluse_")
    assert [(item.feature, item.action) for item in report.adaptations] == [("tool_id", "changed"), ("tools", "added")]


# --- through the engine -----------------------------------------------------------------------------------------------


def play(*chunks: bytes, head: HttpHead | None = None, request: Request = ASKED) -> tuple[Exchange, list[Event], Send]:
    """Run an exchange whose answer comes in these chunks; what it raises is raised."""
    exchange = Exchange(
        request, TARGET, PROTOCOL, Report(TARGET), credential=Secret("key-0123456789"), retry=NO_RETRY
    )  # fmt: skip
    left = iter(chunks)
    flow = exchange.run()
    events: list[Event] = []
    sent: list[Send] = []
    value: Any = None
    while True:
        try:
            effect = flow.send(value)
        except StopIteration:
            return exchange, events, sent[0]
        match effect:
            case list():
                events += effect
                value = None
            case Send():
                sent.append(effect)
                value = head or HttpHead(200, STREAM)
            case Read():
                value = next(left, b"")
            case Now() | Wall() | Random():
                value = 0.0
            case Close():
                value = None


def test_an_exchange() -> None:
    """The key travels as a bearer, and the counts behind the end are read."""
    exchange, events, sent = play(*[bytes([byte]) for byte in body(START, TEXT, STOP, META)])

    assert sent.request.headers["authorization"] == "Bearer key-0123456789"
    assert sent.request.url.endswith("/model/us.anthropic.claude-test/converse-stream")
    assert exchange.response().text == "Hi"
    assert exchange.response().usage.total == 3
    assert exchange.response().request_id == "r"
    assert exchange.response().finish == Finish("stop", "end_turn")
    assert isinstance(events[1], BlockStart)


def test_an_answer_is_what_its_bytes_are() -> None:
    """Whole JSON answers a stream request and the other way round."""
    whole = b' {"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn"}'
    plain = Request("us.anthropic.claude-test", (user("q"),))

    assert play(whole)[0].response().text == "Hi"
    assert play(body(START, TEXT, STOP), request=plain)[0].response().text == "Hi"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(body(START, TEXT), errors.StreamCut, id="no end"),
        pytest.param(body(START, TEXT, STOP)[:-9], errors.StreamCut, id="cut inside a message"),
        pytest.param(body(START, TEXT) + b"\0\0\0\x40damaged bytes", errors.DecodeError, id="damaged"),
        pytest.param(body(START, TEXT, ("exception:throttlingException", {"message": "m"})), errors.RateLimited, id="throttled"),
        pytest.param(body(START, TEXT, ("exception:internalServerException", {"message": "m"})), errors.ServerError, id="server"),
        pytest.param(body(START, TEXT, ("exception:validationException", {"message": "m"})), errors.BadRequest, id="bad"),
        pytest.param(body(START, TEXT) + eventstream_frame("messageStop", b"{"), errors.DecodeError, id="no JSON"),
    ],
)
def test_what_goes_wrong_inside_a_stream(data: bytes, error: type[errors.DragomanError]) -> None:
    """Each trouble has its class and keeps what came before."""
    with pytest.raises(error) as caught:
        play(data)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "Hi"


@pytest.mark.parametrize(
    ("data", "head", "error"),
    [
        pytest.param(b"<html>busy</html>", None, errors.DecodeError, id="a page"),
        pytest.param(b"", None, errors.StreamCut, id="nothing"),
        pytest.param(b'{"message":"m","__type":"ThrottlingException"}', None, errors.APIError, id="an error"),
        pytest.param(
            b'{"message":"m"}',
            HttpHead(403, {"x-amzn-errortype": "AccessDeniedException:x"}),
            errors.PermissionDenied,
            id="by status",
        ),
        pytest.param(
            b'{"message":"m"}',
            HttpHead(424, {"x-amzn-errortype": "ModelErrorException"}),
            errors.APIError,
            id="the model failed",
        ),
    ],
)
def test_what_is_no_stream(data: bytes, head: HttpHead | None, error: type[errors.DragomanError]) -> None:
    """Errors and foreign bodies have their class too."""
    with pytest.raises(error):
        play(data, head=head)


# --- nonsense ---------------------------------------------------------------------------------------------------------

FUZZ = settings(
    max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.filter_too_much]
)
WORDS = st.sampled_from(["", "a", "{}", '{"a":1}', "\u2028é"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | WORDS, lambda inner: st.lists(inner, max_size=2), max_leaves=4
)
INDEX = st.sampled_from([0, 1, 1.0, 2, 7, None, True, "0"])
KINDS = st.sampled_from(["text", "reasoningContent", "toolUse", "toolResult", "image", "citation", "moon"])
DELTAS = st.one_of(
    st.builds(dict, text=WORDS),
    st.builds(dict, reasoningContent=st.dictionaries(st.sampled_from(["text", "signature", "redactedContent", "new"]), WORDS)),
    st.builds(dict, toolUse=st.builds(dict, input=WORDS)),
    st.builds(dict, toolResult=st.lists(st.builds(dict, text=WORDS), max_size=2)),
    st.builds(dict, image=st.builds(dict, source=st.builds(dict, bytes=st.sampled_from(["AA==", "AAAA", "?"])))),
    st.builds(dict, citation=st.just({"location": {"web": {"url": "u"}}}) | JSON),
    st.dictionaries(KINDS, JSON, max_size=2),
)
STARTS = st.one_of(
    st.builds(dict, toolUse=st.just({"toolUseId": "i", "name": "n"}) | st.just({"toolUseId": "i", "name": "n", "type": "t"})),
    st.builds(dict, toolResult=st.just({"toolUseId": "i", "type": "t", "status": "success"})),
    st.builds(dict, image=st.just({"format": "png"})),
    st.dictionaries(KINDS, JSON, max_size=2),
)
FRAMES = st.one_of(
    st.tuples(st.just("messageStart"), st.fixed_dictionaries({"role": st.just("assistant")}, optional={"new": JSON, "p": WORDS})),
    st.tuples(
        st.just("contentBlockStart"),
        st.fixed_dictionaries({"start": STARTS | JSON}, optional={"contentBlockIndex": INDEX, "new": JSON, "p": WORDS}),
    ),
    st.tuples(
        st.just("contentBlockDelta"),
        st.fixed_dictionaries({"delta": DELTAS | JSON}, optional={"contentBlockIndex": INDEX, "new": JSON, "p": WORDS | JSON}),
    ),
    st.tuples(st.just("contentBlockStop"), st.fixed_dictionaries({}, optional={"contentBlockIndex": INDEX, "new": JSON})),
    st.tuples(st.just("messageStop"), st.fixed_dictionaries({}, optional={"stopReason": WORDS | JSON, "new": JSON})),
    st.tuples(
        st.just("metadata"),
        st.fixed_dictionaries({}, optional={"usage": st.just({"inputTokens": 1}) | JSON, "metrics": JSON, "new": JSON}),
    ),
    st.tuples(st.sampled_from(["moon", "initial-response"]), JSON),
)
INSIDE = FRAMES.filter(lambda pair: pair[0] not in ("messageStop", "metadata", "messageStart"))


@FUZZ
@given(st.lists(FRAMES, max_size=12))
def test_any_order_of_frames_is_read(pairs: list[Pair]) -> None:
    """Whatever order and shape events have, both ways of reading agree, and ours keep their contract."""
    found = []
    for ordinary in (True, False):
        decoder = ConverseDecoder(HERE, ordinary=ordinary)
        found.append(decoder.feed(frames(*pairs)) + decoder.close())

    assert found[0] == found[1]
    assert broken_order(found[0]) == []
    assert accumulate(found[0])


def is_stray(event: OpaqueEvent) -> bool:
    """Whether an event of the wire names a block: said again, its number may be that of another block."""
    return event.name.startswith("contentBlock")


@FUZZ
@given(st.lists(INSIDE, max_size=12))
def test_any_answer_comes_back(pairs: list[Pair]) -> None:
    """Whatever stands between a documented start and end adds up to the same answer when it is said again."""
    events = ConverseDecoder(HERE).feed(frames(START, *pairs, STOP, META))
    assume(not any(isinstance(event, OpaqueEvent) and is_stray(event) for event in events))
    framer, decoder = EventStreamFramer(), ConverseDecoder(HERE)
    found = decoder.feed(framer.feed(PROTOCOL.stream_encoder(ASKED).feed(events))) + decoder.close()

    assert accumulate(events) == accumulate(found)
    assert [e for e in events if not isinstance(e, UsageUpdate | Extra)] == [
        e for e in found if not isinstance(e, UsageUpdate | Extra)
    ]


@FUZZ
@given(
    st.lists(
        st.tuples(
            st.sampled_from([b"", b"contentBlockDelta", b"messageStart", b"exception:x", b"x"]) | st.binary(max_size=4),
            st.binary(max_size=40),
        ),
        max_size=4,
    )
)
def test_any_bytes_are_read(pieces: list[tuple[bytes, bytes]]) -> None:
    """No frame raises, and no two ways of feeding differ."""
    together, apart = ConverseDecoder(HERE), ConverseDecoder(HERE)

    assert together.feed(pieces) == [event for item in pieces for event in apart.feed([item])]


@FUZZ
@given(st.binary(max_size=60))
def test_any_body_is_read(data: bytes) -> None:
    """No body raises, whole or as an error."""
    PROTOCOL.decode_response(data, TARGET)
    PROTOCOL.decode_failure(HttpHead(500), data, TARGET)


# --- recordings -------------------------------------------------------------------------------------------------------


def test_both_ways_of_reading_agree_on_recordings(corpus: Path) -> None:
    """Every recorded stream gives the same events by the ordinary and by the general way."""
    streams = [item for item in load_corpus(corpus).of_wire("bedrock-converse") if item.framing == "eventstream"]
    for item in streams:
        framer, decoder = EventStreamFramer(), ConverseDecoder(HERE, ordinary=False)
        general = decoder.feed(framer.feed(item.body) + framer.close()) + decoder.close()
        assert decode(PROTOCOL, TARGET, "eventstream", [item.body]) == general, item.id
    assert streams

"""Bedrock's framing of the Messages API's events: `tests/protocols/test_anthropic_messages.py` holds it to plain framing."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.protocols.anthropic_messages.bedrock_stream import InvokeDecoder, InvokeEncoder
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    OpaqueEvent,
    Origin,
    Started,
    Text,
    TextDelta,
    Usage,
    UsageUpdate,
)
from dragoman.wire.eventstream import EventStreamFramer, eventstream_frame

HERE = Origin("anthropic_bedrock", "bedrock-anthropic", "us.anthropic.claude-test-v1:0")
METRICS = {"inputTokenCount": 3, "outputTokenCount": 2}
SPOKEN: list[Event] = [
    Started("msg_bdrk_1", "claude-test"),
    UsageUpdate(Usage(3, 1, raw={"input_tokens": 3, "output_tokens": 1})),
    BlockStart(0, Text("")),
    TextDelta(0, "Hé"),
    TextDelta(0, " you"),
    BlockStop(0),
    UsageUpdate(Usage(3, 2, raw={"input_tokens": 3, "output_tokens": 2})),
    Extra({"amazon-bedrock-invocationMetrics": METRICS}),
    Finished(Finish("stop", "end_turn")),
]


def chunk(wire: dict[str, Any], **beside: Any) -> tuple[bytes, bytes]:
    inside = b64encode(json.dumps(wire, separators=(",", ":")).encode()).decode()
    return b"chunk", json.dumps({"bytes": inside, **beside}).encode()


WIRES = (
    {
        "type": "message_start",
        "message": {"id": "msg_bdrk_1", "model": "claude-test", "usage": {"input_tokens": 3, "output_tokens": 1}},
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hé"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " you"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop", "amazon-bedrock-invocationMetrics": METRICS},
)


def read(*frames: tuple[bytes, bytes]) -> list[Event]:
    """The events of frames, both ways a frame can go, which must agree."""
    found = []
    for ordinary in (True, False):
        decoder = InvokeDecoder(HERE, ordinary=ordinary)
        found.append(decoder.feed(list(frames)) + decoder.close())
    assert found[0] == found[1]
    return found[0]


def test_an_answer_is_read() -> None:
    """Each chunk holds one event of the Messages API; padding says nothing, the service's counts are kept."""
    assert read(*[chunk(wire, p="abcdef") for wire in WIRES]) == SPOKEN


@pytest.mark.parametrize("together", [True, False])
def test_an_answer_is_said(together: bool) -> None:
    """What is said is read again as it was, fed at once or one by one."""
    encoder, framer = InvokeEncoder("asked"), EventStreamFramer()
    data = encoder.feed(SPOKEN) if together else b"".join([encoder.feed([event]) for event in SPOKEN])
    frames = framer.feed(data)

    assert encoder.content_type == "application/vnd.amazon.eventstream"
    assert {b"chunk"} == {name for name, _ in frames}
    assert json.loads(b64decode(json.loads(frames[3][1])["bytes"])) == WIRES[3]
    assert read(*frames) == SPOKEN


def test_an_exception_ends_the_answer() -> None:
    """A message that is an exception is the failure behind the events before it, and nothing follows it."""
    wrong = (b"exception:throttlingException", b'{"message":"Too many tokens"}')
    events = read(*[chunk(wire) for wire in WIRES[:3]], wrong, chunk(WIRES[3]))

    assert events[:-1] == SPOKEN[:4]
    assert events[-1] == Failed(Failure("Too many tokens", type="throttlingException", body={"message": "Too many tokens"}))


def test_nothing_follows_the_end() -> None:
    """After `message_stop` the answer is complete, whatever comes."""
    wrong = (b"exception:throttlingException", b"{}")

    assert read(*[chunk(wire) for wire in WIRES], wrong) == SPOKEN


def test_a_failure_is_said() -> None:
    """A failure is an exception in the stream, by the name its status stands for, and is read again."""
    data = InvokeEncoder("asked").feed([Failed(Failure("slow down", 429))])

    assert EventStreamFramer().feed(data) == [(b"exception:throttlingException", b'{"message":"slow down"}')]


def test_an_answer_that_breaks_off_has_no_end() -> None:
    """Without `message_stop` there is no terminal event."""
    assert read(*[chunk(wire) for wire in WIRES[:-1]]) == SPOKEN[:7]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"{", "an event of the answer is not JSON", id="no JSON"),
        pytest.param(b'{"bytes":"*"}', "an event of the answer is not base64", id="no base64"),
        pytest.param(b'{"bytes":"e30"}', "an event of the answer is not base64", id="base64 without its padding"),
        pytest.param(b'{"bytes":"ew=="}', "an event of the answer is not JSON", id="no JSON inside"),
    ],
)
def test_malformed_chunks_end_the_answer(data: bytes, message: str) -> None:
    """What cannot be read is a failure, not an exception."""
    (event,) = read((b"chunk", data))

    assert isinstance(event, Failed)
    assert ("decode", True) == (event.failure.reason, event.failure.message.startswith(message))


@pytest.mark.parametrize(
    ("event", "name"),
    [
        pytest.param(OpaqueEvent("trace", {"a": 1}), b"trace", id="without a type"),
        pytest.param(OpaqueEvent("", {"a": 1}), b"chunk", id="without a name"),
        pytest.param(OpaqueEvent("trace", {"type": "trace", "a": 1}), b"chunk", id="of its type"),
        pytest.param(OpaqueEvent("trace", {"type": "other"}), b"trace", id="of another type"),
        pytest.param(OpaqueEvent("trace", [1]), b"trace", id="no object"),
        pytest.param(OpaqueEvent("chunk", {"new": 1}), b"chunk", id="a chunk without an event"),
        pytest.param(OpaqueEvent("chunk", {"bytes": "e30=", "new": 1}), b"chunk", id="a chunk with more than an event"),
    ],
)
def test_unknown_events_survive(event: OpaqueEvent, name: bytes) -> None:
    """What this library does not know is read and said again as it came."""
    frames = EventStreamFramer().feed(InvokeEncoder("asked").feed([event]))

    assert [name] == [name for name, _ in frames]
    assert read(*frames) == [event]


def test_names_cannot_break_the_framing() -> None:
    """An unknown event cannot pass for an exception, and its name is cut to what a header holds."""
    data = InvokeEncoder("asked").feed([OpaqueEvent("exception:x", 1), OpaqueEvent("é" * 300, 1)])

    assert [b"exception x", "é".encode() * 255] == [name for name, _ in EventStreamFramer().feed(data)]


@given(
    st.lists(st.tuples(st.sampled_from([b"chunk", b"", b"exception:x", b"error:", b"\xff"]), st.binary(max_size=40)), max_size=4)
)
def test_any_bytes_are_read(frames: list[tuple[bytes, bytes]]) -> None:
    """No frame raises, and no two ways of feeding differ."""
    together, apart = InvokeDecoder(HERE), InvokeDecoder(HERE)

    assert together.feed(frames) == [event for item in frames for event in apart.feed([item])]


def test_frames_of_the_service_are_read_by_their_checksums() -> None:
    """The framing is the one of `wire.eventstream`, headers and all."""
    frames = EventStreamFramer().feed(b"".join([eventstream_frame(name.decode(), data) for name, data in map(chunk, WIRES)]))

    assert read(*frames) == SPOKEN

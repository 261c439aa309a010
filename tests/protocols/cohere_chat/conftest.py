"""What the tests of this wire share: a target, and short ways through the codec."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.cohere_chat import PROTOCOL
from dragoman.protocols.cohere_chat.decode_stream import StreamDecoder
from dragoman.types import Adaptation, Event, Message, Request
from dragoman.wire.http import HttpRequest
from dragoman.wire.sse import SseFramer

Json = dict[str, Any]


class Sent:
    """An encoded request: its HTTP form, its body and what had to be adapted."""

    def __init__(self, http: HttpRequest, adaptations: list[Adaptation]) -> None:
        self.http = http
        self.body: Json = json.loads(http.body)
        self.adaptations = adaptations

    @property
    def reported(self) -> list[tuple[str, str]]:
        return [(item.feature, item.action) for item in self.adaptations]

    @property
    def messages(self) -> list[Json]:
        messages: list[Json] = self.body["messages"]
        return messages


@pytest.fixture
def target() -> Target:
    """A server of this wire."""
    return Target("acme", "cohere_chat", "m", "https://acme.test")


@pytest.fixture
def encode(target: Target) -> Callable[..., Sent]:
    """Encodes a request, given by messages and fields; the policy may be named."""

    def encode(*messages: Message, policy: Policy = "adapt", **fields: Any) -> Sent:
        report = Report(target, policy)
        http = PROTOCOL.encode_request(Request("m", messages, **fields), target, report)
        return Sent(http, report.adaptations)

    return encode


@pytest.fixture
def decode() -> Callable[..., Request]:
    """Decodes a request, given by the fields of its body."""

    def decode(*messages: Json, **fields: Any) -> Request:
        body = {"model": "m", "messages": messages, **fields}
        return PROTOCOL.decode_request(HttpRequest("POST", "http://x/v2/chat", {}, json.dumps(body).encode()))

    return decode


@pytest.fixture
def stream(target: Target) -> Callable[..., list[Event]]:
    """The events of frames (objects, or raw data as bytes), read both ways a frame can go, which must agree."""

    def stream(*values: Json | bytes, close: bool = True) -> list[Event]:
        frames = [
            (b"", value) if isinstance(value, bytes) else (str(value.get("type", "")).encode(), json.dumps(value).encode())
            for value in values
        ]
        found = []
        for fast in (True, False):
            decoder = StreamDecoder(target, fast=fast)
            found.append([event for frame in frames for event in decoder.feed([frame])] + (decoder.close() if close else []))
        assert found[0] == found[1]
        return found[0]

    return stream


@pytest.fixture
def whole(target: Target) -> Callable[..., list[Event]]:
    """The events of a whole answer, given by the fields of its message."""

    def whole(**message: Any) -> list[Event]:
        body = {"id": "c1", "message": {"role": "assistant", **message}, "finish_reason": "COMPLETE"}
        return PROTOCOL.decode_response(json.dumps(body).encode(), target)

    return whole


@pytest.fixture
def again(target: Target) -> Callable[[list[Event]], list[Event]]:
    """Events said as a stream and read again."""

    def again(events: list[Event]) -> list[Event]:
        framer, decoder = SseFramer(), StreamDecoder(target)
        body = PROTOCOL.stream_encoder(Request("m", ())).feed(events)
        return decoder.feed(framer.feed(body) + framer.close()) + decoder.close()

    return again

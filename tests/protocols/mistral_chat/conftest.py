"""What the tests of this wire share: a target, and short ways through the codec."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.mistral_chat import PROTOCOL, MistralDialect
from dragoman.protocols.mistral_chat.decode_stream import StreamDecoder
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
    return Target("mistral", "mistral_chat", "m", "http://acme.test/v1")


@pytest.fixture
def encode(target: Target) -> Callable[..., Sent]:
    """Encodes a request, given by messages and fields; policy and dialect may be named."""

    def encode(*messages: Message, policy: Policy = "adapt", dialect: MistralDialect | None = None, **fields: Any) -> Sent:
        sent_to = Target(target.provider, target.protocol, target.model, target.base_url, dialect)
        report = Report(sent_to, policy)
        http = PROTOCOL.encode_request(Request("m", messages, **fields), sent_to, report)
        return Sent(http, report.adaptations)

    return encode


@pytest.fixture
def decode() -> Callable[..., Request]:
    """Decodes a request, given by the fields of its body."""

    def decode(*messages: Json, **fields: Any) -> Request:
        body = {"model": "m", "messages": messages, **fields}
        return PROTOCOL.decode_request(HttpRequest("POST", "http://x/v1/chat/completions", {}, json.dumps(body).encode()))

    return decode


@pytest.fixture
def stream(target: Target) -> Callable[..., list[Event]]:
    """The events of chunks (objects, or raw data as bytes), read both ways a chunk can go, which must agree."""

    def stream(*chunks: Json | bytes, close: bool = True) -> list[Event]:
        frames = [(b"", chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()) for chunk in chunks]
        found = []
        for fast in (True, False):
            decoder = StreamDecoder(target, fast=fast)
            found.append([event for frame in frames for event in decoder.feed([frame])] + (decoder.close() if close else []))
        assert found[0] == found[1]
        return found[0]

    return stream


@pytest.fixture
def deltas(stream: Callable[..., list[Event]]) -> Callable[..., list[Event]]:
    """The events of the deltas of one choice, after `Started`, which the last chunk ends."""

    def deltas(*deltas: Json, finish: str | None = "stop", usage: Json | None = None) -> list[Event]:
        chunks: list[Json | bytes] = [{"id": "c", "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
        last: Json = {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": finish}]}
        return stream(*chunks, {**last, **({} if usage is None else {"usage": usage})}, b"[DONE]")[1:]

    return deltas


@pytest.fixture
def whole(target: Target) -> Callable[..., list[Event]]:
    """The events of a whole answer, given by the fields of its message, after `Started`."""

    def whole(finish: str = "stop", **message: Any) -> list[Event]:
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
        return PROTOCOL.decode_response(json.dumps({"id": "c", "choices": [choice]}).encode(), target)[1:]

    return whole


@pytest.fixture
def again(target: Target) -> Callable[[list[Event]], list[Event]]:
    """Events said as a stream and read again."""

    def again(events: list[Event]) -> list[Event]:
        framer, decoder = SseFramer(), StreamDecoder(target)
        body = PROTOCOL.stream_encoder(Request("m", ())).feed(events)
        return decoder.feed(framer.feed(body) + framer.close()) + decoder.close()

    return again

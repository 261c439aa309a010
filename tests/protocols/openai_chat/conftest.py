"""What the tests of this wire share: a target, and short ways through the codec."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.protocols.openai_chat.decode_stream import StreamDecoder
from dragoman.types import Adaptation, Event, Message, Request, Response
from dragoman.wire.http import HttpRequest

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
    """A vendor of this wire that speaks it as OpenAI does."""
    return Target("acme", "openai_chat", "m", "https://api.acme.test/v1")


@pytest.fixture
def encode(target: Target) -> Callable[..., Sent]:
    """Encodes a request, given whole or by messages and fields; the dialect and the policy may be named."""

    def encode(
        *messages: Message,
        request: Request | None = None,
        dialect: ChatDialect | None = None,
        policy: Policy = "adapt",
        **fields: Any,
    ) -> Sent:
        there = Target(target.provider, target.protocol, target.model, target.base_url, dialect)
        report = Report(there, policy)
        http = PROTOCOL.encode_request(request or Request("m", messages, **fields), there, report)
        return Sent(http, report.adaptations)

    return encode


@pytest.fixture
def stream() -> Callable[..., list[Event]]:
    """The events of chunks (objects, or raw data as bytes), read both ways a chunk can go, which must agree."""

    def stream(*chunks: Json | bytes, dialect: ChatDialect | None = None, close: bool = True) -> list[Event]:
        there = Target("acme", "openai_chat", "m", dialect=dialect)
        frames = [(b"", chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()) for chunk in chunks]
        found = []
        for fast in (True, False):
            decoder = StreamDecoder(there, fast=fast)
            found.append([event for frame in frames for event in decoder.feed([frame])] + (decoder.close() if close else []))
        assert found[0] == found[1]
        return found[0]

    return stream


@pytest.fixture
def whole() -> Callable[..., list[Event]]:
    """The events of a whole answer, given as a body or as the fields of its first message."""

    def whole(
        body: Json | None = None, *, dialect: ChatDialect | None = None, finish: str = "stop", **message: Any
    ) -> list[Event]:
        choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
        body = body or {"id": "c1", "model": "m", "choices": [choice]}
        return PROTOCOL.decode_response(json.dumps(body).encode(), Target("acme", "openai_chat", "m", dialect=dialect))

    return whole


@pytest.fixture
def response(target: Target) -> Callable[..., Response]:
    """What events add up to."""

    def response(events: list[Event]) -> Response:
        return accumulate(events, target.origin())

    return response

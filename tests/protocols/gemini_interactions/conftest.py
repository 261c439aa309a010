"""What the tests of this wire share: a target, and short ways through the codec."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.gemini_interactions import PROTOCOL, InteractionsDialect
from dragoman.protocols.gemini_interactions.decode_stream import StreamDecoder
from dragoman.types import Adaptation, Event, Message, Origin, Request
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
    def steps(self) -> list[Json]:
        steps: list[Json] = self.body["input"]
        return steps


@pytest.fixture
def target() -> Target:
    """The reference vendor."""
    return Target("gemini-interactions", "gemini_interactions", "gemini-test", "https://g.test/v1beta")


@pytest.fixture
def here(target: Target) -> Origin:
    """The origin of its answers."""
    return target.origin()


@pytest.fixture
def encode(target: Target) -> Callable[..., Sent]:
    """Encodes a request, given whole or by messages and fields; model, dialect and policy may be named."""

    def encode(
        *messages: Message,
        request: Request | None = None,
        dialect: InteractionsDialect | None = None,
        policy: Policy = "adapt",
        model: str = target.model,
        **fields: Any,
    ) -> Sent:
        there = Target(target.provider, target.protocol, model, target.base_url, dialect)
        report = Report(there, policy)
        http = PROTOCOL.encode_request(request or Request("", messages, **fields), there, report)
        return Sent(http, report.adaptations)

    return encode


@pytest.fixture
def ask() -> Callable[..., Request]:
    """Reads a request from its body."""

    def ask(body: Any) -> Request:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return PROTOCOL.decode_request(HttpRequest("POST", "https://g.test/v1beta/interactions", {}, data))

    return ask


@pytest.fixture
def stream(target: Target) -> Callable[..., list[Event]]:
    """The events of a stream, given as its events' JSON; `fast` is the way they are read, `ended` whether the body ends."""

    def stream(*frames: Json, fast: bool = True, ended: bool = False) -> list[Event]:
        decoder = StreamDecoder(target, fast=fast)
        found = decoder.feed([(frame.get("event_type", "").encode(), json.dumps(frame).encode()) for frame in frames])
        return found + decoder.close() if ended else found

    return stream


@pytest.fixture
def whole(target: Target) -> Callable[..., list[Event]]:
    """The events of a whole body, given as JSON or bytes."""

    def whole(body: Any) -> list[Event]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return PROTOCOL.decode_response(data, target)

    return whole

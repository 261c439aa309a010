"""What the tests of this wire share: a target, and short ways through the codec."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.gemini import PROTOCOL, GeminiDialect
from dragoman.protocols.gemini.decode_stream import GeminiDecoder
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
    def contents(self) -> list[Json]:
        contents: list[Json] = self.body["contents"]
        return contents


@pytest.fixture
def target() -> Target:
    """The reference vendor."""
    return Target("gemini", "gemini", "gemini-test", "https://g.test/v1beta")


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
        dialect: GeminiDialect | None = None,
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
    """Reads a request from its body, by the path of a method."""

    def ask(body: Any, method: str = "generateContent", model: str = "gemini-test") -> Request:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return PROTOCOL.decode_request(HttpRequest("POST", f"https://g.test/v1beta/models/{model}:{method}", {}, data))

    return ask


@pytest.fixture
def stream(here: Origin) -> Callable[..., list[Event]]:
    """The events of a stream of chunks; `ends` says that its body has ended."""

    def stream(*chunks: Any, fast: bool = True, ends: bool = True) -> list[Event]:
        decoder = GeminiDecoder(here, fast=fast)
        frames = [(b"", chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()) for chunk in chunks]
        return decoder.feed(frames) + (decoder.close() if ends else [])

    return stream


@pytest.fixture
def whole(target: Target) -> Callable[..., list[Event]]:
    """The events of a whole body."""

    def whole(body: Any) -> list[Event]:
        return PROTOCOL.decode_response(body if isinstance(body, bytes) else json.dumps(body).encode(), target)

    return whole


@pytest.fixture
def say() -> Callable[..., Json]:
    """A chunk of one candidate with these parts; `fields` are the candidate's others."""

    def say(*parts: Json, **fields: Any) -> Json:
        return {"candidates": [{"content": {"parts": list(parts), "role": "model"}, "index": 0, **fields}]}

    return say

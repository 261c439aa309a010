"""What the tests of this wire share: a target and short ways through the codec."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Policy, Report, Target
from dragoman.protocols.bedrock_converse import PROTOCOL, ConverseDialect
from dragoman.protocols.bedrock_converse.decode_stream import ConverseDecoder
from dragoman.types import Adaptation, Event, Message, Request
from dragoman.wire.frames import Frame
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]

BASE = "https://bedrock-runtime.us-east-1.amazonaws.com"
CLAUDE = "us.anthropic.claude-test-v1:0"


class Sent:
    """An encoded request: its HTTP form, its body and what had to be adapted."""

    def __init__(self, http: HttpRequest, adaptations: list[Adaptation]) -> None:
        self.http = http
        self.body: Json = json.loads(http.body)
        self.adaptations = adaptations

    @property
    def reported(self) -> list[tuple[str, str]]:
        return [(item.feature, item.action) for item in self.adaptations]

    def content(self, place: int) -> list[Json]:
        content: list[Json] = self.body["messages"][place]["content"]
        return content


@pytest.fixture
def target() -> Target:
    """A Claude model on Bedrock."""
    return Target("bedrock", "bedrock_converse", CLAUDE, BASE)


@pytest.fixture
def encode() -> Callable[..., Sent]:
    """Encodes a request, given whole or by messages and fields; model, dialect and policy may be named."""

    def encode(
        *messages: Message,
        request: Request | None = None,
        model: str = CLAUDE,
        dialect: ConverseDialect | None = None,
        policy: Policy = "adapt",
        **fields: Any,
    ) -> Sent:
        request = request or Request(model, messages, **fields)
        there = Target("bedrock", "bedrock_converse", model, BASE, dialect)
        report = Report(there, policy)
        return Sent(PROTOCOL.encode_request(request, there, report), report.adaptations)

    return encode


@pytest.fixture
def read() -> Callable[..., Request]:
    """Decodes a request body that was sent to a model."""

    def read(body: Any, model: str = CLAUDE, verb: str = "converse") -> Request:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return PROTOCOL.decode_request(HttpRequest("POST", f"{BASE}/model/{model}/{verb}", {}, data))

    return read


@pytest.fixture
def frames() -> Callable[..., list[Frame]]:
    """Pairs of name and wire object as frames."""

    def frames(*pairs: tuple[str, Any]) -> list[Frame]:
        return [(name.encode(), wire if isinstance(wire, bytes) else json.dumps(wire).encode()) for name, wire in pairs]

    return frames


@pytest.fixture
def decode(target: Target, frames: Callable[..., list[Frame]]) -> Callable[..., list[Event]]:
    """Decodes one streamed answer, both ways an event can go, which must agree."""

    def decode(*pairs: tuple[str, Any]) -> list[Event]:
        found = []
        for ordinary in (True, False):
            decoder = ConverseDecoder(target.origin(), ordinary=ordinary)
            found.append(decoder.feed(frames(*pairs)) + decoder.close())
        assert found[0] == found[1]
        return found[0]

    return decode

"""A long-lived token for a short-lived one."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman import errors
from dragoman.engine.auth import Auth, TokenExchange
from dragoman.engine.credentials import Given, Grant
from dragoman.engine.effects import Close, Read, Send, Wall
from dragoman.engine.policy import Timeouts
from dragoman.engine.token_exchange import Exchanged
from dragoman.types import Secret
from dragoman.wire.http import HttpHead

LONG = "gho_marker0123456789"
EXCHANGE = TokenExchange(
    "https://api.example.com/token",
    Auth("authorization", "token "),
    {"x-editor": "e"},
    base_url=("endpoints", "api"),
    ready="tid=",
)


class World:
    """Answers one request."""

    def __init__(self, status: int, *chunks: bytes, headers: dict[str, str] | None = None) -> None:
        self.head = HttpHead(status, headers or {})
        self.chunks = [*chunks, b""]
        self.effects: list[Any] = []

    def run(self, key: str = LONG) -> Grant:
        flow = Exchanged(EXCHANGE, Given(Secret(key))).obtain(Timeouts(1.0, 2.0, 3.0))
        value: Any = None
        while True:
            try:
                effect = flow.send(value)
            except StopIteration as end:
                grant: Grant = end.value
                return grant
            self.effects.append(effect)
            match effect:
                case Send():
                    value = self.head
                case Read():
                    value = self.chunks.pop(0)
                case Wall():
                    value = 1000.0
                case _:
                    value = None


def test_the_answer_is_the_credential() -> None:
    """The token, its end and its place, from an answer in pieces; the request shows the long-lived one in its own header."""
    world = World(200, b'{"token":"tid=1;x","expires_at":', b'5000,"endpoints":{"api":"https://api.own.example.com/"}}')
    grant = world.run()

    assert Grant(Secret("tid=1;x"), 5000.0, base_url="https://api.own.example.com") == grant
    send = world.effects[0]
    assert ("GET", "https://api.example.com/token", 1.0, 2.0) == (
        send.request.method,
        send.request.url,
        send.connect,
        send.first_byte,
    )
    assert {"accept": "application/json", "x-editor": "e", "authorization": f"token {LONG}"} == send.request.headers
    assert send.request.private
    assert Read(3.0) in world.effects
    assert isinstance(world.effects[-1], Close)


def test_a_short_lived_token_is_used_as_it_is() -> None:
    """Nothing is asked for what is one already."""
    world = World(500)

    assert (Secret("tid=own"), []) == (world.run("tid=own").credential, world.effects)


@pytest.mark.parametrize("endpoint", ["http://api.example.com", "ftp://x", "https://u:p@x.example", "https://", "nonsense", "7"])
def test_a_place_that_is_less_safe_is_not_taken(endpoint: str) -> None:
    """The token goes where the answer says only if that is as safe as the answer was."""
    assert World(200, b'{"token":"tid=1","endpoints":{"api":"%s"}}' % endpoint.encode()).run().base_url is None


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (
            401,
            b'{"message":"Bad credentials"}',
            errors.AuthenticationFailed,
            "api.example.com gave no token for this one: Bad cred",
        ),
        (403, b"<html>", errors.PermissionDenied, "HTTP 403"),
        (404, b'{"message":"Not Found"}', errors.NotFound, "Not Found"),
        (503, b"\xff", errors.Overloaded, "HTTP 503"),
    ],
)
def test_a_refusal_has_the_class_of_its_status(status: int, body: bytes, kind: type[Exception], words: str) -> None:
    """What went wrong is told by the server's own message."""
    with pytest.raises(kind, match=words):
        World(status, body).run()


def test_a_busy_server_says_when() -> None:
    """Its wish to wait is kept for the retry."""
    with pytest.raises(errors.RateLimited) as caught:
        World(429, b"", headers={"retry-after": "7"}).run()
    assert (7.0, True) == (caught.value.retry_after, caught.value.retryable)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"token":7}', b'{"token":""}', b'{"token"', b'{"other":"tid=secret"}'])
def test_an_answer_without_a_token_is_not_quoted(body: bytes) -> None:
    """It may hold one in a place we do not know."""
    with pytest.raises(errors.DecodeError, match="answered without a token") as caught:
        World(200, body).run()
    assert "tid=secret" not in repr(caught.value.__dict__)


def test_a_quoted_token_is_masked() -> None:
    """A server that repeats what it was sent does not put it into our error."""
    with pytest.raises(errors.AuthenticationFailed) as caught:
        World(401, b'{"message":"bad token %s"}' % LONG.encode()).run()
    assert LONG not in str(caught.value)

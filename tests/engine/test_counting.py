"""One count, decided like an exchange: the test is the world."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dragoman import AsyncClient, Client, errors
from dragoman.engine.counting import Counting
from dragoman.engine.effects import Close, Now, Random, Read, Send, Sleep, Wall
from dragoman.engine.policy import NO_RETRY, Retry
from dragoman.engine.serve import Served
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.testing import Server
from dragoman.types import Request, Secret, user
from dragoman.types.count import Count
from dragoman.wire.http import HttpHead, HttpRequest

OK = HttpHead(200, {"content-type": "application/json"})
REQUEST = Request("m", (user("Hello there, how are you today?"),))


class World:
    """Plays the face: each answer is a head, then the pieces of its body until an empty one."""

    def __init__(self, *script: HttpHead | bytes) -> None:
        self.script = list(script)
        self.sent: list[Send] = []
        self.slept: list[float] = []
        self.clock = 100.0

    def run(self, counting: Counting) -> None:
        flow = counting.run()
        step, value = flow.send, None
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            value = self.obey(effect)

    def obey(self, effect: Any) -> Any:
        match effect:
            case Send():
                self.sent.append(effect)
                return self.script.pop(0)
            case Read():
                return self.script.pop(0) if self.script and isinstance(self.script[0], bytes) else b""
            case Sleep(seconds=seconds):
                self.slept.append(seconds)
            case Now():
                self.clock += 0.125
                return self.clock
            case Wall():
                return 1_800_000_000.0
            case Random():
                return 0.0
            case Close():
                pass
        return None


def counting(protocol: str = "anthropic_messages", provider: str = "anthropic", *, retry: Retry | None = None) -> Counting:
    target = Target(provider, protocol, "anthropic.claude-x", "https://x.test")
    wire = load(protocol)
    http = wire.encode_count(REQUEST, target, Report(target))
    return Counting(REQUEST, target, wire, http, credential=Secret("sk-marker-0123456789"), retry=retry)


def test_the_vendor_counts() -> None:
    """One request, with the credential, and its number."""
    it, world = counting(), World(OK, b'{"input_', b'tokens":12}')
    world.run(it)

    assert (12, True, 0.0, "vendor", "") == (it.count.tokens, it.count.exact, it.count.error, it.count.method, it.count.reason)
    assert ["https://x.test/v1/messages/count_tokens"] == [send.request.url for send in world.sent]
    assert "sk-marker-0123456789" in world.sent[0].request.headers["authorization"]


def test_a_vendor_without_an_endpoint_is_not_asked() -> None:
    """The estimate is there at once, with its error and the reason; no effect is asked for."""
    it, world = counting("cohere_chat", "cohere"), World()
    world.run(it)

    assert (False, "estimate") == (it.count.exact, it.count.method)
    assert it.count.error is not None
    assert "cohere has no endpoint" in it.count.reason
    assert it.http is None
    assert [] == world.sent


def test_a_failed_try_is_tried_again() -> None:
    """Counting changes nothing: an overload is waited out."""
    it, world = counting(), World(HttpHead(529, {}), b"{}", OK, b'{"input_tokens":12}')
    world.run(it)

    assert 12 == it.count.tokens
    assert 1 == len(world.slept)
    assert [529, 200] == [attempt.status for attempt in it.attempts]


@pytest.mark.parametrize(
    ("protocol", "status", "body"),
    [
        ("anthropic_messages", 404, b'{"detail":"Not Found"}'),
        ("anthropic_messages", 405, b"<html>Method Not Allowed</html>"),
        ("openai_responses", 501, b"{}"),
        ("bedrock_converse", 400, b'{"message":"The provided model doesn\'t support counting tokens."}'),
        ("anthropic_bedrock", 400, b'{"message":"The provided model doesn\'t support counting tokens."}'),
    ],
)
def test_where_nobody_counts_there_is_an_estimate(protocol: str, status: int, body: bytes) -> None:
    """A server without the endpoint, and a vendor that does not count for the model: the reason is theirs."""
    it = counting(protocol, "vendor", retry=NO_RETRY)
    World(HttpHead(status, {}), body).run(it)

    assert "estimate" == it.count.method
    assert it.count.reason.startswith("vendor does not count this: ")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            401,
            b'{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
            errors.AuthenticationFailed,
        ),
        (404, b'{"type":"error","error":{"type":"not_found_error","message":"model: claude-nope"}}', errors.NotFound),
        (400, b'{"type":"error","error":{"type":"invalid_request_error","message":"messages: none"}}', errors.BadRequest),
        (200, b"<html>", errors.DecodeError),
    ],
)
def test_other_refusals_are_raised(status: int, body: bytes, kind: type[errors.DragomanError]) -> None:
    """A key, a model that is not there, a request that is wrong: an estimate would hide them."""
    it = counting(retry=NO_RETRY)
    with pytest.raises(kind) as caught:
        World(HttpHead(status, {}), body).run(it)

    assert "anthropic" == caught.value.provider


def count_of(request: HttpRequest) -> Served:
    assert request.url.endswith("/v1/messages/count_tokens")
    return Served(OK, iter([b'{"input_tokens":12}']))


def test_both_clients_count() -> None:
    """The blocking one and the other, with the options of a call; what cannot be meant is refused as a call's is."""

    async def program(url: str) -> Count:
        async with AsyncClient(keys={"anthropic": "k"}, base_urls={"anthropic": url}) as client:
            return await client.count("anthropic:claude-sonnet-5", "hi", system="Be brief.")

    expected = Count(12, True, 0.0, "vendor")
    with Server(count_of) as server, Client(keys={"anthropic": "k"}, base_urls={"anthropic": server.url}) as client:
        assert expected == client.count("anthropic:claude-sonnet-5", "hi", system="Be brief.", cache="auto")
        assert expected == asyncio.run(program(server.url))
        with pytest.raises(TypeError, match="unknown option 'sistem'"):
            client.count("anthropic:claude-sonnet-5", "hi", sistem="Be brief.")  # type: ignore[call-arg]


def test_an_estimate_needs_no_key() -> None:
    """It asks nobody."""
    assert "estimate" == Client().count("cohere:command-a-03-2025", "hi").method

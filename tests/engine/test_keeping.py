"""Keeping a prompt at a vendor and letting go of it, through the whole client, against a server on loopback."""

from __future__ import annotations

import asyncio
import json

import pytest

from dragoman import AsyncClient, Client, Tool, Unsupported, errors, user
from dragoman.engine.keeping import Keeping
from dragoman.engine.serve import Served
from dragoman.protocols import load
from dragoman.protocols.base import Target
from dragoman.testing import Server
from dragoman.types.cached import CachedPrompt
from dragoman.wire.http import HttpHead, HttpRequest

GEMINI = "gemini:gemini-2.5-flash"
KEPT = CachedPrompt("cachedContents/a1", "gemini", "gemini-2.5-flash", 1090, "2026-05-13T20:01:49Z")
MADE = b'{"name":"cachedContents/a1","expireTime":"2026-05-13T20:01:49Z","usageMetadata":{"totalTokenCount":1090}}'
ANSWER = (
    b'{"candidates":[{"content":{"role":"model","parts":[{"text":"ok"}]},"finishReason":"STOP"}],'
    b'"usageMetadata":{"promptTokenCount":1100,"cachedContentTokenCount":1090,"candidatesTokenCount":1}}'
)


class Google:
    """Answers and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> Served:
        self.asked.append(request)
        answers = {"DELETE": b"{}"}
        body = answers.get(request.method, MADE if request.url.endswith("/cachedContents") else ANSWER)
        return Served(HttpHead(200, {"content-type": "application/json"}), iter([body]))


def test_kept_used_and_let_go() -> None:
    """One name: made with the beginning, sent instead of it, and hits are on the response."""
    google = Google()
    with Server(google) as server, Client(keys={"gemini": "k"}, base_urls={"gemini": f"{server.url}/v1beta"}) as client:
        kept = client.keep(GEMINI, "The whole book.", system="Be brief.", tools=[Tool("look")], lifetime="30m")
        reply = client.chat(GEMINI, "Who wrote it?", cache=kept)
        client.let_go(kept)

    assert KEPT == kept
    made, asked, gone = google.asked
    assert "1800s" == json.loads(made.body)["ttl"]
    assert {"cachedContent", "contents"} == json.loads(asked.body).keys()
    assert (10, 1090) == (reply.usage.input, reply.usage.cache_read)
    assert "DELETE" == gone.method
    assert gone.url.endswith("/v1beta/cachedContents/a1")


def test_the_same_without_blocking() -> None:
    """The other face says the same."""

    async def program(url: str) -> CachedPrompt:
        async with AsyncClient(keys={"gemini": "k"}, base_urls={"gemini": f"{url}/v1beta"}) as client:
            kept = await client.keep(GEMINI, "The whole book.")
            await client.let_go(kept)
            return kept

    with Server(Google()) as server:
        assert KEPT == asyncio.run(program(server.url))


def test_what_is_kept_is_not_said_again() -> None:
    """Its instructions and tools are refused by the vendor the second time, and so is another model's."""
    client = Client(keys={"gemini": "k"})
    with pytest.raises(errors.UsageError, match="system= is part of the prompt that is kept"):
        client.plan(GEMINI, "hi", cache=KEPT, system="Be brief.")
    with pytest.raises(errors.UsageError, match=r"kept for gemini:gemini-2\.5-flash"):
        client.plan("gemini:gemini-2.5-pro", "hi", cache=KEPT)


def test_where_nothing_is_kept() -> None:
    """It is said before anything is sent, with what there is instead; a lifetime must be one."""
    client = Client(keys={"anthropic": "k", "gemini": "k"})
    with pytest.raises(Unsupported, match='cache="auto" is what there is'):
        client.keep("anthropic:claude-sonnet-5", [user("hi")])
    with pytest.raises(errors.UsageError, match="'long' is no lifetime"):
        client.keep(GEMINI, "hi", lifetime="long")


def test_an_answer_that_names_nothing_is_an_error() -> None:
    """Of its own kind, and not a prompt that does not exist."""
    with (
        Server(lambda request: Served(HttpHead(200, {}), iter([b"<html>"]))) as server,
        Client(keys={"gemini": "k"}, base_urls={"gemini": server.url}) as client,
        pytest.raises(errors.DecodeError, match="names no cached content"),
    ):
        client.keep(GEMINI, "hi")


def test_an_errand_begins_with_nothing() -> None:
    """Before it has run, nothing is kept."""
    protocol, target = load("gemini"), Target("gemini", "gemini", "m", "https://g.test")

    assert Keeping(target, protocol, protocol.encode_uncached("cachedContents/a1", target)).cached is None

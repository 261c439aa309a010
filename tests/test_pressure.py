"""Deadlines, the budget for tries again and limits as callers meet them, in both faces: over real sockets."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fault_server import PATIENCE, STREAM, FaultServer, Handler, Peer, answering, chunked, head, stalling, whole

from dragoman import errors
from dragoman.aclient import AsyncClient
from dragoman.client import Client
from dragoman.engine.gate import Limits
from dragoman.engine.policy import Retry, Timeouts
from dragoman.types import Response

MODEL = "openai:m"
KEYS = {"openai": "sk-marker-0123456789"}
STALL = 0.1
SAID = b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"one"}}]}\n\n'
FINISH = b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
GOOD = whole(SAID + FINISH)
DOWN = whole(b'{"error":{"message":"no room"}}', "503 Service Unavailable")


class Face:
    """Either client, used by blocking calls."""

    def __init__(self, asynchronous: bool) -> None:
        self.asynchronous = asynchronous

    def read(self, server: FaultServer, **settings: Any) -> Response:
        """One stream, read to its end."""
        options: dict[str, Any] = {"keys": KEYS, "base_urls": {"openai": server.url}, "retry": False, **settings}
        if not self.asynchronous:
            with Client(**options) as client, client.stream(MODEL, "Hi") as stream:
                for _ in stream:
                    pass
                return stream.response

        async def program() -> Response:
            async with AsyncClient(**options) as client, client.stream(MODEL, "Hi") as stream:
                async for _ in stream:
                    pass
                return stream.response

        return asyncio.run(program())

    def fails(self, server: FaultServer, **settings: Any) -> errors.TimedOut:
        """The timeout that ends one stream."""
        with pytest.raises(errors.TimedOut) as caught:
            self.read(server, **settings)
        return caught.value

    def many(self, server: FaultServer, count: int, **settings: Any) -> list[Response | BaseException]:
        """So many whole calls of one client at once, and how each ended."""
        options: dict[str, Any] = {"keys": KEYS, "base_urls": {"openai": server.url}, **settings}
        if not self.asynchronous:
            with Client(**options) as client, ThreadPoolExecutor(count) as pool:
                calls = [pool.submit(client.chat, MODEL, "Hi") for _ in range(count)]
                return [call.exception(PATIENCE) or call.result() for call in calls]

        async def program() -> list[Response | BaseException]:
            async with AsyncClient(**options) as client:
                return await asyncio.gather(*[client.chat(MODEL, "Hi") for _ in range(count)], return_exceptions=True)

        return asyncio.run(program())


@pytest.fixture(params=["blocking", "asyncio"])
def face(request: pytest.FixtureRequest) -> Face:
    return Face(request.param == "asyncio")


def repeating(piece: bytes, *before: bytes) -> Handler:
    """A handler that sends one piece over and over, with a little time in between, until the client has gone."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(head(**STREAM), *chunked(before, end=False))
        while not peer.server.stopping:
            peer.send(*chunked([piece], end=False))
            time.sleep(0.005)

    return handler


@pytest.mark.parametrize(
    ("handler", "timeouts", "phase"),
    [
        pytest.param(stalling(), Timeouts(first_byte=STALL), "first_byte", id="F15 no head"),
        pytest.param(stalling(head(**STREAM)), Timeouts(idle=STALL), "idle", id="F16 no event"),
        pytest.param(stalling(head(**STREAM), *chunked([SAID], end=False)), Timeouts(idle=STALL), "idle", id="F17 mid-stream"),
        pytest.param(repeating(b": ping\n\n", SAID), Timeouts(idle=5, progress=STALL), "progress", id="F18 pings only"),
        pytest.param(repeating(b": ping\n\n"), Timeouts(idle=5, progress=STALL), "progress", id="F18 nothing but pings"),
        pytest.param(repeating(b"\n"), Timeouts(idle=5, progress=STALL), "progress", id="F18 blank lines"),
        pytest.param(repeating(b"d"), Timeouts(idle=5, progress=None, total=STALL), "total", id="F19 one byte at a time"),
        pytest.param(repeating(SAID), Timeouts(idle=5, total=STALL), "total", id="an answer without end"),
        pytest.param(stalling(), Timeouts(total=STALL), "total", id="total before the head"),
    ],
)
def test_every_phase_has_its_deadline(face: Face, handler: Handler, timeouts: Timeouts, phase: str) -> None:
    """The error names the phase, keeps what arrived, and the connection is cut."""
    with FaultServer(handler) as server:
        error = face.fails(server, timeout=timeouts)
        # On a busy machine the time may be over before there is a connection.
        assert server.connections == 0 or server.gone.wait(PATIENCE)

    assert phase == error.phase
    assert error.partial is None or set(error.partial.text) <= set("one")


def test_a_setting_of_the_clock_changes_nothing(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    """F53: deadlines are counted by a clock that nobody sets."""
    monkeypatch.setattr(time, "time", iter(range(10**9, 10**12, 10**6)).__next__)

    with FaultServer(answering(GOOD)) as server:
        assert "one" == face.read(server, timeout=Timeouts(total=PATIENCE)).text


def test_waits_between_tries_are_part_of_the_total(face: Face) -> None:
    """F39: a wait that would outlast the deadline is not begun."""
    busy = whole(b"{}", "429 Too Many Requests", retry_after="30")
    with FaultServer(answering(busy)) as server:
        with pytest.raises(errors.RateLimited) as caught:
            face.read(server, retry=3, timeout=20.0)
        assert 1 == len(server.received)

    assert 30.0 == caught.value.retry_after


def test_an_outage_is_not_multiplied(face: Face) -> None:
    """F38: a hundred calls send a hundred requests and what the budget allows, not three hundred."""
    retry = Retry(attempts=3, base=0.0, budget=50)
    with FaultServer(answering(DOWN)) as server:
        ends = face.many(server, 20, retry=retry) + face.many(server, 1, retry=False)
        assert [errors.Overloaded] * 21 == [type(end) for end in ends]
        assert 20 + 50 // 5 + 1 == len(server.received)


def test_so_many_under_way_and_no_more(face: Face) -> None:
    """Every call gets its turn; how long it waited for that is on the response."""
    most, under_way, lock = 0, 0, threading.Lock()

    def handler(peer: Peer) -> None:
        nonlocal most, under_way
        while True:
            peer.receive()
            with lock:
                under_way += 1
                most = max(most, under_way)
            time.sleep(0.002)
            with lock:
                under_way -= 1
            peer.send(GOOD)

    with FaultServer(handler) as server:
        replies = face.many(server, 12, limits={"openai": Limits(in_flight=3)})

    assert ["one"] * 12 == [reply.text for reply in replies if isinstance(reply, Response)]
    assert most <= 3
    queued = [reply.timing.queued for reply in replies if isinstance(reply, Response)]
    # Threads may begin one after the other; tasks of one loop all begin before the first answer comes.
    assert queued.count(None) <= (3 if face.asynchronous else 12)


def test_who_fails_or_gives_up_makes_room(face: Face) -> None:
    """Errors free a place as answers do."""
    answers: Iterator[bytes] = iter([DOWN, whole(b"{}", "400 Bad Request"), GOOD, GOOD])
    lock = threading.Lock()

    def handler(peer: Peer) -> None:
        while True:
            peer.receive()
            with lock:
                answer = next(answers)
            peer.send(answer)

    with FaultServer(handler) as server:
        ends = face.many(server, 4, retry=False, limits=Limits(in_flight=1))

    assert 2 == sum(isinstance(end, Response) for end in ends)


def test_one_gate_serves_threads_and_loops() -> None:
    """Two clients' worth of callers, one of them a loop of its own in each thread: nobody is left waiting."""
    with FaultServer(answering(GOOD)) as server:
        limits = {"openai": Limits(in_flight=2)}
        with Client(keys=KEYS, base_urls={"openai": server.url}, limits=limits) as client:
            asking = AsyncClient(keys=KEYS, base_urls={"openai": server.url})
            asking._preparer = client._preparer
            asking._router = client._router

            async def several() -> list[Response]:
                async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as other:
                    other._router = client._router
                    return await asyncio.gather(*[other.chat(MODEL, "Hi") for _ in range(10)])

            with ThreadPoolExecutor(6) as pool:
                blocking = [pool.submit(client.chat, MODEL, "Hi") for _ in range(20)]
                loops = [pool.submit(asyncio.run, several()) for _ in range(2)]
                texts = [call.result(PATIENCE).text for call in blocking]
                texts += [reply.text for loop in loops for reply in loop.result(PATIENCE)]

    assert ["one"] * 40 == texts


def test_a_key_that_does_not_come_is_a_timeout() -> None:
    """A coroutine that gives the key is waited for no longer than the head of an answer."""

    async def key() -> str:
        await asyncio.Event().wait()
        return "never"

    async def program(url: str) -> None:
        async with AsyncClient(base_urls={"openai": url}, retry=False, timeout=Timeouts(first_byte=STALL)) as client:
            with pytest.raises(errors.TimedOut, match="gives the key") as caught:
                await client.chat(MODEL, "Hi", key=key)
            assert "first_byte" == caught.value.phase
            with pytest.raises(errors.TimedOut) as caught:
                await client.chat(MODEL, "Hi", key=key, timeout=STALL / 2)
            assert "total" == caught.value.phase

    with FaultServer(stalling()) as server:
        asyncio.run(program(server.url))
        assert [] == server.received


def test_a_hook_may_be_a_coroutine_function() -> None:
    """In the asyncio face it is awaited, and may refuse there as well."""

    async def never(error: errors.DragomanError, tries: int, wait: float) -> bool:
        await asyncio.sleep(0)
        return False

    with FaultServer(answering(DOWN)) as server:
        (end,) = Face(True).many(server, 1, retry=Retry(on_retry=never))
        assert 1 == len(server.received)

    assert isinstance(end, errors.Overloaded)

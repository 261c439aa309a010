"""A transport within the process: chunks one by one, faults as they are raised, timeouts without time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from dragoman.errors import Cancelled, ConnectionFailed, TimedOut
from dragoman.transport.local import FOREVER, AsyncLocalTransport, Handler, Late, LocalTransport, Pause
from dragoman.wire.http import HttpHead, HttpRequest

ASKED = HttpRequest("POST", "http://127.0.0.1/x", {"a": "b"}, b"body")


class Reply:
    def __init__(self, *chunks: bytes | Pause | Exception, headers: dict[str, str] | None = None) -> None:
        self.head = HttpHead(200, headers or {})
        self.closed = 0
        self.taken = 0
        self.chunks: Iterator[bytes | Pause] = self._make(chunks)

    def _make(self, chunks: tuple[bytes | Pause | Exception, ...]) -> Iterator[bytes | Pause]:
        try:
            for chunk in chunks:
                self.taken += 1
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
        finally:
            self.closed += 1


class Face:
    """One exchange through either transport, written once."""

    def __init__(self, handler: Handler, face: str) -> None:
        self._sync = LocalTransport(handler) if face == "sync" else None
        self._async = AsyncLocalTransport(handler) if face == "async" else None

    def exchange(self, *timeouts: float | None, first_byte: float | None = None, read: int = -1) -> tuple[HttpHead, list[bytes]]:
        """Send, read to the end (or `read` times) with these timeouts, and close twice."""
        waits = iter([*timeouts, *[None] * 100])
        if self._sync is not None:
            body = self._sync.send(ASKED, first_byte=first_byte)
            got = []
            try:
                while read != len(got) and (chunk := body.read(next(waits))):
                    got.append(chunk)
            finally:
                body.close()
            body.close()
            self._sync.close()
            return body.head, got
        return asyncio.run(self._later(waits, first_byte, read))

    async def _later(self, waits: Iterator[float | None], first_byte: float | None, read: int) -> tuple[HttpHead, list[bytes]]:
        assert self._async is not None
        body = await self._async.send(ASKED, first_byte=first_byte)
        got = []
        try:
            while read != len(got) and (chunk := await body.read(next(waits))):
                got.append(chunk)
        finally:
            await body.close()
        await body.close()
        await self._async.close()
        return body.head, got


@pytest.fixture(params=["sync", "async"])
def face(request: pytest.FixtureRequest) -> Callable[[Handler], Face]:
    return lambda handler: Face(handler, request.param)


def test_the_handler_gets_the_request_and_its_chunks_come_one_by_one(face: Callable[[Handler], Face]) -> None:
    """What is sent arrives whole; empty chunks say nothing, `b""` is the end."""
    asked: list[HttpRequest] = []
    reply = Reply(b"one", b"", b"two")

    def handler(request: HttpRequest) -> Reply:
        asked.append(request)
        return reply

    assert (reply.head, [b"one", b"two"]) == face(handler).exchange()
    assert [ASKED] == asked


def test_closing_takes_nothing_more(face: Callable[[Handler], Face]) -> None:
    """A body given up closes the handler's chunks where they stand."""
    reply = Reply(b"one", b"two", b"three")

    assert [b"one"] == face(lambda request: reply).exchange(read=1)[1]
    assert (1, 1) == (reply.taken, reply.closed)


def test_reading_a_closed_body_says_so() -> None:
    """As the contract wants it of every transport; a body that was read to its end stays at its end."""
    transport = LocalTransport(lambda request: Reply(b"one", headers={"content-length": "3"}))
    closed, read = transport.send(ASKED), transport.send(ASKED)
    assert [b"one", b""] == [read.read(), read.read()]
    for body in (closed, read):
        body.close()

    with pytest.raises(Cancelled):
        closed.read()
    assert b"" == read.read()


def test_a_body_may_be_closed_while_its_handler_works() -> None:
    """What the handler was making is dropped, and its chunks are closed where they stand."""
    closed: list[str] = []

    def chunks() -> Iterator[bytes]:
        try:
            body.close()  # as another thread would
            yield b"too late"
        finally:
            closed.append("closed")

    reply = Reply()
    reply.chunks = chunks()
    body = LocalTransport(lambda request: reply).send(ASKED)

    with pytest.raises(Cancelled):
        body.read()
    assert ["closed"] == closed


def test_a_late_head_is_a_timeout_only_for_who_does_not_wait(face: Callable[[Handler], Face]) -> None:
    """`Late` adds up and is compared with `first_byte`; no time passes."""
    reply = Late(2, Late(3, Reply(b"x")))

    assert [b"x"] == face(lambda request: reply).exchange(first_byte=5)[1]
    with pytest.raises(TimedOut) as caught:
        face(lambda request: reply).exchange(first_byte=4.5)
    assert "first_byte" == caught.value.phase


def test_silence_in_the_body_is_compared_with_the_read_timeout(face: Callable[[Handler], Face]) -> None:
    """Pauses before one chunk add up, and start anew after it."""
    chunks = [Pause(2), Pause(2), b"one", Pause(4), b"two"]

    assert [b"one", b"two"] == face(lambda request: Reply(*chunks)).exchange(4, 4)[1]
    assert [b"one", b"two"] == face(lambda request: Reply(*chunks)).exchange()[1]
    with pytest.raises(TimedOut) as caught:
        face(lambda request: Reply(*chunks)).exchange(4, 3)
    assert "idle" == caught.value.phase


@pytest.mark.parametrize("timeout", [None, 60.0])
def test_what_never_comes_is_a_timeout_at_once(face: Callable[[Handler], Face], timeout: float | None) -> None:
    """`FOREVER` fails every read, with and without a timeout: nothing would end it."""
    with pytest.raises(TimedOut) as idle:
        face(lambda request: Reply(b"one", Pause(FOREVER))).exchange(None, timeout)
    with pytest.raises(TimedOut) as first:
        face(lambda request: Late(FOREVER, Reply())).exchange(first_byte=timeout)

    assert ("idle", "first_byte") == (idle.value.phase, first.value.phase)


def test_a_break_is_what_the_handler_raises(face: Callable[[Handler], Face]) -> None:
    """`ConnectionFailed` passes through, before the head and inside the body."""
    broken = ConnectionFailed("reset")

    def handler(request: HttpRequest) -> Reply:
        raise broken

    with pytest.raises(ConnectionFailed) as before:
        face(handler).exchange()
    with pytest.raises(ConnectionFailed) as inside:
        face(lambda request: Reply(b"one", broken)).exchange()
    assert broken is before.value is inside.value


def test_a_bug_of_the_handler_passes_through(face: Callable[[Handler], Face]) -> None:
    """An exception that is no fault of a connection reaches the caller as it is."""
    with pytest.raises(ZeroDivisionError):
        face(lambda request: Reply(b"one", ZeroDivisionError())).exchange()


def test_a_body_shorter_than_its_head_says_is_a_closed_connection(face: Callable[[Handler], Face]) -> None:
    """The declared length is held to, as an HTTP library would."""
    assert [b"one"] == face(lambda request: Reply(b"one", headers={"content-length": "3"})).exchange()[1]
    with pytest.raises(ConnectionFailed, match="2 bytes before the end") as caught:
        face(lambda request: Reply(b"one", headers={"content-length": "5"})).exchange()
    assert "closed" == caught.value.kind


def test_other_tasks_run_between_reads() -> None:
    """A long answer in the process does not keep the event loop from anybody."""
    order: list[str] = []

    async def read(name: str) -> None:
        body = await AsyncLocalTransport(lambda request: Reply(b"a", b"b")).send(ASKED)
        while await body.read():
            order.append(name)

    async def both() -> None:
        await asyncio.gather(read("one"), read("two"))

    asyncio.run(both())

    assert ["one", "two", "one", "two"] == order

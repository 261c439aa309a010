"""Life among tasks: cancelling, closing and forgetting an exchange at every point frees its connection at once.

These tests are programs of asyncio themselves. What they leave behind, an error of a task that nobody asked for or an
open socket, is a failure too.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from fault_server import FIRST, PATIENCE, FaultServer, Handler, Peer, answering, chunked, nobody, stalling, whole
from rigs import STALL, ask, async_transport, certificate

from dragoman.errors import Cancelled, ConnectionFailed, TimedOut
from dragoman.transport import streams
from dragoman.transport.streams import _first_connected

EVENT = b"data: one\n\n"


def run(program: Coroutine[Any, Any, None]) -> None:
    """Run a program of asyncio and look at what it leaves behind."""
    left: list[dict[str, Any]] = []

    async def watched() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: left.append(context))
        try:
            await program
        finally:
            gc.collect()
            await asyncio.sleep(0)

    try:
        asyncio.run(watched())
    finally:
        gc.collect()
        assert [] == left


async def come(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something is seen on the server, the loop being free to do its work meanwhile."""
    async with asyncio.timeout(patience):
        while not condition():
            await asyncio.sleep(0.001)


async def cancel(
    library: str,
    handler: Handler,
    use: Callable[[Any, str, asyncio.Event], Coroutine[Any, Any, None]],
    *,
    tls: bool = False,
    scheme: str = "http",
    patience: float = PATIENCE,
) -> None:
    """Cancel `use` where it and the server wait for each other; the server must then see the connection go."""
    transport = async_transport(library)
    with FaultServer(handler, tls=certificate("good") if tls else None) as server:
        reached = asyncio.Event()
        task = asyncio.create_task(use(transport, server.url.replace("http:", f"{scheme}:"), reached))
        await reached.wait()
        await come(server.waiting.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await come(server.gone.is_set, patience)
    await transport.close()


async def send(transport: Any, url: str, reached: asyncio.Event) -> None:
    reached.set()
    await transport.send(ask(url), connect=PATIENCE, first_byte=PATIENCE)


async def read(transport: Any, url: str, reached: asyncio.Event) -> None:
    body = await transport.send(ask(url))
    try:
        assert await body.read(PATIENCE) == EVENT
        reached.set()
        await body.read(PATIENCE)
    finally:
        await body.close()


def gives_up(library: str, handler: Handler, **options: Any) -> None:
    """A request that is cancelled before its head frees its connection, with all but one library.

    That one is held to it the other way round: a version that mends this must be noticed, for it is what speaks
    against it.
    """
    if library == "pyreqwest":
        with pytest.raises(TimeoutError):
            run(cancel(library, handler, send, patience=0.2, **options))
    else:
        run(cancel(library, handler, send, **options))


def test_cancelled_while_connecting(library: str) -> None:
    """F40: inside a TLS handshake."""
    gives_up(library, Peer.watch, scheme="https")


def test_cancelled_before_the_head(library: str) -> None:
    """F40: the request is out, and the provider may be at work on it for minutes."""
    gives_up(library, stalling())


def test_cancelled_between_pieces(library: str) -> None:
    """F40: in the middle of an answer, cleaning up inside the cancelled task."""
    run(cancel(library, stalling(*FIRST), read))


def test_cancelled_inside_a_piece(library: str) -> None:
    """F40: a chunk has begun and does not end."""
    run(cancel(library, stalling(*FIRST, b"ff\r\n"), read))


@pytest.mark.usefixtures("trusted")
def test_cancelled_under_tls(library: str) -> None:
    """F40: no goodbye is waited for."""
    run(cancel(library, stalling(*FIRST), read, tls=True))


def test_a_cancelled_task_that_closes_late(library: str) -> None:
    """`close` works inside a task that has been cancelled, also one that reads no more."""

    async def use(transport: Any, url: str, reached: asyncio.Event) -> None:
        body = await transport.send(ask(url))
        assert await body.read(PATIENCE) == EVENT
        reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            await body.close()

    run(cancel(library, stalling(*FIRST), use))


def test_closed_by_another_task(library: str) -> None:
    """A read that waits is ended by whoever closes the body, and says that it was."""

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(stalling(*FIRST)) as server:
            body = await transport.send(ask(server.url))
            assert await body.read(PATIENCE) == EVENT
            reading = asyncio.create_task(body.read(PATIENCE))
            await asyncio.sleep(0)
            await body.close()
            with pytest.raises(Cancelled):
                await reading
            with pytest.raises(Cancelled):
                await body.read()
            await come(server.gone.is_set)
        await transport.close()

    run(program())


def test_a_forgotten_body(library: str) -> None:
    """F40: a body that nobody holds any more is closed."""

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(stalling(*FIRST)) as server:
            body = await transport.send(ask(server.url))
            assert await body.read(PATIENCE) == EVENT
            del body
            gc.collect()
            await come(server.gone.is_set)
        await transport.close()

    run(program())


def test_a_body_that_is_never_read(library: str) -> None:
    """F40: an answer given up right after its head."""

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(stalling(*FIRST)) as server:
            body = await transport.send(ask(server.url))
            await body.close()
            await come(server.gone.is_set)
        await transport.close()

    run(program())


def test_a_body_left_in_an_error(library: str) -> None:
    """A program that fails in the middle of an answer, and ends: its own error is all there is to see."""

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(stalling(*FIRST)) as server:
            body = await transport.send(ask(server.url))
            try:
                async for _ in events(body):
                    raise LookupError("mine")
            finally:
                await transport.close()

    async def events(body: Any) -> Any:
        try:
            while piece := await body.read(PATIENCE):
                yield piece
        finally:
            await body.close()

    with pytest.raises(LookupError, match="mine"):
        run(program())


def test_many_tasks_share_a_transport(library: str) -> None:
    """Answers do not mix, and connections are used again."""

    def handler(peer: Peer) -> None:
        while True:
            body = peer.receive().body
            peer.send(whole(body))

    async def one(transport: Any, url: str, number: int) -> None:
        for turn in range(4):
            question = f"{number}/{turn}".encode()
            body = await transport.send(ask(url, body=question))
            answer = b""
            while piece := await body.read(PATIENCE):
                answer += piece
            assert answer == question

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(handler) as server:
            await asyncio.gather(*(one(transport, server.url, number) for number in range(16)))
            assert server.connections < 64
        await transport.close()

    run(program())


def test_one_transport_in_two_loops(library: str) -> None:
    """F46: a program may run a loop, end it, and run another."""

    async def program(transport: Any, url: str) -> None:
        body = await transport.send(ask(url))
        assert await body.read(PATIENCE)
        while await body.read(PATIENCE):
            pass
        await transport.close()

    transport = async_transport(library)
    with FaultServer(answering(*FIRST, *chunked([b"x"]))) as server:
        for _ in range(2):
            run(program(transport, server.url))
        assert 2 == server.connections


def test_a_failure_after_what_came(library: str) -> None:
    """What came in the same moment as the failure is given first."""

    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(b"".join(FIRST))
        peer.reset()

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(handler) as server:
            body = await transport.send(ask(server.url))
            assert await body.read(PATIENCE) == EVENT
            with pytest.raises(ConnectionFailed):
                await body.read(PATIENCE)
        await transport.close()

    run(program())


# More than the buffers of two sockets hold: it only goes out as fast as somebody reads it.
LARGE = bytes(24 << 20)


@pytest.mark.parametrize("library", ["native", "httpx2"])
def test_answered_before_the_request_was_read(library: str) -> None:
    """A server that refuses a large request need not read it first: its answer is had, and does not wait for that."""
    read = threading.Event()

    def handler(peer: Peer) -> None:
        peer.send(whole(b"too much", "413 Content Too Large"))
        read.wait(PATIENCE)

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(handler) as server:
            body = await transport.send(ask(server.url, body=LARGE), first_byte=PATIENCE)
            assert (413, b"too much") == (body.head.status, await body.read(PATIENCE))
            await body.close()
            read.set()
        await transport.close()

    run(program())


@pytest.mark.parametrize("library", ["native", "httpx2"])
def test_a_request_that_is_never_read(library: str) -> None:
    """The wait for the head includes the time in which the request goes out."""
    late = threading.Event()

    def handler(peer: Peer) -> None:
        late.wait(PATIENCE)

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(handler) as server:
            with pytest.raises(TimedOut) as caught:
                await transport.send(ask(server.url, body=LARGE), connect=PATIENCE, first_byte=STALL)
            late.set()
        assert "first_byte" == caught.value.phase
        await transport.close()

    run(program())


@pytest.mark.parametrize("library", ["native", "httpx2"])
def test_cancelled_while_the_request_goes_out(library: str) -> None:
    """F40: nobody reads the request, and then nobody wants its answer."""
    cancelled = threading.Event()

    def handler(peer: Peer) -> None:
        cancelled.wait(PATIENCE)
        peer.watch()

    async def program() -> None:
        transport = async_transport(library)
        with FaultServer(handler) as server:
            task = asyncio.create_task(transport.send(ask(server.url, body=LARGE)))
            await come(lambda: server.connections == 1)
            for _ in range(100):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            cancelled.set()
            await come(server.gone.is_set)
            assert [] == server.received
        await transport.close()

    run(program())


def address(port: int) -> tuple[Any, ...]:
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)


def test_the_next_address_is_tried() -> None:
    """A host may have several addresses, and not all of them answer; those that lose are closed."""

    async def program() -> None:
        with nobody() as closed:
            with FaultServer(Peer.watch) as server:
                sock = await _first_connected([address(closed), address(server.port), address(server.port)])
                assert ("127.0.0.1", server.port) == sock.getpeername()
                sock.close()
                await come(server.gone.is_set)
                assert 1 == server.connections
            with pytest.raises(ConnectionRefusedError):
                await _first_connected([address(closed)])
            with pytest.raises(OSError, match=r"\[Errno \d+\].*; \[Errno \d+\]"):
                await _first_connected([address(closed), address(closed)])

    run(program())


def test_an_address_that_keeps_silent_does_not_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets a short lead, and is given up when another answers."""
    monkeypatch.setattr(streams, "_LEAD", 0.01)

    async def program() -> None:
        with contextlib.ExitStack() as stack:
            # A listener whose queue is full answers no more.
            full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            with FaultServer(Peer.watch) as server:
                sock = await _first_connected([address(full.getsockname()[1]), address(server.port)])
                assert ("127.0.0.1", server.port) == sock.getpeername()
                sock.close()

    run(program())

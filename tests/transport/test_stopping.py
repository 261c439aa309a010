"""A wait of one thread is ended from another, at whatever point of a request it stands."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from fault_server import PATIENCE, FaultServer, Peer, answering, stalling, whole
from rigs import ask

from dragoman.errors import Cancelled
from dragoman.transport import open_transport
from dragoman.transport.base import Body
from dragoman.transport.native import NativeTransport
from dragoman.transport.stopping import Bell, Stop, aside, to_the_end

OURS = ["native", "httpx2"]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


class Watched(Stop):
    """A wish to stop that says when there is a wait to be ended: the `wanted`-th one."""

    __slots__ = ("_left", "waits")

    def __init__(self, wanted: int = 1) -> None:
        super().__init__()
        self.waits = threading.Event()
        self._left = wanted

    def during(self, wake: Callable[[], object] | None) -> None:
        super().during(wake)
        self._left -= 1
        if self._left == 0:
            self.waits.set()


def cancelled(sent: Future[Body]) -> None:
    with pytest.raises(Cancelled):
        sent.result(PATIENCE)


@pytest.mark.parametrize("name", ["native", "httpx2", "pyreqwest"])
def test_while_the_head_is_waited_for(name: str, pool: ThreadPoolExecutor) -> None:
    """The thread comes back at once; where the library can, the connection is cut."""
    transport, stop = open_transport(name), Stop()
    with FaultServer(stalling()) as server:
        sent = pool.submit(lambda: transport.send(ask(server.url), stop=stop))
        assert server.waiting.wait(PATIENCE)
        stop.ask()
        cancelled(sent)
        assert name == "pyreqwest" or server.gone.wait(PATIENCE)
        transport.close()


@pytest.mark.parametrize("name", OURS)
def test_while_a_large_request_is_not_taken(name: str, pool: ThreadPoolExecutor) -> None:
    """A server that does not read makes the write wait, which ends as well."""
    transport, stop, reached, leave = open_transport(name), Stop(), threading.Event(), threading.Event()

    def handler(peer: Peer) -> None:
        reached.set()
        leave.wait(PATIENCE)

    with FaultServer(handler) as server:
        sent = pool.submit(lambda: transport.send(ask(server.url, body=bytes(32 * 1024 * 1024)), stop=stop))
        assert reached.wait(PATIENCE)
        stop.ask()
        cancelled(sent)
        leave.set()
        transport.close()


@pytest.mark.parametrize("name", OURS)
def test_while_tls_is_agreed_on(name: str, pool: ThreadPoolExecutor) -> None:
    """A handshake that does not come to its end."""
    transport, stop = open_transport(name), Stop()
    with FaultServer(Peer.watch) as server:
        sent = pool.submit(lambda: transport.send(ask(server.url.replace("http", "https")), stop=stop))
        assert server.waiting.wait(PATIENCE)
        stop.ask()
        cancelled(sent)
        assert server.gone.wait(PATIENCE)
        transport.close()


@pytest.mark.parametrize("name", OURS)
@pytest.mark.skipif(not hasattr(socket, "SO_INCOMING_CPU"), reason="only Linux ends a connection in the making from outside")
def test_while_a_connection_is_made(name: str, pool: ThreadPoolExecutor) -> None:
    """A server whose queue is full lets nobody in."""
    transport, stop = open_transport(name), Watched()
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for sock in (first, second):
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        sent = pool.submit(lambda: transport.send(ask(f"http://127.0.0.1:{full.getsockname()[1]}/v1"), stop=stop))
        assert stop.waits.wait(PATIENCE)
        stop.ask()
        cancelled(sent)
        transport.close()


@pytest.mark.parametrize("name", OURS)
def test_while_a_name_is_resolved(name: str, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver is left to itself."""
    transport, stop, reached, leave = open_transport(name), Stop(), threading.Event(), threading.Event()
    resolve = socket.getaddrinfo

    def slow(host: str, port: int, *rest: int, **named: int) -> object:
        if "flags" not in named:
            reached.set()
            leave.wait(PATIENCE)
        return resolve(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    sent = pool.submit(lambda: transport.send(ask("http://models.invalid/v1"), stop=stop))
    assert reached.wait(PATIENCE)
    stop.ask()
    cancelled(sent)
    leave.set()
    transport.close()


def test_while_a_free_connection_is_waited_for(pool: ThreadPoolExecutor) -> None:
    """The bound on requests under way is full."""
    transport, stop = NativeTransport(max_connections=1), Watched()
    with FaultServer(answering(whole(b"ok"))) as server:
        body = transport.send(ask(server.url))
        sent = pool.submit(lambda: transport.send(ask(server.url), stop=stop))
        assert stop.waits.wait(PATIENCE)
        stop.ask()
        cancelled(sent)
        body.close()
        transport.close()


@pytest.mark.parametrize("name", OURS)
def test_before_anything_is_done(name: str) -> None:
    """Nothing is sent."""
    transport, stop = open_transport(name), Stop()
    stop.ask()
    with FaultServer(stalling()) as server:
        with pytest.raises(Cancelled):
            transport.send(ask(server.url), stop=stop)
        assert [] == server.received
        transport.close()


def test_a_signal_handler_may_ask(pool: ThreadPoolExecutor) -> None:
    """In the very thread that waits."""
    transport, stop = NativeTransport(), Stop()
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.ask())
    try:
        with FaultServer(stalling()) as server:
            main = threading.main_thread().ident or 0
            pool.submit(lambda: server.waiting.wait(PATIENCE) and signal.pthread_kill(main, signal.SIGUSR1))
            with pytest.raises(Cancelled):
                transport.send(ask(server.url), stop=stop)
    finally:
        signal.signal(signal.SIGUSR1, before)
        transport.close()


def test_only_the_wait_under_way_is_ended() -> None:
    """An earlier one is over, and asking again ends nothing twice but what waits now."""
    stop, ended = Stop(), []
    stop.during(lambda: ended.append("first"))
    stop.during(None)
    stop.ask()
    assert [] == ended
    with pytest.raises(Cancelled):
        stop.during(lambda: ended.append("second"))
    stop.ask()

    assert ["second"] == ended


def test_a_bell_ends_one_wait() -> None:
    """Rung twice before it is waited for is rung once."""
    it = Bell()
    it.ring()
    it.ring()

    assert [True, False] == [it.wait(PATIENCE), it.wait(0.0)]


def test_a_function_aside_gives_and_raises_what_it_does() -> None:
    """As if it were called here, in time."""

    def fails() -> None:
        raise LookupError("no")

    assert 7 == aside(lambda: 7)
    with pytest.raises(LookupError, match="no"):
        aside(fails, PATIENCE, Stop())


def test_a_function_aside_is_not_waited_for_longer() -> None:
    """It goes on and nobody listens."""
    leave = threading.Event()

    with pytest.raises(TimeoutError):
        aside(lambda: leave.wait(PATIENCE), 0.01)
    leave.set()


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("blocks", [False, True])
def test_what_is_done_to_its_end(blocks: bool, fails: bool) -> None:
    """A task that is cancelled, twice even, waits for it; what it raises then is nobody's complaint."""

    async def program() -> list[str]:
        done: list[str] = []
        begun, go_on = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            assert go_on.wait(PATIENCE)
            done.append("done")
            if fails:
                raise OSError("no room")

        async def awaited() -> None:
            await asyncio.to_thread(work)

        task = asyncio.create_task(to_the_end(work if blocks else awaited, blocks=blocks))
        while not begun.is_set():
            await asyncio.sleep(0)
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return done

    assert ["done"] == asyncio.run(program())


def test_what_is_done_at_once_needs_no_waiting() -> None:
    """A plain function that does not block is called where it stands, and what is raised comes through."""

    async def fails() -> None:
        raise OSError("no room")

    assert 7 == asyncio.run(to_the_end(lambda: 7, blocks=False))
    for blocks, work in ((False, fails), (True, lambda: [].pop())):
        with pytest.raises((OSError, IndexError)):
            asyncio.run(to_the_end(work, blocks=blocks))  # type: ignore[arg-type]

"""HTTP over pyreqwest (https://github.com/MarkusSintonen/pyreqwest): reqwest, hyper and rustls, both faces.

Facts of pyreqwest 0.15 that shape this module, read in its source:

- By default it holds a streamed answer back until 64 KiB have come, head included. With a read buffer of 0 the head is
  given at once and every piece as it comes (`src/response/internal/body_reader.rs`).
- Its blocking client knows no timeout of one call, and neither a signal nor another thread ends its waits. The
  blocking face therefore drives the asyncio client by hand: a future of Rust asks its event loop for little, and
  `_Turn` answers with a lock in place of a loop.
- A request given up before its head goes on in the background and keeps its connection until the server answers: the
  spawned task is not aborted (`src/client/internal/spawner.rs`). `docs/transports.md` says what that means.
- A runtime made before a fork is refused after it; the other kind of runtime, unused so far, is not.
"""

from __future__ import annotations

import asyncio
import math
import os
import queue
import threading
from datetime import timedelta
from time import monotonic
from typing import Any

from ..errors import Cancelled, DragomanError, TransportError, UsageError
from ..wire.http import HttpHead, HttpRequest, header_map
from .outgoing import Route, checked_headers, route_to, split_url
from .patience import Patience
from .proxies import Proxies, Proxy
from .steps import Step
from .stopping import Stop
from .trouble import Kind, closed_here, connection_failed, not_installed, timed_out
from .trust import extra_roots

try:
    from pyreqwest import exceptions
    from pyreqwest.client import Client, ClientBuilder
    from pyreqwest.proxy import ProxyBuilder
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "pyreqwest":
        raise
    raise not_installed("pyreqwest") from None

__all__ = ["AsyncPyreqwestBody", "AsyncPyreqwestTransport", "PyreqwestBody", "PyreqwestTransport"]

_WAYS = 256
_CLIENTS = 16
_EXPECTED = (TransportError, Cancelled, exceptions.PyreqwestError)

# What the last cause of an error says, in Rust's words, and what it means. The first that is found counts.
_SIGNS: tuple[tuple[str, Kind], ...] = (
    ("dns error", "dns"),
    ("failed to lookup address", "dns"),
    ("invalid peer certificate", "tls"),
    ("received fatal alert", "tls"),
    ("received corrupt message", "tls"),
    ("certificate", "tls"),
    ("connection refused", "refused"),
    ("connection reset", "reset"),
    ("broken pipe", "reset"),
    ("connection aborted", "reset"),
    ("tunnel", "proxy"),
    ("proxy", "proxy"),
    ("end of file", "closed"),
    ("unexpected eof", "closed"),
    ("connection closed before message completed", "closed"),
    ("close_notify", "closed"),
)
_LASTING = ("name or service not known", "no address associated", "nodename nor servname")


def rounded_up(seconds: float) -> float:
    """A length of time with two digits, the next longer one."""
    step = 10.0 ** (math.floor(math.log10(max(seconds, 1e-3))) - 1)
    return math.ceil(round(seconds / step, 6)) * step


class _Way:
    """Where requests to one origin go, and the proxy they take, if any."""

    __slots__ = ("proxy", "route")

    def __init__(self, origin: str, proxies: Proxies) -> None:
        self.route: Route = route_to(origin)
        self.proxy = proxies.for_route(self.route)

    def trouble(self, error: Exception, connect: float | None = None) -> DragomanError:
        """What an exception from below means; `connect` is how long connecting might take."""
        where = self.route.where
        if isinstance(error, DragomanError):
            error.__context__ = None
            return error.with_traceback(None)
        causes = [cause["message"] for cause in (getattr(error, "details", None) or {}).get("causes") or ()]
        if isinstance(error, exceptions.PoolTimeoutError):
            return connection_failed("pool", where)
        if isinstance(error, exceptions.ConnectTimeoutError):
            return timed_out("connect", where, connect or 0)
        # The first cause may quote the URL; the last is the reason.
        reason = causes[-1] if causes and "://" not in causes[-1] else ""
        text = " ".join(causes).lower()
        if "body error" in text and "from connection" not in text:
            return connection_failed("other", where, f"the body cannot be unpacked: {reason}")
        kind: Kind = next((kind for sign, kind in _SIGNS if sign in text), "other")
        if self.proxy is not None and isinstance(error, exceptions.ConnectError) and kind != "tls":
            return connection_failed("proxy", where, f"{self.proxy.where}: {reason}")
        lasting = kind == "tls" or (kind == "dns" and any(sign in text for sign in _LASTING))
        return connection_failed(kind, where, reason, retryable=not lasting)


class _Clients:
    """What both faces share: the ways to known origins, and a client for each proxy and length of connecting."""

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        self._max_connections = max_connections
        self._keep_alive = timedelta(seconds=keep_alive)
        self._proxies = Proxies(os.environ)
        self._ways: dict[str, _Way] = {}
        self._clients: dict[tuple[Proxy | None, float | None], Client] = {}
        self._pid = os.getpid()
        self._lock = threading.Lock()

    def _way(self, origin: str) -> _Way:
        way = self._ways.get(origin)
        if way is None:
            way = _Way(origin, self._proxies)
            if len(self._ways) >= _WAYS:
                self._ways.clear()
            self._ways[origin] = way
        return way

    def _client(self, proxy: Proxy | None, connect: float | None) -> Client:
        """The client whose connections take `connect` seconds at most, to two digits: it is a setting of the client."""
        if connect is not None:
            connect = rounded_up(connect)
        key = proxy, connect
        client = self._clients.get(key)
        if client is None or self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid() or len(self._clients) >= _CLIENTS:
                    self._clients, self._pid = {}, os.getpid()
                client = self._clients.get(key)
                if client is None:
                    client = self._clients[key] = self._make(proxy, connect)
        return client

    def _make(self, proxy: Proxy | None, connect: float | None) -> Client:
        roots = extra_roots(os.environ)

        def build(multithreaded: bool) -> Client:
            builder = ClientBuilder().no_proxy().follow_redirects(False).referer(False).http1_only()
            builder = builder.http1_lower_case_headers().pool_idle_timeout(self._keep_alive).pool_max_idle_per_host(100)
            builder = builder.tcp_keepalive(timedelta(seconds=60)).runtime_multithreaded(multithreaded)
            if self._max_connections is not None:
                builder = builder.max_connections(self._max_connections)
                if connect is not None:
                    builder = builder.pool_timeout(timedelta(seconds=connect))
            if connect is not None:
                builder = builder.connect_timeout(timedelta(seconds=connect))
            if roots:
                builder = builder.add_root_certificate_pem(roots)
            if proxy is not None:
                builder = builder.proxy(ProxyBuilder.all(proxy.url.reveal()))
            return builder.build()

        try:
            return build(False)
        except RuntimeError as error:
            if "fork" not in str(error):
                raise
        try:
            return build(True)
        except RuntimeError:
            raise UsageError("pyreqwest cannot be used in a process forked twice since its first use: spawn it") from None

    def _outgoing(self, client: Client, request: HttpRequest) -> Any:
        """pyreqwest's request, which is entered to send it and left to close its answer."""
        headers = checked_headers(request)
        headers.pop("content-length", None)
        builder = client.request(request.method, request.url).headers(headers).streamed_read_buffer_limit(0)
        if request.body:
            builder = builder.body_bytes(request.body)
        elif request.method not in ("GET", "HEAD"):
            builder = builder.header("content-length", "0")
        return builder.build_streamed()


def _head(response: Any, way: _Way) -> HttpHead:
    status: int = response.status
    if status == 407 and way.proxy is not None:
        raise connection_failed("proxy", way.route.where, f"{way.proxy.where} answers 407")
    try:
        pairs = list(response.headers.items())
    except ValueError:  # one is not ASCII: pyreqwest gives all others one by one, and has no way to give that one
        pairs = []
        items = iter(response.headers.items())
        while True:
            try:
                pairs.append(next(items))
            except StopIteration:
                break
            except ValueError:
                continue
    return HttpHead(status, header_map(pairs))


class _Answer:
    """What both bodies are: a head, and how far its body has been read."""

    __slots__ = ("_closed", "_entered", "_over", "_patience", "_reader", "_trouble", "_way", "head")

    def __init__(self, entered: Any, response: Any, way: _Way, patience: Patience) -> None:
        self._entered = entered
        self._over = False
        self._closed = False
        self.head = _head(response, way)
        self._reader: Any = response.body_reader
        self._way = way
        self._patience = patience
        self._trouble: DragomanError | None = None

    def _after(self) -> bytes:
        """What a read gives when nothing can come any more."""
        trouble, self._trouble = self._trouble, None
        if trouble is None and self._closed:
            trouble = closed_here(self._way.route.where)
        if trouble is not None:
            raise trouble
        return b""

    def _fail(self, error: Exception) -> None:
        """Keep what a failed read means for the moment it is told."""
        if not self._closed:
            self._trouble = self._way.trouble(error)

    def _end(self) -> None:
        """Give the connection back, or cut it. No read may be under way: it would hold what is needed here."""
        if not self._over:
            self._over = True
            leaving = self._entered.__aexit__(None, None, None)
            try:
                leaving.send(None)
            except StopIteration:
                return
            leaving.close()


class _Turn:
    """Where a future of Rust looks for an event loop, a thread that waits: being woken is all it wants.

    pyo3 asks the running loop for a future, yields the iterator of that future, and later has the loop call a function
    that looks whether the future is done and sets its result if not (pyo3 0.29, `src/coroutine/waker.rs`).
    """

    __slots__ = ("_calls", "_stopped")

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._stopped = False

    def create_future(self) -> _Turn:
        return self

    def __iter__(self) -> _Turn:
        return self

    def __next__(self) -> _Turn:
        return self

    def call_soon_threadsafe(self, callback: Any, *arguments: Any, **_: Any) -> None:
        callback(*arguments)

    def done(self) -> bool:
        return False

    def set_result(self, result: None) -> None:
        self._calls.put(result)

    def is_closed(self) -> bool:
        return False

    def stop(self) -> None:
        """End the wait under way, and every later one."""
        self._stopped = True
        self._calls.put(None)

    def run(self, coroutine: Any, patience: Patience) -> Any:
        """The result of a coroutine of pyreqwest. Raises what it raises, TimedOut, and Cancelled when stopped."""
        try:
            while not self._stopped:
                before = asyncio._get_running_loop()
                asyncio._set_running_loop(self)  # type: ignore[arg-type]
                try:
                    waits = coroutine.send(None)
                except StopIteration as done:
                    return done.value
                finally:
                    asyncio._set_running_loop(before)
                if waits is not None:
                    self._calls.get(timeout=patience.left())
        except queue.Empty:
            raise patience.over() from None
        finally:
            coroutine.close()
        raise closed_here(patience.where)


class PyreqwestBody(_Answer):
    """`Body` over pyreqwest. One thread reads; `close` may be called from any, and ends a read that blocks."""

    __slots__ = ("_busy", "_turn")

    def __init__(self, entered: Any, response: Any, way: _Way, patience: Patience, turn: _Turn) -> None:
        super().__init__(entered, response, way, patience)
        self._turn = turn
        self._busy = threading.Lock()

    def read(self, timeout: float | None = None) -> bytes:
        """As the contract says. Raises Cancelled when the body is closed, before or meanwhile."""
        with self._busy:
            if self._over:
                return self._after()
            self._patience.idle(timeout)
            data = b""
            try:
                chunk = self._turn.run(self._reader.read_chunk(), self._patience)
                data = b"" if chunk is None else bytes(chunk)
            except _EXPECTED as error:
                self._fail(error)
            finally:
                if not data:
                    self._end()
        if self._closed:
            self.close()
        return data or self._after()

    def close(self) -> None:
        """Give the connection back, or cut it: at once, also under a read in another thread."""
        self._closed = self._closed or not self._over
        if self._busy.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._busy.release()
        else:
            self._turn.stop()

    def __del__(self) -> None:
        self._end()


class PyreqwestTransport(_Clients):
    """`Transport` over pyreqwest; safe for many threads, and usable after a fork.

    `max_connections` bounds the requests under way of each of its clients (each proxy and each length of `connect` has
    its own), None for no bound; a request that finds none free within its `connect` time fails with kind `pool`.
    `keep_alive` is how long an idle connection is kept, in seconds. `connect` is taken to two digits.
    """

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
        stop: Stop | None = None,
    ) -> PyreqwestBody:
        """As the contract says; `first_byte` is counted from the start, connecting included."""
        way = self._way(split_url(request.url)[0])
        patience = Patience(way.route.where, connect, first_byte, monotonic, total, stop)
        outgoing = self._outgoing(self._client(way.proxy, connect), request)
        turn = _Turn()
        patience.ends(turn.stop)
        patience.sent()
        try:
            response = turn.run(outgoing.__aenter__(), patience)
            return PyreqwestBody(outgoing, response, way, patience, turn)
        except _EXPECTED as error:
            trouble = way.trouble(error, connect)
        del request, outgoing
        raise trouble

    def close(self) -> None:
        """Let go of all connections; a later request opens new ones."""
        with self._lock:
            self._clients = {}


class AsyncPyreqwestBody(_Answer):
    """`AsyncBody` over pyreqwest. One task reads; `close` may be called from any task of the loop."""

    __slots__ = ("_loop", "_step")

    def __init__(self, entered: Any, response: Any, way: _Way, patience: Patience, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(entered, response, way, patience)
        self._loop = loop
        self._step: Step | None = None

    async def read(self, timeout: float | None = None) -> bytes:
        """As the contract says. Raises Cancelled when the body is closed, before or meanwhile."""
        if self._over:
            return self._after()
        coroutine = self._reader.read_chunk()
        data = b""
        try:
            try:
                waiter = coroutine.send(None)
            except StopIteration as done:
                chunk = done.value
            else:
                self._patience.idle(timeout)
                self._step = Step(coroutine, waiter)
                chunk = await self._step.finish(self._patience, self._loop)
                self._step = None
            if chunk is not None:
                data = bytes(chunk)
        except _EXPECTED as error:
            self._fail(error)
        finally:
            if not data:
                self._step = None
                self._end()
        return data or self._after()

    async def close(self) -> None:
        """Give the connection back, or cut it: at once, also under a read in another task."""
        self._closed = self._closed or not self._over
        if self._step is not None:
            self._step.interrupt(closed_here(self._way.route.where))
        else:
            self._end()

    def __del__(self) -> None:
        self._end()


class AsyncPyreqwestTransport(_Clients):
    """`AsyncTransport` over pyreqwest; its parameters are `PyreqwestTransport`'s. Any number of loops may use it."""

    async def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
    ) -> AsyncPyreqwestBody:
        """As `PyreqwestTransport.send`."""
        way = self._way(split_url(request.url)[0])
        loop = asyncio.get_running_loop()
        patience = Patience(way.route.where, connect, first_byte, loop.time, total)
        outgoing = self._outgoing(self._client(way.proxy, connect), request)
        patience.sent()
        try:
            response = await Step(outgoing.__aenter__()).finish(patience, loop)
            return AsyncPyreqwestBody(outgoing, response, way, patience, loop)
        except _EXPECTED as error:
            trouble = way.trouble(error, connect)
        del request, outgoing
        raise trouble

    async def close(self) -> None:
        """Let go of all connections; a later request opens new ones."""
        self._clients = {}

"""HTTP over httpcore2, the connection layer of httpx2 (https://github.com/pydantic/httpx2): pure Python, both faces.

The layer below httpx2's client is used on its own, because it adds nothing to a request and follows nothing: no
cookies, no redirects, no default headers, no environment. HTTP/1.1 only. Its pool hands connections out, and h11
reads and writes the protocol; sockets, deadlines and decompression are this package's (`sockets`, `streams`,
`patience`, `unpack`). A request on a connection that the server closes at the same moment fails with `reset` or
`closed`: it may have been received, so that sending it again is for the engine to decide.

Errors leave this module without the frames below it and without what they came from: those hold the headers.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from time import monotonic
from typing import Any

from ..errors import Cancelled, DragomanError, TransportError, UsageError
from ..wire.http import HttpHead, HttpRequest, header_map
from .outgoing import Route, checked_headers, route_to, split_url
from .patience import Patience
from .proxies import Proxies, Proxy
from .sockets import BlockingNetwork
from .steps import WAITS, Step
from .stopping import Stop, stopped
from .streams import AsyncNetwork
from .trouble import closed_here, connection_failed, not_installed
from .trust import extra_roots
from .unpack import CODINGS, Damaged, Unpacker

try:
    import httpcore2
except ModuleNotFoundError as error:
    if error.name != "httpcore2":
        raise
    raise not_installed("httpx2") from None

__all__ = ["AsyncHttpx2Body", "AsyncHttpx2Transport", "Httpx2Body", "Httpx2Transport"]

_ACCEPT_ENCODING = ", ".join(CODINGS)
_WAYS = 256
# What a failure is, whether a proxy stands between or not.
_OWN_KINDS = {"tls", "proxy", "pool"}
_EXPECTED = (TransportError, Cancelled, Damaged, httpcore2.ProtocolError, httpcore2.ProxyError, httpcore2.PoolTimeout)


class _Way:
    """Where requests to one origin go: its route, in httpcore2's words too, and the proxy they take, if any."""

    __slots__ = ("_origin", "proxy", "route")

    def __init__(self, origin: str, proxies: Proxies) -> None:
        route: Route = route_to(origin)
        self.route = route
        self.proxy = proxies.for_route(route)
        self._origin = b"https" if route.secure else b"http", route.host.encode(), route.port

    def url(self, target: str) -> httpcore2.URL:
        """The URL of a target there."""
        scheme, host, port = self._origin
        return httpcore2.URL(scheme=scheme, host=host, port=port, target=target.encode())

    def trouble(self, error: Exception, patience: Patience) -> DragomanError:
        """What an exception from below means."""
        meant = self._meaning(error)
        meant.__context__ = None
        if self.proxy is not None and patience.phase == "connect" and getattr(meant, "kind", "tls") not in _OWN_KINDS:
            return connection_failed("proxy", self.route.where, f"{self.proxy.where}: {meant.message.partition(';')[0]}")
        return meant.with_traceback(None)

    def _meaning(self, error: Exception) -> DragomanError:
        where = self.route.where
        match error:
            case DragomanError():
                return error
            case httpcore2.PoolTimeout():
                return connection_failed("pool", where)
            case httpcore2.ProxyError():
                return connection_failed("proxy", where, f"{self.proxy.where if self.proxy else 'it'} answers {error}")
            case httpcore2.LocalProtocolError():
                return UsageError("the request is not valid HTTP and was not sent: check its headers")
            case Damaged():
                return connection_failed("other", where, f"the body cannot be unpacked: {error}")
        if any(sign in str(error) for sign in ("closed connection", "disconnected")):
            return connection_failed("closed", where)
        return connection_failed("other", where, "the answer is not valid HTTP")


class _Pools:
    """What both faces share: the ways to known origins, and one pool for each kind of connection."""

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        self._limits = {"max_connections": max_connections, "max_keepalive_connections": 100, "keepalive_expiry": keep_alive}
        self._proxies = Proxies(os.environ)
        self._ways: dict[str, _Way] = {}
        self._pools: dict[tuple[bool, Proxy | None], Any] = {}
        self._pid = os.getpid()

    def _way(self, origin: str) -> _Way:
        way = self._ways.get(origin)
        if way is None:
            way = _Way(origin, self._proxies)
            if len(self._ways) >= _WAYS:
                self._ways.clear()
            self._ways[origin] = way
        return way

    def _options(self, way: _Way) -> dict[str, Any]:
        """What a pool is made with."""
        options: dict[str, Any] = dict(self._limits)
        if way.route.secure:
            options["ssl_context"] = _trusting()
        if way.proxy is not None:
            options["proxy"] = _proxy(way.proxy)
        return options

    @staticmethod
    def _outgoing(request: HttpRequest, way: _Way, target: str, patience: Patience) -> httpcore2.Request:
        headers = {"host": way.route.where, "accept-encoding": _ACCEPT_ENCODING, **checked_headers(request)}
        if request.body or request.method not in ("GET", "HEAD"):
            headers["content-length"] = str(len(request.body))
        return httpcore2.Request(
            request.method,
            way.url(target),
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            content=request.body,
            extensions={"timeout": {"pool": patience.seconds, "connect": patience, "read": patience, "write": patience}},
        )


def _trusting() -> Any:
    """A TLS context that trusts the platform's roots and those of the environment."""
    added = extra_roots(os.environ)
    if not added:
        return httpcore2.default_ssl_context()
    from httpx2 import create_ssl_context  # gives the platform's roots alone; httpcore2's function gives one or the other

    context = create_ssl_context(trust_env=False)
    context.load_verify_locations(cadata=added.decode("ascii", "replace"))
    return context


def _proxy(proxy: Proxy) -> httpcore2.Proxy:
    from urllib.parse import unquote, urlsplit

    if proxy.scheme.startswith("socks"):
        try:
            import socksio  # noqa: F401
        except ModuleNotFoundError:
            raise UsageError("a SOCKS proxy needs the package socksio: pip install httpx2[socks]") from None
    parts = urlsplit(proxy.url.reveal())
    name, word = unquote(parts.username or ""), unquote(parts.password or "")
    return httpcore2.Proxy(url=f"{proxy.scheme}://{proxy.where}", auth=(name, word) if name or word else None)


class _Answer:
    """What both bodies are: a head, and how far its body has been read."""

    __slots__ = ("_closed", "_network", "_over", "_patience", "_stream", "_trouble", "_unpacker", "_way", "head")

    def __init__(self, response: httpcore2.Response, way: _Way, patience: Patience) -> None:
        self._over = True  # until it is known to be readable
        headers = header_map((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
        if response.status == 407 and way.proxy is not None:
            # A proxy that forwards plain HTTP refuses with an answer of its own.
            raise connection_failed("proxy", way.route.where, f"{way.proxy.where} answers 407")
        self._unpacker: Unpacker | None = None
        if headers.get("content-encoding", "identity").lower() != "identity":
            self._unpacker = Unpacker(headers.pop("content-encoding"))
            headers.pop("content-length", None)
        self.head = HttpHead(response.status, headers)
        self._stream: Any = response.stream
        self._network: Any = response.extensions["network_stream"]
        self._way = way
        self._patience = patience
        self._closed = False
        self._trouble: DragomanError | None = None
        self._over = False

    def _meaning(self, error: Exception) -> DragomanError:
        return self._way.trouble(error, self._patience)

    def _check_end(self) -> None:
        """The body has ended; so must what is packed in it."""
        if self._unpacker is not None and self._trouble is None and not self._closed:
            try:
                self._unpacker.close()
            except Damaged as error:
                self._trouble = self._meaning(error)

    def _after(self) -> bytes:
        """What a read gives when nothing can come any more."""
        trouble, self._trouble = self._trouble, None
        if trouble is None and self._closed:
            trouble = closed_here(self._way.route.where)
        if trouble is not None:
            raise trouble
        return b""


class Httpx2Body(_Answer):
    """`Body` over httpcore2. One thread reads; `close` may be called from any, and ends a read that blocks."""

    __slots__ = ("_busy", "_chunks")

    def __init__(self, response: httpcore2.Response, way: _Way, patience: Patience) -> None:
        super().__init__(response, way, patience)
        self._chunks: Iterator[bytes] = iter(self._stream)
        self._busy = threading.Lock()

    def read(self, timeout: float | None = None) -> bytes:
        """As the contract says. Raises Cancelled when the body is closed, before or meanwhile."""
        with self._busy:
            if self._over:
                return self._after()
            self._patience.idle(timeout)
            data = b""
            try:
                data = next(self._chunks, b"") if self._unpacker is None else self._unpacked(self._unpacker)
            except _EXPECTED as error:
                self._trouble = None if self._closed else self._meaning(error)
            finally:
                if not data:
                    self._end()
                    self._check_end()
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
            self._network.interrupt()

    def __del__(self) -> None:
        self._end()

    def _unpacked(self, unpacker: Unpacker) -> bytes:
        while not (piece := unpacker.piece()):
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            unpacker.feed(chunk)
        return piece

    def _end(self) -> None:
        if not self._over:
            self._over = True
            self._stream.close()


class Httpx2Transport(_Pools):
    """`Transport` over httpcore2's blocking pool; safe for many threads, and usable after a fork.

    `max_connections` bounds the connections of each of its pools (plain, TLS and each proxy have their own), None for
    no bound; a request that finds none free within its `connect` time fails with kind `pool`. `keep_alive` is how long
    an idle connection is kept, in seconds.
    """

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        super().__init__(max_connections=max_connections, keep_alive=keep_alive)
        self._lock = threading.Lock()

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
        stop: Stop | None = None,
    ) -> Httpx2Body:
        """As the contract says; a wait for a free connection does not end before its time."""
        origin, target = split_url(request.url)
        way = self._way(origin)
        pool = self._pool(way)
        patience = Patience(way.route.where, connect, first_byte, monotonic, total, stop)
        outgoing = self._outgoing(request, way, target, patience)
        response = None
        try:
            response = pool.handle_request(outgoing)
            return Httpx2Body(response, way, patience)
        except _EXPECTED as error:
            if response is not None:
                response.stream.close()
            trouble = stopped() if stop is not None and stop.asked else way.trouble(error, patience)
        del request, outgoing, target
        raise trouble

    def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()

    def _pool(self, way: _Way) -> Any:
        key = way.route.secure, way.proxy
        pool = self._pools.get(key)
        if pool is None or self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pools, self._pid = {}, os.getpid()
                pool = self._pools.get(key)
                if pool is None:
                    network: Any = BlockingNetwork()
                    pool = httpcore2.ConnectionPool(network_backend=network, **self._options(way))
                    self._pools[key] = pool
        return pool


class AsyncHttpx2Body(_Answer):
    """`AsyncBody` over httpcore2. One task reads; `close` may be called from any task of the loop.

    What has arrived together is given together: the pool's iterator is taken forward for as long as it need not wait,
    and stays where it waits until the next read.
    """

    __slots__ = ("_begun", "_chunks", "_loop", "_reading", "_step")

    def __init__(self, response: httpcore2.Response, way: _Way, patience: Patience, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(response, way, patience)
        self._chunks: AsyncIterator[bytes] = aiter(self._stream)
        self._loop = loop
        self._step: Step | None = None
        self._reading = False
        self._begun = False

    async def read(self, timeout: float | None = None) -> bytes:
        """As the contract says. Raises Cancelled when the body is closed, before or meanwhile."""
        if self._over:
            return self._after()
        self._patience.idle(timeout)
        pieces: list[bytes] = []
        try:
            while True:
                step, chunk = (self._step, self._step.advance()) if self._step is not None else self._next_step()
                if chunk is WAITS:
                    self._step = step
                    if pieces:
                        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
                    self._reading = True
                    chunk = await step.finish(self._patience, self._loop)
                    self._reading = False
                self._step = None
                if self._unpacker is None:
                    pieces.append(chunk)
                else:
                    self._unpacker.feed(chunk)
                    while piece := self._unpacker.piece():
                        pieces.append(piece)
        except StopAsyncIteration:
            pass
        except _EXPECTED as error:
            self._trouble = None if self._closed else self._meaning(error)
        except BaseException:
            await self._end(None)
            raise
        await self._end(None)
        self._check_end()
        return b"".join(pieces) or self._after()

    async def close(self) -> None:
        """Give the connection back, or cut it: at once, also under a read in another task."""
        self._closed = self._closed or not self._over
        if self._reading and self._step is not None:
            self._step.interrupt(closed_here(self._way.route.where))
        else:
            await self._end(self._step)

    def __del__(self) -> None:
        if not self._over and not self._loop.is_closed():
            self._over = True
            self._loop.call_soon_threadsafe(self._loop.create_task, _leave(self._step, self._chunks, self._stream))

    def _next_step(self) -> tuple[Step, Any]:
        """Begin a step, and what it gives without waiting.

        In the first one the loop is not told of the iterators inside: it could not close one that stands in a wait.
        """
        if self._begun:
            step = Step(anext(self._chunks))
            return step, step.advance()
        self._begun = True
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(None, None)
        try:
            step = Step(anext(self._chunks))
            return step, step.advance()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    async def _end(self, step: Step | None) -> None:
        """Give the connection back, or cut it; `step` is one that still waits."""
        self._step = None
        self._reading = False
        if not self._over:
            self._over = True
            await _leave(step, self._chunks, self._stream)


async def _leave(step: Step | None, chunks: Any, stream: Any) -> None:
    if step is not None:
        await step.abandon(closed_here(""))
    await chunks.aclose()
    await stream.aclose()


class AsyncHttpx2Transport(_Pools):
    """`AsyncTransport` over httpcore2's asyncio pool, for many tasks of one loop; its parameters are `Httpx2Transport`'s.

    Connections belong to the loop they were made in: used in another loop, or after a fork, it begins anew. Close it
    before its loop ends.
    """

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        super().__init__(max_connections=max_connections, keep_alive=keep_alive)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
    ) -> AsyncHttpx2Body:
        """As `Transport.send`; here `connect` bounds resolving the name too."""
        loop = asyncio.get_running_loop()
        origin, target = split_url(request.url)
        way = self._way(origin)
        pool = self._pool(way, loop)
        patience = Patience(way.route.where, connect, first_byte, loop.time, total)
        outgoing = self._outgoing(request, way, target, patience)
        response = None
        try:
            response = await pool.handle_async_request(outgoing)
            response.extensions["network_stream"].rest()
            return AsyncHttpx2Body(response, way, patience, loop)
        except _EXPECTED as error:
            if response is not None:
                await response.stream.aclose()
            trouble = way.trouble(error, patience)
        del request, outgoing, target
        raise trouble

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()

    def _pool(self, way: _Way, loop: asyncio.AbstractEventLoop) -> Any:
        if self._loop is not loop or self._pid != os.getpid():
            self._pools, self._loop, self._pid = {}, loop, os.getpid()
        key = way.route.secure, way.proxy
        pool = self._pools.get(key)
        if pool is None:
            network: Any = AsyncNetwork()
            pool = self._pools[key] = httpcore2.AsyncConnectionPool(network_backend=network, **self._options(way))
        return pool

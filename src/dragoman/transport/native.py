"""HTTP/1.1 over sockets of our own, both faces: the default, since no HTTP library was both right and light enough.

It does one thing: send a complete request and give its answer as it comes. The wire format is read by `wire.http1`;
connections, deadlines, TLS trust, proxies and decompression are this package's (`sockets`, `streams`, `patience`,
`trust`, `proxies`, `unpack`). No redirects, no cookies, no retries, no HTTP/2. `docs/transports.md` says how it was
weighed against the libraries. A request on a kept connection that the server closes at the same moment fails with
`reset` or `closed`: it may have been received, so that sending it again is for the engine to decide.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from base64 import b64encode
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import DragomanError, UsageError
from ..wire.http import HttpHead, HttpRequest
from ..wire.http1 import AnswerParser, BadAnswer
from .outgoing import Route, checked_headers, route_to, split_url
from .patience import Patience
from .proxies import Proxies, Proxy
from .sockets import BlockingNetwork, SocketStream
from .streams import AsyncNetwork, Stream
from .trouble import closed_here, connection_failed
from .trust import extra_roots
from .unpack import CODINGS, Damaged, Unpacker

__all__ = ["AsyncNativeBody", "AsyncNativeTransport", "NativeBody", "NativeTransport"]

_ACCEPT_ENCODING = ", ".join(CODINGS)
_READ = 64 * 1024
_WAYS = 256
_KEPT = 100

# A body up to this size goes out in one write with its head: one packet, one system call. A larger one would be copied
# for it, and copies of some megabytes are given back to the system and faulted in anew at every call.
_JOINED = 64 * 1024


class _Way:
    """Where an origin lies, and the proxy it takes, if any."""

    __slots__ = ("before", "key", "proxy", "route", "secure")

    def __init__(self, origin: str, proxies: Proxies) -> None:
        self.route: Route = route_to(origin)
        self.proxy: Proxy | None = proxies.for_route(self.route)
        self.secure = self.route.secure
        # A proxy that forwards plain HTTP is asked for the whole URL.
        self.before = f"http://{self.route.where}" if self.proxy is not None and not self.secure else ""
        self.key = (self.route, self.proxy)


class _Common:
    """What both faces share: the ways to known URLs, connections that may be used again, and how requests are written."""

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        self._max_connections = max_connections
        self._keep_alive = keep_alive
        self._proxies = Proxies(os.environ)
        self._ways: dict[str, _Way] = {}
        self._kept: dict[Any, list[tuple[Any, float]]] = {}
        self._tls: ssl.SSLContext | None = None
        self._pid = os.getpid()

    def _way(self, url: str) -> tuple[_Way, str]:
        """The way a URL takes, and what is asked for at its end."""
        origin, target = split_url(url)
        way = self._ways.get(origin)
        if way is None:
            if len(self._ways) >= _WAYS:
                self._ways.clear()
            way = self._ways[origin] = _Way(origin, self._proxies)
        return way, way.before + target

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            context = ssl.create_default_context()
            context.set_alpn_protocols(["http/1.1"])
            if added := extra_roots(os.environ):
                # OpenSSL takes SSL_CERT_FILE for the platform's roots; here it stands beside them.
                context.load_verify_locations(cadata=added.decode("ascii", "replace"))
                _load_platform_roots(context)
            self._tls = context
        return self._tls

    def _take(self, way: _Way, now: float) -> Any:
        """A kept connection that is still fit for use, None when there is none. Those that are not are returned to be closed."""
        kept = self._kept.get(way.key)
        while kept:
            stream, since = kept.pop()
            if now - since < self._keep_alive and not stream.get_extra_info("is_readable"):
                return stream
            self._drop(stream)
        return None

    def _keep(self, key: Any, stream: Any, now: float) -> None:
        kept = self._kept.setdefault(key, [])
        if len(kept) >= _KEPT:
            self._drop(kept.pop(0)[0])
        kept.append((stream, now))

    def _drop(self, stream: Any) -> None:
        raise NotImplementedError  # pragma: no cover - both faces say how


def _load_platform_roots(context: ssl.SSLContext) -> None:
    paths = ssl.get_default_verify_paths()
    file = paths.openssl_cafile if os.path.isfile(paths.openssl_cafile) else None
    folder = paths.openssl_capath if os.path.isdir(paths.openssl_capath) else None
    if file or folder:
        context.load_verify_locations(file, folder)


def _written(request: HttpRequest, way: _Way, target: str) -> bytes:
    """The head of a request as bytes."""
    headers = {"host": way.route.where, "accept-encoding": _ACCEPT_ENCODING, **checked_headers(request)}
    if request.body or request.method not in ("GET", "HEAD"):
        headers["content-length"] = str(len(request.body))
    if way.proxy is not None and not way.secure and (credential := _proxy_credential(way.proxy)):
        headers["proxy-authorization"] = credential
    lines = [f"{request.method} {target} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()], "", ""]
    return "\r\n".join(lines).encode("ascii")


def _tunnel(way: _Way) -> bytes:
    """What asks a proxy for a tunnel."""
    assert way.proxy is not None
    host = f"[{way.route.host}]" if ":" in way.route.host else way.route.host
    credential = _proxy_credential(way.proxy)
    field = f"proxy-authorization: {credential}\r\n" if credential else ""
    return f"CONNECT {host}:{way.route.port} HTTP/1.1\r\nhost: {host}:{way.route.port}\r\n{field}\r\n".encode("ascii")


def _proxy_credential(proxy: Proxy) -> str | None:
    parts = urlsplit(proxy.url.reveal())
    if not (parts.username or parts.password):
        return None
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


def _proxy_address(proxy: Proxy) -> tuple[str, int]:
    if proxy.scheme != "http":
        raise UsageError(f"a proxy of the kind {proxy.scheme} is not supported here: choose Client(transport='httpx2')")
    parts = urlsplit(proxy.url.reveal())
    return parts.hostname or "", parts.port or 80


def _through_proxy(error: DragomanError, way: _Way) -> DragomanError:
    """Trouble in reaching a proxy is the proxy's, except what TLS says of the host behind it."""
    if way.proxy is None or getattr(error, "kind", "tls") in ("tls", "proxy"):
        return error
    return connection_failed("proxy", way.route.where, f"{way.proxy.where}: {error.message.partition(';')[0]}")


def _refused_by_proxy(way: _Way, head: HttpHead) -> DragomanError:
    assert way.proxy is not None
    return connection_failed("proxy", way.route.where, f"{way.proxy.where} answers {head.status}")


class _Answer:
    """What both bodies are: a head, and how far the body behind it has been read."""

    __slots__ = ("_closed", "_key", "_over", "_parser", "_patience", "_stream", "_unpacker", "_where", "head")

    def __init__(self, stream: Any, parser: AnswerParser, way: _Way, patience: Patience) -> None:
        assert parser.head is not None
        head = parser.head
        self._over = self._closed = False
        self._stream = stream
        self._parser = parser
        self._key = way.key
        self._where = way.route.where
        self._patience = patience
        self._unpacker: Unpacker | None = None
        coding = head.headers.get("content-encoding", "identity").lower()
        if coding != "identity":
            try:
                self._unpacker = Unpacker(coding)
            except Damaged as error:
                raise self._damaged(error) from None
            hidden = ("content-encoding", "content-length")
            head = HttpHead(head.status, {name: value for name, value in head.headers.items() if name not in hidden})
        self.head = head

    def _damaged(self, error: Exception) -> DragomanError:
        return connection_failed("other", self._where, f"the body cannot be unpacked: {error}")

    def _body(self, data: bytes, *, more: bool = False) -> bytes:
        """The body's bytes among what came, `b""` standing for the end of the connection unless there is `more`.

        Raises ConnectionFailed.
        """
        try:
            if data or more:
                return self._parser.feed(data)
            self._parser.end()
        except BadAnswer as error:
            raise _bad(error, self._where) from None
        return b""

    def _unpacked(self, body: bytes) -> bytes:
        unpacker = self._unpacker
        assert unpacker is not None
        try:
            unpacker.feed(body)
            piece = unpacker.piece()
            if not piece and self._parser.done:
                unpacker.close()
        except Damaged as error:
            raise self._damaged(error) from None
        return piece

    def _again(self) -> bytes:
        """What a read gives when nothing can come any more."""
        if self._closed:
            raise closed_here(self._where)
        return b""


def _bad(error: BadAnswer, where: str) -> DragomanError:
    return connection_failed("closed", where) if error.early else connection_failed("other", where, str(error))


class NativeBody(_Answer):
    """`Body` over a socket. One thread reads; `close` may be called from any, and ends a read that blocks."""

    __slots__ = ("_busy", "_owner")

    def __init__(
        self,
        owner: NativeTransport,
        stream: SocketStream,
        parser: AnswerParser,
        way: _Way,
        patience: Patience,
    ) -> None:
        self._owner = owner
        self._busy = threading.Lock()
        super().__init__(stream, parser, way, patience)

    def read(self, timeout: float | None = None) -> bytes:
        """As the contract says. Raises Cancelled when the body is closed, before or meanwhile."""
        with self._busy:
            if self._over:
                return self._again()
            try:
                piece = self._next(timeout)
            except DragomanError as error:
                self._end(False)
                if self._closed:
                    raise closed_here(self._where) from None
                raise error.with_traceback(None) from None
            except BaseException:
                self._end(False)
                raise
        if self._closed:
            self.close()
            return piece or self._again()
        return piece

    def close(self) -> None:
        """Give the connection back, or cut it: at once, also under a read in another thread."""
        self._closed = self._closed or not self._over
        if self._busy.acquire(blocking=False):
            try:
                self._end(False)
            finally:
                self._busy.release()
        else:
            self._stream.interrupt()

    def __del__(self) -> None:
        self._end(False)

    def _next(self, timeout: float | None) -> bytes:
        self._patience.idle(timeout)
        parser, body = self._parser, self._body(b"", more=True)
        while True:
            piece = body if self._unpacker is None else self._unpacked(body)
            if piece:
                if parser.done and self._unpacker is None:
                    self._end(True)
                return piece
            if parser.done:
                self._end(True)
                return b""
            body = self._body(self._stream.read(_READ, self._patience))

    def _end(self, whole: bool) -> None:
        if not self._over:
            self._over = True
            self._owner._done(self._key, self._stream, whole and self._parser.reusable)


class NativeTransport(_Common):
    """`Transport` over blocking sockets; safe for many threads, and usable after a fork.

    `max_connections` bounds the requests under way, None for no bound; a request that finds none free within its
    `connect` time fails with kind `pool`. `keep_alive` is how long an idle connection is kept, in seconds.
    """

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        super().__init__(max_connections=max_connections, keep_alive=keep_alive)
        self._lock = threading.Lock()
        self._network = BlockingNetwork()
        self._room = threading.Semaphore(max_connections) if max_connections is not None else None

    def send(self, request: HttpRequest, *, connect: float | None = None, first_byte: float | None = None) -> NativeBody:
        """As the contract says. Resolving a name is not bounded by `connect`: no system lets a thread give that up."""
        way, target = self._way(request.url)
        head = _written(request, way, target)
        patience = Patience(way.route.where, connect, first_byte, monotonic)
        if self._room is not None and not self._room.acquire(timeout=connect):
            raise connection_failed("pool", way.route.where)
        stream: SocketStream | None = None
        try:
            with self._lock:
                self._begin_anew_after_fork()
                stream = self._take(way, monotonic())
            if stream is None:
                stream = self._connect(way, patience)
            parser = AnswerParser(request.method)
            patience.sent()
            self._write(stream, head, request.body, patience)
            self._read_head(stream, parser, way, patience)
            return NativeBody(self, stream, parser, way, patience)
        except BaseException as error:
            self._done(way.key, stream, False)
            if isinstance(error, DragomanError):
                error.__context__ = None
                trouble = error.with_traceback(None)
            else:
                raise
        del head, request, target  # they may hold the credential, and the frame would carry them into crash reports
        raise trouble

    def close(self) -> None:
        """Close all idle connections; a later request opens new ones."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for streams in kept.values():
            for stream, _ in streams:
                stream.close()

    def __del__(self) -> None:
        if hasattr(self, "_lock"):
            self.close()

    def _begin_anew_after_fork(self) -> None:
        if self._pid != os.getpid():
            self._kept, self._pid = {}, os.getpid()

    def _connect(self, way: _Way, patience: Patience) -> SocketStream:
        try:
            if way.proxy is None:
                stream = self._network.connect_tcp(way.route.host, way.route.port, patience)
            else:
                stream = self._network.connect_tcp(*_proxy_address(way.proxy), patience)
        except DragomanError as error:
            raise _through_proxy(error, way) from None
        if way.secure:
            if way.proxy is not None:
                self._open_tunnel(stream, way, patience)
            stream = stream.start_tls(self._context(), way.route.host, patience)
        return stream

    def _open_tunnel(self, stream: SocketStream, way: _Way, patience: Patience) -> None:
        parser = AnswerParser("HEAD")
        try:
            stream.write(_tunnel(way), patience)
            try:
                self._read_head(stream, parser, way, patience, tunnel=True)
            except DragomanError as error:
                raise _through_proxy(error, way) from None
            if parser.head is None or parser.head.status >= 300:
                assert parser.head is not None
                raise _refused_by_proxy(way, parser.head)
        except BaseException:
            stream.close()
            raise

    @staticmethod
    def _write(stream: SocketStream, head: bytes, body: bytes, patience: Patience) -> None:
        if len(body) <= _JOINED:
            stream.write(head + body, patience)
        else:
            stream.write(head, patience)
            stream.write(body, patience)

    @staticmethod
    def _read_head(stream: SocketStream, parser: AnswerParser, way: _Way, patience: Patience, *, tunnel: bool = False) -> None:
        try:
            while True:
                data = stream.read(_READ, patience)
                if not data:
                    parser.end()
                parser.feed(data)
                if parser.head is not None:
                    break
        except BadAnswer as error:
            raise _bad(error, way.route.where) from None
        if parser.head.status == 407 and way.proxy is not None and not tunnel:
            raise _refused_by_proxy(way, parser.head)

    def _done(self, key: Any, stream: SocketStream | None, reusable: bool) -> None:
        if self._room is not None:
            self._room.release()
        if stream is None:
            return
        if reusable and self._pid == os.getpid():
            with self._lock:
                self._keep(key, stream, monotonic())
        else:
            stream.close()

    def _drop(self, stream: SocketStream) -> None:
        stream.close()


class _Connection(Stream):
    """A connection whose deadline moves with every read at the cost of an attribute: the timer looks again when it fires."""

    def __init__(self) -> None:
        super().__init__()
        self._patience: Patience | None = None

    def bound(self, patience: Patience) -> None:
        """From now on reads wait as long as `patience` lasts, which may begin other waits meanwhile."""
        self._patience = patience
        self._late = None
        if patience.until is not None and (self._timer is None or self._timer.when() > patience.until):
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(patience.until, self._look)

    def rest(self) -> None:
        """No wait is bounded any more."""
        self._patience = None
        super().rest()

    def fail(self, error: Exception) -> None:
        """End the read under way, if there is one, with an error."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    def _look(self) -> None:
        self._timer = None
        patience = self._patience
        if patience is None or patience.until is None:
            return
        if self._loop.time() >= patience.until:
            self._late = patience.over()  # for the next read, if this moment falls between two
            self.fail(self._late)
        else:
            self._timer = self._loop.call_at(patience.until, self._look)


class AsyncNativeBody(_Answer):
    """`AsyncBody` over an asyncio connection. One task reads; `close` may be called from any task of the loop."""

    __slots__ = ("_owner",)

    def __init__(
        self,
        owner: AsyncNativeTransport,
        stream: _Connection,
        parser: AnswerParser,
        way: _Way,
        patience: Patience,
    ) -> None:
        self._owner = owner
        super().__init__(stream, parser, way, patience)

    async def read(self, timeout: float | None = None) -> bytes:
        """As the contract says. Raises Cancelled when the body is closed, before or meanwhile."""
        if self._over:
            return self._again()
        try:
            return await self._next(timeout)
        except DragomanError as error:
            self._end(False)
            if self._closed:
                raise closed_here(self._where) from None
            raise error.with_traceback(None) from None
        except BaseException:
            self._end(False)
            raise

    async def close(self) -> None:
        """Give the connection back, or cut it: at once, also under a read in another task."""
        self._closed = self._closed or not self._over
        if not self._over:
            self._stream.fail(closed_here(self._where))
            self._end(False)

    def __del__(self) -> None:
        if not self._over and not self._owner._loop_is_closed():
            self._over = True
            self._owner._abandon(self._stream)

    async def _next(self, timeout: float | None) -> bytes:
        self._patience.idle(timeout)
        self._stream.bound(self._patience)
        parser, body = self._parser, self._body(b"", more=True)
        while True:
            piece = body if self._unpacker is None else self._unpacked(body)
            if piece:
                if parser.done and self._unpacker is None:
                    self._end(True)
                return piece
            if parser.done:
                self._end(True)
                return b""
            body = self._body(await self._stream.read(_READ, self._patience))

    def _end(self, whole: bool) -> None:
        if not self._over:
            self._over = True
            self._owner._done(self._key, self._stream, whole and self._parser.reusable)


class AsyncNativeTransport(_Common):
    """`AsyncTransport` over asyncio, for many tasks of one loop; its parameters are `NativeTransport`'s.

    Connections belong to the loop they were made in: used in another loop, or after a fork, it begins anew. Close it
    before its loop ends.
    """

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        super().__init__(max_connections=max_connections, keep_alive=keep_alive)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._network = AsyncNetwork(_Connection)
        self._room: asyncio.Semaphore | None = None

    async def send(
        self, request: HttpRequest, *, connect: float | None = None, first_byte: float | None = None
    ) -> AsyncNativeBody:
        """As `Transport.send`; here `connect` bounds resolving the name too."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._pid != os.getpid():
            self._begin_anew(loop)
        way, target = self._way(request.url)
        head = _written(request, way, target)
        patience = Patience(way.route.where, connect, first_byte, loop.time)
        if self._room is not None:
            await self._wait_for_room(self._room, way, connect)
        stream: _Connection | None = None
        try:
            stream = self._take(way, loop.time())
            if stream is None:
                stream = await self._connect(way, patience)
            parser = AnswerParser(request.method)
            patience.sent()
            stream.bound(patience)
            await self._write(stream, head, request.body, patience)
            await self._read_head(stream, parser, way, patience)
            return AsyncNativeBody(self, stream, parser, way, patience)
        except BaseException as error:
            self._done(way.key, stream, False)
            if isinstance(error, DragomanError):
                error.__context__ = None
                trouble = error.with_traceback(None)
            else:
                raise
        del head, request, target  # they may hold the credential, and the frame would carry them into crash reports
        raise trouble

    async def close(self) -> None:
        """Close all idle connections; a later request opens new ones."""
        kept, self._kept = self._kept, {}
        for streams in kept.values():
            for stream, _ in streams:
                self._drop(stream)

    def _begin_anew(self, loop: asyncio.AbstractEventLoop) -> None:
        self._kept, self._loop, self._pid = {}, loop, os.getpid()
        self._room = asyncio.Semaphore(self._max_connections) if self._max_connections is not None else None

    @staticmethod
    async def _wait_for_room(room: asyncio.Semaphore, way: _Way, connect: float | None) -> None:
        try:
            async with asyncio.timeout(connect):
                await room.acquire()
        except TimeoutError:
            raise connection_failed("pool", way.route.where) from None

    async def _connect(self, way: _Way, patience: Patience) -> _Connection:
        try:
            host, port = (way.route.host, way.route.port) if way.proxy is None else _proxy_address(way.proxy)
            stream: Any = await self._network.connect_tcp(host, port, patience)
        except DragomanError as error:
            raise _through_proxy(error, way) from None
        if way.secure:
            if way.proxy is not None:
                await self._open_tunnel(stream, way, patience)
            stream = await stream.start_tls(self._context(), way.route.host, patience)
        connection: _Connection = stream
        return connection

    async def _open_tunnel(self, stream: _Connection, way: _Way, patience: Patience) -> None:
        parser = AnswerParser("HEAD")
        try:
            stream.bound(patience)
            await stream.write(_tunnel(way), patience)
            try:
                await self._read_head(stream, parser, way, patience, tunnel=True)
            except DragomanError as error:
                raise _through_proxy(error, way) from None
            if parser.head is None or parser.head.status >= 300:
                assert parser.head is not None
                raise _refused_by_proxy(way, parser.head)
        except BaseException:
            await stream.aclose()
            raise

    @staticmethod
    async def _write(stream: _Connection, head: bytes, body: bytes, patience: Patience) -> None:
        if len(body) <= _JOINED:
            await stream.write(head + body, patience)
        else:
            await stream.write(head, patience)
            await stream.write(body, patience)

    @staticmethod
    async def _read_head(
        stream: _Connection, parser: AnswerParser, way: _Way, patience: Patience, *, tunnel: bool = False
    ) -> None:
        try:
            while True:
                data = await stream.read(_READ, patience)
                if not data:
                    parser.end()
                parser.feed(data)
                if parser.head is not None:
                    break
        except BadAnswer as error:
            raise _bad(error, way.route.where) from None
        if parser.head.status == 407 and way.proxy is not None and not tunnel:
            raise _refused_by_proxy(way, parser.head)

    def _done(self, key: Any, stream: _Connection | None, reusable: bool) -> None:
        if self._room is not None:
            self._room.release()
        if stream is None:
            return
        stream.rest()
        if reusable and self._pid == os.getpid() and self._loop is not None:
            self._keep(key, stream, self._loop.time())
        else:
            self._drop(stream)

    def _drop(self, stream: _Connection) -> None:
        stream.abort()

    def _loop_is_closed(self) -> bool:
        return self._loop is None or self._loop.is_closed()

    def _abandon(self, stream: _Connection) -> None:
        """Cut the connection of a body that was let go of, from whichever thread collects it."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(stream.abort)
        if self._room is not None:
            self._loop.call_soon_threadsafe(self._room.release)

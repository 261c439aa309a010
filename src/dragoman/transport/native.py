"""HTTP/1.1 over sockets of our own, the blocking face: the default, since no HTTP library was both right and light enough.

It does one thing: send a complete request and give its answer as it comes. The wire format is read by `wire.http1`;
connections, deadlines, TLS trust, proxies and decompression are this package's (`sockets`, `patience`, `trust`,
`proxies`, `unpack`); what the asyncio face, `anative`, has in common with this one is in `native_parts`. No redirects,
no cookies, no retries, no HTTP/2. `docs/transports.md` says how it was weighed against the libraries. A request on a
kept connection that the server closes at the same moment fails with `reset` or `closed`: it may have been received, so
that sending it again is for the engine to decide.
"""

from __future__ import annotations

import os
import threading
from time import monotonic
from typing import Any

from ..errors import DragomanError, TransportError
from ..wire.http import HttpRequest
from ..wire.http1 import AnswerParser, BadAnswer
from .native_parts import (
    JOINED,
    READ,
    Answer,
    Connections,
    Way,
    bad_answer,
    proxy_address,
    refused_by_proxy,
    request_head,
    through_proxy,
    tunnel_head,
)
from .patience import Patience
from .sockets import BlockingNetwork, SocketStream
from .stopping import Stop, stopped
from .trouble import closed_here, connection_failed

__all__ = ["NativeBody", "NativeTransport"]

# Seconds between two looks whether a request that waits for a free connection is still wanted: a semaphore has no bell.
_GLANCE = 0.05


class NativeBody(Answer):
    """`Body` over a socket. One thread reads; `close` may be called from any, and ends a read that blocks."""

    __slots__ = ("_busy", "_owner")

    def __init__(
        self,
        owner: NativeTransport,
        stream: SocketStream,
        parser: AnswerParser,
        way: Way,
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
        parser, body = self._parser, b""
        if self._fresh:
            self._fresh = False
            body = self._body(b"", more=True)
        elif self._unpacker is None:
            body = self._body(self._stream.read(READ, self._patience))
        while True:
            piece = body if self._unpacker is None else self._unpacked(body)
            if piece:
                if parser.done and self._unpacker is None:
                    self._end(True)
                return piece
            if parser.done:
                self._end(True)
                return b""
            body = self._body(self._stream.read(READ, self._patience))

    def _end(self, whole: bool) -> None:
        if not self._over:
            self._over = True
            self._owner._done(self._key, self._stream, whole and self._parser.reusable)


class NativeTransport(Connections):
    """`Transport` over blocking sockets; safe for many threads, and usable after a fork.

    `max_connections` bounds the requests under way, None for no bound; a request that finds none free within its
    `connect` time fails with kind `pool`. `keep_alive` is how long an idle connection is kept, in seconds.
    """

    def __init__(self, *, max_connections: int | None = None, keep_alive: float = 60.0) -> None:
        super().__init__(max_connections=max_connections, keep_alive=keep_alive)
        self._lock = threading.Lock()
        self._network = BlockingNetwork()
        self._room = threading.Semaphore(max_connections) if max_connections is not None else None

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
        stop: Stop | None = None,
    ) -> NativeBody:
        """As the contract says. A connection in the making is given up at once on Linux, elsewhere after `connect` at most."""
        way, target = self._way(request.url)
        head = request_head(request, way, target)
        patience = Patience(way.route.where, connect, first_byte, monotonic, total, stop)
        if self._room is not None:
            self._wait_for_room(self._room, patience)
        stream: SocketStream | None = None
        try:
            with self._lock:
                self._begin_anew_after_fork()
                stream = self._take(way, monotonic())
            if stream is None:
                stream = self._connect(way, patience)
            parser = AnswerParser(request.method)
            patience.ends(stream.interrupt)
            patience.sent()
            self._write(stream, head, request.body, patience)
            self._read_head(stream, parser, way, patience)
            return NativeBody(self, stream, parser, way, patience)
        except BaseException as error:
            self._done(way.key, stream, False)
            if stop is not None and stop.asked and isinstance(error, TransportError):
                error = stopped()
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

    @staticmethod
    def _wait_for_room(room: threading.Semaphore, patience: Patience) -> None:
        if room.acquire(blocking=False):
            return
        while True:
            patience.ends(_nothing)
            until = patience.until
            left = _GLANCE if until is None else min(until - monotonic(), _GLANCE)
            if left <= 0:
                raise connection_failed("pool", patience.where)
            if room.acquire(timeout=left):
                return

    def _begin_anew_after_fork(self) -> None:
        if self._pid != os.getpid():
            self._kept, self._pid = {}, os.getpid()

    def _connect(self, way: Way, patience: Patience) -> SocketStream:
        try:
            if way.proxy is None:
                stream = self._network.connect_tcp(way.route.host, way.route.port, patience)
            else:
                stream = self._network.connect_tcp(*proxy_address(way.proxy), patience)
        except DragomanError as error:
            raise through_proxy(error, way) from None
        if way.secure:
            if way.proxy is not None:
                self._open_tunnel(stream, way, patience)
            stream = stream.start_tls(self._context(), way.route.host, patience)
        return stream

    def _open_tunnel(self, stream: SocketStream, way: Way, patience: Patience) -> None:
        parser = AnswerParser("HEAD")
        try:
            stream.write(tunnel_head(way), patience)
            try:
                self._read_head(stream, parser, way, patience, tunnel=True)
            except DragomanError as error:
                raise through_proxy(error, way) from None
            if parser.head is None or parser.head.status >= 300:
                assert parser.head is not None
                raise refused_by_proxy(way, parser.head)
        except BaseException:
            stream.close()
            raise

    @staticmethod
    def _write(stream: SocketStream, head: bytes, body: bytes, patience: Patience) -> None:
        if len(body) <= JOINED:
            stream.write(head + body, patience)
        else:
            stream.write(head, patience)
            stream.write(body, patience)

    @staticmethod
    def _read_head(stream: SocketStream, parser: AnswerParser, way: Way, patience: Patience, *, tunnel: bool = False) -> None:
        try:
            while True:
                data = stream.read(READ, patience)
                if not data:
                    parser.end()
                parser.feed(data)
                if parser.head is not None:
                    break
        except BadAnswer as error:
            raise bad_answer(error, way.route.where) from None
        if parser.head.status == 407 and way.proxy is not None and not tunnel:
            raise refused_by_proxy(way, parser.head)

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


def _nothing() -> None:
    """Ends no wait: who waits looks for itself."""

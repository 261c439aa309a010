"""The asyncio face of the native transport; what it promises and leaves out is said in `native`."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from ..errors import DragomanError
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
from .streams import AsyncNetwork, Stream
from .trouble import closed_here, connection_failed

__all__ = ["AsyncNativeBody", "AsyncNativeTransport"]


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


class AsyncNativeBody(Answer):
    """`AsyncBody` over an asyncio connection. One task reads; `close` may be called from any task of the loop."""

    __slots__ = ("_owner",)

    def __init__(
        self,
        owner: AsyncNativeTransport,
        stream: _Connection,
        parser: AnswerParser,
        way: Way,
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
        parser, body = self._parser, b""
        if self._fresh:
            self._fresh = False
            body = self._body(b"", more=True)
        elif self._unpacker is None:
            body = self._body(await self._stream.read(READ, self._patience))
        while True:
            piece = body if self._unpacker is None else self._unpacked(body)
            if piece:
                if parser.done and self._unpacker is None:
                    self._end(True)
                return piece
            if parser.done:
                self._end(True)
                return b""
            body = self._body(await self._stream.read(READ, self._patience))

    def _end(self, whole: bool) -> None:
        if not self._over:
            self._over = True
            self._owner._done(self._key, self._stream, whole and self._parser.reusable)


class AsyncNativeTransport(Connections):
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
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
    ) -> AsyncNativeBody:
        """As `Transport.send`; here `connect` bounds resolving the name too."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop or self._pid != os.getpid():
            self._begin_anew(loop)
        way, target = self._way(request.url)
        head = request_head(request, way, target)
        patience = Patience(way.route.where, connect, first_byte, loop.time, total)
        if self._room is not None:
            await self._wait_for_room(self._room, way, patience.until)
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
    async def _wait_for_room(room: asyncio.Semaphore, way: Way, until: float | None) -> None:
        try:
            async with asyncio.timeout_at(until):
                await room.acquire()
        except TimeoutError:
            raise connection_failed("pool", way.route.where) from None

    async def _connect(self, way: Way, patience: Patience) -> _Connection:
        try:
            host, port = (way.route.host, way.route.port) if way.proxy is None else proxy_address(way.proxy)
            stream: Any = await self._network.connect_tcp(host, port, patience)
        except DragomanError as error:
            raise through_proxy(error, way) from None
        if way.secure:
            if way.proxy is not None:
                await self._open_tunnel(stream, way, patience)
            stream = await stream.start_tls(self._context(), way.route.host, patience)
        connection: _Connection = stream
        return connection

    async def _open_tunnel(self, stream: _Connection, way: Way, patience: Patience) -> None:
        parser = AnswerParser("HEAD")
        try:
            stream.bound(patience)
            await stream.write(tunnel_head(way), patience)
            try:
                await self._read_head(stream, parser, way, patience, tunnel=True)
            except DragomanError as error:
                raise through_proxy(error, way) from None
            if parser.head is None or parser.head.status >= 300:
                assert parser.head is not None
                raise refused_by_proxy(way, parser.head)
        except BaseException:
            await stream.aclose()
            raise

    @staticmethod
    async def _write(stream: _Connection, head: bytes, body: bytes, patience: Patience) -> None:
        if len(body) <= JOINED:
            await stream.write(head + body, patience)
        else:
            await stream.write(head, patience)
            await stream.write(body, patience)

    @staticmethod
    async def _read_head(
        stream: _Connection, parser: AnswerParser, way: Way, patience: Patience, *, tunnel: bool = False
    ) -> None:
        try:
            while True:
                data = await stream.read(READ, patience)
                if not data:
                    parser.end()
                parser.feed(data)
                if parser.head is not None:
                    break
        except BadAnswer as error:
            raise bad_answer(error, way.route.where) from None
        if parser.head.status == 407 and way.proxy is not None and not tunnel:
            raise refused_by_proxy(way, parser.head)

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

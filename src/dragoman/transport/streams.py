"""asyncio connections for a connection pool: the pool decides which connection carries what, these are its bytes.

As in `sockets`, a `Patience` stands where the pool would hand a number. The wait for a connection is bounded here, and
so is the wait for the head, from the moment the request goes out; waits in the body are bounded by their reader.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from typing import Any

from ..errors import TimedOut
from .patience import Patience
from .sockets import is_readable, keep_alive, network_trouble
from .trouble import connection_failed

__all__ = ["AsyncNetwork", "Stream"]

# Bytes that may wait for a reader before the connection is told to wait too.
_FULL = 512 * 1024
# How much of a large body is handed over at a time: asyncio copies whatever it cannot send at once.
_SLICE = 256 * 1024
# Seconds that one address of a host has before the next is tried beside it.
_LEAD = 0.25


class AsyncNetwork:
    """Makes connections, each a `kind`."""

    def __init__(self, kind: type[Stream] | None = None) -> None:
        self._kind = kind if kind is not None else Stream

    async def connect_tcp(self, host: str, port: int, timeout: Patience, **_: Any) -> Stream:
        """Connect to the first address of a host that answers. Raises ConnectionFailed and TimedOut."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(timeout.until) as timer:
                sock = await _first_connected(await _addresses(host, port))
                _transport, stream = await loop.create_connection(self._kind, sock=sock)
        except (OSError, UnicodeError) as error:
            if timer.expired():
                raise timeout.over() from None
            raise network_trouble(error, timeout.where) from None
        return stream


async def _addresses(host: str, port: int) -> list[Any]:
    """Where a host is, the best address first; a numeric one needs no resolver, and so no thread."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


async def _first_connected(addresses: list[Any]) -> socket.socket:
    """A connection to the first address that answers; each gets a short lead over the next (RFC 8305).

    asyncio has this too, but loses the socket of a task that is cancelled as its connection comes to be.
    """
    loop = asyncio.get_running_loop()
    attempts: dict[asyncio.Task[None], socket.socket] = {}
    failures: list[OSError] = []
    left = iter(addresses)
    try:
        while True:
            address = next(left, None)
            if address is not None:
                sock = socket.socket(*address[:3])
                sock.setblocking(False)
                attempts[loop.create_task(loop.sock_connect(sock, address[4]))] = sock
            elif not attempts:
                raise failures[0] if len(failures) == 1 else OSError("; ".join(map(str, failures)))
            lead = _LEAD if address is not None else None
            done, _ = await asyncio.wait(attempts, timeout=lead, return_when=asyncio.FIRST_COMPLETED)
            for attempt in done:
                error = attempt.exception()
                if error is None:
                    return attempts.pop(attempt)
                attempts.pop(attempt).close()
                if not isinstance(error, OSError):
                    raise error
                failures.append(error)
    finally:
        for attempt, sock in attempts.items():
            attempt.cancel()
            attempt.add_done_callback(functools.partial(_give_up, sock))


def _give_up(sock: socket.socket, attempt: asyncio.Task[None]) -> None:
    """Close the socket of an attempt that is not wanted any more; how it ended is of no interest, but must be looked at."""
    if not attempt.cancelled():
        attempt.exception()
    sock.close()


class Stream(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._chunks: list[bytes] = []
        self._size = 0
        self._full = False
        self._crowded = False
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._late: TimedOut | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if (sock := transport.get_extra_info("socket")) is not None:
            keep_alive(sock)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._size += len(data)
        if self._size > _FULL and not self._full and self._transport is not None:
            self._full = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = self._error or exc
        self._wake()

    def pause_writing(self) -> None:
        self._crowded = True

    def resume_writing(self) -> None:
        self._crowded = False
        self._wake()

    async def read(self, max_bytes: int, timeout: Patience) -> bytes:
        """Bytes as they come, `b""` when the server has closed. Raises ConnectionFailed and TimedOut."""
        if not self._chunks and not self._ended:
            await self._turn()
        if self._chunks:
            data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
            self._chunks.clear()
            self._size = 0
            if self._full and self._transport is not None:
                self._full = False
                self._transport.resume_reading()
            return data
        if isinstance(self._error, OSError):
            raise network_trouble(self._error, timeout.where)
        if self._error is not None:
            raise connection_failed("other", timeout.where, str(self._error))
        return b""

    async def write(self, buffer: bytes, timeout: Patience) -> None:
        """Send bytes. A failure shows at the next read: a server may have answered before it closed."""
        if not buffer:
            return
        if timeout.phase == "connect" and not buffer.startswith(b"CONNECT "):
            timeout.sent()
            if timeout.until is not None:
                self.end_at(timeout.until, timeout)
        rest = memoryview(buffer)
        while rest and self._transport is not None and not self._transport.is_closing():
            self._transport.write(rest[:_SLICE])
            rest = rest[_SLICE:]
            # A server that answers before it has read everything may never read the rest: it is then left to asyncio.
            while rest and self._crowded and not (self._chunks or self._ended):
                await self._turn()

    async def aclose(self) -> None:
        """Close the connection at once: nothing that waits to be sent is waited for, nor the other side's goodbye."""
        self.abort()

    def abort(self) -> None:
        """As `aclose`, which needs no waiting."""
        self.rest()
        if self._transport is not None and not self._loop.is_closed():
            self._transport.abort()

    def end_at(self, when: float, patience: Patience) -> None:
        """From a time of the loop's clock on, reads say that their wait was too long instead of waiting."""
        self.rest()
        self._timer = self._loop.call_at(when, self._expire, patience)

    def rest(self) -> None:
        """Reads may wait again as long as they like."""
        self._late = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None, timeout: Patience) -> Stream:
        """The same connection under TLS. Raises ConnectionFailed and TimedOut; then the connection is closed."""
        assert self._transport is not None
        try:
            async with asyncio.timeout_at(timeout.until) as timer:
                transport = await self._loop.start_tls(
                    self._transport, self, ssl_context, server_hostname=server_hostname, ssl_shutdown_timeout=1.0
                )
        except OSError as error:
            await self.aclose()
            if timer.expired():
                raise timeout.over() from None
            raise network_trouble(error, timeout.where) from None
        except BaseException:
            await self.aclose()
            raise
        if transport is None:
            raise connection_failed("closed", timeout.where)
        self._transport = transport
        return self

    def get_extra_info(self, info: str) -> Any:
        """What a pool asks about a connection."""
        if info == "is_readable":
            # The loop may not have had its turn since the other side closed.
            return (
                self._ended
                or bool(self._chunks)
                or self._transport is None
                or is_readable(self._transport.get_extra_info("socket"))
            )
        if self._transport is not None and info == "ssl_object":
            return self._transport.get_extra_info("ssl_object")
        return None

    def _expire(self, patience: Patience) -> None:
        self._late = patience.over()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._late)

    async def _turn(self) -> None:
        """Wait until something has happened to the connection. Raises TimedOut, and what `_waiter` is given."""
        if self._late is not None:
            raise self._late
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

"""A transport within the process: a function answers, no socket is opened and no time passes.

A handler takes an `HttpRequest` and gives a reply: a head, and the chunks of its body. Between chunks it may say
`Pause(seconds)`: nothing waits for it, but a read with a shorter timeout fails as it would have. A reply whose head
comes late is wrapped in `Late(seconds, reply)`. For both, `FOREVER` is a server that never goes on: without any
timeout such a read fails too, because nothing would ever end it.

A connection that breaks is a handler, or its chunks, raising `ConnectionFailed`. Any other exception a handler
raises is a fault of its program and passes through `send`, `read` or `close` unchanged.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from ..errors import ConnectionFailed, TimedOut
from ..wire.http import HttpHead, HttpRequest
from .trouble import closed_here

if TYPE_CHECKING:
    from .stopping import Stop

__all__ = ["FOREVER", "AsyncLocalTransport", "Handler", "Late", "LocalTransport", "Pause", "Reply"]

FOREVER = float("inf")


class Pause(msgspec.Struct, frozen=True):
    """Silence inside a body, in seconds."""

    seconds: float


class Reply(Protocol):
    """What a handler gives back; the chunks are taken one at a time, as they are read."""

    @property
    def head(self) -> HttpHead: ...

    @property
    def chunks(self) -> Iterator[bytes] | Iterator[bytes | Pause]: ...


class Late(msgspec.Struct, frozen=True):
    """A reply whose head comes after `seconds`."""

    seconds: float
    reply: Reply


Handler = Callable[[HttpRequest], Reply | Late]
"""A server as a function."""


class _Body:
    """What both bodies do. The declared content length is held to, as an HTTP library does."""

    __slots__ = ("_chunks", "_closed", "_missing", "_over", "head")

    def __init__(self, reply: Reply) -> None:
        self._over = self._closed = False
        self.head = reply.head
        self._chunks: Iterator[bytes | Pause] | None = reply.chunks
        length = reply.head.headers.get("content-length")
        self._missing = int(length) if length is not None else None

    def next(self, timeout: float | None) -> bytes:
        if not self._closed:
            piece = self._next(timeout)
            if not self._closed:
                self._over = not piece
                return piece
            self.end()  # it was closed by another thread while the handler made this piece
        raise closed_here("this process")

    def end(self) -> None:
        self._closed = self._closed or not self._over
        if getattr(self._chunks, "gi_running", False):
            return  # another thread has the handler make a piece: its chunks are closed when that is made
        close = getattr(self._chunks, "close", None)
        self._chunks = None
        if close is not None:
            close()

    def _next(self, timeout: float | None) -> bytes:
        waited = 0.0
        for chunk in self._chunks or ():
            if isinstance(chunk, Pause):
                waited += chunk.seconds
                _wait(waited, timeout, "idle")
            elif chunk:
                if self._missing is not None:
                    self._missing -= len(chunk)
                return chunk
        if self._chunks is not None and self._missing is not None and self._missing > 0:
            raise _failed("closed", f"the server closed the connection {self._missing} bytes before the end of its answer")
        return b""


class LocalBody:
    """`Body` of a handler's reply."""

    __slots__ = ("_body", "head")

    def __init__(self, reply: Reply) -> None:
        self._body = _Body(reply)
        self.head = self._body.head

    def read(self, timeout: float | None = None) -> bytes:
        """The next chunk the handler makes, `b""` at the end. Raises Cancelled after closing it before that."""
        return self._body.next(timeout)

    def close(self) -> None:
        """Give up the rest: the handler's chunks are closed and nothing more is taken from them."""
        self._body.end()


class LocalTransport:
    """`Transport` to a handler; as safe for many threads as the handler is."""

    __slots__ = ("_handler",)

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
        stop: Stop | None = None,
    ) -> LocalBody:
        """Call the handler. Raises TimedOut (`phase="first_byte"`) when its reply is later than `first_byte` or `total`
        seconds; there is no wait here that `stop` could end."""
        return LocalBody(_reply(self._handler(request), first_byte, total))

    def close(self) -> None:
        """Nothing to close."""


class AsyncLocalBody:
    """`AsyncBody` of a handler's reply."""

    __slots__ = ("_body", "head")

    def __init__(self, reply: Reply) -> None:
        self._body = _Body(reply)
        self.head = self._body.head

    async def read(self, timeout: float | None = None) -> bytes:
        """As `LocalBody.read`; other tasks get their turn at every read."""
        await _turn()
        return self._body.next(timeout)

    async def close(self) -> None:
        """As `LocalBody.close`."""
        self._body.end()


class AsyncLocalTransport:
    """`AsyncTransport` to a handler, which is called in the event loop."""

    __slots__ = ("_handler",)

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
    ) -> AsyncLocalBody:
        """As `LocalTransport.send`."""
        await _turn()
        return AsyncLocalBody(_reply(self._handler(request), first_byte, total))

    async def close(self) -> None:
        """Nothing to close."""


@types.coroutine
def _turn() -> Generator[None]:
    """Let other tasks run: what `asyncio.sleep(0)` does, without importing asyncio into programs that do not use it."""
    yield


def _reply(reply: Reply | Late, *limits: float | None) -> Reply:
    first_byte = min([limit for limit in limits if limit is not None], default=None)
    waited = 0.0
    while isinstance(reply, Late):
        waited += reply.seconds
        _wait(waited, first_byte, "first_byte")
        reply = reply.reply
    return reply


def _wait(seconds: float, timeout: float | None, phase: Literal["first_byte", "idle"]) -> None:
    """Fail where a real wait of `seconds` would have failed."""
    if timeout is not None and seconds > timeout:
        message = f"nothing came for {timeout:g} seconds"
    elif seconds == FOREVER:
        message = "nothing will ever come, and no timeout is set: a real exchange would hang here"
    else:
        return
    error = TimedOut(message)
    error.phase = phase
    raise error


def _failed(kind: str, message: str) -> ConnectionFailed:
    error = ConnectionFailed(message)
    error.kind = kind
    return error

"""The transport contract: the few verbs in which the rest of the library speaks to an HTTP library.

A transport carries one request at a time to its answer's head and then gives the body as it comes. It decompresses,
follows no redirect, adds no retry of its own, and reports trouble only as `ConnectionFailed` or `TimedOut`.
Names of header fields are lower case on both ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..wire.http import HttpHead, HttpRequest

if TYPE_CHECKING:
    from .stopping import Stop

__all__ = ["AsyncBody", "AsyncTransport", "Body", "Transport"]


class Body(Protocol):
    """An answer whose head has come. `read` may be called until it gives `b""`, `close` at any time, twice too."""

    head: HttpHead

    def read(self, timeout: float | None = None) -> bytes:
        """The next bytes as they come, `b""` at the clean end of the body.

        Raises TimedOut (`phase="idle"`) after `timeout` seconds of silence, ConnectionFailed when the body breaks, and
        Cancelled when it is closed, before or meanwhile.
        """
        ...

    def close(self) -> None:
        """Give the connection back, or cut it at once when the body is not read to its end.

        May be called from any thread, also while another one reads: its read ends with Cancelled.
        """
        ...


class Transport(Protocol):
    """Blocking transport; safe for use from many threads."""

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
        stop: Stop | None = None,
    ) -> Body:
        """Send a request and wait for the head of its answer.

        `stop` is told, before each wait, how that wait is ended from another thread (`Stop.during`); a transport that
        cannot end one leaves it out. Raises TimedOut (`phase="connect"` after `connect` seconds without a connection,
        `phase="first_byte"` after `first_byte` seconds without a head, either one after `total` seconds of both),
        Cancelled when stopped, and ConnectionFailed (its `kind` says how).
        """
        ...

    def close(self) -> None:
        """Close all idle connections."""
        ...


class AsyncBody(Protocol):
    """`Body` for asyncio."""

    head: HttpHead

    async def read(self, timeout: float | None = None) -> bytes:
        """As `Body.read`."""
        ...

    async def close(self) -> None:
        """As `Body.close`; also right inside a cancelled task."""
        ...


class AsyncTransport(Protocol):
    """Transport for asyncio; safe for many tasks of one loop."""

    async def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
    ) -> AsyncBody:
        """As `Transport.send`; here cancelling the task ends any wait."""
        ...

    async def close(self) -> None:
        """As `Transport.close`."""
        ...

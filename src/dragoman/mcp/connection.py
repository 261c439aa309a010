"""One connection to a server, from its start to its end, held by a task of its own.

The package's client must be entered and left by the same task, while calls come from many, and any of them may be the one that
finds the server gone and starts it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Literal

from ..errors import ConnectionFailed, DragomanError, TimedOut
from .targets import Stdio, Target

if TYPE_CHECKING:
    from .official import Session

__all__ = ["Change", "Connection"]

Change = Literal["tools", "resources", "prompts"]
"""What a server says has changed."""


class Connection:
    """A connection that is being made, is there, or is over."""

    def __init__(
        self, target: Target, label: str, timeout: float | None, start_timeout: float | None, on_change: Callable[[str], None]
    ) -> None:
        self._target = target
        self._label = label
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._on_change = on_change
        self._over = asyncio.Event()
        self._session: Session | None = None
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether the server has ended, or the connection was closed."""
        return self._over.is_set()

    @property
    def session(self) -> Session:
        """The session, of a connection that was made."""
        assert self._session is not None
        return self._session

    async def start(self) -> Connection:
        """Connect. Raises ConnectionFailed, TimedOut, or ImportError when the package is not there."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._hold(ready), name=f"the MCP server {self._label}")
        try:
            await ready.wait()
        except asyncio.CancelledError:
            await self._give_up()
            raise
        if self._session is None:
            await self.close()
            raise self._failed() from self._error
        return self

    async def close(self) -> None:
        """End the connection, and with it the server where it was started for it."""
        self._over.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _give_up(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _hold(self, ready: asyncio.Event) -> None:
        try:
            from .official import opened

            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._start_timeout):
                    session = await stack.enter_async_context(
                        opened(self._target, self._label, self._timeout, self._over, self._on_change)
                    )
                self._session = session
                ready.set()
                await self._over.wait()
        except Exception as error:
            # Before the connection stands it is raised by `start`; later it is how the connection ended.
            self._error = _innermost(error)
        finally:
            self._over.set()
            ready.set()

    def _failed(self) -> Exception:
        error = self._error
        if isinstance(error, DragomanError | ImportError):
            return error
        if isinstance(error, TimeoutError):
            return TimedOut(f"the MCP server {self._label} did not answer within {self._start_timeout:g} seconds of its start")
        how = "did not start" if isinstance(self._target, Stdio) else "cannot be reached"
        said = f": {type(error).__name__}: {error}" if error is not None else ""
        return ConnectionFailed(f"the MCP server {self._label} {how}{said}")


def _innermost(error: BaseException) -> BaseException:
    """What went wrong, out of the groups in which task groups wrap it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

"""Awaitables taken forward by hand: as far as they go without waiting, and to their end only when that is wanted.

`await` gives a task away at the first wait. A body that is read in pieces wants to know first whether the next piece
is there already, and to leave the wait for it to the next read.
"""

from __future__ import annotations

import asyncio
import types
from collections.abc import Generator
from typing import Any

from .patience import Patience

__all__ = ["WAITS", "Step"]

WAITS: Any = object()
"""What `Step.advance` gives for an awaitable that has to wait."""


class Step:
    """One awaitable that has `send` and `throw`: a coroutine, or a step of an asynchronous iterator.

    `waiter` is what it waits for, where it has begun already.
    """

    __slots__ = ("_awaitable", "_error", "_waiter")

    def __init__(self, awaitable: Any, waiter: Any = None) -> None:
        self._awaitable = awaitable
        self._waiter = waiter
        self._error: BaseException | None = None

    def advance(self) -> Any:
        """Its result if that needs no waiting, else WAITS. Raises what it raises."""
        if self._waiter is not None and not self._waiter.done():
            return WAITS
        try:
            self._waiter = self._awaitable.send(None)
        except StopIteration as done:
            return done.value
        return WAITS

    async def finish(self, patience: Patience, loop: asyncio.AbstractEventLoop) -> Any:
        """Its result, waited for as long as `patience` lasts. Raises what it raises, TimedOut, and what `interrupt` is given."""
        if patience.until is None:
            return await self._rest()
        timer = loop.call_at(patience.until, self._expire, patience)
        try:
            return await self._rest()
        finally:
            timer.cancel()

    def interrupt(self, error: Exception) -> None:
        """End the wait under way with an error, or the next one when this one is just over."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        else:
            self._error = error

    async def abandon(self, error: Exception) -> None:
        """End an awaitable that waits, with an error that it is let clean up after; anything else it raises is raised."""
        self._error = error
        try:
            await self._rest()
        except type(error):
            return

    def _expire(self, patience: Patience) -> None:
        self.interrupt(patience.over())

    @types.coroutine
    def _rest(self) -> Generator[Any, None, Any]:
        try:
            while True:
                error, self._error = self._error, None
                try:
                    if error is None:
                        yield self._waiter
                except BaseException as thrown:
                    error = thrown
                if error is None:
                    self._waiter = self._awaitable.send(None)
                else:
                    self._throw(error)
        except StopIteration as done:
            return done.value

    def _throw(self, error: BaseException) -> None:
        """Raise an error where the awaitable waits; one of Rust knows only how to be cancelled."""
        try:
            self._waiter = self._awaitable.throw(error)
        except asyncio.CancelledError:
            raise error from None

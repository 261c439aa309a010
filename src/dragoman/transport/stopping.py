"""Stopping what a thread waits for, from another thread or a signal handler.

Whoever is about to wait says first how to end that wait; whoever wants it to end asks. What is held while one of them is
at work is a lock that the same thread may take again, so that a signal handler may ask in the thread that waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

from ..errors import Cancelled

__all__ = ["Bell", "Stop", "aside", "stopped", "to_the_end"]

T = TypeVar("T")


class Stop:
    """One wish to stop: `ask` may be called from any thread, at any time, more than once."""

    __slots__ = ("_lock", "_wake", "asked")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._wake: Callable[[], object] | None = None
        self.asked = False

    def ask(self) -> None:
        """Stop: the wait under way ends, and so does every later one."""
        with self._lock:
            self.asked = True
            if self._wake is not None:
                self._wake()

    def during(self, wake: Callable[[], object] | None) -> None:
        """From now on, calling `wake` is what ends the wait, None for nothing to end. Raises Cancelled when it was asked before.

        `wake` is called by the thread that asks, while this one can go no further than its next `during`.
        """
        with self._lock:
            self._wake = wake
        if self.asked and wake is not None:
            raise stopped()


class Bell:
    """What one thread waits for and any other rings, once for each wait; one lock, so that a signal handler may ring it."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lock.acquire()

    def ring(self) -> None:
        """End the wait under way or, if there is none, the next one."""
        try:
            self._lock.release()
        except RuntimeError:
            return  # it has been rung already

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it rings, at most so many seconds; False when it did not."""
        return self._lock.acquire(timeout=-1 if seconds is None else min(max(seconds, 0.0), threading.TIMEOUT_MAX))


def aside(
    function: Callable[[], T],
    seconds: float | None = None,
    stop: Stop | None = None,
    *,
    late: Callable[[], Exception] = TimeoutError,
) -> T:
    """What a function gives that takes its time and cannot be interrupted: it runs in a thread of its own.

    Raises what it raises, what `late` makes after so many seconds, and Cancelled when stopped; the function is then left
    to itself and what it gives is dropped.
    """
    bell = Bell()
    outcome: list[tuple[Any, BaseException | None]] = []
    context = copy_context()

    def run() -> None:
        try:
            outcome.append((context.run(function), None))
        except BaseException as error:
            outcome.append((None, error))
        bell.ring()

    if stop is not None:
        stop.during(bell.ring)
    threading.Thread(target=run, name="dragoman-aside", daemon=True).start()
    bell.wait(seconds)
    if stop is not None and stop.asked:
        raise stopped()
    if not outcome:
        raise late()
    result, error = outcome[0]
    if error is not None:
        raise error
    given: T = result
    return given


async def to_the_end(function: Callable[[], Any], *, blocks: bool = True) -> Any:
    """What a function gives whose work is not to be left half done, in a thread where it `blocks`, else awaited.

    A task that is cancelled meanwhile waits for its end first: what was done, the program knows.
    """
    import asyncio

    if blocks:
        task = asyncio.ensure_future(asyncio.to_thread(function))
    else:
        result = function()
        if not hasattr(result, "__await__"):
            return result
        task = asyncio.ensure_future(result)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError:
                continue  # asked twice; the first one is raised below
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains of one that nobody has looked at
        raise


def stopped() -> Cancelled:
    """The error of whoever waits when it is told to stop."""
    return Cancelled("cancelled by the caller before the answer was complete")

"""Functions that run beside a flow: in threads for the blocking face, as tasks for asyncio."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from .errors import UsageError
from .transport.stopping import Bell, Stop, stopped

if TYPE_CHECKING:
    import asyncio

__all__ = ["Ended", "Tasks", "Threads"]

Ended = tuple[Any, Any, BaseException | None]
"""A handle, what its function gave, and what it raised."""


class Threads:
    """A thread for each function. A thread cannot be stopped: what is given up works on, and nobody waits for it."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._bell = Bell()
        self._ended: deque[Ended] = deque()
        self._running: set[object] = set()

    def start(self, function: Callable[[], Any]) -> object:
        """Start a function; its handle."""
        handle = object()
        self._running.add(handle)
        context = copy_context()

        def run() -> None:
            ended: Ended
            try:
                result = context.run(function)
                if hasattr(result, "__await__"):
                    if hasattr(result, "close"):
                        result.close()
                    raise UsageError("a tool is an async function, which nobody can await here: use AsyncClient")
                ended = (handle, result, None)
            except BaseException as error:
                ended = (handle, None, error)
            self._ended.append(ended)
            self._bell.ring()

        threading.Thread(target=run, name="dragoman-tool", daemon=True).start()
        return handle

    def next(self, seconds: float | None) -> Ended | None:
        """The first that has ended, None after so many seconds. Raises Cancelled when the flow is stopped."""
        self._stop.during(self._bell.ring)
        try:
            while True:
                while self._ended:
                    ended = self._ended.popleft()
                    if ended[0] in self._running:
                        self._running.discard(ended[0])
                        return ended
                rang = self._bell.wait(seconds)
                if self._stop.asked:
                    raise stopped()
                if not rang and not self._ended:
                    return None
        finally:
            self._stop.during(None)

    def drop(self, handle: object) -> None:
        """Give a function up."""
        self._running.discard(handle)

    def end(self) -> None:
        """Give all of them up."""
        self._running.clear()


class Tasks:
    """A task for each function; one that blocks runs in a thread of the loop's own pool."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, function: Callable[[], Any]) -> object:
        """Start a function; its handle."""
        import asyncio

        async def run() -> Any:
            result = function()
            return await result if hasattr(result, "__await__") else result

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)
        return task

    async def next(self, seconds: float | None) -> Ended | None:
        """The first that has ended, None after so many seconds."""
        import asyncio

        ended, _ = await asyncio.wait(self._running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not ended:
            return None
        task = next(iter(ended))
        self._running.discard(task)
        error = task.exception() if not task.cancelled() else asyncio.CancelledError()
        return (task, None, error) if error is not None else (task, task.result(), None)

    def drop(self, handle: object) -> None:
        """Cancel a function's task."""
        for task in [task for task in self._running if task is handle]:
            self._running.discard(task)
            task.cancel()

    async def end(self) -> None:
        """Cancel all of them, and wait until they are gone."""
        import asyncio

        left, self._running = self._running, set()
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

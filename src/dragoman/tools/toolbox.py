"""Toolboxes: tools that are there while something is open, such as a server that is started for a run and stopped after it.

Whatever has `opened` (blocking) or `aopened` (asyncio) is one. A run opens the toolboxes among its `tools`, and closes them on
every way out of it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ..transport.stopping import stopped
from .function import FunctionTool

if TYPE_CHECKING:
    import asyncio

__all__ = ["AsyncBoxes", "AsyncToolbox", "Boxes", "Toolbox", "Tools"]

Tools = Sequence[FunctionTool[..., Any]]


@runtime_checkable
class Toolbox(Protocol):
    """Tools that are there while it is open."""

    def opened(self) -> AbstractContextManager[Tools]:
        """Opens it, gives its tools, and closes it at the end; one that is open already is left so."""
        ...


@runtime_checkable
class AsyncToolbox(Protocol):
    """Tools that are there while it is open, in asynchronous code."""

    def aopened(self) -> AbstractAsyncContextManager[Tools]:
        """Opens it, gives its tools, and closes it at the end; one that is open already is left so."""
        ...


class Boxes:
    """The toolboxes of one run. `open` may take its time in another thread: what is opened after `close` is closed at once."""

    blocks = True

    def __init__(self, boxes: Sequence[Toolbox]) -> None:
        self._boxes = boxes
        self._stack = ExitStack()
        self._lock = threading.Lock()
        self._over = False

    def open(self) -> list[Tools]:
        """The tools of each. Raises what it raises that one cannot be opened, and Cancelled after `close`."""
        found = []
        for box in self._boxes:
            entered = box.opened()
            tools = entered.__enter__()
            with self._lock:
                if not self._over:
                    self._stack.push(entered)
                    found.append(tools)
                    continue
            entered.__exit__(None, None, None)
            raise stopped()
        return found

    def close(self) -> None:
        """Close those that were opened, the last one first."""
        with self._lock:
            self._over = True
            stack = self._stack.pop_all()
        stack.close()


class AsyncBoxes:
    """The toolboxes of one run, in asynchronous code. One task of their own opens and closes them, as many of them want it."""

    blocks = False

    def __init__(self, boxes: Sequence[AsyncToolbox]) -> None:
        self._boxes = boxes
        self._task: asyncio.Task[None] | None = None
        self._over: asyncio.Event | None = None
        self._opened = False

    async def open(self) -> list[Tools]:
        """The tools of each. Raises what it raises that one cannot be opened."""
        import asyncio

        self._over = asyncio.Event()
        ready: asyncio.Future[list[Tools]] = asyncio.get_running_loop().create_future()
        self._task = task = asyncio.create_task(self._hold(ready, self._over))
        either: list[asyncio.Future[Any]] = [task, ready]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            self._task = None
            await task  # it has failed
        return ready.result()

    async def _hold(self, ready: asyncio.Future[list[Tools]], over: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            found = [await stack.enter_async_context(box.aopened()) for box in self._boxes]
            self._opened = True
            ready.set_result(found)
            await over.wait()

    async def close(self) -> None:
        """Close those that were opened, the last one first; one that is just being opened is not waited for."""
        import asyncio

        task, self._task = self._task, None
        if task is None or self._over is None:
            return
        self._over.set()
        if not self._opened:
            task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

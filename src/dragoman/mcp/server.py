"""An MCP server while a blocking program uses it: `AsyncServer` in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any, TypeVar

from ..errors import ConnectionFailed, UsageError
from ..transport.stopping import to_the_end
from ..types.content import Block
from ..types.messages import Message
from .aserver import AsyncServer
from .connection import Change
from .results import Prompt, Resource, ToolAnswer
from .targets import Target
from .tools import ServerTool, blocking_function, tools_from

__all__ = ["Server"]

T = TypeVar("T")


class Server:
    """An MCP server, started with `with` and stopped at its end; its tools run in both faces, from any thread.

    Given to a run among its `tools`, it is started when the run begins and stopped when it ends, or used as it is where it is in
    use already.

    A server that ends in the middle of a call is a result that the model sees; the call is not made again, for what it did is not
    known. The next call starts the server again. What it lists is asked for anew each time.
    """

    def __init__(
        self,
        target: Target,
        *,
        name: str | None = None,
        timeout: float | None = 60.0,
        start_timeout: float | None = 30.0,
        restarts: int = 3,
        on_change: Callable[[Change], Any] | None = None,
    ) -> None:
        """`name` is what the server is called in messages, and goes before the names of its tools (`time__convert`).

        `timeout` is the seconds that one request may take, `start_timeout` those until one that is started answers.
        `restarts` is how often in a row a program is started again that has not answered anything in between.
        `on_change` is told, in another thread, when the server says that its tools, resources or prompts are others.
        """
        self._server = AsyncServer(
            target, name=name, timeout=timeout, start_timeout=start_timeout, restarts=restarts, on_change=on_change
        )
        self.target = target
        self.name = name
        self.label = self._server.label
        self._thread: _Thread | None = None
        self._lock = threading.Lock()
        self._runs = 0
        self._started_for_runs = False

    def __enter__(self) -> Server:
        if self._thread is not None:
            raise UsageError(f"the MCP server {self.label} is in use already")
        self._thread = thread = _Thread(f"the MCP server {self.label}")
        try:
            thread.do(self._server.__aenter__())
        except BaseException:
            self._thread = None
            thread.stop()
            raise
        return self

    def __exit__(self, *about: object) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            try:
                thread.do(self._server.__aexit__())
            finally:
                thread.stop()

    @contextmanager
    def opened(self) -> Iterator[list[ServerTool]]:
        """Its tools, for as long as a run needs them; started for the run where it is not in use."""
        with self._lock:
            if self._thread is None:
                self.__enter__()
                self._started_for_runs = True
            self._runs += 1
        try:
            yield self.tools()
        finally:
            with self._lock:
                self._runs -= 1
                if self._started_for_runs and not self._runs:
                    self._started_for_runs = False
                    self.__exit__()

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[list[ServerTool]]:
        """As `opened`, in asynchronous code."""
        box = self.opened()
        leave = partial(box.__exit__, None, None, None)
        try:
            tools = await to_the_end(box.__enter__)
        except asyncio.CancelledError:
            await to_the_end(leave)
            raise
        try:
            yield tools
        finally:
            await to_the_end(leave)

    def tools(self, namespace: str | None = None) -> list[ServerTool]:
        """Its tools, for `tools=` of a call or run; `namespace` goes before their names in place of the server's name."""
        listed = self._do(lambda server: server._list("tools", "tools"))
        within = self.name if namespace is None else namespace
        return tools_from(listed, self.label, within, partial(blocking_function, self.call))

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None) -> ToolAnswer:
        """Call a tool by its name at the server.

        Raises ConnectionFailed when the server ended, TimedOut, and APIError when it refuses the call itself.
        """
        return self._do(lambda server: server.call(tool, arguments))

    def resources(self) -> list[Resource]:
        """What it lets read, families of resources (`uri_template`) last."""
        return self._do(lambda server: server.resources())

    def read(self, uri: str) -> tuple[Block, ...]:
        """A resource as content: documents, images, sound. Raises APIError when there is none of that URI."""
        return self._do(lambda server: server.read(uri))

    def prompts(self) -> list[Prompt]:
        """The prompts it has ready."""
        return self._do(lambda server: server.prompts())

    def prompt(self, name: str, arguments: Mapping[str, str] | None = None) -> list[Message]:
        """A prompt as messages. Raises APIError when there is none of that name, or an argument is missing."""
        return self._do(lambda server: server.prompt(name, arguments))

    @property
    def instructions(self) -> str | None:
        """What the server says about its use, for the model's instructions."""
        return self._server.instructions

    def _do(self, request: Callable[[AsyncServer], Coroutine[Any, Any, T]]) -> T:
        thread = self._thread
        if thread is None:
            raise UsageError(f"the MCP server {self.label} is not in use: ask it within `with`")
        return thread.do(request(self._server))

    def __repr__(self) -> str:
        return f"<MCP server {self.label}>"


class _Thread:
    """A thread with an event loop, which does what others ask and lets them wait."""

    def __init__(self, name: str) -> None:
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name=name, daemon=True)
        self._thread.start()

    async def _live(self) -> None:
        self._loop.set_result(asyncio.get_running_loop())
        await self._stop.wait()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What becomes of the work, which is cancelled when the wait for it is."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop.result())
        try:
            return future.result()
        except CancelledError:
            raise ConnectionFailed(f"{self._thread.name} was closed meanwhile") from None
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """End the thread, and what is still asked of it."""
        self._loop.result().call_soon_threadsafe(self._stop.set)
        self._thread.join()

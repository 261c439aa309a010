"""An MCP server while an async program uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ConnectionFailed, DragomanError, UsageError
from ..types.content import Block
from ..types.messages import Message
from .connection import Change, Connection
from .results import (
    Prompt,
    Resource,
    ToolAnswer,
    decode_answer,
    decode_contents,
    decode_message,
    decode_prompts,
    decode_resources,
)
from .targets import Http, Target
from .tools import ServerTool, async_function, tools_from

if TYPE_CHECKING:
    from .official import Session

__all__ = ["AsyncServer"]

T = TypeVar("T")


class AsyncServer:
    """An MCP server, started with `async with` and stopped at its end.

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
        `on_change` is told when the server says that its tools, resources or prompts are others.
        """
        self.target = target
        self.name = name
        self.label = name or target.label
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._restarts = restarts
        self._on_change = on_change
        self._restarted = 0
        self._connection: Connection | None = None
        self._starting = asyncio.Lock()
        self._opening = asyncio.Lock()
        self._runs = 0
        self._started_for_runs = False

    async def __aenter__(self) -> AsyncServer:
        if self._connection is not None:
            raise UsageError(f"the MCP server {self.label} is in use already")
        self._restarted = 0
        # A lock belongs to the event loop in which it was first waited for, which may not be this one.
        self._starting = asyncio.Lock()
        self._connection = await self._connect().start()
        return self

    async def __aexit__(self, *about: object) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    @asynccontextmanager
    async def aopened(self) -> AsyncIterator[list[ServerTool]]:
        """Its tools, for as long as a run needs them; started for the run where it is not in use."""
        if not self._runs:
            self._opening = asyncio.Lock()  # as above
        self._runs += 1
        try:
            async with self._opening:
                if self._connection is None:
                    await self.__aenter__()
                    self._started_for_runs = True
            yield await self.tools()
        finally:
            self._runs -= 1
            if self._started_for_runs and not self._runs:
                self._started_for_runs = False
                await self.__aexit__()

    async def tools(self, namespace: str | None = None) -> list[ServerTool]:
        """Its tools, for `tools=` of a call or run; `namespace` goes before their names in place of the server's name."""
        listed = await self._list("tools", "tools")
        within = self.name if namespace is None else namespace
        return tools_from(listed, self.label, within, partial(async_function, self.call))

    async def call(self, tool: str, arguments: Mapping[str, Any] | None = None) -> ToolAnswer:
        """Call a tool by its name at the server.

        Raises ConnectionFailed when the server ended, TimedOut, and APIError when it refuses the call itself.
        """
        return decode_answer(await self._ask(lambda session: session.call(tool, dict(arguments or {}))))

    async def resources(self) -> list[Resource]:
        """What it lets read, families of resources (`uri_template`) last."""
        listed = await self._list("resources", "resources")
        families = await self._list("resources", "resource_templates")
        return decode_resources([*listed, *families])

    async def read(self, uri: str) -> tuple[Block, ...]:
        """A resource as content: documents, images, sound. Raises APIError when there is none of that URI."""
        found = await self._ask(lambda session: session.read(uri))
        return decode_contents(found.get("contents", ()))

    async def prompts(self) -> list[Prompt]:
        """The prompts it has ready."""
        return decode_prompts(await self._list("prompts", "prompts"))

    async def prompt(self, name: str, arguments: Mapping[str, str] | None = None) -> list[Message]:
        """A prompt as messages. Raises APIError when there is none of that name, or an argument is missing."""
        found = await self._ask(lambda session: session.prompt(name, dict(arguments or {})))
        return [decode_message(message) for message in found.get("messages", ())]

    @property
    def instructions(self) -> str | None:
        """What the server says about its use, for the model's instructions."""
        if self._connection is None:
            raise self._unused()
        return self._connection.session.instructions

    async def _list(self, kind: str, what: str) -> list[dict[str, Any]]:
        async def ask(session: Session) -> list[dict[str, Any]]:
            return await session.listed(what) if session.offers(kind) else []

        return await self._ask(ask)

    async def _ask(self, request: Callable[[Session], Awaitable[T]]) -> T:
        """Ask the server, which is started again where it is found to have ended before it was asked."""
        from .official import Lost

        session = await self._current()
        try:
            answer = await request(session)
        except Lost as lost:
            if lost.asked:
                raise self._interrupted(lost) from lost
            session = await self._current()
            try:
                answer = await request(session)
            except Lost as again:
                raise self._interrupted(again) from again
        self._restarted = 0
        return answer

    def _interrupted(self, lost: DragomanError) -> ConnectionFailed:
        again = "; another call starts it again" if self._may_restart else ""
        return ConnectionFailed(f"{lost.message} during the call, whose effects are not known{again}")

    @property
    def _may_restart(self) -> bool:
        # To connect again to a server that somebody else keeps running starts nothing.
        return self._restarted < self._restarts or isinstance(self.target, Http)

    async def _current(self) -> Session:
        async with self._starting:
            connection = self._connection
            if connection is None:
                raise self._unused()
            if connection.is_over:
                await connection.close()
                if not self._may_restart:
                    raise ConnectionFailed(f"the MCP server {self.label} has ended and is not started again")
                self._restarted += 1
                connection = await self._connect().start()
                if self._connection is None:
                    await connection.close()
                    raise self._unused()
                self._connection = connection
            return connection.session

    def _connect(self) -> Connection:
        return Connection(self.target, self.label, self._timeout, self._start_timeout, self._changed)

    def _changed(self, what: str) -> None:
        if self._on_change is not None:
            self._on_change(what)  # type: ignore[arg-type]

    def _unused(self) -> UsageError:
        return UsageError(f"the MCP server {self.label} is not in use: ask it within `with` or `async with`")

    def __repr__(self) -> str:
        return f"<MCP server {self.label}>"

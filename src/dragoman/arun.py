"""Runs of the asyncio face: as `run`, with `async` and `await`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any, Unpack, cast

from .astream import Errand
from .engine.loop import Loop, Runner
from .prepare import Messages
from .routes import ModelLike, Router
from .run import RunOptions, make_loop
from .tools.context import ToolContext
from .tools.function import FunctionTool
from .transport.base import AsyncTransport
from .types.content import ToolCall, ToolResult
from .types.messages import Message, user
from .types.run import RunEvent, RunResult

__all__ = ["AsyncRun"]


class AsyncRun(Errand):
    """One run: iterate over it with `async for` for the events of every step and of the tools, in an `async with` block so
    that it is closed in time. Any task or thread may `steer` and `cancel` it.

    `result` is what it came to, once it has ended. `messages` are what it has added to the history so far: with them the
    conversation goes on, whenever the run was stopped.
    """

    def __init__(self, loop: Loop, transport: Callable[[str], AsyncTransport], under_way: set[Errand]) -> None:
        super().__init__(loop, transport, under_way)
        self._run = loop

    async def __aenter__(self) -> AsyncRun:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[RunEvent]:
        async for batch in self._batches():
            for event in cast("list[RunEvent]", batch):
                yield event

    @property
    def result(self) -> RunResult:
        """What the run came to. Raises UsageError before its end."""
        return self._run.result

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the run has added to the history so far."""
        return self._run.messages

    def steer(self, message: Message | str) -> None:
        """Say something to the model before its next step, even when it believes that it is done."""
        self._run.steer(user(message) if isinstance(message, str) else message)

    async def close(self) -> None:
        """Stop, and free the connection; tools that are coroutines are cancelled, threads are not waited for."""
        self._asked = True
        if self._waiting is not None:
            self._interrupt()
        await self._end()


def awaited(tool: FunctionTool[..., Any], about: Callable[[ToolCall], ToolContext[Any]]) -> Runner:
    """A tool as something that answers a call in its task; one that blocks runs in a thread."""

    async def run(call: ToolCall) -> tuple[ToolResult, bool]:
        outcome = await tool.acall(call.arguments, about(call))
        return outcome.result(call), outcome.kind == "invalid"

    return run


def start(
    router: Router,
    model: ModelLike,
    messages: Messages,
    stream: bool,
    transport: Callable[[str], AsyncTransport],
    under_way: set[Errand],
    **options: Unpack[RunOptions],
) -> AsyncRun:
    """A run of the asyncio face, ready to go."""
    return AsyncRun(make_loop(router, model, messages, stream, options, awaited), transport, under_way)

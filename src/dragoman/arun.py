"""Runs of the asyncio face: as `run`, with `async` and `await`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Unpack, cast

from .astream import Errand
from .engine.loop import Runner
from .errors import UsageError
from .options import Messages
from .routes import ModelLike, Router
from .run import RunKeeper, Running, RunOptions, make_run
from .tools.context import ToolContext
from .tools.function import FunctionTool
from .tools.toolbox import AsyncBoxes, AsyncToolbox
from .transport.base import AsyncTransport
from .transport.stopping import to_the_end
from .types.content import ToolCall, ToolResult
from .types.messages import Message, user
from .types.run import RunEvent, RunResult

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["AsyncRun"]


class AsyncRun(Errand, Generic[T]):
    """One run: iterate over it with `async for` for the events of every step and of the tools, in an `async with` block so
    that it is closed in time. Any task or thread may `steer` and `cancel` it.

    `result` is what it came to, once it has ended. `messages` are what it has added to the history so far: with them the
    conversation goes on, whenever the run was stopped.
    """

    def __init__(self, running: Running, transport: Callable[[str], AsyncTransport], under_way: set[Errand]) -> None:
        super().__init__(running, transport, under_way)
        self._running = running

    async def __aenter__(self) -> AsyncRun[T]:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def __aiter__(self) -> AsyncIterator[RunEvent]:
        async for batch in self._batches():
            for event in cast("list[RunEvent]", batch):
                yield event

    @property
    def result(self) -> RunResult[T]:
        """What the run came to. Raises UsageError before its end."""
        result: RunResult[T] = self._running.loop.result
        return result

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the run has added to the history so far."""
        return self._running.loop.messages

    def steer(self, message: Message | str) -> None:
        """Say something to the model before its next step, even when it believes that it is done."""
        self._running.loop.steer(user(message) if isinstance(message, str) else message)

    async def close(self) -> None:
        """Stop, and free the connection; tools that are coroutines are cancelled, threads are not waited for."""
        self._asked = True
        if self._waiting is not None:
            self._interrupt()
        await self._end()

    async def _end(self) -> None:
        try:
            await super()._end()
        finally:
            await self._finish()

    async def _finish(self) -> None:
        flow = self._running.last()
        step: Any = flow.send
        value: Any = None
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            step = flow.send
            try:
                value = await to_the_end(effect.function, blocks=effect.blocks)
            except BaseException as error:
                step, value = flow.throw, error


def awaited(tool: FunctionTool[..., Any], about: Callable[[ToolCall], ToolContext[Any]]) -> Runner:
    """A tool as something that answers a call in its task; one that blocks runs in a thread."""

    async def run(call: ToolCall) -> tuple[ToolResult, bool]:
        outcome = await tool.acall(tool.given(call), about(call))
        return outcome.result(call), outcome.kind == "invalid"

    return run


def boxes(found: Sequence[Any]) -> AsyncBoxes:
    """What opens toolboxes. Raises UsageError for those of blocking programs only."""
    for box in found:
        if not isinstance(box, AsyncToolbox):
            raise UsageError(f"{box!r} is for blocking programs: use Client, or its asynchronous twin")
    return AsyncBoxes(found)


def start(
    router: Router,
    model: ModelLike,
    messages: Messages,
    stream: bool,
    transport: Callable[[str], AsyncTransport],
    under_way: set[Errand],
    keeper: RunKeeper | None = None,
    **options: Unpack[RunOptions],
) -> AsyncRun[Any]:
    """A run of the asyncio face, ready to go."""
    return AsyncRun(make_run(router, model, messages, stream, options, awaited, boxes, keeper), transport, under_way)

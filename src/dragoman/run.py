"""Runs of the blocking face: a model with tools that answers, calls, is told, and answers again, until it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Unpack, cast

from .engine.loop import Approve, Loop, Runner, StopWhen
from .errors import UsageError
from .prepare import Messages, Options, listed
from .routes import ModelLike, Router
from .stream import Errand
from .tools.context import ToolContext
from .tools.function import FunctionTool
from .transport.base import Transport
from .types.content import ToolCall, ToolResult
from .types.messages import Message, user
from .types.run import RunEvent, RunPolicy, RunResult

__all__ = ["Run", "RunOptions", "make_loop"]


class RunOptions(Options, total=False):
    """What a run may say besides what a call may say (`Options`).

    `tools` are `@tool` functions, which the run calls, and definitions alone, whose calls end the run for the caller to
    answer. `policy` bounds the run. `approve` is asked before each call: True, False or an `Approval`. `stop_when` is given
    what has happened so far and ends the run when it says so. `context` is for tools that ask for it (`ToolContext.value`).
    """

    policy: RunPolicy | None
    approve: Approve | None
    stop_when: StopWhen | None
    context: Any


class Run(Errand):
    """One run: iterate over it for the events of every step and of the tools, in a `with` block so that it is closed in
    time. Any thread may `steer` and `cancel` it.

    `result` is what it came to, once it has ended. `messages` are what it has added to the history so far: with them the
    conversation goes on, whenever the run was stopped.
    """

    def __init__(self, loop: Loop, transport: Callable[[str], Transport], under_way: set[Errand]) -> None:
        super().__init__(loop, transport, under_way)
        self._loop = loop

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[RunEvent]:
        for batch in self._batches():
            yield from cast("list[RunEvent]", batch)

    @property
    def result(self) -> RunResult:
        """What the run came to. Raises UsageError before its end."""
        return self._loop.result

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the run has added to the history so far."""
        return self._loop.messages

    def steer(self, message: Message | str) -> None:
        """Say something to the model before its next step, even when it believes that it is done."""
        self._loop.steer(user(message) if isinstance(message, str) else message)

    def close(self) -> None:
        """Stop, and free the connection; tools that work in threads are not waited for."""
        self._stop.ask()
        self._end()


def make_loop(
    router: Router,
    model: ModelLike,
    messages: Messages,
    stream: bool,
    options: RunOptions,
    runner: Callable[[FunctionTool[..., Any], Callable[[ToolCall], ToolContext[Any]]], Runner],
) -> Loop:
    """The loop that a run means; `runner` makes a tool into something that answers a call.

    Raises UsageError for tools that cannot be told apart, and what a call would raise.
    """
    words: dict[str, Any] = dict(options)
    policy, approve, stop_when, context = [words.pop(name, None) for name in ("policy", "approve", "stop_when", "context")]
    call_options = cast(Options, words)
    tools: Sequence[Any] = options.get("tools") or ()
    own = {tool.name: tool for tool in tools if isinstance(tool, FunctionTool)}
    names = [tool.name for tool in tools if isinstance(getattr(tool, "name", None), str)]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two tools are called {twice!r}: give one another name, or a namespace: tool.within('...')")

    def about(call: ToolCall) -> ToolContext[Any]:
        return ToolContext(context, call, loop.history, loop.step)

    runners: Mapping[str, Runner] = {name: runner(tool, about) for name, tool in own.items()}
    history = listed(messages)
    loop = Loop(
        lambda now: router.call(model, now, stream, call_options),
        history,
        runners,
        policy=policy,
        approve=approve,
        stop_when=stop_when,
        outside={name for name in names if name not in own}.__contains__,
    )
    return loop


def blocking(tool: FunctionTool[..., Any], about: Callable[[ToolCall], ToolContext[Any]]) -> Runner:
    """A tool as something that answers a call in its thread."""

    def run(call: ToolCall) -> tuple[ToolResult, bool]:
        outcome = tool.call(call.arguments, about(call))
        return outcome.result(call), outcome.kind == "invalid"

    return run


def start(
    router: Router,
    model: ModelLike,
    messages: Messages,
    stream: bool,
    transport: Callable[[str], Transport],
    under_way: set[Errand],
    **options: Unpack[RunOptions],
) -> Run:
    """A run of the blocking face, ready to go."""
    return Run(make_loop(router, model, messages, stream, options, blocking), transport, under_way)

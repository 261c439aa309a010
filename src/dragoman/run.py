"""Runs of the blocking face: a model with tools that answers, calls, is told, and answers again, until it is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Protocol, Unpack, cast

from .engine.effects import Call, Commit
from .engine.loop import Approve, Asked, Keeper, Loop, Runner, StopWhen
from .errors import UsageError
from .options import Common, Messages, Options, listed
from .routes import ModelLike, Router
from .stream import Errand
from .tools.context import ToolContext
from .tools.function import FunctionTool
from .tools.kit import Kit
from .tools.toolbox import AsyncToolbox, Boxes, Toolbox
from .transport.base import Transport
from .types.content import ToolCall, ToolResult
from .types.messages import Message, user
from .types.request import Defined, ToolLike
from .types.run import RunEvent, RunPolicy, RunResult

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["Opens", "Run", "RunKeeper", "RunOptions", "RunWords", "Running", "make_run"]

Flow = Generator[Any, Any, None]


class RunWords(Common, total=False):
    """What a run may say besides what a call may say (`Words`), but for the form of its last answer.

    `tools` are `@tool` functions, which the run calls, toolboxes such as `mcp.Server`, which are opened when it begins and closed
    when it ends, and definitions alone, whose calls end the run for the caller to answer. `policy` bounds the run. `approve` is
    asked before each call: True, False or an `Approval`. `stop_when` is given what has happened so far and ends the run when it
    says so. `context` is for tools that ask for it (`ToolContext.value`).
    """

    tools: Sequence[ToolLike | Defined | Toolbox | AsyncToolbox]
    policy: RunPolicy | None
    approve: Approve | None
    stop_when: StopWhen | None
    context: Any


class RunOptions(RunWords, total=False):
    """What a run may say: `RunWords`, and the form of its last answer, as `Options` has it."""

    output: Any


class Opens(Protocol):
    """The toolboxes of a run, in either face; `blocks` is whether they take their time and cannot be awaited."""

    blocks: bool

    def open(self) -> Any: ...

    def close(self) -> Any: ...


class RunKeeper(Keeper, Protocol):
    """A conversation that a run goes on with, from its beginning to whatever is its end."""

    def begin(self) -> Flow:
        """Yields effects until the conversation is this run's. Raises UsageError, and StoreConflict."""
        ...

    def ask(self, ask: Callable[..., Asked], options: Options) -> Asked:
        """The next step; `ask` makes what asks a model some messages, whole or streamed, with options."""
        ...

    def end(self) -> Flow:
        """Yields `Commit` effects until what the run left is kept, and the conversation is anybody's."""
        ...


class Running:
    """The errand of a run: what its loop needs is opened before it, what is left to do is done after it."""

    def __init__(self, loop: Loop, kit: Kit, boxes: Opens | None, keeper: RunKeeper | None) -> None:
        self.loop = loop
        self._kit = kit
        self._boxes = boxes
        self._keeper = keeper
        self._going = False
        self._left: deque[Callable[[], Flow]] = deque()

    def run(self) -> Flow:
        """Yield effects and lists of events until the run ends; raises the error of the step that fails."""
        self._going = True
        try:
            if self._keeper is not None:
                self._left.append(self._keeper.end)
                yield from self._keeper.begin()
            if self._boxes is not None:
                self._left.append(self._close)
                self._kit.unpack((yield Call(self._boxes.open, blocks=self._boxes.blocks)))
            yield from self.loop.run()
        finally:
            self._going = False

    def last(self) -> Flow:
        """Yield `Commit` effects until nothing is left to do, whatever goes wrong meanwhile, which is raised then.

        To be called when the flow of `run` is over, as often as anybody wants.
        """
        if self._going:
            return  # the thread that is in it does this too
        failed: BaseException | None = None
        while self._left:
            try:
                yield from self._left.popleft()()
            except GeneratorExit:
                raise
            except BaseException as error:
                failed = failed or error
        if failed is not None:
            raise failed

    def _close(self) -> Flow:
        assert self._boxes is not None
        yield Commit(self._boxes.close, blocks=self._boxes.blocks)


class Run(Errand, Generic[T]):
    """One run: iterate over it for the events of every step and of the tools, in a `with` block so that it is closed in
    time. Any thread may `steer` and `cancel` it.

    `result` is what it came to, once it has ended. `messages` are what it has added to the history so far: with them the
    conversation goes on, whenever the run was stopped.
    """

    def __init__(self, running: Running, transport: Callable[[str], Transport], under_way: set[Errand]) -> None:
        super().__init__(running, transport, under_way)
        self._running = running

    def __enter__(self) -> Run[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __iter__(self) -> Iterator[RunEvent]:
        for batch in self._batches():
            yield from cast("list[RunEvent]", batch)

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

    def close(self) -> None:
        """Stop, and free the connection; tools that work in threads are not waited for."""
        self._stop.ask()
        self._end()

    def _end(self) -> None:
        try:
            super()._end()
        finally:
            self._finish()

    def _finish(self) -> None:
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
                value = effect.function()
            except BaseException as error:
                step, value = flow.throw, error


def make_run(
    router: Router,
    model: ModelLike,
    messages: Messages,
    stream: bool,
    options: RunOptions,
    runner: Callable[[FunctionTool[..., Any], Callable[[ToolCall], ToolContext[Any]]], Runner],
    opens: Callable[[Sequence[Any]], Opens],
    keeper: RunKeeper | None,
) -> Running:
    """The errand that a run is; `runner` makes a tool into something that answers a call, `opens` what opens toolboxes.

    With a `keeper` the history is the keeper's. Raises UsageError for two tools of one name, and what a call would raise.
    """
    words: dict[str, Any] = dict(options)
    policy, approve, stop_when, context = [words.pop(name, None) for name in ("policy", "approve", "stop_when", "context")]

    def about(call: ToolCall) -> ToolContext[Any]:
        return ToolContext(context, call, loop.history, loop.step)

    kit = Kit(options.get("tools") or (), lambda tool: runner(tool, about))

    def ask(history: tuple[Message, ...]) -> Asked:
        now = cast(Options, {**words, "tools": kit.tools} if kit.tools else words)
        if keeper is not None:
            return keeper.ask(router.call, now)
        return router.call(model, history, stream, now)

    loop = Loop(
        ask,
        listed(messages) if keeper is None else (),
        kit.runners,
        policy=policy,
        approve=approve,
        stop_when=stop_when,
        outside=kit.outside.__contains__,
        tool_of=kit.tool_of,
        keeper=keeper,
    )
    return Running(loop, kit, opens(kit.boxes) if kit.boxes else None, keeper)


def blocking(tool: FunctionTool[..., Any], about: Callable[[ToolCall], ToolContext[Any]]) -> Runner:
    """A tool as something that answers a call in its thread."""

    def run(call: ToolCall) -> tuple[ToolResult, bool]:
        outcome = tool.call(tool.given(call), about(call))
        return outcome.result(call), outcome.kind == "invalid"

    return run


def boxes(found: Sequence[Any]) -> Boxes:
    """What opens toolboxes. Raises UsageError for those of asynchronous programs."""
    for box in found:
        if not isinstance(box, Toolbox):
            raise UsageError(f"{box!r} is for asynchronous programs: use AsyncClient, or its blocking twin")
    return Boxes(found)


def start(
    router: Router,
    model: ModelLike,
    messages: Messages,
    stream: bool,
    transport: Callable[[str], Transport],
    under_way: set[Errand],
    keeper: RunKeeper | None = None,
    **options: Unpack[RunOptions],
) -> Run[Any]:
    """A run of the blocking face, ready to go."""
    return Run(make_run(router, model, messages, stream, options, blocking, boxes, keeper), transport, under_way)

"""The tool loop: ask, run what the model calls, tell it, ask again, as a generator that decides and does no I/O.

It has the surface of an exchange: `run()` yields effects and lists of events. Tools run beside the flow (`Start`,
`Next`, `Drop` in `effects`), so many at once as policy allows. A history that ends in unanswered calls is taken up there,
so that a run that was stopped at any step goes on as if it had not been. A `Keeper` keeps each step before it is told of.

| the model | then |
|---|---|
| calls tools | all of them are answered before it is asked again, in the order of its calls |
| calls a tool nobody has, or with arguments that are no JSON | it is told so, and nothing runs |
| calls a tool the caller runs itself | the run ends there, with the other calls answered |
| pauses in the middle of its turn | it is asked to go on |
| says something and calls nothing | the run is done, unless something was said to it meanwhile |
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import msgspec

from ..errors import UsageError
from ..types.content import Block, Text, ToolCall, ToolResult
from ..types.messages import Message
from ..types.response import Response, Usage
from ..types.run import Approval, RunPolicy, RunResult, RunStop, StepFinished, StepStarted, ToolFinished, ToolStarted
from .effects import Call, Drop, Effect, Next, Now, Start

__all__ = ["Approve", "Ask", "Asked", "Keeper", "Loop", "Runner", "StopWhen", "unanswered"]

Flow = Generator[Any, Any, Any]


class Asked(Protocol):
    """One question to the model, such as an exchange."""

    def run(self) -> Flow:
        """Yield effects and lists of events until the answer is whole; raises what the question failed with."""
        ...

    def response(self) -> Response:
        """The answer as far as it has come."""
        ...


class Keeper(Protocol):
    """A conversation that a run goes on with, and that keeps what is said as it is said; answers it keeps where it is asked."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the next step is asked with."""
        ...

    @property
    def open(self) -> tuple[ToolCall, ...]:
        """The calls at its end that have no result yet."""
        ...

    @property
    def last(self) -> Response | None:
        """The last answer in it."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it ends with that answer, and nothing is left to do."""
        ...

    @property
    def besides(self) -> Sequence[Response]:
        """Answers that are no steps and were paid for: summaries."""
        ...

    def keep(self, message: Message) -> Flow:
        """Yield effects until a result, or what was said meanwhile, is kept."""
        ...


Ask = Callable[[tuple[Message, ...]], Asked]
Runner = Callable[[ToolCall], Any]
"""A call to its `ToolResult` and whether it was a wrong one, whose arguments did not fit so that nothing ran; or to
something that can be awaited for the two in the async face."""
Approve = Callable[[ToolCall], Any]
"""A call to an `Approval`, True or False, or None for True; may be async in the async face."""
StopWhen = Callable[[RunResult], bool]
_Running = dict[Any, tuple[int, ToolCall, float]]


class Loop:
    """The state of one run."""

    def __init__(
        self,
        ask: Ask,
        history: Sequence[Message],
        runners: Mapping[str, Runner],
        *,
        policy: RunPolicy | None = None,
        approve: Approve | None = None,
        stop_when: StopWhen | None = None,
        outside: Callable[[str], bool] = lambda name: False,
        tool_of: Callable[[ToolCall], str] = lambda call: call.name,
        keeper: Keeper | None = None,
    ) -> None:
        """`outside` tells the names of tools that the caller runs itself; names that are neither are unknown. `tool_of` tells the
        tool that a call is for, where it is called by another name: as the member of a vendor's toolset, such as a computer. Such
        calls run one after the other, and none after one that failed, for each finds what those before it have left.

        With a `keeper` the history is the keeper's.
        """
        self._ask = ask
        self._history = tuple(history)
        self._runners = runners
        self._policy = policy if policy is not None else RunPolicy()
        self._approve = approve
        self._stop_when = stop_when
        self._outside = outside
        self._tool_of = tool_of
        self._keeper = keeper
        self._added: list[Message] = []
        self._steps: list[Response] = []
        self._results: list[ToolResult] = []
        self._said: deque[Message] = deque()
        self._current: Asked | None = None
        self._before: Response | None = None
        self._stopped: RunStop | None = None
        self._wrong = 0
        self._right = False
        self._failed: set[str | None] = set()

    def steer(self, message: Message) -> None:
        """Say something to the model before its next step; safe to call from any thread."""
        self._said.append(message)

    @property
    def step(self) -> int:
        """How often the model has answered."""
        return len(self._steps)

    @property
    def history(self) -> tuple[Message, ...]:
        """The whole conversation so far."""
        return self._keeper.messages if self._keeper is not None else (*self._history, *self._added)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the run has added so far: a history with it can be continued, whenever the run was stopped.

        Of an answer that was stopped in its middle it has no calls, for those may not have been whole.
        """
        interrupted = self._interrupted()
        results = (Message("tool", tuple(self._results)),) if self._results else ()
        return (*self._added, *interrupted, *results)

    @property
    def result(self) -> RunResult:
        """What the run came to. Raises UsageError before its end."""
        if self._stopped is None:
            raise UsageError("the run has not ended: iterate to its end first; `messages` holds what it has done so far")
        return self._so_far(self._stopped)

    def run(self) -> Flow:
        """Yield effects and lists of events until the run ends; raises the error of the step that fails."""
        started: float = yield Now()
        keeper = self._keeper
        self._before = _last(self._history) if keeper is None else keeper.last
        if keeper is not None and keeper.ended and not self._said:
            self._stopped = "done"
            return
        pending = unanswered(self._history) if keeper is None else list(keeper.open)
        while True:
            if pending:
                left = yield from self._answer(pending)
                if left:
                    self._stopped = "tool_calls"
                    return
            if (reason := self._passed((yield Now()) - started)) is not None:
                self._stopped = reason
                return
            while self._said:
                self._added.append(self._said.popleft())
                yield from self._kept(self._added[-1])
            response = yield from self._step()
            pending = [block for block in response.message.content if type(block) is ToolCall]
            if not pending and response.finish_reason != "pause" and not self._said:
                self._stopped = "done"
                return

    def _step(self) -> Flow:
        number = len(self._steps) + 1
        history = self.history
        yield [StepStarted(number, len(history))]
        self._current = self._ask(history)
        yield from self._current.run()
        response = self._current.response()
        self._current = None
        self._steps.append(response)
        self._added.append(response.message)
        yield [StepFinished(number, response)]
        return response

    def _passed(self, seconds: float) -> RunStop | None:
        """The limit that ends the run now."""
        policy = self._policy
        if len(self._steps) >= policy.steps:
            return "steps"
        if policy.seconds is not None and seconds >= policy.seconds:
            return "seconds"
        if self._wrong >= policy.repairs:
            return "repairs"
        if not self._steps:
            return None
        paid = self._paid
        if policy.tokens is not None and sum([each.usage.total or 0 for each in paid]) >= policy.tokens:
            return "tokens"
        if policy.cost is not None and sum([each.cost.amount for each in paid if each.cost]) >= policy.cost:
            return "cost"
        if self._stop_when is not None and self._stop_when(self._so_far("asked")):
            return "asked"
        return None

    def _answer(self, calls: list[ToolCall]) -> Generator[Any, Any, bool]:
        """Answer calls, in their order; True when some are left to the caller."""
        results: dict[int, ToolResult] = {}
        waiting: deque[tuple[int, ToolCall]] = deque()
        left = False
        for place, call in enumerate(calls):
            name = self._tool_of(call)
            if name not in self._runners and self._outside(name):
                left = True
            elif (wrong := self._wrongly(call)) is not None:
                yield from self._settle(results, place, call, wrong, None)
            else:
                waiting.append((place, call))
        self._right = left
        self._failed = {self._toolset(call) for call in _failed(self.history)} - {None}
        yield from self._work(waiting, results)
        self._wrong = 0 if self._right else self._wrong + 1
        ordered = [results[place] for place in sorted(results)]
        self._results = []
        if ordered:
            self._added.append(Message("tool", tuple(ordered)))
        return left

    def _wrongly(self, call: ToolCall) -> str | None:
        """What is wrong with a call that cannot run."""
        if self._tool_of(call) not in self._runners:
            known = ", ".join(sorted(self._runners)) or "none"
            return f"There is no tool {call.name!r}. The tools are: {known}."
        if not call.custom and call.malformed:
            return "The arguments are not valid JSON, so nothing was done. Call the tool again with one JSON object."
        return None

    def _work(self, waiting: deque[tuple[int, ToolCall]], results: dict[int, ToolResult]) -> Generator[Any, Any, None]:
        """Run calls, so many at once as policy allows, and settle each when it ends."""
        policy = self._policy
        running: _Running = {}
        while waiting or running:
            while len(running) < policy.parallel and (next_one := self._startable(waiting, running)) is not None:
                place, call = next_one
                waiting.remove(next_one)
                if self._toolset(call) in self._failed:
                    self._right = True
                    yield from self._settle(results, place, call, "Not done, for an action before it failed.", None)
                    continue
                approval = yield from self._approval(call)
                if not approval.allow:
                    self._right = True
                    reason = approval.reason or "The user did not allow this call."
                    yield from self._settle(results, place, call, reason, None)
                    continue
                if approval.arguments is not None:
                    call = msgspec.structs.replace(call, arguments=approval.arguments)
                yield [ToolStarted(call)]
                handle = yield Start(partial(self._runners[self._tool_of(call)], call))
                running[handle] = (place, call, (yield Now()))
            if running:
                yield from self._wait(running, results)

    def _startable(self, waiting: Iterable[tuple[int, ToolCall]], running: _Running) -> tuple[int, ToolCall] | None:
        """The first call that need not wait for another one of its toolset."""
        busy = {self._toolset(call) for _, call, _ in running.values()} - {None}
        return next((pair for pair in waiting if self._toolset(pair[1]) not in busy), None)

    def _toolset(self, call: ToolCall) -> str | None:
        """The toolset whose member is called, None for a tool by itself."""
        name = self._tool_of(call)
        return name if name != call.name else None

    def _wait(self, running: _Running, results: dict[int, ToolResult]) -> Generator[Any, Any, None]:
        """Settle the next call that ends or has taken too long."""
        limit = self._policy.tool_timeout
        now: float = yield Now()
        timeout = None if limit is None else max(0.0, min([begun for _, _, begun in running.values()]) + limit - now)
        ended = yield Next(timeout)
        now = yield Now()
        if ended is None:
            for handle in [handle for handle, (_, _, begun) in running.items() if limit is not None and now - begun >= limit]:
                place, call, begun = running.pop(handle)
                self._right = True
                yield Drop(handle)
                yield from self._settle(results, place, call, f"The tool took longer than {limit:g} seconds.", now - begun)
            return
        handle, value, error = ended
        place, call, begun = running.pop(handle)
        if error is not None:
            raise error
        result, wrong = value
        self._right = self._right or not wrong
        yield from self._settle(results, place, call, result, None if wrong else now - begun)

    def _settle(
        self, results: dict[int, ToolResult], place: int, call: ToolCall, value: ToolResult | str, seconds: float | None
    ) -> Generator[Any, Any, None]:
        """Note a call's result; a string is what the model is told of a call that failed."""
        if isinstance(value, str):
            value = ToolResult(call.id, (Text(value),), is_error=True, name=call.name)
        results[place] = value
        if value.is_error and (toolset := self._toolset(call)) is not None:
            self._failed.add(toolset)
        self._results = [results[at] for at in sorted(results)]
        yield from self._kept(Message("tool", (value,)))
        yield [ToolFinished(call, value, seconds)]

    def _kept(self, message: Message) -> Flow:
        if self._keeper is not None:
            yield from self._keeper.keep(message)

    @property
    def _paid(self) -> list[Response]:
        """All answers that the run has paid for."""
        return [*self._steps, *(self._keeper.besides if self._keeper is not None else ())]

    def _approval(self, call: ToolCall) -> Generator[Effect, Any, Approval]:
        approve = self._approve
        if approve is None:
            return Approval()
        said = yield Call(lambda: approve(call))
        return said if isinstance(said, Approval) else Approval(said is not False)

    def _interrupted(self) -> tuple[Message, ...]:
        """What the model had said when the run was stopped in the middle of a step."""
        if self._current is None:
            return ()
        response = self._current.response()
        said: tuple[Block, ...] = response.message.content
        if response.finish is None:
            said = tuple([block for block in said if type(block) is not ToolCall])
        return (msgspec.structs.replace(response.message, content=said),) if said else ()

    def _so_far(self, stopped: RunStop) -> RunResult:
        steps, paid = tuple(self._steps), self._paid
        last = steps[-1] if steps else self._before or Response(Message("assistant", ()))
        costs = [each.cost.amount if each.cost is not None else None for each in paid]
        return RunResult(last, tuple(self._added), steps, stopped, _sum([each.usage for each in paid]), _total(costs))


def _last(history: tuple[Message, ...]) -> Response | None:
    """The last answer in a history, as far as it is known from there."""
    return next((Response(message) for message in reversed(history) if message.role == "assistant"), None)


def _failed(history: tuple[Message, ...]) -> list[ToolCall]:
    """The calls of the last answer that have failed already, before a run was taken up."""
    errors: set[str] = set()
    for message in reversed(history):
        if message.role == "assistant":
            return [block for block in message.content if type(block) is ToolCall and block.id in errors]
        errors |= {block.id for block in message.content if type(block) is ToolResult and block.is_error}
    return []


def unanswered(history: tuple[Message, ...]) -> list[ToolCall]:
    """The calls at the end of a history that have no result yet."""
    answered: set[str] = set()
    for message in reversed(history):
        if message.role == "assistant":
            return [block for block in message.content if type(block) is ToolCall and block.id not in answered]
        results = {block.id for block in message.content if type(block) is ToolResult}
        if not results:
            return []
        answered |= results
    return []


def _sum(usages: Sequence[Usage]) -> Usage:
    names = ("input", "output", "cache_read", "cache_write", "reasoning")
    counts = {name: _total([getattr(usage, name) for usage in usages]) for name in names}
    return Usage(**counts)


def _total(parts: Sequence[Any]) -> Any:
    return None if not parts or any(part is None for part in parts) else sum(parts)

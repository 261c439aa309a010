"""The tool loop: ask, run what the model calls, tell it, ask again, as a generator that decides and does no I/O.

It has the surface of an exchange: `run()` yields effects and lists of events. Tools run beside the flow (`Start`,
`Next`, `Drop` in `effects`), so many at once as policy allows. A history that ends in unanswered calls is taken up there,
so that a run that was stopped at any step goes on as if it had not been.

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
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from ..errors import UsageError
from ..types.content import Block, Text, ToolCall, ToolResult
from ..types.messages import Message
from ..types.response import Response, Usage
from ..types.run import Approval, RunPolicy, RunResult, RunStop, StepFinished, StepStarted, ToolFinished, ToolStarted
from .answered import Answered
from .effects import Call, Drop, Effect, Next, Now, Start
from .exchange import Exchange
from .routed import Routed

__all__ = ["Approve", "Ask", "Loop", "Runner", "StopWhen"]

Ask = Callable[[tuple[Message, ...]], Exchange | Routed | Answered]
Runner = Callable[[ToolCall], Any]
"""A call to its `ToolResult` and whether it was a wrong one, whose arguments did not fit so that nothing ran; or to
something that can be awaited for the two in the async face."""
Approve = Callable[[ToolCall], Any]
"""A call to an `Approval`, True or False, or None for True; may be async in the async face."""
StopWhen = Callable[[RunResult], bool]
Flow = Generator[Any, Any, Any]


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
    ) -> None:
        """`outside` tells the names of tools that the caller runs itself; names that are neither are unknown."""
        self._ask = ask
        self._history = tuple(history)
        self._runners = runners
        self._policy = policy if policy is not None else RunPolicy()
        self._approve = approve
        self._stop_when = stop_when
        self._outside = outside
        self._added: list[Message] = []
        self._steps: list[Response] = []
        self._results: list[ToolResult] = []
        self._said: deque[Message] = deque()
        self._current: Exchange | Routed | Answered | None = None
        self._stopped: RunStop | None = None
        self._wrong = 0
        self._right = False

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
        return (*self._history, *self._added)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the run has added so far: a history with it can be continued, whenever the run was stopped."""
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
        pending = _unanswered(self._history)
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
            response = yield from self._step()
            pending = [block for block in response.message.content if type(block) is ToolCall]
            paused = response.finish is not None and response.finish.reason == "pause"
            if not pending and not paused and not self._said:
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
        if policy.tokens is not None and sum([step.usage.total or 0 for step in self._steps]) >= policy.tokens:
            return "tokens"
        if policy.cost is not None and sum([step.cost.amount for step in self._steps if step.cost]) >= policy.cost:
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
            if call.name not in self._runners and self._outside(call.name):
                left = True
            elif (wrong := self._wrongly(call)) is not None:
                yield from self._settle(results, place, call, wrong, None)
            else:
                waiting.append((place, call))
        self._right = left
        yield from self._work(waiting, results)
        self._wrong = 0 if self._right else self._wrong + 1
        ordered = [results[place] for place in sorted(results)]
        self._results = []
        if ordered:
            self._added.append(Message("tool", tuple(ordered)))
        return left

    def _wrongly(self, call: ToolCall) -> str | None:
        """What is wrong with a call that cannot run."""
        if call.name not in self._runners:
            known = ", ".join(sorted(self._runners)) or "none"
            return f"There is no tool {call.name!r}. The tools are: {known}."
        if not call.custom and call.malformed:
            return "The arguments are not valid JSON, so nothing was done. Call the tool again with one JSON object."
        return None

    def _work(self, waiting: deque[tuple[int, ToolCall]], results: dict[int, ToolResult]) -> Generator[Any, Any, None]:
        """Run calls, so many at once as policy allows, and settle each when it ends."""
        policy = self._policy
        running: dict[Any, tuple[int, ToolCall, float]] = {}
        while waiting or running:
            while waiting and len(running) < policy.parallel:
                place, call = waiting.popleft()
                approval = yield from self._approval(call)
                if not approval.allow:
                    self._right = True
                    reason = approval.reason or "The user did not allow this call."
                    yield from self._settle(results, place, call, reason, None)
                    continue
                if approval.arguments is not None:
                    call = msgspec.structs.replace(call, arguments=approval.arguments)
                yield [ToolStarted(call)]
                handle = yield Start(partial(self._runners[call.name], call))
                running[handle] = (place, call, (yield Now()))
            if running:
                yield from self._wait(running, results)

    def _wait(self, running: dict[Any, tuple[int, ToolCall, float]], results: dict[int, ToolResult]) -> Generator[Any, Any, None]:
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
        self._results = [results[at] for at in sorted(results)]
        yield [ToolFinished(call, value, seconds)]

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
        said: tuple[Block, ...] = self._current.response().message.content
        return (self._current.response().message,) if said else ()

    def _so_far(self, stopped: RunStop) -> RunResult:
        steps = tuple(self._steps)
        last = steps[-1] if steps else Response(Message("assistant", ()))
        costs = [step.cost.amount if step.cost is not None else None for step in steps]
        return RunResult(last, tuple(self._added), steps, stopped, _sum([step.usage for step in steps]), _total(costs))


def _unanswered(history: tuple[Message, ...]) -> list[ToolCall]:
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

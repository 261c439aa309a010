"""The tool loop: what runs, in which order, what the model is told, and how a run ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from dragoman.engine.effects import Call, Commit, Drop, Next, Now, Start
from dragoman.engine.loop import Loop
from dragoman.errors import Overloaded, UsageError
from dragoman.types import (
    Approval,
    Cost,
    Finish,
    Message,
    Response,
    RunPolicy,
    StepFinished,
    StepStarted,
    Text,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
    Usage,
    assistant,
    tool_result,
    user,
)

A, B, C = [ToolCall(name, "look", f'{{"at":"{name}"}}') for name in "abc"]
HISTORY = (user("Look around."),)


def says(*content: Any, finish: str = "stop", usage: Usage | None = None, cost: str | None = None) -> Response:
    return Response(
        assistant(*content),
        finish=Finish(finish),  # type: ignore[arg-type]
        usage=usage or Usage(10, 5),
        cost=Cost(Decimal(cost), "catalogue") if cost else None,
    )


class Said:
    """An exchange that gives one answer, or fails."""

    def __init__(self, answer: Response | Exception) -> None:
        self._answer = answer

    def run(self) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        yield Now()

    def response(self) -> Response:
        return self._answer if isinstance(self._answer, Response) else Response(Message("assistant", ()))


class World:
    """Obeys a loop: tools end in the order of `ends` (by call id), each after a second; asking takes none."""

    def __init__(self, *answers: Response | Exception, ends: str = "", late: str = "") -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Message, ...]] = []
        self.started: list[str] = []
        self.most = 0
        self.dropped: list[str] = []
        self.now = 0.0
        self._running: dict[str, Callable[[], Any]] = {}
        self._ends = ends
        self._late = late

    def ask(self, messages: tuple[Message, ...]) -> Any:
        self.asked.append(messages)
        return Said(self.answers.pop(0))

    def obey(self, loop: Loop, stop_at: Callable[[Any], bool] = lambda event: False) -> list[Any]:
        events: list[Any] = []
        flow = loop.run()
        value: Any = None
        while True:
            try:
                effect = flow.send(value)
            except StopIteration:
                return events
            value = None
            match effect:
                case list():
                    events += effect
                    if any(map(stop_at, effect)):
                        flow.close()
                        return events
                case Now():
                    value = self.now
                case Call(function=function) | Commit(function=function):
                    value = function()
                case Start(function=function):
                    value = function.args[0].id  # type: ignore[attr-defined]
                    self._running[value] = function
                    self.started.append(value)
                    self.most = max(self.most, len(self._running))
                case Next(timeout=timeout):
                    value = self._next(timeout)
                case Drop(handle=handle):
                    del self._running[handle]
                    self.dropped.append(handle)

    def _next(self, timeout: float | None) -> Any:
        able = [name for name in self._running if name not in self._late]
        if not able or (timeout is not None and timeout < 1.0):
            assert timeout is not None
            self.now += timeout
            return None
        self.now += 1.0
        handle = next((name for name in self._ends if name in able), able[0])
        function = self._running.pop(handle)
        try:
            return handle, function(), None
        except Exception as error:
            return handle, None, error


def look(call: ToolCall) -> tuple[ToolResult, bool]:
    return ToolResult(call.id, (Text(f"seen {call.input['at']}"),), name=call.name), False


def loop(world: World, runners: Mapping[str, Any] | None = None, history: Any = HISTORY, **more: Any) -> Loop:
    return Loop(world.ask, history, {"look": look} if runners is None else runners, **more)


def told(message: Message) -> list[tuple[str, str, bool]]:
    return [(r.id, r.content[0].text, r.is_error) for r in message.content if isinstance(r, ToolResult)]  # type: ignore[union-attr]


def test_an_answer_without_calls_ends_the_run() -> None:
    """The plainest run is one call to the model."""
    world = World(says("Done."))
    run = loop(world)
    events = world.obey(run)

    assert [StepStarted, StepFinished] == [type(event) for event in events]
    assert ("done", "Done.", 1) == (run.result.stopped, run.result.text, len(run.result.steps))
    assert (assistant("Done."),) == run.result.messages == run.messages


def test_calls_are_answered_in_their_order_whoever_ends_first() -> None:
    """The model reads results as it made the calls; the events tell what really happened."""
    world = World(says(A, B, C, finish="tool_calls"), says("Done."), ends="cab")
    run = loop(world)
    events = world.obey(run)

    finished = [event.call.id for event in events if isinstance(event, ToolFinished)]
    assert (["a", "b", "c"], ["c", "a", "b"]) == (world.started, finished)
    assert [("a", "seen a", False), ("b", "seen b", False), ("c", "seen c", False)] == told(run.messages[1])
    assert (*HISTORY, *run.messages[:2]) == world.asked[1]


def test_no_more_at_once_than_policy_allows() -> None:
    """The third begins when one of the first two has ended."""
    world = World(says(A, B, C), says("Done."))
    world.obey(loop(world, policy=RunPolicy(parallel=2)))

    assert 2 == world.most


def test_a_tool_that_takes_too_long_is_given_up_and_the_model_told() -> None:
    """The others keep their results."""
    world = World(says(A, B), says("Done."), late="b")
    run = loop(world, policy=RunPolicy(tool_timeout=30.0))
    world.obey(run)

    assert ["b"] == world.dropped
    assert [("a", "seen a", False), ("b", "The tool took longer than 30 seconds.", True)] == told(run.messages[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (ToolCall("x", "lok", "{}"), "There is no tool 'lok'. The tools are: look."),
        (ToolCall("x", "look", '{"at": "Par'), "not valid JSON"),
    ],
)
def test_a_wrong_call_never_runs_and_the_model_may_try_again(call: ToolCall, words: str) -> None:
    """A call of nobody's tool, or one whose arguments broke off."""
    world = World(says(call), says(A), says("Done."))
    run = loop(world)
    world.obey(run)

    ((_, said, wrong),) = told(run.messages[1])
    assert (True, True) == (words in said, wrong)
    assert ["a"] == world.started
    assert "done" == run.result.stopped


def test_wrong_calls_in_a_row_end_the_run() -> None:
    """A model that cannot call is not asked for ever."""
    world = World(*[says(ToolCall(str(number), "nobody", "{}")) for number in range(9)])
    run = loop(world, policy=RunPolicy(repairs=2))
    world.obey(run)

    assert ("repairs", 2) == (run.result.stopped, len(run.result.steps))


def test_calls_whose_arguments_do_not_fit_are_wrong_too() -> None:
    """Their runner says so, and nothing was done for them."""

    def refuse(call: ToolCall) -> tuple[ToolResult, bool]:
        return ToolResult(call.id, (Text("`at` must be a door"),), is_error=True, name=call.name), True

    world = World(*[says(A) for _ in range(9)])
    run = loop(world, {"look": refuse}, policy=RunPolicy(repairs=2))
    events = world.obey(run)

    assert ("repairs", 2) == (run.result.stopped, len(run.result.steps))
    assert [None, None] == [event.seconds for event in events if isinstance(event, ToolFinished)]


def test_a_tool_of_the_callers_own_ends_the_run_with_the_others_answered() -> None:
    """Its call stays open: the caller answers it and goes on."""
    theirs = ToolCall("t", "browser", "{}")
    world = World(says(A, theirs))
    run = loop(world, outside=lambda name: name == "browser")
    world.obey(run)

    assert "tool_calls" == run.result.stopped
    assert [("a", "seen a", False)] == told(run.messages[1])


def test_a_pause_is_gone_on_with() -> None:
    """Vendors pause long turns of their own tools: the same turn is sent again."""
    world = World(says("Searching", finish="pause"), says("Found."))
    run = loop(world)
    world.obey(run)

    assert (*HISTORY, assistant("Searching")) == world.asked[1]
    assert "Found." == run.result.text


@pytest.mark.parametrize(
    ("policy", "stopped", "steps"),
    [
        (RunPolicy(steps=2), "steps", 2),
        (RunPolicy(tokens=30), "tokens", 2),
        (RunPolicy(cost=Decimal("0.03")), "cost", 2),
        (RunPolicy(seconds=2.5), "seconds", 3),
    ],
)
def test_limits_end_a_run_between_steps(policy: RunPolicy, stopped: str, steps: int) -> None:
    """With everything answered, so that it can be continued."""
    world = World(*[says(A, cost="0.02") for _ in range(9)])
    run = loop(world, policy=policy)
    world.obey(run)

    assert (stopped, steps) == (run.result.stopped, len(run.result.steps))
    assert "tool" == run.messages[-1].role


def test_the_callers_own_condition_ends_a_run() -> None:
    """It is given what has happened so far."""
    world = World(*[says(A) for _ in range(9)])
    run = loop(world, stop_when=lambda result: len(result.steps) == 3)
    world.obey(run)

    assert "asked" == run.result.stopped


def test_approval_denies_edits_and_allows() -> None:
    """The model is told why; an edited call runs with what was allowed, and the history keeps what the model wrote."""
    decisions = {"a": Approval(False, "Not that one."), "b": Approval(arguments='{"at":"door"}'), "c": None}
    world = World(says(A, B, C), says("Done."))
    run = loop(world, approve=lambda call: decisions[call.id])
    events = world.obey(run)

    assert [("a", "Not that one.", True), ("b", "seen door", False), ("c", "seen c", False)] == told(run.messages[1])
    assert ['{"at":"door"}', C.arguments] == [event.call.arguments for event in events if isinstance(event, ToolStarted)]
    assert B in run.messages[0].content


def test_false_is_a_denial() -> None:
    """The shortest hook there is."""
    world = World(says(A), says("Done."))
    run = loop(world, approve=lambda call: False)
    world.obey(run)

    assert [("a", "The user did not allow this call.", True)] == told(run.messages[1])


def test_what_is_said_meanwhile_comes_before_the_next_step() -> None:
    """After the results, and even when the model believed it was done."""
    world = World(says(A), says("Done."), says("All right."))
    run = loop(world)
    flow_events = []

    def steer(event: Any) -> bool:
        flow_events.append(event)
        if isinstance(event, ToolStarted):
            run.steer(user("Quietly!"))
        if isinstance(event, StepFinished) and event.number == 2:
            run.steer(user("Once more."))
        return False

    world.obey(run, steer)

    assert ["user", "assistant", "tool", "user"] == [message.role for message in world.asked[1]]
    assert (user("Once more."), "All right.") == (world.asked[2][-1], run.result.text)


def test_a_history_that_ends_in_calls_is_taken_up_there() -> None:
    """Only what has no result runs, before the model is asked."""
    history = (*HISTORY, assistant(A, B), tool_result(A, "seen before"))
    world = World(says("Done."))
    run = loop(world, history=history)
    world.obey(run)

    assert (["b"], [("b", "seen b", False)]) == (world.started, told(run.messages[0]))


def test_a_run_without_an_answer_of_its_own_shows_the_one_before() -> None:
    """The caller has still not answered its tool's call."""
    theirs = assistant(ToolCall("t", "browser", "{}"))
    run = loop(World(), history=(*HISTORY, theirs), outside=lambda name: name == "browser")
    World().obey(run)

    assert ("tool_calls", theirs) == (run.result.stopped, run.result.response.message)


@pytest.mark.parametrize("kind", [StepStarted, StepFinished, ToolStarted, ToolFinished])
def test_a_run_stopped_anywhere_goes_on_to_the_same_end(kind: type) -> None:
    """What it had done is in `messages`; a new run takes it up."""
    answers = [says(A, B), says("Done.")]
    whole = World(*answers)
    complete = loop(whole)
    whole.obey(complete)

    world = World(*answers)
    first = loop(world)
    world.obey(first, lambda event: isinstance(event, kind))
    with pytest.raises(UsageError, match="has not ended"):
        _ = first.result
    second = loop(world, history=(*HISTORY, *first.messages))
    world.obey(second)

    def flat(*parts: tuple[Message, ...]) -> list[Any]:
        return [block for part in parts for message in part for block in message.content]

    assert flat(complete.messages) == flat(first.messages, second.messages)


def test_a_step_that_fails_raises_and_keeps_what_was_done() -> None:
    """The run can be taken up when the provider is back."""
    world = World(says(A), Overloaded("full"))
    run = loop(world)
    with pytest.raises(Overloaded):
        world.obey(run)

    assert ["assistant", "tool"] == [message.role for message in run.messages]


def test_an_exception_of_a_runner_is_the_programs_own() -> None:
    """What the model should know of a failing tool, its runner says as a result; anything else is a defect."""

    def broken(call: ToolCall) -> tuple[ToolResult, bool]:
        raise ZeroDivisionError

    world = World(says(A))
    with pytest.raises(ZeroDivisionError):
        world.obey(loop(world, {"look": broken}))


def test_sums_are_known_where_every_part_is() -> None:
    """One unknown cost makes the sum unknown, and no limit is passed by what is not known."""
    world = World(says(A, cost="0.5"), says(B, usage=Usage(1, 2, cache_read=3), cost="0.25"), says("Done."))
    run = loop(world, policy=RunPolicy(cost=Decimal(9)))
    world.obey(run)

    assert (21, 12, None, None) == (run.result.usage.input, run.result.usage.output, run.result.usage.cache_read, run.result.cost)


class Kept:
    """A conversation that notes what it is told to keep, beside the answers."""

    def __init__(self, *messages: Message, open: tuple[ToolCall, ...] = (), last: Response | None = None) -> None:
        self.messages = messages
        self.open = open
        self.last = last
        self.ended = last is not None and not last.tool_calls
        self.besides: list[Response] = []
        self.noted: list[str] = []

    def keep(self, message: Message) -> Any:
        yield Commit(lambda: self.noted.append(message.role))
        self.messages = (*self.messages, message)


def test_a_keeper_has_the_history_and_is_told_first() -> None:
    """Each result and what is said meanwhile is kept before an event tells of it; answers are kept where they are asked."""
    world, keeper = World(says(A, B), says("Done.")), Kept(*HISTORY)
    run = loop(world, history=(), keeper=keeper)
    seen: list[tuple[str, int]] = []

    def look_in(event: Any) -> bool:
        seen.append((type(event).__name__, len(keeper.noted)))
        if isinstance(event, StepStarted) and event.number == 1:
            run.steer(user("Quick!"))
        return False

    world.obey(run, look_in)
    assert ["tool", "tool", "user"] == keeper.noted
    assert [("ToolFinished", 1), ("ToolFinished", 2)] == [pair for pair in seen if pair[0] == "ToolFinished"]
    assert HISTORY == world.asked[0]
    assert keeper.messages == run.history
    assert ["assistant", "tool", "user", "assistant"] == [message.role for message in run.result.messages]


def test_a_keeper_says_what_is_open_and_what_has_ended() -> None:
    """Calls are taken up; an answer after which there is nothing to do is the result, unless something is said to it."""
    world = World(says("Done."))
    world.obey(loop(world, history=(), keeper=Kept(*HISTORY, assistant(A, B), open=(B,))))
    assert ["b"] == world.started

    calling = says(theirs := ToolCall("t", "browser", "{}"))
    run = loop(World(), history=(), keeper=Kept(open=(theirs,), last=calling), outside=lambda name: name == "browser")
    World().obey(run)
    assert (calling, (), "tool_calls") == (run.result.response, run.result.steps, run.result.stopped)

    ended = says("Done before.")
    run = loop(World(), history=(), keeper=Kept(*HISTORY, ended.message, last=ended))
    assert [] == World().obey(run)
    assert (ended, (), (), "done") == (run.result.response, run.result.steps, run.result.messages, run.result.stopped)

    world = World(says("More."))
    run = loop(world, history=(), keeper=Kept(*HISTORY, ended.message, last=ended))
    run.steer(user("More!"))
    world.obey(run)
    assert "More." == run.result.text


def test_what_a_keeper_paid_for_counts() -> None:
    """Summaries are no steps, but tokens and money all the same."""
    keeper = Kept(*HISTORY)
    keeper.besides = [says("A summary.", usage=Usage(100, 10), cost="1.00")]
    world = World(says(A, cost="0.50"), says("never"))
    run = loop(world, history=(), keeper=keeper, policy=RunPolicy(cost=Decimal("1.20")))
    world.obey(run)

    assert ("cost", 1, Decimal("1.50")) == (run.result.stopped, len(run.result.steps), run.result.cost)
    assert (110, 15) == (run.result.usage.input, run.result.usage.output)


def test_an_answer_that_was_stopped_has_no_calls_in_what_was_added() -> None:
    """They may not be whole: arguments that have not come yet look like none."""

    class Stopped(Said):
        def run(self) -> Any:
            yield Now()
            raise Overloaded("gone")

        def response(self) -> Response:
            return Response(assistant("Let me", ToolCall("x", "look", "")))

    world = World()
    world.ask = lambda messages: Stopped(Overloaded("gone"))  # type: ignore[method-assign]
    run = loop(world)
    with pytest.raises(Overloaded):
        world.obey(run)
    assert (assistant("Let me"),) == run.messages


def test_members_of_a_toolset_run_one_after_the_other() -> None:
    """Other tools run beside them; after one that failed or was denied the rest of them is not done."""
    calls = [ToolCall(name, name, f'{{"at":"{name}"}}') for name in ("click", "type", "key")]

    def do(call: ToolCall) -> tuple[ToolResult, bool]:
        return ToolResult(call.id, (Text(f"did {call.name}"),), call.name == "type", call.name), False

    def tool_of(call: ToolCall) -> str:
        return call.name if call.name == "look" else "computer"

    world = World(says(*calls, A), says("Done."), ends="a")
    run = loop(world, {"computer": do, "look": look}, tool_of=tool_of)
    world.obey(run)
    assert (["click", "a", "type"], 2) == (world.started, world.most)
    assert [("click", "did click", False), ("type", "did type", True)] == told(run.messages[1])[:2]
    assert [("key", "Not done, for an action before it failed.", True), ("a", "seen a", False)] == told(run.messages[1])[2:]

    world = World(says(*calls), says("Done."))
    world.obey(loop(world, {"computer": do}, tool_of=tool_of, approve=lambda call: call.name != "click"))
    assert [] == world.started

    failed = ToolResult("click", (Text("no"),), is_error=True)
    world = World(says("Done."))
    world.obey(loop(world, {"computer": do}, (*HISTORY, assistant(*calls), Message("tool", (failed,))), tool_of=tool_of))
    assert [] == world.started

"""What every trip shares: tries and their budget, the gate, deadlines; the test is the world."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import pytest

from dragoman import errors
from dragoman.engine.budget import RetryBudget
from dragoman.engine.effects import Bell, Call, Close, Now, Random, Read, Send, Sleep, Wait, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.gate import Gate, Limits
from dragoman.engine.policy import Retry, Timeouts
from dragoman.engine.trip import Trip, request_id
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.types import Request, user
from dragoman.wire.http import HttpHead

SSE = HttpHead(200, {"content-type": "text/event-stream"})
DOWN = HttpHead(503)
TEXT = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
END = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":30,"completion_tokens":10}}\n\ndata: [DONE]\n\n'
)
PING = b": still here\n\n"
GOOD = [SSE, TEXT + END, b""]


class World:
    """Plays the face; `waits` is what happens when the flow waits for a bell, and `after` moves the clock on each read."""

    def __init__(self, *script: Any, after: float = 0.0, waits: Callable[[World, Wait], None] | None = None) -> None:
        self.script = list(script)
        self.diary: list[Any] = []
        self.clock = 100.0
        self.sent: list[Send] = []
        self.rung = 0
        self._after = after
        self._waits = waits

    def run(self, trip: Exchange) -> World:
        flow = trip.run()
        step, value = flow.send, None
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return self
            step, value = flow.send, None
            if isinstance(effect, list):
                continue
            try:
                value = self.obey(effect)
            except errors.DragomanError as error:
                step, value = flow.throw, error

    def ring(self) -> None:
        self.rung += 1

    def obey(self, effect: Any) -> Any:
        match effect:
            case Send():
                self.sent.append(effect)
                self.diary.append("send")
                return self.next()
            case Read():
                self.clock += self._after
                return self.next()
            case Sleep(seconds=seconds):
                self.diary.append(("sleep", seconds))
                self.clock += seconds
            case Bell():
                return self
            case Wait(seconds=seconds):
                self.diary.append(("wait", seconds))
                assert self._waits is not None
                self._waits(self, effect)
            case Now():
                return self.clock
            case Wall():
                return 1_800_000_000.0
            case Random():
                return 0.0
            case Close():
                self.diary.append("close")
            case Call(function=function):
                return function()
        return None

    def next(self) -> Any:
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def exchange(**policy: Any) -> Exchange:
    target = Target("openai", "openai_chat", "m", "https://api.openai.com/v1")
    return Exchange(Request("m", (user("Hi"),), stream=True), target, load("openai_chat"), Report(target), **policy)


def outcome(world: World, it: Exchange) -> errors.DragomanError:
    with pytest.raises(errors.DragomanError) as caught:
        world.run(it)
    return caught.value


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "a", "cf-ray": "b"}, "a"),
        ({"cf-ray": "b"}, "b"),
        ({"x-amzn-requestid": "c"}, "c"),
        ({"date": "today"}, None),
    ],
)
def test_the_providers_name_for_a_request(headers: dict[str, str], expected: str | None) -> None:
    """The vendor's own header wins over that of the network in front of it."""
    assert expected == request_id(headers)


def test_a_trip_may_be_part_of_a_longer_one() -> None:
    """Its total deadline then counts from the beginning of that."""
    trip = Trip(Target("p", "openai_chat", "m", "https://h"), load("openai_chat"))
    trip.count_from(40.0)

    assert 2.0 == trip._since(42.0)
    assert not trip.delivered


def test_tries_again_come_out_of_the_budget() -> None:
    """An empty bucket means one try, and the error says why there was no other."""
    budget = RetryBudget(12)
    first = outcome(World(*[DOWN, b""] * 3), exchange(budget=budget))
    second = outcome(world := World(*[DOWN, b""] * 3), exchange(budget=budget))

    assert (3, 1, 2) == (len(first.attempts), len(second.attempts), budget.tokens)
    assert ["send", "close"] == world.diary
    assert any("Retry.budget" in note for note in second.__notes__)


def test_an_answer_gives_back_what_its_last_try_took() -> None:
    """And a plain one gives a little."""
    budget = RetryBudget(100)
    World(DOWN, b"", DOWN, b"", *GOOD).run(exchange(budget=budget))
    assert 95 == budget.tokens
    World(*GOOD).run(exchange(budget=budget))
    assert 96 == budget.tokens


def test_the_hook_knows_and_may_refuse() -> None:
    """It is told of the error, the number of tries and the wait before it begins; False ends the tries and costs nothing."""
    told: list[tuple[str, str | None, int, float]] = []

    def watch(error: errors.DragomanError, tries: int, wait: float) -> bool:
        told.append((type(error).__name__, error.provider, tries, wait))
        return tries < 2

    budget = RetryBudget(100)
    error = outcome(world := World(DOWN, b"", DOWN, b"", *GOOD), exchange(retry=Retry(attempts=9, on_retry=watch), budget=budget))

    assert [("Overloaded", "openai", 1, 0.5), ("Overloaded", "openai", 2, 1.0)] == told
    assert ["send", "close", ("sleep", 0.5), "send", "close"] == world.diary
    assert (2, 95, None) == (len(error.attempts), budget.tokens, error.attempts[-1].waited)


def test_cancelled_waits_are_told_with_what_is_known() -> None:
    """Stopping during the wait before another try gives the tries so far, and the error that led there."""

    class Stopped(World):
        def obey(self, effect: Any) -> Any:
            if isinstance(effect, Sleep):
                raise errors.Cancelled("stop")
            return super().obey(effect)

    error = outcome(Stopped(DOWN, b""), exchange())

    assert (errors.Cancelled, ["Overloaded"]) == (type(error), [attempt.error for attempt in error.attempts])
    assert isinstance(error.__context__, errors.Overloaded)


def test_a_cancelled_try_is_not_tried_again() -> None:
    """Whatever policy says; what arrived is kept."""
    error = outcome(
        world := World(SSE, TEXT, errors.Cancelled("stop")), exchange(retry=Retry(on=(errors.DragomanError, errors.Cancelled)))
    )

    assert (errors.Cancelled, "Hi") == (type(error), error.partial and error.partial.text)
    assert ["send", "close"] == world.diary


def test_a_cancelled_renewal_is_not_the_refusal_it_came_from() -> None:
    """A credential is being fetched anew when the caller stops."""
    keys = iter(["old"])

    def key() -> str:
        for one in keys:
            return one
        raise errors.Cancelled("stop")

    error = outcome(World(HttpHead(401), b""), exchange(credential=key))

    assert isinstance(error, errors.Cancelled)


def test_the_place_at_the_gate_is_left_however_it_ends() -> None:
    """Success, failure, a wait between two tries and being given up."""
    gate = Gate(Limits(in_flight=1), Lock())
    World(DOWN, b"", *GOOD).run(exchange(gate=gate))
    outcome(World(HttpHead(400), b""), exchange(gate=gate))
    flow = exchange(gate=gate).run()
    world = World(*GOOD)
    effect = next(flow)
    while not isinstance(effect, list):
        effect = flow.send(world.obey(effect))
    held = gate.ask(waiting := gate.enter(), 200.0)
    flow.close()

    assert (None, 0.0) == (held, gate.ask(waiting, 200.0))


def test_waiting_at_the_gate_is_part_of_the_time() -> None:
    """It is measured apart too, and ends when somebody leaves."""
    gate = Gate(Limits(in_flight=1), Lock())
    gate.ask(before := gate.enter(), 100.0)

    def leaves(world: World, wait: Wait) -> None:
        world.clock += 7.0
        gate.leave(before, world.clock)

    world, it = World(*GOOD, waits=leaves), exchange(gate=gate)
    world.run(it)
    timing = it.response().timing

    assert (7.0, 7.0, 1) == (timing.queued, timing.head, world.rung)
    assert [("wait", None), "send", "close"] == world.diary


def test_somebody_may_leave_before_there_is_a_bell() -> None:
    """Then nothing is waited for."""
    gate = Gate(Limits(in_flight=1), Lock())
    gate.ask(before := gate.enter(), 100.0)

    class Quick(World):
        def obey(self, effect: Any) -> Any:
            if isinstance(effect, Bell):
                gate.leave(before)
            return super().obey(effect)

    assert ["send", "close"] == Quick(*GOOD).run(exchange(gate=gate)).diary


def test_the_total_deadline_holds_at_the_gate() -> None:
    """A place that does not become free in time is a timeout, and the queue goes on without it."""
    gate = Gate(Limits(in_flight=1), Lock())
    gate.ask(before := gate.enter(), 100.0)

    def nobody(world: World, wait: Wait) -> None:
        world.clock += wait.seconds or 0.0

    error = outcome(world := World(waits=nobody), exchange(gate=gate, timeouts=Timeouts(total=20)))
    gate.leave(before)

    assert isinstance(error, errors.TimedOut)
    assert ("total", [("wait", 20.0), "close"]) == (error.phase, world.diary)
    assert 0.0 == gate.ask(gate.enter(), 200.0)


def test_a_gate_that_stays_closed_for_long_says_so() -> None:
    """What the provider said is waited for as long as patience and the deadline allow; else the error names the time."""
    gate = Gate(Limits(), Lock())
    full = HttpHead(200, {**SSE.headers, "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "5m"})
    World(full, TEXT + END, b"").run(exchange(gate=gate))
    error = outcome(world := World(), exchange(gate=gate))

    def passes(world: World, wait: Wait) -> None:
        world.clock += wait.seconds or 0.0

    assert (errors.RateLimited, 300.0, ["close"]) == (type(error), error.retry_after, world.diary)
    hurried = exchange(gate=gate, retry=Retry(patience=600), timeouts=Timeouts(total=100))
    assert isinstance(outcome(World(), hurried), errors.RateLimited)
    patient = World(*GOOD, waits=passes).run(exchange(gate=gate, retry=Retry(patience=600)))
    assert [("wait", 300.0), "send", "close"] == patient.diary


def test_a_refusal_for_speed_closes_the_gate_for_others() -> None:
    """The time the provider named is heeded by the next call too."""
    gate = Gate(Limits(), Lock())
    outcome(World(HttpHead(429, {"retry-after": "30"}), b""), exchange(gate=gate, retry=Retry(attempts=1)))

    assert 30.0 == gate.closed(100.0)


def test_tokens_are_counted_when_an_answer_ends() -> None:
    """Prompt and answer, as the provider counts them."""
    gate = Gate(Limits(tokens=40), Lock())
    World(*GOOD).run(exchange(gate=gate))

    assert 60.0 == gate.ask(gate.enter(), 100.0)


def test_pings_alone_do_not_keep_an_answer_alive() -> None:
    """They count as life, not as progress; what arrived is kept."""
    world = World(SSE, TEXT, *[PING] * 100, after=10.0)
    error = outcome(world, exchange(timeouts=Timeouts(progress=60)))

    assert isinstance(error, errors.TimedOut)
    assert ("progress", "Hi") == (error.phase, error.partial and error.partial.text)
    assert 160.0 < world.clock < 200.0


@pytest.mark.parametrize("dribble", [b"d", b"\n", b": x\n"])
def test_bytes_that_say_nothing_are_no_progress(dribble: bytes) -> None:
    """One byte at a time never gets past every deadline but the total one."""
    error = outcome(World(SSE, *[dribble] * 100, after=10.0), exchange(timeouts=Timeouts(progress=60), retry=Retry(attempts=1)))

    assert (errors.TimedOut, "progress") == (type(error), getattr(error, "phase", None))


def test_anything_that_is_said_is_progress() -> None:
    """Pings between words, in the same piece or in others, end nothing; nor do they where that is wished."""
    words = [TEXT + PING, PING, PING, PING, TEXT, PING, PING, PING, TEXT + END, b""]
    assert 200.0 == World(SSE, *words, after=10.0).run(exchange(timeouts=Timeouts(progress=30))).clock
    quiet = [TEXT, *[PING] * 9, END, b""]
    assert 220.0 == World(SSE, *quiet, after=10.0).run(exchange(timeouts=Timeouts(progress=None))).clock


def test_one_total_bounds_connecting_and_the_head_together() -> None:
    """The transport is told what is left for both."""
    world = World(DOWN, b"", *GOOD)
    world.run(exchange(timeouts=Timeouts(total=30)))

    assert [30.0, 29.5] == [send.total for send in world.sent]


def test_the_deadline_that_has_passed_is_the_one_that_is_told() -> None:
    """A wait for the head may end with the total although its own would have been shorter."""
    late = errors.TimedOut("no head")
    late.phase = "first_byte"

    class Slow(World):
        def obey(self, effect: Any) -> Any:
            if isinstance(effect, Send):
                self.clock += 10.0
            return super().obey(effect)

    error = outcome(Slow(late), exchange(timeouts=Timeouts(connect=9, first_byte=8, total=10)))

    assert isinstance(error, errors.TimedOut)
    assert "total" == error.phase

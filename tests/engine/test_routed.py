"""The flow over several targets: clocks, health and what is left when it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.engine.effects import Now, Random, Sleep
from dragoman.engine.exchange import Exchange
from dragoman.engine.health import Health
from dragoman.engine.route import Candidate, Route, Sticky
from dragoman.engine.routed import Routed
from dragoman.errors import Overloaded, TimedOut, Unsupported
from dragoman.types import BlockStart, BlockStop, Event, Finish, Finished, Message, Response, Started, Text, TextDelta
from dragoman.types.response import Timing

ROUTE = Route(("p:a", "q:b"))
ANSWER: list[Event] = [Started(), BlockStart(0, Text("")), TextDelta(0, "Hi"), BlockStop(0), Finished(Finish("stop"))]


class Said:
    """An exchange that takes so many seconds and then answers or fails."""

    delivered = False
    adaptations = ()

    def __init__(self, seconds: float, error: Exception | None = None) -> None:
        self._seconds = seconds
        self._error = error
        self.started: float | None = None
        self.now = 0.0

    def count_from(self, started: float) -> None:
        self.started = started

    def response(self) -> Response:
        return Response(Message("assistant", (Text("Hi"),)), timing=Timing(first_event=self.now - (self.started or 0.0)))

    def run(self) -> Any:
        yield Sleep(self._seconds)
        self.now = yield Now()
        if self._error is not None:
            raise self._error
        yield ANSWER


class Clock:
    """Obeys a flow; time passes when it sleeps."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def obey(self, flow: Any, *, stop_at: type | None = None) -> list[Event]:
        events: list[Event] = []
        value: Any = None
        while True:
            try:
                effect = flow.send(value)
            except StopIteration:
                return events
            if stop_at is not None and type(effect) is stop_at:
                flow.close()
                return events
            value = None
            match effect:
                case list():
                    events += effect
                case Sleep(seconds=seconds):
                    self.now += seconds
                case Now():
                    value = self.now
                case Random():
                    value = 0.99


def routed(make: Callable[[str], Any], route: Route = ROUTE, sticky: Sticky | None = None) -> tuple[Routed, list[Candidate]]:
    candidates = [Candidate(reference, Health()) for reference in route.models]

    def made(reference: str, last: bool, partial: Response | None) -> Exchange:
        exchange: Exchange = make(reference)
        return exchange

    return Routed(route, candidates, made, sticky=sticky, conversation=(7, True)), candidates


def test_every_target_counts_from_the_beginning_of_the_call() -> None:
    """A total deadline is the call's, however many targets it takes."""
    asked = {"p:a": Said(3.0, Overloaded("full")), "q:b": Said(1.0)}
    call, _ = routed(asked.__getitem__)
    Clock().obey(call.run())

    assert [100.0, 100.0] == [said.started for said in asked.values()]


def test_a_target_is_as_fast_as_itself() -> None:
    """What others took before it is not held against it."""
    asked = {"p:a": Said(3.0, Overloaded("full")), "q:b": Said(1.5)}
    call, candidates = routed(asked.__getitem__)
    Clock().obey(call.run())

    assert [None, pytest.approx(1.5)] == [candidate.health.latency for candidate in candidates]


def test_a_call_that_is_stopped_says_nothing_about_its_target() -> None:
    """The caller changed its mind: neither a failure nor an answer, and a probe is over."""
    call, candidates = routed({"p:a": Said(1.0), "q:b": Said(1.0)}.__getitem__)
    for _ in range(3):
        candidates[0].health.fail(0.0)
        candidates[1].health.fail(0.0)
    Clock().obey(call.run(), stop_at=Sleep)

    assert ["well", "well"] == [candidate.health.state(200.0) for candidate in candidates]


def test_the_target_that_answered_is_remembered() -> None:
    """For the conversation's next turn."""
    sticky, clock = Sticky(), Clock()
    call, _ = routed({"p:a": Said(0.0, TimedOut("slow")), "q:b": Said(0.0)}.__getitem__, sticky=sticky)
    clock.obey(call.run())

    assert "q:b" == sticky.last(7, clock.now, 1.0)


def test_when_no_target_can_be_asked_the_reason_is_raised() -> None:
    """And a failure before it is worth more than that the rest could not be asked."""

    def refuse(reference: str) -> Any:
        raise Unsupported(f"{reference} cannot")

    call, _ = routed(refuse)
    with pytest.raises(Unsupported, match="q:b cannot"):
        Clock().obey(call.run())

    def fail_then_refuse(reference: str) -> Any:
        return Said(0.0, Overloaded("full")) if reference == "p:a" else refuse(reference)

    call, _ = routed(fail_then_refuse)
    with pytest.raises(Overloaded):
        Clock().obey(call.run())


def test_before_anybody_was_asked_there_is_an_empty_answer() -> None:
    """A stream can be looked at before it is begun."""
    asked: dict[str, Said] = {}
    call, _ = routed(asked.__getitem__)

    assert ("", ()) == (call.response().text, call.adaptations)

"""The gate lets requests through in order, within what was asked for and what the provider says."""

from __future__ import annotations

from threading import Lock

import pytest

from dragoman.engine.gate import Gate, Limits, Ticket
from dragoman.types import RateLimit


def gate(**limits: int | bool) -> Gate:
    return Gate(Limits(**limits), Lock())  # type: ignore[arg-type]


def enter(gate: Gate, woken: list[str] | None = None, name: str = "") -> Ticket:
    return gate.enter(lambda: (woken if woken is not None else []).append(name))


def test_without_bounds_everybody_passes() -> None:
    """A gate that nobody set stands open."""
    here = gate()
    assert [0.0] * 50 == [here.ask(enter(here), 0.0) for _ in range(50)]


def test_so_many_at_once_and_the_next_when_one_leaves() -> None:
    """The head of the queue is woken, in the order of arrival."""
    here = gate(in_flight=2)
    woken: list[str] = []
    first, second, third, fourth = [enter(here, woken, name) for name in "abcd"]
    assert [0.0, 0.0, None, None] == [here.ask(ticket, 0.0) for ticket in (first, second, third, fourth)]
    woken.clear()

    here.leave(second, 1.0)
    assert ["c"] == woken
    assert [None, 0.0] == [here.ask(fourth, 1.0), here.ask(third, 1.0)]


def test_nobody_overtakes() -> None:
    """Who asks more often does not pass sooner."""
    here = gate(in_flight=1)
    first, second, third = [enter(here) for _ in range(3)]
    assert 0.0 == here.ask(first, 0.0)
    here.leave(first, 0.0)

    assert [None, 0.0] == [here.ask(third, 0.0), here.ask(second, 0.0)]


def test_giving_up_frees_the_place_in_the_queue() -> None:
    """A cancelled wait does not block those behind it, who are told."""
    here = gate(in_flight=1)
    woken: list[str] = []
    first, second, third = [enter(here, woken, name) for name in "abc"]
    here.ask(first, 0.0)
    here.leave(second, 0.0)
    here.leave(first, 0.0)

    assert "c" == woken[-1]
    assert 0.0 == here.ask(third, 0.0)


def test_leaving_twice_counts_once() -> None:
    """A request that ended and is then closed frees one place."""
    here = gate(in_flight=1)
    first = enter(here)
    here.ask(first, 0.0)
    here.leave(first, 0.0)
    here.leave(first, 0.0)
    second, third = enter(here), enter(here)

    assert [0.0, None] == [here.ask(second, 0.0), here.ask(third, 0.0)]


def test_never_more_requests_in_any_minute() -> None:
    """Two in a minute: the third goes a minute after the first, the fourth a minute after the second."""
    here = gate(requests=2)
    assert [0.0, 0.0] == [here.ask(enter(here), 0.0), here.ask(enter(here), 20.0)]
    third = enter(here)
    assert 30.0 == here.ask(third, 30.0)
    assert 0.0 == here.ask(third, 60.0)
    assert 10.0 == here.ask(enter(here), 70.0)


def test_tokens_bound_what_follows() -> None:
    """Answers are counted when they end; the next request waits until the window has room again."""
    here = gate(tokens=100)
    first, second, third = [enter(here) for _ in range(3)]
    here.ask(first, 0.0)
    here.leave(first, 5.0, 60)
    assert 0.0 == here.ask(second, 6.0)
    here.leave(second, 10.0, 60)

    assert 54.0 == here.ask(third, 11.0)
    assert 0.0 == here.ask(third, 65.0)


def test_an_allowance_that_is_used_up_closes_the_gate() -> None:
    """The provider said when it is full again; an allowance that is not used up says nothing."""
    here = gate()
    here.learn(0.0, [RateLimit("requests", 10, 0, 7.0), RateLimit("tokens", 1000, 400, 50.0)])
    ticket = enter(here)

    assert [7.0, 0.0] == [here.ask(ticket, 0.0), here.ask(ticket, 7.0)]


def test_a_refusal_halves_what_may_be_under_way_and_answers_win_it_back() -> None:
    """As congestion is handled everywhere: down at once, up slowly."""
    here = gate()
    under_way = [enter(here) for _ in range(8)]
    for ticket in under_way:
        here.ask(ticket, 0.0)
    here.learn(0.0, [], refused=True, retry_after=2.0)
    for ticket in under_way:
        here.leave(ticket, 0.0)
    later = [enter(here) for _ in range(6)]
    assert pytest.approx(1.0) == here.ask(later[0], 1.0)
    assert [0.0] * 4 + [None] == [here.ask(ticket, 2.0) for ticket in later[:5]]

    for _ in range(5):
        here.learn(3.0, [])
    assert 0.0 == here.ask(later[4], 3.0)


def test_what_must_not_be_learnt_is_not() -> None:
    """Some prefer their own bounds alone."""
    here = gate(learn=False)
    here.learn(0.0, [RateLimit("requests", 10, 0, 7.0)], refused=True, retry_after=9.0)

    assert 0.0 == here.ask(enter(here), 0.0)


def test_refusals_of_one_moment_count_once() -> None:
    """Eight requests that were under way together and are all refused halve what may be once."""
    here = gate()
    under_way = [enter(here) for _ in range(8)]
    for ticket in under_way:
        here.ask(ticket, 1.0)
    for ticket in under_way:
        here.learn(2.0, [], refused=True, ticket=ticket)
        here.leave(ticket, 2.0)
    later = [enter(here) for _ in range(5)]

    assert [0.0] * 4 + [None] == [here.ask(ticket, 3.0) for ticket in later]
    here.learn(4.0, [], refused=True, ticket=later[0])
    for ticket in later[:4]:
        here.leave(ticket, 4.0)
    assert [0.0] * 2 + [None] == [here.ask(ticket, 4.0) for ticket in [later[4], enter(here), enter(here)]]


def test_leaving_never_waits() -> None:
    """Where the lock is taken, by this very thread even, the place is free when it is given back."""
    lock = Lock()
    here = Gate(Limits(in_flight=1), lock)
    woken: list[str] = []
    first, second = enter(here), enter(here, woken, "b")
    here.ask(first, 0.0)
    woken.clear()
    with lock:
        here.leave(first)
    assert [] == woken

    enter(here)
    assert "b" in woken
    assert 0.0 == here.ask(second, 1.0)


def test_who_leaves_without_the_time_leaves_when_the_gate_was_last_asked() -> None:
    """Its tokens count from then."""
    here = gate(tokens=10)
    first = enter(here)
    here.ask(first, 5.0)
    here.leave(first, None, 10)

    assert 55.0 == here.ask(enter(here), 10.0)

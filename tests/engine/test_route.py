"""Which target of a route is asked first, which next, and what is said about it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dragoman import errors
from dragoman.engine.health import Health
from dragoman.engine.route import Candidate, Route, Sticky, blames_target, choose, falls_back

A, B, C = "p:a", "q:b", "r:c"
ROUTE = Route((A, B, C))


def candidates(**values: tuple[float | None, ...]) -> list[Candidate]:
    weights = values.get("weights", (1.0, 1.0, 1.0))
    prices = values.get("prices", (None, None, None))
    made = []
    for reference, weight, price in zip((A, B, C), weights, prices, strict=True):
        health = Health()
        made.append(Candidate(reference, health, weight or 0.0, Decimal(str(price)) if price is not None else None))
    return made


def order(route: Route, listed: list[Candidate], now: float = 0.0, random: float = 0.0, last: str | None = None) -> list[str]:
    return [candidate.reference for candidate in choose(route, listed, now, random, last)[0]]


def rest(candidate: Candidate, now: float, seconds: float) -> None:
    candidate.health.fail(now, retry_after=seconds)


def test_as_listed() -> None:
    """The plain case, and the decision says so."""
    listed, decision = choose(ROUTE, candidates(), 0.0, 0.5)

    assert [A, B, C] == [candidate.reference for candidate in listed]
    assert (A, "it is listed first", ()) == (decision.target, decision.reason, decision.passed_over)


@pytest.mark.parametrize(("random", "first"), [(0.0, A), (0.29, A), (0.31, B), (0.79, B), (0.81, C), (0.999, C)])
def test_drawn_by_weight(random: float, first: str) -> None:
    """In the shares that were asked for; who was not drawn follows by weight."""
    listed = candidates(weights=(3.0, 5.0, 2.0))
    route = Route((A, B, C), "weighted")

    drawn = order(route, listed, random=random)
    assert first == drawn[0]
    assert [one for one in (B, A, C) if one != first] == drawn[1:]


def test_the_cheapest_first_and_the_unknown_last() -> None:
    """A price that nobody knows is not taken for a low one."""
    assert [C, A, B] == order(Route((A, B, C), "cheapest"), candidates(prices=(2.0, None, 0.5)))


def test_the_fastest_first_and_what_was_never_asked_before_all() -> None:
    """Each is measured once; then the quickest to its first event leads."""
    listed = candidates()
    listed[0].health.succeed(0.9)
    listed[1].health.succeed(0.2)
    assert [C, B, A] == order(Route((A, B, C), "fastest"), listed)
    listed[2].health.succeed(0.5)
    assert [B, C, A] == order(Route((A, B, C), "fastest"), listed)


def test_a_target_that_rests_comes_last_and_is_named() -> None:
    """With the time it has left."""
    listed = candidates()
    rest(listed[0], 0.0, 30.0)

    ordered, decision = choose(ROUTE, listed, 10.0, 0.0)
    assert [B, C, A] == [candidate.reference for candidate in ordered]
    assert ((A, "it rests for another 20 s after failures"),) == decision.passed_over


def test_where_all_rest_the_first_back_is_asked() -> None:
    """An outage everywhere never leaves a caller without an attempt."""
    listed = candidates()
    for candidate, seconds in zip(listed, (30.0, 10.0, 20.0), strict=True):
        rest(candidate, 0.0, seconds)

    ordered, decision = choose(ROUTE, listed, 1.0, 0.0)
    assert [B, C, A] == [candidate.reference for candidate in ordered]
    assert "all rest" in decision.reason


def test_a_conversation_stays_where_it_was() -> None:
    """Unless that target rests: a warm prompt cache is worth more than the order."""
    listed = candidates()
    assert [B, A, C] == order(ROUTE, listed, last=B)
    rest(listed[1], 0.0, 30.0)
    assert [A, C, B] == order(ROUTE, listed, last=B)


def test_conversations_are_remembered_for_a_while_and_not_without_end() -> None:
    """The time is the route's, the number is bounded by who spoke last."""
    sticky = Sticky(most=2)
    sticky.keep(1, A, 0.0)
    sticky.keep(2, B, 1.0)
    assert [A, None] == [sticky.last(1, 9.0, 10.0), sticky.last(1, 10.0, 10.0)]
    sticky.keep(1, C, 2.0)
    sticky.keep(3, A, 3.0)
    assert [C, None, A] == [sticky.last(number, 4.0, 10.0) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("kind", "elsewhere", "blamed"),
    [
        (errors.AuthenticationFailed, True, True),
        (errors.BadRequest, False, False),
        (errors.Cancelled, False, False),
        (errors.ConnectionFailed, True, True),
        (errors.ContentFiltered, False, False),
        (errors.ContextTooLong, True, False),
        (errors.DecodeError, True, True),
        (errors.MissingKey, True, False),
        (errors.NotFound, True, False),
        (errors.Overloaded, True, True),
        (errors.PermissionDenied, True, True),
        (errors.QuotaExhausted, True, True),
        (errors.RateLimited, True, True),
        (errors.Refused, False, False),
        (errors.ServerError, True, True),
        (errors.StreamCut, True, True),
        (errors.TimedOut, True, True),
        (errors.Unsupported, True, False),
        (errors.UsageError, False, False),
    ],
)
def test_which_errors_ask_another_target_and_which_count_against_this_one(
    kind: type[errors.DragomanError], elsewhere: bool, blamed: bool
) -> None:
    """What the caller did wrong is wrong everywhere, and does not make a target ill."""
    assert (elsewhere, blamed) == (falls_back(kind("x")), blames_target(kind("x")))

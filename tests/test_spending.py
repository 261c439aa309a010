"""Budgets hold before they spend, and are never passed by calls that run side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import Client, tool
from dragoman.errors import BudgetExceeded, Overloaded, TransportError
from dragoman.protocols import load
from dragoman.providers import Provider
from dragoman.spending import Budget
from dragoman.testing import ScriptedProvider, Turn, call, fail, fault, text, usage
from dragoman.types import Model, Price


def test_what_is_held_cannot_be_held_twice() -> None:
    """Two calls under way share what is left."""
    budget = Budget(money="1.00")
    first = budget.reserve(Decimal("0.60"), 10)
    with pytest.raises(BudgetExceeded, match=r"\$0.400000 left"):
        budget.reserve(Decimal("0.60"), 10)

    first.settle(Decimal("0.25"), 7)
    assert (Decimal("0.75"), Decimal("0.25"), 7) == (budget.left, budget.spent, budget.tokens_spent)


def test_a_call_that_cost_nothing_is_refunded() -> None:
    """And a hold is closed once."""
    budget = Budget(tokens=100)
    hold = budget.reserve(None, 80)
    hold.refund()
    hold.settle(Decimal(5), 50)

    assert (100, 0, Decimal(0)) == (budget.tokens_left, budget.tokens_reserved, budget.spent)


def test_what_is_not_known_counts_as_held() -> None:
    """An answer without counts may have cost all of it."""
    budget = Budget(money=1, tokens=100)
    budget.reserve(Decimal("0.3"), 40).settle(None, None)

    assert (Decimal("0.7"), 60) == (budget.left, budget.tokens_left)


def test_money_cannot_bound_what_has_no_price() -> None:
    """It is said before anything is sent; tokens can."""
    with pytest.raises(BudgetExceeded, match="price of this model is not known"):
        Budget(money=1).reserve(None, 10)
    assert 10 == Budget(tokens=100).reserve(None, 10).tokens


def test_a_child_spends_its_parents_too() -> None:
    """Its own bound or the parent's, whichever is reached first."""
    parent = Budget(money=1)
    child, sibling = parent.child(money="0.50"), parent.child()
    child.reserve(Decimal("0.40"), 1).settle(Decimal("0.40"), 1)

    assert (Decimal("0.10"), Decimal("0.60"), Decimal("0.60")) == (child.left, parent.left, sibling.left)
    sibling.reserve(Decimal("0.55"), 1)
    with pytest.raises(BudgetExceeded):
        child.reserve(Decimal("0.08"), 1)


def test_without_bounds_nothing_is_left_to_say() -> None:
    """Such a budget only counts."""
    budget = Budget()
    budget.reserve(None, 5).settle(Decimal("0.01"), 5)

    assert (None, None, Decimal("0.01"), 5) == (budget.left, budget.tokens_left, budget.spent, budget.tokens_spent)


def test_threads_cannot_overspend() -> None:
    """A hundred calls at once hold no more than there is."""
    budget = Budget(tokens=1000)

    def call(number: int) -> int:
        try:
            hold = budget.reserve(None, 30)
        except BudgetExceeded:
            return 0
        hold.settle(None, 30)
        return 30

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(call, range(100)))
    assert 990 == taken == budget.tokens_spent


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans()), max_size=30))
def test_counts_always_add_up(calls: list[tuple[int, int, bool]]) -> None:
    """However calls end, nothing stays reserved and what was settled is spent, in the child and in its parent."""
    parent = Budget()
    child = parent.child(tokens=10_000)
    holds = [(child.reserve(None, held), used, settled) for held, used, settled in calls]
    assert sum(held for held, _, _ in calls) == parent.tokens_reserved
    for hold, used, settled in holds:
        if settled:
            hold.settle(None, used)
        else:
            hold.refund()

    expected = sum(used for _, used, settled in calls if settled)
    assert (0, expected, expected) == (parent.tokens_reserved, parent.tokens_spent, child.tokens_spent)


def client(*turns: Turn, **more: Any) -> tuple[Client, ScriptedProvider]:
    provider = ScriptedProvider(*turns, protocols=[load("openai_chat")])
    own = Provider("p", "P", "http://127.0.0.1/v1", protocol="openai_chat", key_required=False)
    priced = Model("p", "m", price=Price(Decimal(1), Decimal(10)), max_output=1000)
    return Client(transport=provider.transport(), providers=[own], models=[priced], retry=False, **more), provider


def test_a_call_settles_what_it_came_to() -> None:
    """Counts and cost are the provider's, not what was held for it."""
    budget = Budget(money=1)
    asking, _ = client(Turn("Hello.", usage(input=1000, output=100)), budget=budget)
    asking.chat("p:m", "Hi", max_tokens=500)

    assert (Decimal("0.002"), 1100, 0) == (budget.spent, budget.tokens_spent, budget.tokens_reserved)


def test_a_call_that_may_cost_too_much_is_not_made() -> None:
    """The refusal comes before anything is sent; a budget of the call wins over the client's."""
    asking, provider = client(Turn("never"), budget=Budget(money=1))
    with pytest.raises(BudgetExceeded):
        asking.chat("p:m", "Hi", max_tokens=500, budget=Budget(money="0.004"))

    assert [] == provider.requests


def test_a_failed_call_is_refunded_and_one_that_broke_off_is_not() -> None:
    """The provider worked on the second, and nobody knows how much."""
    budget = Budget(tokens=10_000)
    broken = Turn(text("Once upon", fault("reset")))
    asking, _ = client(Turn(fail(503, "overloaded", "no room")), broken, budget=budget)
    with pytest.raises(Overloaded):
        asking.chat("p:m", "Hi", max_tokens=500)
    assert (10_000, 0) == (budget.tokens_left, budget.tokens_spent)

    with pytest.raises(TransportError), asking.stream("p:m", "Hi", max_tokens=500) as stream:
        list(stream)
    assert budget.tokens_spent > 500
    assert 0 == budget.tokens_reserved


def test_a_run_spends_from_one_budget() -> None:
    """Every step of it, until the next one would be too much."""

    @tool
    def look() -> str:
        """Look."""
        return "seen"

    turns = [Turn(call("look"), usage(input=100, output=50)) for _ in range(9)]
    budget = Budget(tokens=2000)
    asking, provider = client(*turns)
    with pytest.raises(BudgetExceeded):
        asking.run("p:m", "Go.", tools=[look], max_tokens=1000, budget=budget)

    assert budget.tokens_spent == 150 * len(provider.requests)
    assert 1 <= len(provider.requests) < 9

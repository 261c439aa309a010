"""Budgets hold before they spend, and are never passed by calls that run side by side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import BudgetExceeded
from dragoman.spending import Budget


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

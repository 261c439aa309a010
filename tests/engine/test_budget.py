"""Tries again are rationed for each target, so that an outage is not tripled by its clients."""

from __future__ import annotations

from dragoman.engine.budget import RetryBudget


def test_a_hundred_tries_again_empty_a_full_bucket() -> None:
    """After that every error is raised at once."""
    budget = RetryBudget()

    assert [5] * 100 == [budget.take() for _ in range(100)]
    assert 0 == budget.take()


def test_timeouts_cost_double() -> None:
    """They hold a connection and a caller for long."""
    budget = RetryBudget(12)

    assert [10, 0] == [budget.take(timed_out=True), budget.take(timed_out=True)]
    assert 2 == budget.tokens


def test_an_answer_refills_and_never_above_the_brim() -> None:
    """One token for a plain answer, all that was taken for one that needed another try."""
    budget = RetryBudget(10)

    budget.give(budget.take())
    assert 10 == budget.tokens
    budget.take()
    budget.give()
    assert 6 == budget.tokens
    budget.give(100)
    assert 10 == budget.tokens

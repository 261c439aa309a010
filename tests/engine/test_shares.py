"""Which calls share a gate and a budget."""

from __future__ import annotations

from threading import Lock
from typing import Any

import pytest

from dragoman.engine.gate import Limits
from dragoman.engine.shares import Shares
from dragoman.errors import UsageError
from dragoman.protocols.base import Target


def target(provider: str, model: str = "m", base_url: str = "https://h") -> Target:
    return Target(provider, "openai_chat", model, base_url)


def test_without_limits_there_is_no_gate() -> None:
    """Nothing to pass, nothing to pay for."""
    assert Shares(None, Lock).gate(target("a")) is None


def test_limits_for_all_are_for_each_provider() -> None:
    """Its models share one gate."""
    shares = Shares(Limits(in_flight=1), Lock)
    one = shares.gate(target("a", "x"))

    assert one is not None
    assert one is shares.gate(target("a", "y"))
    assert one is not shares.gate(target("b", "x"))


def test_named_limits_are_for_what_they_name() -> None:
    """A model's own limits win, and who is not named is not limited."""
    shares = Shares({"a": Limits(in_flight=1), "a:big": Limits(in_flight=1)}, Lock)
    small, big = shares.gate(target("a", "small")), shares.gate(target("a", "big"))

    assert small is shares.gate(target("a", "other"))
    assert big is shares.gate(target("a", "big"))
    assert small is not big
    assert shares.gate(target("b", "big")) is None


def test_a_place_on_the_network_has_one_budget() -> None:
    """Whatever the model; another host of the same vendor fails on its own. A call with its own size has its own bucket."""
    shares = Shares(None, Lock)
    budget = shares.budget(target("a", "x"), 500)

    assert budget is shares.budget(target("a", "y"), 500)
    assert budget is not shares.budget(target("a", "x", "https://other"), 500)
    assert budget is not shares.budget(target("a", "x"), 50)
    assert shares.budget(target("a", "x"), None) is None


@pytest.mark.parametrize("limits", [{"in_flight": 0}, {"requests": -1}, {"tokens": 0}])
def test_limits_that_let_nothing_through_are_refused(limits: dict[str, Any]) -> None:
    """Before the first call waits for ever."""
    with pytest.raises(UsageError, match="must be at least 1"):
        Shares({"a": Limits(**limits)}, Lock)
    with pytest.raises(UsageError, match="of every provider"):
        Shares(Limits(**limits), Lock)

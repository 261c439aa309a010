"""Sums over a conversation; unknown stays unknown."""

from __future__ import annotations

from decimal import Decimal

import msgspec
from talks import answer, ask, chain

from dragoman.conversation.history import Turn
from dragoman.conversation.totals import Totals, totals
from dragoman.types import Cost, Usage


def answered(usage: Usage | None, cost: Cost | None, calls: int = 0) -> Turn:
    return msgspec.structs.replace(chain(answer())[0], usage=usage, cost=cost, calls=calls)


DOLLAR = Cost(Decimal("0.10"), "catalogue")


def test_nothing_was_asked() -> None:
    """No call, no token, no money; a question alone is no call."""
    assert Totals() == totals([]) == totals(chain(ask()))
    assert Decimal(0) == totals([]).cost


def test_what_is_known_is_added() -> None:
    """Tokens by kind, money exactly."""
    sums = totals([answered(Usage(1, 2, 3, 4, 1), DOLLAR)] * 3)

    assert Totals(3, Usage(3, 6, 9, 12, 3), {"USD": Decimal("0.30")}) == sums
    assert Decimal("0.30") == sums.cost


def test_what_is_unknown_makes_its_sum_unknown() -> None:
    """Other sums stand, and calls without a price are counted."""
    sums = totals([answered(Usage(1, 2), DOLLAR), answered(Usage(1), None)])

    assert Totals(2, Usage(input=2), {"USD": Decimal("0.10")}, 1) == sums
    assert None is sums.cost


def test_currencies_are_kept_apart() -> None:
    """Two currencies have no sum."""
    sums = totals([answered(Usage(1, 2), DOLLAR), answered(Usage(1, 2), Cost(Decimal(2), "vendor", "EUR"))])

    assert {"USD": Decimal("0.10"), "EUR": Decimal(2)} == sums.costs
    assert None is sums.cost


def test_a_summary_in_parts_is_several_calls() -> None:
    """A turn that took three answers counts as three."""
    assert 4 == totals([answered(Usage(1, 2), None, calls=3), answered(Usage(1, 2), None)]).calls

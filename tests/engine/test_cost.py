"""What the vendor bills."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dragoman.engine.cost import billed
from dragoman.types import Cost, Usage


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ({"cost": 0.000125}, "0.000125"),
        ({"cost": {"total_cost": 0.006}}, "0.006"),
        ({"cost": 0}, "0"),
        ({}, None),
        ({"cost": None}, None),
        ({"cost": True}, None),
        ({"cost": "much"}, None),
        ({"cost": "nan"}, None),
    ],
)
def test_a_stated_bill_is_taken_as_it_stands(raw: dict[str, Any], amount: str | None) -> None:
    """The amount is exact; what is no amount is no bill."""
    assert (Cost(Decimal(amount), "vendor") if amount is not None else None) == billed(Usage(raw=raw))

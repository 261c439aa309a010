"""Cost: what the provider itself bills, where it says so in the answer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from ..types.response import Cost, Usage

__all__ = ["billed"]


def billed(usage: Usage) -> Cost | None:
    """The vendor's own bill in USD, None when the answer states none.

    OpenRouter (and gateways like it) put `cost` into the usage object, in credits of one dollar
    (https://openrouter.ai/docs/use-cases/usage-accounting); Perplexity an object with `total_cost`.
    """
    stated: Any = usage.raw.get("cost")
    if isinstance(stated, dict):
        stated = stated.get("total_cost")
    if isinstance(stated, bool) or not isinstance(stated, int | float | str):
        return None
    try:
        amount = Decimal(str(stated))
    except InvalidOperation:
        return None
    return Cost(amount, "vendor") if amount.is_finite() else None

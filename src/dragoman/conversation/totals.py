"""What a conversation has taken so far: calls, tokens and money. A sum of which a part is unknown is unknown, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from ..types.response import Usage
from .history import Turn

__all__ = ["Totals", "totals"]

_COUNTS = ("input", "output", "cache_read", "cache_write", "reasoning")


class Totals(msgspec.Struct, frozen=True):
    """The sum over all answers of a conversation, those of other branches and the summaries included.

    `usage` has None where any answer's count is unknown. `costs` are the known costs by currency, and `unpriced` the number
    of calls whose cost is unknown and not in them: where it is 0, `costs` is all there was to pay for these answers. What
    a call cost that failed is on its error.
    """

    calls: int = 0
    usage: Usage = Usage(0, 0, 0, 0, 0)
    costs: dict[str, Decimal] = {}
    unpriced: int = 0

    @property
    def cost(self) -> Decimal | None:
        """What all calls cost in the one currency they were charged in; None where a cost is unknown or there are several."""
        if self.unpriced or len(self.costs) > 1:
            return None
        return next(iter(self.costs.values()), Decimal(0))


def totals(turns: Iterable[Turn]) -> Totals:
    """The sum over these turns; a turn without usage was no call."""
    counts: dict[str, Any] = dict.fromkeys(_COUNTS, 0)
    costs: dict[str, Decimal] = {}
    calls = unpriced = 0
    for turn in turns:
        if turn.usage is None:
            continue
        calls += turn.calls or 1
        for name in _COUNTS:
            so_far, more = counts[name], getattr(turn.usage, name)
            counts[name] = None if so_far is None or more is None else so_far + more
        if turn.cost is None:
            unpriced += turn.calls or 1
        else:
            costs[turn.cost.currency] = costs.get(turn.cost.currency, Decimal(0)) + turn.cost.amount
    return Totals(calls, Usage(**counts), costs, unpriced)

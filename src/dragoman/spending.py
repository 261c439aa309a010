"""Budgets: how much money and how many tokens calls may cost together, whoever makes them.

A call reserves what it may come to at most before it is sent, and settles what it did come to when it has ended. Several
clients, threads and child budgets may share one budget; what a child spends its parents spend too.
"""

from __future__ import annotations

import threading
from decimal import Decimal

from .engine.exchange import Holding
from .errors import BudgetExceeded

__all__ = ["Budget", "Hold"]


class Budget:
    """What may be spent: `money` in US dollars, `tokens` of prompts and answers together; None for no bound.

    Safe for many threads. `spent` and `tokens_spent` are what has been settled, `reserved` and `tokens_reserved` what calls
    under way hold.
    """

    def __init__(self, money: Decimal | float | str | None = None, tokens: int | None = None) -> None:
        self.money = Decimal(str(money)) if money is not None else None
        self.tokens = tokens
        self.spent = Decimal(0)
        self.tokens_spent = 0
        self.reserved = Decimal(0)
        self.tokens_reserved = 0
        self._parent: Budget | None = None
        self._lock = threading.Lock()

    def child(self, money: Decimal | float | str | None = None, tokens: int | None = None) -> Budget:
        """A part of this budget with bounds of its own: for one run, one user, one task."""
        child = Budget(money, tokens)
        child._parent = self
        child._lock = self._lock  # one lock for the family: a hold is taken from all of it or from none
        return child

    @property
    def left(self) -> Decimal | None:
        """Dollars that may still be reserved, here and in the parents; None where nothing bounds them."""
        bounds = [own.money - own.spent - own.reserved for own in self._family() if own.money is not None]
        return max(Decimal(0), min(bounds)) if bounds else None

    @property
    def tokens_left(self) -> int | None:
        """Tokens that may still be reserved, here and in the parents; None where nothing bounds them."""
        bounds = [own.tokens - own.tokens_spent - own.tokens_reserved for own in self._family() if own.tokens is not None]
        return max(0, min(bounds)) if bounds else None

    def reserve(self, money: Decimal | None, tokens: int) -> Hold:
        """Hold what a call may cost at most; `money` is None where its price is not known.

        Raises BudgetExceeded when less is left than that, or when money is bounded and the price is not known.
        """
        with self._lock:
            left, tokens_left = self.left, self.tokens_left
            if left is not None:
                if money is None:
                    raise BudgetExceeded(
                        "the price of this model is not known, so that no budget of money can hold it: give the price with "
                        "models=[Model(..., price=Price(...))], or bound tokens instead"
                    )
                if money > left:
                    raise BudgetExceeded(f"this call may cost ${money:.6f} and the budget has ${left:.6f} left")
            if tokens_left is not None and tokens > tokens_left:
                raise BudgetExceeded(f"this call may take {tokens} tokens and the budget has {tokens_left} left")
            hold = Hold(self, money or Decimal(0), tokens)
            for own in self._family():
                own.reserved += hold.money
                own.tokens_reserved += hold.tokens
        return hold

    def _family(self) -> list[Budget]:
        family, own = [self], self._parent
        while own is not None:
            family.append(own)
            own = own._parent
        return family


class Hold(Holding):
    """What one call has reserved; it is settled or refunded once, and anything after that changes nothing."""

    __slots__ = ("_budget", "_open", "money", "tokens")

    def __init__(self, budget: Budget, money: Decimal, tokens: int) -> None:
        self._budget = budget
        self._open = True
        self.money = money
        self.tokens = tokens

    def settle(self, money: Decimal | None, tokens: int | None) -> None:
        """The call has ended and came to this; what is not known counts as all that was held."""
        self._close(self.money if money is None else money, self.tokens if tokens is None else tokens)

    def refund(self) -> None:
        """The call was not made, or failed before it cost anything."""
        self._close(Decimal(0), 0)

    def _close(self, money: Decimal, tokens: int) -> None:
        with self._budget._lock:
            if not self._open:
                return
            self._open = False
            for own in self._budget._family():
                own.reserved -= self.money
                own.tokens_reserved -= self.tokens
                own.spent += money
                own.tokens_spent += tokens

"""What the exchanges of one client share about each target: the gate before it, and the budget for tries again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import UsageError
from ..protocols.base import Target
from .budget import RetryBudget
from .gate import Gate, Limits, Lock

__all__ = ["LimitsLike", "Shares"]

LimitsLike = Limits | Mapping[str, Limits] | None
"""For every provider alike, or by provider and by `provider:model`, of which the second wins; None for none at all."""


class Shares:
    """Gates and budgets, made when they are first asked for. Safe for many threads when what `lock` makes is."""

    __slots__ = ("_budgets", "_gates", "_limits", "_lock")

    def __init__(self, limits: LimitsLike, lock: Callable[[], Lock]) -> None:
        """Raises UsageError for limits that would let nothing through."""
        self._limits = limits
        self._lock = lock
        self._gates: dict[str, Gate] = {}
        self._budgets: dict[tuple[str, str, int], RetryBudget] = {}
        for name, one in {"every provider": limits}.items() if isinstance(limits, Limits) else (limits or {}).items():
            for field in ("in_flight", "requests", "tokens"):
                if (value := getattr(one, field)) is not None and value < 1:
                    raise UsageError(f"the limit {field} of {name} must be at least 1, not {value}; None is no limit")

    def gate(self, target: Target) -> Gate | None:
        """The gate of a target, None where nothing limits it. Models of one provider share its gate unless theirs is named."""
        limits = self._limits
        if limits is None:
            return None
        name = target.provider
        if not isinstance(limits, Limits):
            own = f"{target.provider}:{target.model}"
            name = own if own in limits else name
            if name not in limits:
                return None
            limits = limits[name]
        gate = self._gates.get(name)
        return gate if gate is not None else self._gates.setdefault(name, Gate(limits, self._lock()))

    def budget(self, target: Target, capacity: int | None) -> RetryBudget | None:
        """The budget of a target's place on the network, None where tries again are not bounded."""
        if capacity is None:
            return None
        key = target.provider, target.base_url, capacity
        budget = self._budgets.get(key)
        return budget if budget is not None else self._budgets.setdefault(key, RetryBudget(capacity, self._lock()))

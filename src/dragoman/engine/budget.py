"""A budget for tries again: while a target fails altogether, clients stop trying everything three times.

The rule is the AWS SDKs' (botocore's standard mode): a bucket of tokens for each target, a try again takes some out,
an answer puts them back, and an empty bucket means that an error is raised at once.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

__all__ = ["RetryBudget"]

_TRY = 5
_TIMEOUT = 10
_ANSWER = 1


class RetryBudget:
    """How many tries again are left for one target; shared by all exchanges of a client, and exact when `lock` is one.

    It starts full, with `capacity` tokens: a hundred tries again at once, fifty after timeouts. An answer that needed
    no second try gives one token back, one that did what its last try had taken.
    """

    __slots__ = ("_lock", "capacity", "tokens")

    def __init__(self, capacity: int = 500, lock: AbstractContextManager[Any] | None = None) -> None:
        self.capacity = capacity
        self.tokens = capacity
        self._lock = lock if lock is not None else nullcontext()

    def take(self, *, timed_out: bool = False) -> int:
        """Take what one more try costs; 0 when too little is left and there must be none."""
        cost = _TIMEOUT if timed_out else _TRY
        with self._lock:
            if cost > self.tokens:
                return 0
            self.tokens -= cost
        return cost

    def give(self, taken: int = 0) -> None:
        """An answer has come; `taken` is what the try that brought it had cost."""
        if self.tokens < self.capacity:
            with self._lock:
                self.tokens = min(self.capacity, self.tokens + (taken or _ANSWER))

"""Policy values: how long to wait, how often to try, and after which errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..errors import Cancelled, DragomanError, UsageError

__all__ = ["NO_RETRY", "Retry", "Timeouts"]

_UNCHANGED = (Cancelled, UsageError)
"""What no second try changes, whatever policy says."""


class Timeouts(msgspec.Struct, frozen=True):
    """Deadlines by phase, in seconds, None for no limit.

    `connect` until a connection stands, `first_byte` until the answer's head, `idle` between two pieces of the body (a
    provider's ping is a piece), `total` for the whole exchange, retries and waits included. `progress` is how long an
    answer may show signs of life and say nothing: pings, comments, blank lines, bytes that make no event. Set it to
    None and pings alone keep an answer alive for ever; set it no higher than `idle` and they count for nothing.
    """

    connect: float | None = 10.0
    first_byte: float | None = 600.0
    idle: float | None = 300.0
    total: float | None = None
    progress: float | None = 900.0


class Retry(msgspec.Struct, frozen=True):
    """How often to try, after which errors, and how long to wait in between.

    `attempts` counts the first try. The wait is `base`·2ⁿ seconds, at most `cap`, shortened at random by up to a
    quarter; a provider's own wish (`retry-after`) is honoured up to `patience` seconds, beyond which the error is
    raised instead of waiting. Nothing is ever tried again once content has been delivered.

    Errors that say `retryable` are tried again; `on` adds classes to them, and `never` takes classes away, also from
    `on`. `budget` is the size of the bucket from which every try again takes 5 (after a timeout 10) and into which
    answers put back: the calls of one client to one target share it, so that an outage is not tripled by its clients;
    None for no such bound.

    `on_retry` is called before each wait with the error, the number of tries so far and the seconds to wait; if it
    returns False the error is raised instead. It may be a coroutine function with `AsyncClient`.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    patience: float = 60.0
    on: tuple[type[DragomanError], ...] = ()
    never: tuple[type[DragomanError], ...] = ()
    budget: int | None = 500
    on_retry: Callable[[DragomanError, int, float], Any] | None = None

    def again(self, error: DragomanError) -> bool:
        """Whether an error is one to try again after."""
        if isinstance(error, (*_UNCHANGED, *self.never)):
            return False
        return error.retryable or isinstance(error, self.on)

    def delay(self, failed: int, retry_after: float | None, random: float) -> float | None:
        """Seconds to wait after the `failed`-th failure (from 1), or None to give up; `random` is in [0, 1)."""
        if failed >= self.attempts:
            return None
        if retry_after is not None:
            return retry_after if retry_after <= self.patience else None
        wait: float = min(self.cap, self.base * 2.0 ** (failed - 1))
        return wait * (1 - random / 4)


NO_RETRY = Retry(attempts=1)

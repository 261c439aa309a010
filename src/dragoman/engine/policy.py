"""Policy values: how long to wait and how often to try."""

from __future__ import annotations

import msgspec

__all__ = ["NO_RETRY", "Retry", "Timeouts"]


class Timeouts(msgspec.Struct, frozen=True):
    """Deadlines by phase, in seconds, None for no limit.

    `connect` until a connection stands, `first_byte` until the answer's head, `idle` between two pieces of the body
    (a provider's ping is a piece), `total` for the whole exchange, retries and waits included.
    """

    connect: float | None = 10.0
    first_byte: float | None = 600.0
    idle: float | None = 300.0
    total: float | None = None


class Retry(msgspec.Struct, frozen=True):
    """How often to try and how long to wait in between.

    `attempts` counts the first try. The wait is `base`·2ⁿ seconds, at most `cap`, shortened at random by up to a
    quarter; a provider's own wish (`retry-after`) is honoured up to `patience` seconds, beyond which the error is
    raised instead of waiting. Nothing is ever tried again once content has been delivered.
    """

    attempts: int = 3
    base: float = 0.5
    cap: float = 8.0
    patience: float = 60.0

    def delay(self, failed: int, retry_after: float | None, random: float) -> float | None:
        """Seconds to wait after the `failed`-th failure (from 1), or None to give up; `random` is in [0, 1)."""
        if failed >= self.attempts:
            return None
        if retry_after is not None:
            return retry_after if retry_after <= self.patience else None
        wait: float = min(self.cap, self.base * 2.0 ** (failed - 1))
        return wait * (1 - random / 4)


NO_RETRY = Retry(attempts=1)

"""The health of targets: which ones to leave alone for a while, as a circuit breaker decides it.

```text
well ──(failures in a row reach the limit, or the provider names a time)──▶ resting ──(time over)──▶ one probe
  ▲                                                                                                   │   │
  └───────────────────────────────────── answer ──────────────────────────────────────────────────────┘   │
                                          resting, longer ◀──────────────────────── failure ───────────────┘
```

Only failures that say something about the target count: what a caller did wrong does not. A target that rests is the
last choice and not forbidden: where all rest, the one that is back first is tried.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Health", "HealthPolicy", "State"]

State = Literal["well", "resting", "probing"]


class HealthPolicy(msgspec.Struct, frozen=True):
    """When a target rests and how long: after `failures` in a row for `rest` seconds, doubled each time a probe fails,
    at most `longest`."""

    failures: int = 3
    rest: float = 15.0
    longest: float = 240.0


class Health:
    """What is known about one target. Times are monotonic seconds, given by the caller."""

    __slots__ = ("_failures", "_latency", "_policy", "_probing", "_rests", "_until")

    def __init__(self, policy: HealthPolicy | None = None) -> None:
        self._policy = policy if policy is not None else HealthPolicy()
        self._failures = 0
        self._rests = 0
        self._until = 0.0
        self._probing = False
        self._latency: float | None = None

    @property
    def latency(self) -> float | None:
        """Seconds to the first event, averaged with the last ones counting most; None before the first answer."""
        return self._latency

    @property
    def until(self) -> float:
        """When the target may be tried again."""
        return self._until

    def state(self, now: float) -> State:
        """`well`, `resting`, or `probing` while the one try after a rest is under way."""
        if now < self._until:
            return "resting"
        return "probing" if self._probing else "well"

    def begin(self, now: float) -> None:
        """A try begins; after a rest it is the probe."""
        self._probing = self._rests > 0 and now >= self._until

    def succeed(self, latency: float | None) -> None:
        """An answer has come, its first event after `latency` seconds."""
        self._failures = self._rests = 0
        self._until = 0.0
        self._probing = False
        if latency is not None:
            self._latency = latency if self._latency is None else 0.7 * self._latency + 0.3 * latency

    def fail(self, now: float, retry_after: float | None = None) -> None:
        """A failure that says something about the target; `retry_after` is the time it names."""
        policy = self._policy
        self._failures += 1
        if retry_after:
            self._until = max(self._until, now + min(retry_after, policy.longest))
            self._rests = max(self._rests, 1)
        elif self._probing or self._failures >= policy.failures:
            self._until = now + min(policy.rest * 2**self._rests, policy.longest)
            self._rests += 1
            self._failures = 0
        self._probing = False

    def give_up(self) -> None:
        """A try ended without saying anything about the target: it was cancelled, or the caller's own fault."""
        self._probing = False

"""A gate before each target: how many requests are under way, how many and how large in a minute, first come first served.

It is a state machine without a clock: the engine asks it, has the face wait as long as it says or until it is woken, and
asks again. What a provider says about its own limits is learnt: an allowance that is used up closes the gate until it is
full again, and a refusal for speed halves what may be under way, which then grows back answer by answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import msgspec

from ..types.response import RateLimit

__all__ = ["Gate", "Limits", "Lock", "Ticket"]

_MINUTE = 60.0
_BLINK = 0.001


class Limits(msgspec.Struct, frozen=True):
    """What one target may be asked for: requests `in_flight` at once, `requests` and `tokens` in any minute; None for
    no bound. Tokens are those of prompt and answer as the provider counts them, known when an answer has ended, so that
    they bound what follows. `learn` heeds what the provider says of its own limits.
    """

    in_flight: int | None = None
    requests: int | None = None
    tokens: int | None = None
    learn: bool = True


class Lock(Protocol):
    """A lock of threads."""

    def acquire(self, blocking: bool = True) -> bool: ...

    def release(self) -> None: ...

    def __enter__(self) -> Any: ...

    def __exit__(self, *error: Any) -> Any: ...


class Ticket:
    """One request's place: in the queue, then under way. `wake` is called, from any thread, when asking again is worth while."""

    __slots__ = ("admitted", "since", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.admitted = False
        self.since = 0.0


def _nobody() -> None:
    """Wakes nobody."""


class Gate:
    """The gate of one target. Safe for many threads and event loops when `lock` is; times are monotonic seconds.

    Leaving never waits for the lock: it may happen where no thread can be asked to wait, when a stream that was let go
    of is collected in the middle of anything. What has left is noted, and settled by whoever has the lock or gets it.
    """

    __slots__ = (
        "_allowed",
        "_closed_until",
        "_cut_at",
        "_left",
        "_limits",
        "_lock",
        "_now",
        "_queue",
        "_requests",
        "_tokens",
        "_under_way",
    )

    def __init__(self, limits: Limits, lock: Lock) -> None:
        self._limits = limits
        self._lock = lock
        self._queue: deque[Ticket] = deque()
        self._requests: deque[float] = deque()
        self._tokens: deque[tuple[float, int]] = deque()
        self._left: deque[tuple[Ticket, float | None, int | None]] = deque()
        self._under_way = 0
        self._allowed: float | None = None
        self._cut_at = 0.0
        self._closed_until = 0.0
        self._now = 0.0

    @property
    def counts_tokens(self) -> bool:
        """Whether `leave` wants to know how many tokens there were."""
        return self._limits.tokens is not None

    def closed(self, now: float) -> float:
        """Seconds for which the gate stays closed because the provider said so; 0.0 for not at all."""
        return max(0.0, self._closed_until - now)

    def enter(self, wake: Callable[[], object] = _nobody) -> Ticket:
        """A place at the end of the queue."""
        ticket = Ticket(wake)
        with self._lock:
            self._queue.append(ticket)
        self._settle()
        return ticket

    def ask(self, ticket: Ticket, now: float) -> float | None:
        """0.0 when the request may go; else the seconds after which to ask again, None when only a wake can help."""
        with self._lock:
            self._now = max(self._now, now)
            heads: tuple[Ticket, ...] = ()
            if ticket.admitted:
                wait: float | None = 0.0
            elif self._queue[0] is not ticket:
                wait = None
            else:
                wait = self._wait(now)
                if wait == 0.0:
                    self._queue.popleft()
                    ticket.admitted, ticket.since = True, now
                    self._under_way += 1
                    if self._limits.requests is not None:
                        self._requests.append(now)
                    heads = self._head()
        _wake(heads)
        self._settle()
        return wait

    def leave(self, ticket: Ticket, now: float | None = None, tokens: int | None = None) -> None:
        """The request has ended, with so many tokens, or has given up its place in the queue. Without `now` it ended when
        the gate was last asked."""
        self._left.append((ticket, now, tokens))
        self._settle()

    def learn(
        self,
        now: float,
        limits: Iterable[RateLimit],
        *,
        refused: bool = False,
        retry_after: float | None = None,
        ticket: Ticket | None = None,
    ) -> None:
        """Heed an answer: the allowances it states, and whether it was a refusal for speed.

        Of several refusals of requests that were under way together only the first halves what may be.
        """
        if not self._limits.learn:
            return
        with self._lock:
            for limit in limits:
                if limit.remaining == 0 and limit.reset:
                    self._closed_until = max(self._closed_until, now + limit.reset)
            if refused:
                if ticket is None or ticket.since >= self._cut_at:
                    self._allowed = max(1.0, self._under_way / 2)
                    self._cut_at = now
                if retry_after:
                    self._closed_until = max(self._closed_until, now + retry_after)
            elif self._allowed is not None:
                self._allowed += 1 / self._allowed
        self._settle()

    def _wait(self, now: float) -> float | None:
        """How long the head of the queue has to wait; 0.0 for not at all, None until somebody leaves."""
        limits = self._limits
        if limits.in_flight is not None and self._under_way >= limits.in_flight:
            return None
        if self._allowed is not None and self._under_way >= int(self._allowed):
            return None
        wait = max(0.0, self._closed_until - now)
        since = now - _MINUTE
        if limits.requests is not None:
            while self._requests and self._requests[0] <= since:
                self._requests.popleft()
            if len(self._requests) >= limits.requests:
                wait = max(wait, self._requests[-limits.requests] - since)
        if limits.tokens is not None:
            while self._tokens and self._tokens[0][0] <= since:
                self._tokens.popleft()
            over = sum([count for _, count in self._tokens]) - limits.tokens
            for moment, count in self._tokens:
                if over < 0:
                    break
                wait = max(wait, moment - since)
                over -= count
        return max(wait, _BLINK) if wait > 0.0 else 0.0

    def _settle(self) -> None:
        """Take what has left off the books, unless another thread has the lock: it comes by here when it gives it back."""
        while self._left and self._lock.acquire(blocking=False):
            try:
                while self._left:
                    self._gone(*self._left.popleft())
                heads = self._head()
            finally:
                self._lock.release()
            _wake(heads)

    def _gone(self, ticket: Ticket, now: float | None, tokens: int | None) -> None:
        if ticket.admitted:
            ticket.admitted = False
            self._under_way -= 1
            if tokens and self._limits.tokens is not None:
                self._tokens.append((now if now is not None else self._now, tokens))
        elif ticket in self._queue:
            self._queue.remove(ticket)

    def _head(self) -> tuple[Ticket, ...]:
        return (self._queue[0],) if self._queue else ()


def _wake(tickets: tuple[Ticket, ...]) -> None:
    for ticket in tickets:
        ticket.wake()

"""A gate before each target: how many requests are under way, how many and how large in a minute, first come first served.

It is a state machine without a clock: a face asks it (`Admit` in `effects`), waits as long as it says or until it is
woken, and asks again. What a provider says about its own limits is learnt: an allowance that is used up closes the gate
until it is full again, and a refusal for speed halves what may be under way, which then grows back answer by answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from ..types.response import RateLimit

__all__ = ["Gate", "Limits", "Ticket"]

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


class Ticket:
    """One request's place: in the queue, then under way."""

    __slots__ = ("admitted", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.admitted = False


class Gate:
    """The gate of one target. Safe for many threads and event loops when `lock` is; times are monotonic seconds."""

    __slots__ = ("_allowed", "_closed_until", "_limits", "_lock", "_queue", "_requests", "_tokens", "_under_way")

    def __init__(self, limits: Limits, lock: AbstractContextManager[Any]) -> None:
        self._limits = limits
        self._lock = lock
        self._queue: deque[Ticket] = deque()
        self._requests: deque[float] = deque()
        self._tokens: deque[tuple[float, int]] = deque()
        self._under_way = 0
        self._allowed: float | None = None
        self._closed_until = 0.0

    def enter(self, wake: Callable[[], object]) -> Ticket:
        """A place at the end of the queue; `wake` is called, from any thread, when asking again is worth while."""
        ticket = Ticket(wake)
        with self._lock:
            self._queue.append(ticket)
        return ticket

    def ask(self, ticket: Ticket, now: float) -> float | None:
        """0.0 when the request may go; else the seconds after which to ask again, None when only a wake can help."""
        with self._lock:
            if ticket.admitted:
                return 0.0
            if self._queue[0] is not ticket:
                return None
            wait = self._wait(now)
            if wait == 0.0:
                self._queue.popleft()
                ticket.admitted = True
                self._under_way += 1
                if self._limits.requests is not None:
                    self._requests.append(now)
            heads = self._head() if wait == 0.0 else ()
        _wake(heads)
        return wait

    def leave(self, ticket: Ticket, now: float, tokens: int | None = None) -> None:
        """The request has ended, with so many tokens, or has given up its place in the queue."""
        with self._lock:
            if ticket.admitted:
                ticket.admitted = False
                self._under_way -= 1
                if tokens and self._limits.tokens is not None:
                    self._tokens.append((now, tokens))
            elif ticket in self._queue:
                self._queue.remove(ticket)
            heads = self._head()
        _wake(heads)

    def learn(self, now: float, limits: Iterable[RateLimit], *, refused: bool = False, retry_after: float | None = None) -> None:
        """Heed an answer: the allowances it states, and whether it was a refusal for speed."""
        if not self._limits.learn:
            return
        with self._lock:
            for limit in limits:
                if limit.remaining == 0 and limit.reset:
                    self._closed_until = max(self._closed_until, now + limit.reset)
            if refused:
                self._allowed = max(1.0, self._under_way / 2)
                if retry_after:
                    self._closed_until = max(self._closed_until, now + retry_after)
            elif self._allowed is not None:
                self._allowed += 1 / self._allowed

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

    def _head(self) -> tuple[Ticket, ...]:
        return (self._queue[0],) if self._queue else ()


def _wake(tickets: tuple[Ticket, ...]) -> None:
    for ticket in tickets:
        ticket.wake()

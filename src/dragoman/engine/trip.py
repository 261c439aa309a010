"""What every errand to a provider shares: credentials, deadlines, the gate, tries, reading a body, and errors as typed ones.

`Exchange` (a request and its answer) and `Listing` (the models a provider has) are trips. A trip yields effects (see
`effects`) and decides; it does no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeVar

import msgspec

from ..errors import (
    APIError,
    AuthenticationFailed,
    Cancelled,
    DecodeError,
    DragomanError,
    Overloaded,
    RateLimited,
    TimedOut,
)
from ..protocols.base import Protocol, Target
from ..types.events import Event
from ..types.response import Attempt, Failure, Response
from ..types.secret import Secret
from ..wire.frames import TooLarge
from ..wire.http import HttpHead, HttpRequest
from ..wire.limits import ERROR_BYTES
from ..wire.whole import WholeFramer
from .auth import Auth
from .budget import RetryBudget
from .credentials import Access, Function, Given, Grant
from .delays import headers_within, rate_limits, retry_after
from .effects import Bell, Call, Close, Effect, Now, Random, Read, Send, Sleep, Wait, Wall
from .gate import Gate, Ticket
from .policy import Retry, Timeouts
from .scrub import scrub, scrub_word

__all__ = ["Credential", "Flow", "Trip", "request_id", "unsound"]

Credential = Secret | Callable[[], Any] | Access | None
T = TypeVar("T")
Flow = Generator[Effect | list[Event], Any, T]

# Seconds by which a clock may wake a wait too early.
_EARLY = 0.01
_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "apim-request-id",
    "x-generation-id",
    "x-ds-trace-id",
    "msh-request-id",
    "nvcf-reqid",
    "cf-ray",
)


class Trip:
    """The state of one errand; what is fetched is the business of the classes below it."""

    __slots__ = (
        "_access",
        "_attempts",
        "_budget",
        "_delivered",
        "_finished_at",
        "_gate",
        "_grant",
        "_head",
        "_head_at",
        "_protocol",
        "_queued",
        "_renewed",
        "_retry",
        "_started_at",
        "_target",
        "_ticket",
        "_timeouts",
        "_wall",
    )

    def __init__(
        self,
        target: Target,
        protocol: Protocol,
        *,
        credential: Credential = None,
        auth: Auth | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        gate: Gate | None = None,
        budget: RetryBudget | None = None,
    ) -> None:
        self._target = target
        self._protocol = protocol
        if not isinstance(credential, Access):
            credential = Access(Function(credential) if callable(credential) else Given(credential), auth)
        self._access = credential
        self._grant: Grant | None = None
        self._renewed = False
        self._timeouts = timeouts if timeouts is not None else Timeouts()
        self._retry = retry if retry is not None else Retry()
        self._gate = gate
        self._budget = budget
        self._ticket: Ticket | None = None
        self._queued = 0.0
        self._attempts: list[Attempt] = []
        self._head: HttpHead | None = None
        self._wall = 0.0
        self._started_at: float | None = None
        self._head_at: float | None = None
        self._finished_at: float | None = None
        self._delivered = False

    @property
    def target(self) -> Target:
        """Where it goes."""
        return self._target

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The tries that have ended."""
        return tuple(self._attempts)

    @property
    def delivered(self) -> bool:
        """Whether the caller has seen content, after which nothing is tried again."""
        return self._delivered

    def count_from(self, started: float) -> None:
        """Count the total deadline from an earlier moment, in monotonic seconds: the errand is part of a longer one."""
        self._started_at = started

    def _partial(self) -> Response | None:
        """What had arrived when an error ended the trip, for its `partial`."""
        return None

    def _forget(self) -> None:
        """Drop what a failed try has left behind, before the next."""
        self._head = None

    def _tries(self, attempt: Callable[[], Flow[T]]) -> Flow[T]:
        """What `attempt` gives, after as many tries as policy allows. Raises the typed error that ends the last one."""
        try:
            return (yield from self._until_done(attempt))
        except DragomanError as error:
            self._explain(error)
            raise
        finally:
            self._leave(None)

    def _until_done(self, attempt: Callable[[], Flow[T]]) -> Flow[T]:
        if self._started_at is None:
            self._started_at = yield Now()
        failed = taken = 0
        while True:
            begun = yield Now()
            try:
                if self._gate is not None:
                    begun = yield from self._enter(self._gate, begun)
                result = yield from attempt()
            except DragomanError as error:
                yield Close()
                self._finished_at = yield Now()
                self._leave(self._finished_at, error)
                if (yield from self._renew(error)):
                    self._note(begun, error, 0.0)
                    self._forget()
                    continue
                failed += 1
                wait, taken = yield from self._wait(error, failed)
                self._note(begun, error, wait)
                if wait is None:
                    raise
                yield Sleep(wait)
                self._forget()
            else:
                if self._finished_at is None or self._finished_at < begun:  # only an answer knows its end, not what follows it
                    self._finished_at = yield Now()
                self._leave(self._finished_at)
                if self._budget is not None:
                    self._budget.give(taken)
                self._note(begun, None, None)
                return result

    def _enter(self, gate: Gate, now: float) -> Generator[Effect, Any, float]:
        """Wait at the gate; the moment of being let through. Raises RateLimited when that is too far away."""
        came = now
        ticket = self._ticket = gate.enter()
        bell: Any = None
        while (wait := gate.ask(ticket, now)) != 0.0:
            remaining = yield from self._remaining()
            if wait is not None and (gate.closed(now) > self._retry.patience or (remaining is not None and wait > remaining)):
                raise self._full(wait)
            if bell is None:
                bell = yield Bell()
                ticket.wake = bell.ring
                if gate.ask(ticket, now) == 0.0:  # somebody may have left before there was a bell to ring
                    break
            yield Wait(bell, _least(wait, remaining))
            now = yield Now()
        self._queued += now - came
        return now

    def _full(self, wait: float) -> RateLimited:
        return RateLimited(
            f"requests to this target are held back for another {wait:.0f} s; allow more time, or take another provider",
            retry_after=wait,
        )

    def _leave(self, now: float | None, error: DragomanError | None = None) -> None:
        """Leave the gate, and tell it of a refusal for speed; without `now` nobody could be asked for the time."""
        ticket, self._ticket = self._ticket, None
        if ticket is None or self._gate is None:
            return
        if now is not None and ticket.admitted and isinstance(error, RateLimited | Overloaded):
            self._gate.learn(now, (), refused=True, retry_after=error.retry_after, ticket=ticket)
        self._gate.leave(ticket, now, self._tokens() if self._gate.counts_tokens else None)

    def _tokens(self) -> int | None:
        """How many tokens the provider has counted."""
        return None

    def _send(self, http: HttpRequest) -> Flow[None]:
        """Send a request with its credential and take the head of a good answer; raises the typed error of any other."""
        self._grant = yield from self._admit()
        request = yield from self._access.put_on(http, self._grant)
        remaining = yield from self._remaining()
        limits = self._within(remaining)
        try:
            head = yield Send(request, limits.connect, limits.first_byte, remaining)
        except TimedOut as error:
            raise (yield from self._phase(error, remaining)) from None
        self._head = head
        self._head_at = yield Now()
        self._wall = yield Wall()
        if self._gate is not None and head.status < 300:
            self._gate.learn(self._head_at, rate_limits(head.headers, self._wall))
        if head.status >= 300:
            # What came is in no variable here: it may quote the key, and crash reports have the variables of every frame.
            raise self._api_error(self._protocol.decode_failure(head, (yield from self._read_body(ERROR_BYTES)), self._target))

    def _admit(self) -> Flow[Grant]:
        """The credential to send with."""
        if (fixed := self._access.fixed) is not None:
            return fixed
        remaining = yield from self._remaining()
        try:
            return (yield from self._access.grant(self._within(remaining)))
        except TimedOut as error:
            raise (yield from self._phase(error, remaining)) from None

    def _renew(self, error: DragomanError) -> Flow[bool]:
        """Whether the provider refused a credential in whose place there is another now: one more try, once in a trip."""
        grant = self._grant
        if grant is None or self._renewed or self._delivered or not isinstance(error, AuthenticationFailed):
            return False
        self._renewed = True
        try:
            return (yield from self._access.renewed(grant, self._within((yield from self._remaining()))))
        except Cancelled:
            raise
        except DragomanError as reason:
            yield Close()
            error.add_note(f"It could not be renewed either: {reason}")
            return False

    def _within(self, remaining: float | None) -> Timeouts:
        """The deadlines of one step, with what is left of the total one."""
        own = self._timeouts
        return (
            own
            if remaining is None
            else Timeouts(*[_least(limit, remaining) for limit in (own.connect, own.first_byte, own.idle)])
        )

    def _read(self) -> Generator[Effect, Any, bytes]:
        remaining = yield from self._remaining()
        try:
            chunk: bytes = yield Read(_least(self._timeouts.idle, remaining))
        except TimedOut as error:
            raise (yield from self._phase(error, remaining)) from None
        return chunk

    def _phase(self, error: TimedOut, remaining: float | None) -> Generator[Effect, Any, TimedOut]:
        """The timeout as the caller knows it: the total deadline shortens the others, and then it is the one that passed."""
        if remaining is None or self._timeouts.total is None:
            return error
        limits = {"connect": self._timeouts.connect, "first_byte": self._timeouts.first_byte, "idle": self._timeouts.idle}
        own = limits.get(error.phase)
        passed = self._since((yield Now())) > self._timeouts.total - _EARLY
        return self._timed_out_in_total() if passed or own is None or own >= remaining else error

    def _quiet(self, since: float | None) -> Generator[Effect, Any, float | None]:
        """Since when nothing has been said, after a piece of the body that said nothing. Raises TimedOut when it is too long."""
        progress = self._timeouts.progress
        if progress is None:
            return None
        now: float = yield Now()
        if since is None:
            return now
        if now - since > progress:
            error = TimedOut(f"the provider showed signs of life for {progress:g} seconds and said nothing; allow more time")
            error.phase = "progress"
            raise error
        return since

    def _read_body(self, limit: int | None, first: bytes = b"") -> Generator[Effect, Any, bytes]:
        """The rest of the body. Past `limit` it is cut, which is enough of an error; without one, too much raises."""
        framer = WholeFramer() if limit is None else WholeFramer(2 * limit)
        framer.feed(first)
        size = len(first)
        try:
            while (chunk := (yield from self._read())) != b"":
                framer.feed(chunk)
                size += len(chunk)
                if limit is not None and size > limit:
                    break
        except TooLarge as error:
            raise unsound(error) from error
        return framer.close()[0][1]

    def _since(self, moment: float) -> float:
        return moment - (self._started_at or 0.0)

    def _remaining(self) -> Generator[Effect, Any, float | None]:
        """Seconds left of the total deadline. Raises TimedOut when it has passed."""
        if self._timeouts.total is None:
            return None
        now: float = yield Now()
        remaining = self._timeouts.total - self._since(now)
        if remaining <= 0:
            raise self._timed_out_in_total()
        return remaining

    def _timed_out_in_total(self) -> TimedOut:
        error = TimedOut(f"the exchange took longer than its total deadline of {self._timeouts.total:g} s; allow more time")
        error.phase = "total"
        error.retryable = False
        return error

    def _secrets(self) -> tuple[Secret, ...]:
        """What must not be seen in anything that is said about it."""
        return self._grant.secrets() if self._grant is not None else ()

    def _scrubbed(self, failure: Failure) -> Failure:
        return scrub(failure, *self._secrets())

    def _api_error(self, failure: Failure) -> DragomanError:
        from .classify import classify  # its tables of phrases are compiled when something goes wrong, and not before

        head = self._head
        headers = head.headers if head is not None else {}
        if failure.request_id is None:
            failure = msgspec.structs.replace(failure, request_id=request_id(headers))
        if failure.retry_after is None:
            wait = retry_after({**headers_within(failure.body), **headers}, self._wall)
            failure = msgspec.structs.replace(failure, retry_after=wait)
        wish = {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())
        return classify(self._scrubbed(failure), provider=self._target.provider, model=self._target.model, should_retry=wish)

    def _wait(self, error: DragomanError, failed: int) -> Generator[Effect, Any, tuple[float | None, int]]:
        """Seconds to wait before the next try, None when there is none, and what it takes from the budget."""
        retry, budget, taken = self._retry, self._budget, 0
        if self._delivered or not retry.again(error):
            return None, 0
        random: float = yield Random()
        wait = retry.delay(failed, error.retry_after, random)
        if wait is None:
            return None, 0
        if self._timeouts.total is not None and self._since((yield Now())) + wait >= self._timeouts.total:
            return None, 0
        if budget is not None and (taken := budget.take(timed_out=isinstance(error, TimedOut))) == 0:
            error.add_note("It was not tried again: too many tries of this target have failed lately (Retry.budget).")
            return None, 0
        if retry.on_retry is not None:
            self._explain(error)
            if (yield Call(partial(retry.on_retry, error, failed, wait))) is False:
                if budget is not None:
                    budget.give(taken)
                return None, 0
        return wait, taken

    def _explain(self, error: DragomanError) -> None:
        """Put on an error what is known about the trip."""
        if error.provider is None:
            error.provider, error.model = self._target.provider, self._target.model or None
        if error.request_id is None and self._head is not None:
            error.request_id = request_id(self._head.headers)
        if isinstance(error, APIError) and error.status is None and self._head is not None and self._head.status >= 400:
            error.status = self._head.status
        if (partial := self._partial()) is not None:
            error.partial = partial
        error.attempts = tuple(self._attempts)

    def _note(self, begun: float, error: DragomanError | None, waited: float | None) -> None:
        seconds = (self._finished_at or begun) - begun
        status = self._head.status if self._head is not None else None
        name = type(error).__name__ if error is not None else None
        self._attempts.append(Attempt(self._target.provider, self._target.model, seconds, status, name, waited))


def request_id(headers: dict[str, str]) -> str | None:
    """The provider's name for a request, from the headers of its answer."""
    return next((scrub_word(headers[name]) for name in _REQUEST_ID_HEADERS if name in headers), None)


def unsound(error: ValueError) -> DecodeError:
    """The error for an answer that is damaged or larger than any sound one; it says which bound, and how large."""
    return DecodeError(f"{error}; this is not a sound answer: check the base URL, or send it again", status=200)


def _least(*limits: float | None) -> float | None:
    return min([limit for limit in limits if limit is not None], default=None)

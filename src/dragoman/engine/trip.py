"""What every errand to a provider shares: credentials, deadlines, tries, reading a body, and errors as typed ones.

`Exchange` (a request and its answer) and `Listing` (the models a provider has) are trips. A trip yields effects (see
`effects`) and decides; it does no I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

import msgspec

from ..errors import APIError, AuthenticationFailed, DecodeError, DragomanError, TimedOut
from ..protocols.base import Protocol, Target
from ..types.events import Event
from ..types.response import Attempt, Failure, Response
from ..types.secret import Secret
from ..wire.frames import TooLarge
from ..wire.http import HttpHead, HttpRequest
from ..wire.whole import WholeFramer
from .auth import Auth
from .credentials import Access, Function, Given, Grant
from .delays import retry_after
from .effects import Close, Effect, Now, Random, Read, Send, Sleep, Wall
from .policy import Retry, Timeouts
from .scrub import scrub

__all__ = ["Credential", "Flow", "Trip", "request_id"]

Credential = Secret | Callable[[], Any] | Access | None
T = TypeVar("T")
Flow = Generator[Effect | list[Event], Any, T]

_ERROR_BODY_LIMIT = 1024 * 1024
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
        "_delivered",
        "_finished_at",
        "_grant",
        "_head",
        "_head_at",
        "_protocol",
        "_renewed",
        "_retry",
        "_started_at",
        "_target",
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
        self._attempts: list[Attempt] = []
        self._head: HttpHead | None = None
        self._wall = 0.0
        self._started_at: float | None = None
        self._head_at: float | None = None
        self._finished_at: float | None = None
        self._delivered = False

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
        if self._started_at is None:
            self._started_at = yield Now()
        failed = 0
        while True:
            begun = yield Now()
            try:
                result = yield from attempt()
            except DragomanError as error:
                yield Close()
                self._finished_at = yield Now()
                if (yield from self._renew(error)):
                    self._note(begun, error, 0.0)
                    self._forget()
                    continue
                failed += 1
                wait = yield from self._wait(error, failed)
                self._note(begun, error, wait)
                if wait is None:
                    self._explain(error)
                    raise
                yield Sleep(wait)
                self._forget()
            else:
                self._note(begun, None, None)
                return result

    def _send(self, http: HttpRequest) -> Flow[None]:
        """Send a request with its credential and take the head of a good answer; raises the typed error of any other."""
        self._grant = yield from self._admit()
        request = yield from self._access.put_on(http, self._grant)
        remaining = yield from self._remaining()
        limits = self._within(remaining)
        try:
            head = yield Send(request, limits.connect, limits.first_byte)
        except TimedOut as error:
            raise self._phase(error, remaining) from error
        self._head = head
        self._head_at = yield Now()
        self._wall = yield Wall()
        if head.status >= 300:
            body = yield from self._read_body(_ERROR_BODY_LIMIT)
            raise self._api_error(self._protocol.decode_failure(head, body, self._target))

    def _admit(self) -> Flow[Grant]:
        """The credential to send with."""
        if (fixed := self._access.fixed) is not None:
            return fixed
        remaining = yield from self._remaining()
        try:
            return (yield from self._access.grant(self._within(remaining)))
        except TimedOut as error:
            raise self._phase(error, remaining) from error

    def _renew(self, error: DragomanError) -> Flow[bool]:
        """Whether the provider refused a credential in whose place there is another now: one more try, once in a trip."""
        grant = self._grant
        if grant is None or self._renewed or self._delivered or not isinstance(error, AuthenticationFailed):
            return False
        self._renewed = True
        try:
            return (yield from self._access.renewed(grant, self._within((yield from self._remaining()))))
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
            raise self._phase(error, remaining) from error
        return chunk

    def _phase(self, error: TimedOut, remaining: float | None) -> TimedOut:
        """The timeout as the caller knows it: the total deadline shortens the others, and then it is the one that passed."""
        limits = {"connect": self._timeouts.connect, "first_byte": self._timeouts.first_byte, "idle": self._timeouts.idle}
        own = limits.get(error.phase)
        return error if remaining is None or (own is not None and own < remaining) else self._timed_out_in_total()

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
            raise DecodeError(f"{error}; this is not a sound answer", status=200) from error
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
        error = TimedOut(f"the exchange took longer than its total deadline of {self._timeouts.total:g} s")
        error.phase = "total"
        error.retryable = False
        return error

    def _api_error(self, failure: Failure) -> DragomanError:
        from .classify import classify  # its tables of phrases are compiled when something goes wrong, and not before

        head = self._head
        headers = head.headers if head is not None else {}
        if failure.request_id is None:
            failure = msgspec.structs.replace(failure, request_id=request_id(headers))
        if failure.retry_after is None:
            failure = msgspec.structs.replace(failure, retry_after=retry_after(headers, self._wall))
        wish = {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())
        failure = scrub(failure, *(self._grant.secrets() if self._grant is not None else ()))
        return classify(failure, provider=self._target.provider, model=self._target.model, should_retry=wish)

    def _wait(self, error: DragomanError, failed: int) -> Generator[Effect, Any, float | None]:
        """Seconds to wait before the next try, None when there is none."""
        if self._delivered or not error.retryable:
            return None
        random: float = yield Random()
        wait = self._retry.delay(failed, error.retry_after, random)
        if wait is None or self._timeouts.total is None:
            return wait
        now: float = yield Now()
        return wait if self._since(now) + wait < self._timeouts.total else None

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
    for name in _REQUEST_ID_HEADERS:
        if name in headers:
            return headers[name]
    return None


def _least(*limits: float | None) -> float | None:
    return min([limit for limit in limits if limit is not None], default=None)

"""One exchange: a request to its whole answer, tries included, as a generator that decides and does no I/O.

`Exchange.run()` yields effects (see `effects`) and, between them, lists of events for the caller. What it has learnt
so far can be asked at any time with `Exchange.response()`.

Nothing is delivered until content has come: an error that opens a 200 answer, even after the provider has said that
the answer begins, is still tried again. After the first delivery nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import msgspec

from ..errors import APIError, DecodeError, DragomanError, StreamCut, TimedOut, TransportError
from ..protocols.base import Protocol, Report, Target
from ..types.events import BlockStart, Event, Failed, Finished
from ..types.request import Request
from ..types.response import Adaptation, Attempt, Failure, Response, Timing
from ..types.secret import Secret
from ..wire.eventstream import Damaged, EventStreamFramer
from ..wire.frames import Framer, TooLarge
from ..wire.http import HttpHead, HttpRequest
from ..wire.ndjson import NdjsonFramer
from ..wire.sse import SseFramer
from ..wire.whole import WholeFramer
from .accumulate import Accumulator
from .auth import Auth, authorise
from .cost import billed
from .delays import rate_limits, retry_after
from .effects import Call, Close, Effect, Now, Random, Read, Send, Sleep, Wall
from .policy import Retry, Timeouts
from .scrub import scrub

__all__ = ["Credential", "Exchange", "Flow"]

Credential = Secret | Callable[[], Any] | None
Flow = Generator[Effect | list[Event], Any, None]

_ERROR_BODY_LIMIT = 1024 * 1024
_DRAIN_SECONDS = 0.25
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
_EVENT_STARTS = (b"d", b"e", b"i", b"r", b":")  # data, event or error, id, retry, a comment
_FRAMERS: dict[str, Callable[[], Framer]] = {
    "sse": SseFramer,
    "ndjson": NdjsonFramer,
    "eventstream": EventStreamFramer,
}


class Exchange:
    """The state of one exchange."""

    __slots__ = (
        "_accumulator",
        "_attempts",
        "_auth",
        "_credential",
        "_delivered",
        "_finished_at",
        "_first_at",
        "_head",
        "_head_at",
        "_http",
        "_protocol",
        "_raw",
        "_request",
        "_retry",
        "_secret",
        "_started_at",
        "_target",
        "_timeouts",
        "_wall",
        "adaptations",
    )

    def __init__(
        self,
        request: Request,
        target: Target,
        protocol: Protocol,
        report: Report,
        *,
        credential: Credential = None,
        auth: Auth | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
    ) -> None:
        self._http = protocol.encode_request(request, target, report)
        self.adaptations: tuple[Adaptation, ...] = tuple(report.adaptations)
        self._request = request
        self._target = target
        self._protocol = protocol
        self._credential = credential
        self._auth = auth if auth is not None else Auth()
        self._timeouts = timeouts if timeouts is not None else Timeouts()
        self._retry = retry if retry is not None else Retry()
        self._secret: Secret | None = None
        self._accumulator = Accumulator(target.origin())
        self._attempts: list[Attempt] = []
        self._head: HttpHead | None = None
        self._wall = 0.0
        self._raw: bytes | None = None
        self._started_at = 0.0
        self._head_at: float | None = None
        self._first_at: float | None = None
        self._finished_at: float | None = None
        self._delivered = False

    @property
    def http(self) -> HttpRequest:
        """The request as it is sent, without its credential."""
        return self._http

    @property
    def embedded(self) -> bool:
        """Whether the target lives in this process and needs no network."""
        return self._target.base_url.startswith("local://")

    def response(self) -> Response:
        """What has arrived so far, with everything known about the exchange."""
        response = self._accumulator.response()
        head = self._head
        headers = head.headers if head is not None else {}
        return msgspec.structs.replace(
            response,
            cost=billed(response.usage),
            adaptations=self.adaptations,
            request_id=_request_id(headers),
            headers=headers,
            rate_limits=rate_limits(headers, self._wall),
            attempts=tuple(self._attempts),
            timing=self._timing(),
            raw=self._raw,
        )

    def run(self) -> Flow:
        """Yield effects and lists of events until the answer is complete.

        Raises the typed error that ends the exchange; its `partial` holds what had arrived.
        """
        self._started_at = yield Now()
        failed = 0
        while True:
            begun = yield Now()
            try:
                yield from self._attempt()
            except DragomanError as error:
                failed += 1
                yield Close()
                self._finished_at = yield Now()
                wait = yield from self._wait(error, failed)
                self._note(begun, error, wait)
                if wait is None:
                    self._explain(error)
                    raise
                yield Sleep(wait)
                self._accumulator = Accumulator(self._target.origin())
                self._head = None
            else:
                self._note(begun, None, None)
                return

    def _attempt(self) -> Flow:
        """Send once and deliver the answer; raises the typed error of whatever goes wrong."""
        if callable(self._credential):
            given = yield Call(self._credential)
            self._secret = given if isinstance(given, Secret) or given is None else Secret(str(given))
        else:
            self._secret = self._credential
        timeouts = self._timeouts
        remaining = yield from self._remaining()
        first_byte = _least(timeouts.first_byte, remaining)
        connect = _least(timeouts.connect, remaining)
        try:
            head = yield Send(authorise(self._http, self._secret, self._auth), connect, first_byte)
        except TimedOut as error:
            raise self._phase(error, remaining) from error
        self._head = head
        self._head_at = yield Now()
        self._wall = yield Wall()
        if head.status >= 300:
            body = yield from self._read_body(_ERROR_BODY_LIMIT)
            raise self._api_error(self._protocol.decode_failure(head, body, self._target))
        yield from self._read_answer()

    def _read_answer(self) -> Flow:
        chunk = yield from self._read()
        while chunk and not chunk.lstrip(b" \t\r\n\xef\xbb\xbf"):
            more = yield from self._read()
            if not more:
                chunk = b""
                break
            chunk += more
        if not chunk:
            raise StreamCut("the provider ended the answer without saying anything")
        if self._is_stream(chunk):
            yield from self._read_stream(chunk)
        else:
            body = yield from self._read_body(None, chunk)
            self._raw = body
            yield from self._deliver_whole(self._protocol.decode_response(body, self._target))

    def _is_stream(self, first: bytes) -> bool:
        """What the body is, by its first bytes: servers answer a stream request with JSON, and the other way round."""
        if self._protocol.framing == "eventstream":
            return first[0] < 2  # the first byte of a message's length, below 32 MiB; no JSON or HTML begins so
        if self._protocol.framing != "sse":
            return self._request.stream
        return first.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] in _EVENT_STARTS

    def _read_stream(self, chunk: bytes) -> Flow:
        framer = _FRAMERS[self._protocol.framing]()
        decoder = self._protocol.stream_decoder(self._target)
        held: list[Event] = []
        accumulate = self._accumulator.add
        read = Read(self._timeouts.idle)
        bounded = self._timeouts.total is not None
        try:
            while chunk:
                events = decoder.feed(framer.feed(chunk))
                if events:
                    accumulate(events)
                    last = events[-1]
                    if type(last) is Finished or type(last) is Failed:
                        yield from self._end(held, events)
                        return
                    if self._delivered:
                        yield events
                    else:
                        held += events
                        if any(type(event) is BlockStart for event in events):
                            yield from self._deliver(held)
                            held = []
                chunk = (yield from self._read()) if bounded else (yield read)
            events = decoder.feed(framer.close())
            if not events or type(events[-1]) not in (Finished, Failed):
                events += decoder.close()
        except (TooLarge, Damaged) as error:
            raise DecodeError(f"{error}; this is not a sound answer", status=200) from error
        accumulate(events)
        yield from self._end(held, events, drain=False)

    def _end(self, held: list[Event], events: list[Event], *, drain: bool = True) -> Flow:
        """Deliver the last events and stop: raises when they do not end the answer well."""
        last = events[-1] if events else None
        if type(last) is Failed:
            if events[:-1] and self._delivered:
                yield events[:-1]
            raise self._api_error(last.failure)
        events = held + events
        if type(last) is not Finished:
            if self._delivered and events:
                yield events
            raise StreamCut("the answer ended without its end signal: it is not complete; `partial` holds what arrived")
        yield from self._deliver(events)
        if drain:
            yield from self._drain()

    def _deliver(self, events: list[Event]) -> Flow:
        if not self._delivered:
            self._delivered = True
            self._first_at = yield Now()
        if type(events[-1]) is Finished:
            self._finished_at = yield Now()
        yield events

    def _deliver_whole(self, events: list[Event]) -> Flow:
        self._accumulator.add(events)
        last = events[-1] if events else None
        if type(last) is Failed:
            raise self._api_error(last.failure)
        if type(last) is not Finished:
            raise DecodeError("the provider's answer is not complete", status=200)
        yield from self._deliver(events)

    def _drain(self) -> Flow:
        """Read what may follow the end signal, so that the connection can be used again; a server that keeps the body
        open is not waited for."""
        drained = 0
        try:
            while drained < _ERROR_BODY_LIMIT:
                chunk = yield Read(_DRAIN_SECONDS)
                if not chunk:
                    break
                drained += len(chunk)
        except TransportError:
            pass  # the answer is complete: how its connection ends changes nothing
        yield Close()

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

    def _remaining(self) -> Generator[Effect, Any, float | None]:
        """Seconds left of the total deadline. Raises TimedOut when it has passed."""
        if self._timeouts.total is None:
            return None
        now: float = yield Now()
        remaining = self._timeouts.total - (now - self._started_at)
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
            failure = msgspec.structs.replace(failure, request_id=_request_id(headers))
        if failure.retry_after is None:
            failure = msgspec.structs.replace(failure, retry_after=retry_after(headers, self._wall))
        wish = {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())
        failure = scrub(failure, self._secret)
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
        return wait if now + wait - self._started_at < self._timeouts.total else None

    def _explain(self, error: DragomanError) -> None:
        """Put on an error what is known about the exchange."""
        if error.provider is None:
            error.provider, error.model = self._target.provider, self._target.model
        if error.request_id is None and self._head is not None:
            error.request_id = _request_id(self._head.headers)
        if isinstance(error, APIError) and error.status is None and self._head is not None and self._head.status >= 400:
            error.status = self._head.status
        if not self._accumulator.empty:
            error.partial = self.response()
        error.attempts = tuple(self._attempts)

    def _note(self, begun: float, error: DragomanError | None, waited: float | None) -> None:
        seconds = (self._finished_at or begun) - begun
        status = self._head.status if self._head is not None else None
        name = type(error).__name__ if error is not None else None
        self._attempts.append(Attempt(self._target.provider, self._target.model, seconds, status, name, waited))

    def _timing(self) -> Timing:
        def since(moment: float | None) -> float | None:
            return moment - self._started_at if moment is not None else None

        return Timing(since(self._head_at), since(self._first_at), since(self._finished_at))


def _least(*limits: float | None) -> float | None:
    return min([limit for limit in limits if limit is not None], default=None)


def _request_id(headers: dict[str, str]) -> str | None:
    for name in _REQUEST_ID_HEADERS:
        if name in headers:
            return headers[name]
    return None

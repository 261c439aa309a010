"""One exchange: a request to its whole answer, tries included, as a generator that decides and does no I/O.

`Exchange.run()` yields effects (see `effects`) and, between them, lists of events for the caller. What it has learnt
so far can be asked at any time with `Exchange.response()`.

Nothing is delivered until content has come: an error that opens a 200 answer, even after the provider has said that
the answer begins, is still tried again. After the first delivery nothing is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from decimal import Decimal

import msgspec

from ..errors import Cancelled, DecodeError, StreamCut, TransportError
from ..protocols.base import Protocol, Report, Target
from ..types.events import BlockStart, Event, Failed, Finished, Ping
from ..types.model import Price
from ..types.request import Request
from ..types.response import Adaptation, Cost, Response, Timing
from ..types.secret import Secret
from ..wire.eventstream import Damaged, EventStreamFramer
from ..wire.frames import Framer, TooLarge
from ..wire.http import HttpRequest
from ..wire.json import is_cut
from ..wire.jsonarray import JsonArrayFramer
from ..wire.limits import STREAM_BYTES
from ..wire.ndjson import NdjsonFramer
from ..wire.sse import SseFramer
from .accumulate import Accumulator
from .as_text import AsText, Retelling
from .auth import Auth
from .budget import RetryBudget
from .cost import cost, dearer_host, service_tier
from .delays import rate_limits
from .effects import Close, Now, Read
from .gate import Gate
from .policy import Retry, Timeouts
from .trip import Credential, Flow, Trip, request_id, unsound

__all__ = ["Credential", "Exchange", "Flow", "Holding"]

_DRAIN_LIMIT = 1024 * 1024
_DRAIN_SECONDS = 0.25
_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_EVENT_STARTS = (b"d", b"e", b"i", b"r", b":")  # data, event or error, id, retry, a comment


class Holding(ABC):
    """What an exchange has reserved of a budget; one of the two ends it."""

    @abstractmethod
    def settle(self, money: Decimal | None, tokens: int | None) -> None:
        """What it came to, in dollars and tokens; None is unknown."""

    @abstractmethod
    def refund(self) -> None:
        """It cost nothing."""


class Exchange(Trip):
    """The state of one exchange."""

    __slots__ = (
        "_accumulator",
        "_as_text",
        "_first_at",
        "_hold",
        "_http",
        "_price",
        "_raw",
        "_reasoning",
        "_request",
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
        gate: Gate | None = None,
        budget: RetryBudget | None = None,
        price: Price | None = None,
        as_text: str | None = None,
        hold: Callable[[], Holding] | None = None,
    ) -> None:
        """`as_text` names a tool whose calls are the answer, and are told as text. `hold` reserves what the exchange may
        cost, from budgets outside."""
        super().__init__(
            target, protocol, credential=credential, auth=auth, timeouts=timeouts, retry=retry, gate=gate, budget=budget
        )
        self._http = protocol.encode_request(request, target, report)
        self.adaptations: tuple[Adaptation, ...] = tuple(report.adaptations)
        self._reasoning = report.reasoning
        self._request = request
        self._price = price
        self._as_text = as_text
        self._hold = hold
        self._accumulator = Accumulator(target.origin())
        self._raw: bytes | None = None
        self._first_at: float | None = None

    @property
    def request(self) -> Request:
        """What is asked, as this target takes it."""
        return self._request

    @property
    def http(self) -> HttpRequest:
        """The request as it is sent, without its credential."""
        return self._http

    def response(self) -> Response:
        """What has arrived so far, with everything known about the exchange."""
        response = self._accumulator.response()
        head = self._head
        headers = head.headers if head is not None else {}
        return msgspec.structs.replace(
            response,
            cost=self._cost(response, headers),
            adaptations=self.adaptations,
            reasoning=self._reasoning,
            request_id=request_id(headers),
            headers=headers,
            rate_limits=rate_limits(headers, self._wall),
            attempts=tuple(self._attempts),
            timing=self._timing(),
            raw=self._raw,
        )

    def _cost(self, response: Response, headers: dict[str, str]) -> Cost | None:
        """The vendor's bill, or what the counts come to at the prices of the model; of what was counted so far."""
        asked = self._request
        return cost(
            response.usage,
            self._price,
            service_tier=service_tier(response.usage, response.extra, headers, asked.service_tier),
            cache_ttl=asked.cache.ttl if asked.cache is not None else None,
            at=self._wall or None,
            regional=dearer_host(self._target.base_url),
        )

    def run(self) -> Flow[None]:
        """Yield effects and lists of events until the answer is complete.

        Raises the typed error that ends the exchange; its `partial` holds what had arrived.
        """
        return self._tries(self._attempt) if self._hold is None else self._within_budget(self._hold)

    def _within_budget(self, hold: Callable[[], Holding]) -> Flow[None]:
        """The exchange with what it may cost held, and settled however it ends. What was cancelled or broke off before the
        provider counted is settled with all that was held, unless nothing had come at all."""
        held = hold()
        try:
            yield from self._tries(self._attempt)
        finally:
            if self._head is None or (self._accumulator.empty and self._head.status >= 300):
                held.refund()
            else:
                response = self.response()
                held.settle(response.cost.amount if response.cost is not None else None, response.usage.total)

    def _attempt(self) -> Flow[None]:
        """Send once and deliver the answer; raises the typed error of whatever goes wrong."""
        yield from self._send(self._http)
        yield from self._read_answer()

    def _partial(self) -> Response | None:
        return None if self._accumulator.empty else self.response()

    def _tokens(self) -> int | None:
        usage = self._accumulator.usage
        return usage.total if usage is not None else None

    def _forget(self) -> None:
        super()._forget()
        self._accumulator = Accumulator(self._target.origin())

    def _read_answer(self) -> Flow[None]:
        chunk = yield from self._read()
        quiet: float | None = None
        while chunk and _BOM.startswith(rest := chunk.lstrip(_BLANK)):
            quiet = yield from self._quiet(quiet)
            more = yield from self._read()
            chunk = rest + more if more else b""
        if not chunk:
            raise StreamCut("the provider ended the answer without saying anything; send it again")
        if (make := self._framer(chunk)) is not None:
            yield from self._read_stream(chunk, make())
        else:
            body = yield from self._read_body(None, chunk)
            events = self._masked(self._protocol.decode_response(body, self._target))
            last = events[-1] if events else None
            self._raw = body if type(last) is not Failed else None
            cut = type(last) is Failed and last.failure.reason == "decode" and is_cut(body)
            del body, chunk  # an error in them may quote the key, and crash reports have the variables of every frame
            if cut:
                raise StreamCut("the answer ended in the middle of its JSON: it is not complete; send it again")
            yield from self._deliver_whole(events if self._as_text is None else Retelling(self._as_text).tell(events))

    def _framer(self, first: bytes) -> Callable[[], Framer] | None:
        """How the body is framed, by its first bytes, None for a whole one: servers answer a stream request with JSON, and
        the other way round."""
        framing = self._protocol.framing
        if framing == "eventstream":
            # The first byte of a message's length, below 32 MiB; no JSON or HTML begins so.
            return EventStreamFramer if first[0] < 2 else None
        if framing == "ndjson":
            return NdjsonFramer if self._request.stream else None
        begin = first.lstrip(_BLANK + _BOM)[:1]
        if begin == b"[" and self._protocol.arrays and self._request.stream:
            return JsonArrayFramer
        return SseFramer if begin in _EVENT_STARTS else None

    def _read_stream(self, chunk: bytes, framer: Framer) -> Flow[None]:
        decoder = self._protocol.stream_decoder(self._target)
        if self._as_text is not None:
            decoder = AsText(decoder, self._as_text)
        held: list[Event] = []
        accumulate = self._accumulator.add
        read = Read(self._timeouts.idle)
        bounded = self._timeouts.total is not None
        size = 0
        quiet: float | None = None
        try:
            while chunk:
                size += len(chunk)
                if size > STREAM_BYTES:
                    raise TooLarge(STREAM_BYTES, "the answer")
                events = decoder.feed(framer.feed(chunk))
                if events:
                    over = type(events[-1]) is Finished
                    if type(events[-1]) is Failed:
                        over, chunk, events = True, b"", self._masked(events)
                    accumulate(events)
                    if over:
                        yield from self._end(held, events)
                        return
                    if self._delivered:
                        yield events
                    else:
                        held += events
                        if any(type(event) is BlockStart for event in events):
                            yield from self._deliver(held)
                            held = []
                if not events or type(events[-1]) is Ping:
                    said = any(type(event) is not Ping for event in events)
                    quiet = yield from self._quiet(None if said else quiet)
                else:
                    quiet = None
                chunk = (yield from self._read()) if bounded else (yield read)
            events = self._masked(self._unended(decoder.feed(framer.close())))
            if not events or type(events[-1]) not in (Finished, Failed):
                events += decoder.close()
            accumulate(events)
        except (TooLarge, Damaged) as error:
            raise unsound(error) from error
        yield from self._end(held, events, drain=False)

    def _masked(self, events: list[Event]) -> list[Event]:
        """The events, a failure at their end without the credentials that it may quote."""
        last = events[-1] if events else None
        return [*events[:-1], Failed(self._scrubbed(last.failure))] if type(last) is Failed else events

    def _unended(self, events: list[Event]) -> list[Event]:
        """The events of a frame that the body ended in: where it cannot be read, and others could, it was cut."""
        last = events[-1] if events else None
        if type(last) is Failed and last.failure.reason == "decode" and not self._accumulator.empty:
            return events[:-1]
        return events

    def _end(self, held: list[Event], events: list[Event], *, drain: bool = True) -> Flow[None]:
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
            raise StreamCut(
                "the answer ended without its end signal: it is not complete; "
                "`partial` holds what arrived, and sending it again may bring the rest"
            )
        yield from self._deliver(events)
        if drain:
            yield from self._drain()

    def _deliver(self, events: list[Event]) -> Flow[None]:
        if not self._delivered:
            self._delivered = True
            self._first_at = yield Now()
        if type(events[-1]) is Finished:
            self._finished_at = yield Now()
        yield events

    def _deliver_whole(self, events: list[Event]) -> Flow[None]:
        try:
            self._accumulator.add(events)
        except TooLarge as error:
            raise unsound(error) from error
        last = events[-1] if events else None
        if type(last) is Failed:
            raise self._api_error(last.failure)
        if type(last) is not Finished:
            raise DecodeError("the provider's answer is not complete; send it again", status=200)
        yield from self._deliver(events)

    def _drain(self) -> Flow[None]:
        """Read what may follow the end signal, so that the connection can be used again; a server that keeps the body
        open is not waited for."""
        drained = 0
        try:
            while drained < _DRAIN_LIMIT:
                chunk = yield Read(_DRAIN_SECONDS)
                if not chunk:
                    break
                drained += len(chunk)
        except (TransportError, Cancelled):
            pass  # the answer is complete: how its connection ends changes nothing
        yield Close()

    def _secrets(self) -> tuple[Secret, ...]:
        return (*super()._secrets(), *self._request.secrets())

    def _timing(self) -> Timing:
        def since(moment: float | None) -> float | None:
            return self._since(moment) if moment is not None else None

        return Timing(since(self._head_at), since(self._first_at), since(self._finished_at), self._queued or None)

"""The server side of an exchange, pure: an HTTP request to the events that answer it, and those to an HTTP answer.

```text
HttpRequest ─▶ accept ─▶ Responder(request) ─▶ feed(events) ─▶ head + bytes      (a gateway drives this itself)
            └──────────────── serve(request, answer) ─▶ Served ──────────────┘   (everything else)
```

The wire format is the one whose endpoint the request line names, so one server speaks them all. What goes wrong has
one rule each:

| trouble | answer |
|---|---|
| no wire format serves the request line | 404 as JSON |
| the request is not one of its wire | 400 in that wire's words |
| the answer's first event is `Failed` (any event, when the answer is whole) | the HTTP error the failure names |
| a later event is `Failed` | an error inside the stream |
| `answer` raises a `DragomanError` | as a `Failed` with that error's facts: such an error is an answer |
| `answer` ends without a terminal event | as a `Failed`: an answer that is not complete never looks complete |
| `answer` raises anything else | as a `Failed` with status 500 and no text of it; then the exception is raised again |

An exception is raised again by `Served.chunks`, after the last byte or by its `close()`: whoever carries the bytes
sees it, and the client has been told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..errors import (
    AuthenticationFailed,
    BadRequest,
    Cancelled,
    ContextTooLong,
    DecodeError,
    DragomanError,
    MissingKey,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Refused,
    ServerError,
    StreamCut,
    TimedOut,
    TransportError,
    UnknownProvider,
    UsageError,
)
from ..protocols import NAMES, load
from ..protocols.base import HttpReply, Protocol
from ..types.events import Event, Failed, Finished
from ..types.request import Request
from ..types.response import Failure
from ..wire.http import HttpHead, HttpRequest
from .accumulate import Accumulator

__all__ = ["Answer", "Chunks", "Responder", "Served", "accept", "describe", "serve"]

Answer = Callable[[Request], Iterable[Event]]
"""What a server is made of: a request to the events that answer it, made as they are asked for."""

# Both vendors' names for the same thing: https://platform.openai.com/docs/api-reference/debugging-requests and
# https://platform.claude.com/docs/en/api/errors#request-id. A client reads the one it knows.
_REQUEST_ID = ("x-request-id", "request-id")

# The status an error is told with when it does not carry its own; the first class that fits decides.
_STATUS: tuple[tuple[type[DragomanError], int], ...] = (
    (AuthenticationFailed, 401),
    (MissingKey, 401),
    (PermissionDenied, 403),
    (NotFound, 404),
    (UnknownProvider, 404),
    (BadRequest, 400),
    (Refused, 400),
    (UsageError, 400),
    (RateLimited, 429),
    (QuotaExhausted, 429),
    (Overloaded, 503),
    (ServerError, 500),
    (TimedOut, 504),
    (TransportError, 502),
    (StreamCut, 502),
    (DecodeError, 502),
    (Cancelled, 499),
)
# Classes that share their status with another and are told apart by a code every client knows.
_CODE: tuple[tuple[type[DragomanError], str], ...] = (
    (ContextTooLong, "context_length_exceeded"),
    (QuotaExhausted, "insufficient_quota"),
)
_UNFINISHED = Failure("the answer ended before it was complete", status=502)


class Served(msgspec.Struct, frozen=True):
    """An HTTP answer under way: its head, and its body as it is made."""

    head: HttpHead
    chunks: Iterator[bytes]


class Responder:
    """Events of one answer to the HTTP answer that says them, in the wire format its request came in.

    `head` is None until the first event of a stream, or the end of a whole answer, has decided it; bytes only come
    once it is set. `done` is True when everything has been said; events after that are not.
    """

    __slots__ = ("_accumulator", "_encoder", "_id", "_whole", "done", "head", "protocol", "request")

    def __init__(self, protocol: Protocol, request: Request, request_id: str) -> None:
        self.protocol = protocol
        self.request = request
        self.head: HttpHead | None = None
        self.done = False
        self._id = request_id
        self._encoder = protocol.stream_encoder(request) if request.stream else None
        self._accumulator = Accumulator()

    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes that say these events, `b""` while there is nothing to send yet."""
        if self.done or not events:
            return b""
        terminal = next((at for at, event in enumerate(events) if type(event) is Failed or type(event) is Finished), None)
        if terminal is not None:
            events = events[: terminal + 1]
        data = self._say(events, terminal is not None)
        self.done = terminal is not None
        return data

    def start(self) -> None:
        """Decide the head of a streamed answer before its first event: every error is then one inside the stream."""
        if self._encoder is not None and self.head is None:
            self.head = HttpHead(200, {**_headers(self._id), "content-type": self._encoder.content_type})

    def fail(self, error: BaseException) -> bytes:
        """The bytes that say that making the answer raised `error`."""
        return self.feed([Failed(describe(error))])

    def close(self) -> bytes:
        """The bytes that end an answer whose events have run out; empty when it has ended by itself."""
        return self.feed([Failed(_UNFINISHED)])

    def _say(self, events: Sequence[Event], ends: bool) -> bytes:
        last = events[-1]
        encoder = self._encoder
        if type(last) is Failed and self.head is None and (encoder is None or len(events) == 1):
            reply = _failure(self.protocol, last.failure, self._id)
            self.head = HttpHead(reply.status, reply.headers)
            return reply.body
        if encoder is not None:
            data = encoder.feed(events)
            self.start()
            return data
        self._accumulator.add(events)
        if not ends:
            return b""
        body = self.protocol.encode_response(self._accumulator.response(), self.request)
        self.head = HttpHead(200, {**_headers(self._id), "content-length": str(len(body))})
        return body


class Chunks(Iterator[bytes]):
    """The body of an answer, one piece for each event that says something."""

    __slots__ = ("_error", "_events", "_held", "_responder")

    def __init__(self, responder: Responder, answer: Answer) -> None:
        self._responder = responder
        self._held: list[bytes] = []
        self._error: Exception | None = None
        self._events: Iterator[Event] | None = None
        try:
            self._events = iter(answer(responder.request))
        except Exception as error:
            self._held.append(self._fail(error))
        while responder.head is None:
            self._held.append(self._step())

    def __next__(self) -> bytes:
        held = b"".join(self._held)
        self._held.clear()
        if held:
            return held
        while not self._responder.done:
            if data := self._step():
                return data
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Give up the rest of the answer. Raises what making it raised, if that has not been raised yet."""
        self._responder.done = True
        close = getattr(self._events, "close", None)
        self._events = None
        if close is not None:
            close()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _step(self) -> bytes:
        """Take one event on and give the bytes it makes."""
        assert self._events is not None
        try:
            event = next(self._events, None)
            return self._responder.close() if event is None else self._responder.feed([event])
        except Exception as error:
            return self._fail(error)

    def _fail(self, error: Exception) -> bytes:
        if not isinstance(error, DragomanError):
            self._error = error
        return self._responder.fail(error)


def accept(request: HttpRequest, protocols: Sequence[Protocol] | None = None) -> Responder | HttpReply:
    """What answers an HTTP request: a `Responder` that holds the decoded request, or the error it gets at once.

    `protocols` are the wire formats to speak, None for all of them.
    """
    path = urlsplit(request.url).path
    request_id = _request_id(request)
    for protocol in protocols if protocols is not None else map(load, NAMES):
        if protocol.serves(request.method, path):
            break
    else:
        return _unknown(f"no endpoint here for {request.method} {path}", request_id)
    try:
        return Responder(protocol, protocol.decode_request(request), request_id)
    except DecodeError as error:
        return _failure(protocol, msgspec.structs.replace(describe(error), status=400), request_id)


def serve(request: HttpRequest, answer: Answer, protocols: Sequence[Protocol] | None = None) -> Served:
    """The HTTP answer that `answer` makes to a request; nothing of it is made before it is asked for, but its head.

    `protocols` are the wire formats to speak, None for all of them.
    """
    responder = accept(request, protocols)
    if isinstance(responder, HttpReply):
        return Served(HttpHead(responder.status, responder.headers), iter([responder.body]))
    chunks = Chunks(responder, answer)
    assert responder.head is not None
    return Served(responder.head, chunks)


def describe(error: BaseException) -> Failure:
    """An exception as the facts a server tells: those of a `DragomanError`, or no more than that something failed."""
    if not isinstance(error, DragomanError):
        return Failure("something failed while answering", status=500)
    status = error.status if error.status is not None and error.status >= 400 else _first(_STATUS, error, 500)
    return Failure(
        error.message,
        status=status,
        type=error.type,
        code=error.code if error.code is not None else _first(_CODE, error, None),
        param=error.param,
        request_id=error.request_id,
        retry_after=error.retry_after,
    )


def _first(table: tuple[tuple[type[DragomanError], Any], ...], error: DragomanError, default: Any) -> Any:
    return next((value for kind, value in table if isinstance(error, kind)), default)


def _failure(protocol: Protocol, failure: Failure, request_id: str) -> HttpReply:
    """A failure as its wire's HTTP answer, under this exchange's request id unless it has one of its own."""
    if failure.request_id is None:
        failure = msgspec.structs.replace(failure, request_id=request_id)
    reply = protocol.encode_failure(failure)
    headers = {**_headers(failure.request_id or request_id), **reply.headers, "content-length": str(len(reply.body))}
    return HttpReply(reply.status, headers, reply.body)


def _unknown(message: str, request_id: str) -> HttpReply:
    """A 404 that is read by clients of every wire: the common part of their error objects."""
    said = {"type": "error", "error": {"type": "not_found_error", "message": message}, "request_id": request_id}
    body = msgspec.json.encode(said)
    return HttpReply(404, {**_headers(request_id), "content-length": str(len(body))}, body)


def _headers(request_id: str) -> dict[str, str]:
    return {"content-type": "application/json", **dict.fromkeys(_REQUEST_ID, request_id)}


def _request_id(request: HttpRequest) -> str:
    """An id that follows from what was asked: this side has no clock and no chance."""
    digest = sha256(f"{request.method} {request.url}\n".encode() + request.body)
    return f"req_{digest.hexdigest()[:24]}"

"""Recording: a transport around another that writes down every exchange, one JSON object a line, without credentials.

```json
{"id": "api.example.com-1f6c...", "provider": "api.example.com", "streaming": true, "framing": "sse", "model": "m-1",
 "request": {"method": "POST", "host": "api.example.com", "path": "/v1/chat", "query": {}, "headers": {...},
             "body_kind": "json", "body": {...}},
 "response": {"status": 200, "headers": {...}, "body": "data: ..."},
 "chunks": [512, 48], "ended": "complete"}
```

This is the form that the conformance command reads, once `wire` says which wire format it is. `body` is JSON in a
request and text in an answer; what is neither stands in `body_text` and `body_b64`. An answer's body is unpacked;
`chunks` are the lengths in which it was read. `ended` is `complete`, `closed` (by the caller) or `cut`, and then
`error` holds the class, and kind or phase, of what cut it.

What is kept of headers is listed below, all else is dropped. Query parameters and fields of a JSON body that are named
like credentials are masked, and so is every copy of a credential in a body: providers quote keys.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from ..errors import Cancelled, TransportError
from ..wire.http import HttpHead, HttpRequest
from .base import AsyncBody, AsyncTransport, Body, Transport
from .stopping import Stop

__all__ = ["MASK", "AsyncRecordingTransport", "RecordingTransport", "recorded_request"]

MASK = "***"

# Headers that say how to read an exchange, and hold nothing that opens a door.
_KEPT = re.compile(
    r"accept|content-type|user-agent|anthropic-(version|beta)|openai-(beta|model|version|processing-ms)"
    r"|retry-after(-ms)?|x-should-retry|date|server|(x-)?request-id|x-amzn-requestid|apim-request-id|cf-ray"
    r"|(x-|anthropic-)?ratelimit-[a-z0-9-]+"
)
_SECRET_PARAMETER = re.compile(
    r"(.*[_-])?((api)?key|token|secret|sig|signature|password|credential|auth|authorization|code)", re.IGNORECASE
)
_SECRET_FIELD = re.compile(
    r"(.*[_-])?(api[_-]?key|(access|secret|private)[_-]?key|(access|refresh|id|auth|bearer|session|authorization)[_-]token"
    r"|authorization|(client[_-])?secret|password|passwd|cookie)",
    re.IGNORECASE,
)
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|credential|password|signature")
_SECRET_VALUE = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
_SHORTEST_SECRET = 6
_FRAMINGS = {
    "text/event-stream": "sse",
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/vnd.amazon.eventstream": "eventstream",
    "application/json": "json",
}

Ended = Literal["complete", "closed", "cut"]


def recorded_request(request: HttpRequest) -> dict[str, Any]:
    """A request as it is written down."""
    url = urlsplit(request.url)
    query = {name: MASK if _SECRET_PARAMETER.fullmatch(name) else value for name, value in parse_qsl(url.query, True)}
    return {
        "method": request.method,
        "host": url.netloc.rpartition("@")[2],
        "path": url.path or "/",
        "query": query,
        "headers": _kept(request.headers),
        **_request_body(request.body, _secrets(request)),
    }


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if _KEPT.fullmatch(name)}


def _secrets(request: HttpRequest) -> list[str]:
    """What must not be written: values of headers and parameters named like credentials, others that look like one, and what
    looks like one in fields of the body that are named so."""
    found: list[str] = []
    for name, value in request.headers.items():
        if _SECRET_HEADER.search(name):
            found += [value, *value.split()]
        elif not _KEPT.fullmatch(name) and _SECRET_VALUE.fullmatch(value):
            found.append(value)
    found += [value for name, value in parse_qsl(urlsplit(request.url).query) if _SECRET_PARAMETER.fullmatch(name)]
    try:
        found += _told(json.loads(request.body)) if request.body else ()
    except ValueError:
        pass  # not JSON: it has no fields
    return sorted({value for value in found if len(value) >= _SHORTEST_SECRET}, key=len, reverse=True)


def _request_body(body: bytes, hidden: list[str]) -> dict[str, Any]:
    if not body:
        return {"body_kind": "none"}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"body_kind": "b64", "body_b64": base64.b64encode(body).decode()}
    for secret in hidden:
        text = text.replace(secret, MASK)
    try:
        return {"body_kind": "json", "body": _masked(json.loads(text))}
    except ValueError:
        return {"body_kind": "text", "body_text": text}


def _masked(value: Any, under_headers: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            name: MASK
            if isinstance(item, str) and (under_headers or _SECRET_FIELD.fullmatch(name))
            else _masked(item, name == "headers")
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return value


def _told(value: Any, under_headers: bool = False) -> Iterator[str]:
    """The words in what `_masked` masks that look like a credential; others (`"object"`) stand elsewhere too."""
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(item, str):
                yield from _told(item, name == "headers")
            elif under_headers or _SECRET_FIELD.fullmatch(name):
                yield from filter(_SECRET_VALUE.fullmatch, item.split())
    elif isinstance(value, list):
        for item in value:
            yield from _told(item)


def _answer_body(body: bytes, hidden: list[str]) -> dict[str, str]:
    """An answer's body; masks keep their length, so that `chunks` stays true."""
    for secret in hidden:
        body = body.replace(secret.encode(), b"x" * len(secret.encode()))
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_b64": base64.b64encode(body).decode()}


class _File:
    """The file of a recording: it only grows, and only its owner may read it."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._append(b"")

    def write(self, exchange: _Exchange, ended: Ended, error: BaseException | None) -> None:
        line = json.dumps(exchange.record(ended, error), ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            self._append(line.encode() + b"\n")

    def _append(self, data: bytes) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
        finally:
            os.close(descriptor)


class _Exchange:
    """One exchange while it is under way."""

    __slots__ = ("_chunks", "_file", "_head", "_hidden", "_request")

    def __init__(self, request: HttpRequest, head: HttpHead, file: _File) -> None:
        self._request: dict[str, Any] = recorded_request(request)
        self._hidden = _secrets(request)
        self._head = head
        self._chunks: list[bytes] = []
        self._file: _File | None = file

    def read(self, data: bytes) -> None:
        """One more piece, or the end."""
        if data:
            self._chunks.append(data)
        else:
            self.end("complete")

    def fail(self, error: BaseException) -> None:
        """A read that failed."""
        self.end("cut" if isinstance(error, TransportError) and not isinstance(error, Cancelled) else "closed", error)

    def end(self, ended: Ended, error: BaseException | None = None) -> None:
        """Write it down, once."""
        file, self._file = self._file, None
        if file is not None:
            file.write(self, ended, error)

    def record(self, ended: Ended, error: BaseException | None) -> dict[str, Any]:
        """The exchange as it is written down."""
        body = b"".join(self._chunks)
        asked = self._request.get("body")
        model = asked.get("model") if isinstance(asked, dict) else None
        framing = _FRAMINGS.get(self._head.media_type, "text" if body else "empty")
        record: dict[str, Any] = {
            "id": f"{self._request['host']}-{secrets.token_hex(6)}",
            "provider": self._request["host"],
            "streaming": framing in ("sse", "ndjson", "eventstream"),
            "framing": framing,
            "model": model if isinstance(model, str) else "",
            "request": self._request,
            "response": {
                "status": self._head.status,
                "headers": _kept(self._head.headers),
                **_answer_body(body, self._hidden),
            },
            "chunks": [len(chunk) for chunk in self._chunks],
            "ended": ended,
        }
        if ended == "cut" and error is not None:
            facts = {name: value for name in ("kind", "phase") if (value := getattr(error, name, None)) is not None}
            record["error"] = {"class": type(error).__name__, **facts}
        return record


class RecordingBody:
    """`Body` that is written down when it ends, breaks or is closed."""

    __slots__ = ("_exchange", "_inner", "head")

    def __init__(self, inner: Body, exchange: _Exchange) -> None:
        self.head = inner.head
        self._inner = inner
        self._exchange = exchange

    def read(self, timeout: float | None = None) -> bytes:
        """As the body inside."""
        try:
            data = self._inner.read(timeout)
        except BaseException as error:
            self._exchange.fail(error)
            raise
        self._exchange.read(data)
        return data

    def close(self) -> None:
        """As the body inside."""
        self._inner.close()
        self._exchange.end("closed")


class RecordingTransport:
    """`Transport` that writes every answered exchange of another to a file; as safe for many threads as that one is.

    The file is made for its owner's eyes only and grows; several transports and processes may share it. A request
    that gets no answer is not written, nor one whose answer is a credential.
    """

    def __init__(self, inner: Transport, path: str | os.PathLike[str]) -> None:
        self._inner = inner
        self._file = _File(path)

    def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
        stop: Stop | None = None,
    ) -> Body:
        """As the transport inside."""
        body = self._inner.send(request, connect=connect, first_byte=first_byte, total=total, stop=stop)
        if request.private:
            return body
        return RecordingBody(body, _Exchange(request, body.head, self._file))

    def close(self) -> None:
        """As the transport inside."""
        self._inner.close()


class AsyncRecordingBody:
    """`AsyncBody` that is written down when it ends, breaks or is closed."""

    __slots__ = ("_exchange", "_inner", "head")

    def __init__(self, inner: AsyncBody, exchange: _Exchange) -> None:
        self.head = inner.head
        self._inner = inner
        self._exchange = exchange

    async def read(self, timeout: float | None = None) -> bytes:
        """As the body inside."""
        try:
            data = await self._inner.read(timeout)
        except BaseException as error:
            self._exchange.fail(error)
            raise
        self._exchange.read(data)
        return data

    async def close(self) -> None:
        """As the body inside."""
        try:
            await self._inner.close()
        finally:
            self._exchange.end("closed")


class AsyncRecordingTransport:
    """`RecordingTransport` for asyncio; writing a line blocks the loop for as long as the disk takes."""

    def __init__(self, inner: AsyncTransport, path: str | os.PathLike[str]) -> None:
        self._inner = inner
        self._file = _File(path)

    async def send(
        self,
        request: HttpRequest,
        *,
        connect: float | None = None,
        first_byte: float | None = None,
        total: float | None = None,
    ) -> AsyncBody:
        """As the transport inside."""
        body = await self._inner.send(request, connect=connect, first_byte=first_byte, total=total)
        if request.private:
            return body
        return AsyncRecordingBody(body, _Exchange(request, body.head, self._file))

    async def close(self) -> None:
        """As the transport inside."""
        await self._inner.close()

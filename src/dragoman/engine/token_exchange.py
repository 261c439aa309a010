"""A long-lived token exchanged for a short-lived one at another URL, as a flow of effects."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from ..errors import DecodeError
from ..types.response import Failure
from ..types.secret import Secret
from ..wire.http import HttpHead, HttpRequest
from .auth import TokenExchange, authorise
from .credentials import Grant, Obtaining, Source
from .delays import retry_after
from .effects import Close, Effect, Read, Send, Wall
from .policy import Timeouts
from .scrub import scrub

__all__ = ["Exchanged"]

_BODY_LIMIT = 256 * 1024


class Exchanged(Source):
    """A source whose credential is what another's is exchanged for."""

    def __init__(self, exchange: TokenExchange, source: Source) -> None:
        self._exchange = exchange
        self._source = source

    def refused(self) -> None:
        """The short-lived token was refused; where the long-lived one comes from may know a newer."""
        self._source.refused()

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """Ask for a short-lived token. Raises the class of error that the answer's status makes; nothing that was answered
        is quoted but the server's message."""
        exchange = self._exchange
        long_lived = yield from self._source.obtain(timeouts)
        secret = long_lived.credential
        if not isinstance(secret, Secret) or (exchange.ready and secret.reveal().startswith(exchange.ready)):
            return long_lived
        request = authorise(
            HttpRequest("GET", exchange.url, {"accept": "application/json", **exchange.headers}), secret, exchange.auth
        )
        request = msgspec.structs.replace(request, private=True)
        head: HttpHead = yield Send(request, timeouts.connect, timeouts.first_byte)
        body = yield from _body(timeouts)
        yield Close()
        where = urlsplit(exchange.url).hostname
        if head.status >= 300:
            from .classify import classify

            now: float = yield Wall()
            said = _field(_json(body), ("message",)) or f"HTTP {head.status}"
            message = f"{where} gave no token for this one: {str(said)[:500]}"
            failure = Failure(message, head.status, retry_after=retry_after(head.headers, now))
            raise classify(scrub(failure, secret))
        answer = _json(body)
        token = _field(answer, exchange.token)
        if not isinstance(token, str) or not token:
            raise DecodeError(f"{where} answered without a token; check that the account may use it", status=head.status)
        expires_at = _field(answer, exchange.expires_at)
        base_url = _field(answer, exchange.base_url) if exchange.base_url else None
        return Grant(
            Secret(token),
            float(expires_at) if isinstance(expires_at, int | float) else None,
            base_url=_trusted(base_url, exchange.url),
        )


def _body(timeouts: Timeouts) -> Generator[Effect, Any, bytes]:
    body = b""
    while len(body) < _BODY_LIMIT and (chunk := (yield Read(timeouts.idle))):
        body += chunk
    return body


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _field(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _trusted(base_url: Any, exchange_url: str) -> str | None:
    """The place that an answer names, None when it would be asked less safely than the answer was."""
    if not isinstance(base_url, str):
        return None
    parts = urlsplit(base_url)
    safe = parts.scheme == urlsplit(exchange_url).scheme and parts.hostname and "@" not in parts.netloc
    return base_url.rstrip("/") if safe else None

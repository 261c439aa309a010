"""Errors: one tree, so that callers can catch widely and recover narrowly.

DragomanError
├── UsageError             the caller asked for something that cannot be: nothing was sent
│   ├── UnknownProvider    the model reference names no known provider
│   ├── MissingKey         no credential was given or found
│   ├── BudgetExceeded     the call may cost more than its budget has left
│   └── Unsupported        the target cannot take this request as it is, and policy says not to adapt
├── APIError               the provider answered with an error, by status or inside a 200 answer
│   ├── AuthenticationFailed
│   ├── PermissionDenied
│   ├── NotFound
│   ├── BadRequest
│   │   ├── ContextTooLong
│   │   └── ContentFiltered
│   ├── Refused            the provider refused to answer and said so as an error
│   ├── RateLimited        asked too fast: retryable after `retry_after`
│   ├── QuotaExhausted     out of credit or allowance: waiting does not help
│   ├── Overloaded
│   └── ServerError
├── TransportError         the exchange broke on the way
│   ├── ConnectionFailed   `kind` says how: dns, refused, tls, reset, proxy, closed, pool
│   └── TimedOut           `phase` says when: connect, first_byte, idle, progress, total
├── StreamCut              the answer ended without its end signal; `partial` holds what came
├── DecodeError            the bytes are not what the protocol says; `partial` holds what came before
├── OutputInvalid          the answer has no value of the type that was asked for; `partial` is that answer
├── Cancelled              the caller stopped it; `partial` holds what came
└── StoreError             conversations cannot be kept or read: the message says why
    └── StoreConflict      somebody else has changed the stored conversation

Every error carries the same facts as attributes, None where unknown, and survives pickling and copying.
"""

from __future__ import annotations

import copyreg
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .types.response import Attempt, Response

__all__ = [
    "APIError",
    "AuthenticationFailed",
    "BadRequest",
    "BudgetExceeded",
    "Cancelled",
    "ConnectionFailed",
    "ContentFiltered",
    "ContextTooLong",
    "DecodeError",
    "DragomanError",
    "MissingKey",
    "NotFound",
    "OutputInvalid",
    "Overloaded",
    "PermissionDenied",
    "QuotaExhausted",
    "RateLimited",
    "Refused",
    "ServerError",
    "StoreConflict",
    "StoreError",
    "StreamCut",
    "TimedOut",
    "TransportError",
    "UnknownProvider",
    "Unsupported",
    "UsageError",
]


class DragomanError(Exception):
    """Anything this library raises on purpose.

    Attributes: `provider`, `model`, `status` (HTTP), `type` and `code` (the vendor's words), `param`, `request_id`,
    `retry_after` (seconds), `body` (the vendor's error object or the first characters of what came instead),
    `partial` (a `Response` holding what arrived) and `attempts`. `retryable` says whether the same request may
    succeed later.
    """

    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        model: str | None = None,
        status: int | None = None,
        type: str | None = None,
        code: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        body: Any = None,
        partial: Response | None = None,
        attempts: tuple[Attempt, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.provider = provider
        self.model = model
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.request_id = request_id
        self.retry_after = retry_after
        self.body = body
        self.partial = partial
        self.attempts = attempts

    def __reduce__(self) -> Any:
        return copyreg.__newobj__, (self.__class__, self.message), self.__dict__  # type: ignore[attr-defined]

    def __str__(self) -> str:
        where = "/".join([part for part in (self.provider, self.model) if part])
        known = (("status", self.status), ("request", self.request_id))
        facts = [f"{name} {value}" for name, value in known if value is not None]
        return (f"{where}: " if where else "") + self.message + (f" ({', '.join(facts)})" if facts else "")


class UsageError(DragomanError):
    """The caller asked for something that cannot be; nothing was sent."""


class UnknownProvider(UsageError):
    """The model reference names a provider that is not known."""


class MissingKey(UsageError):
    """The provider needs a credential and none was given or found."""


class BudgetExceeded(UsageError):
    """The call may cost more than is left of its budget."""


class Unsupported(UsageError):
    """The target cannot take the request as it is, and policy says to refuse rather than adapt.

    `feature` is the stable word for what it cannot take, as on `Adaptation`.
    """

    feature: str | None = None


class APIError(DragomanError):
    """The provider answered with an error."""


class AuthenticationFailed(APIError):
    """The credential is missing, wrong or expired."""


class PermissionDenied(APIError):
    """The credential is good but may not do this."""


class NotFound(APIError):
    """The model or resource does not exist here."""


class BadRequest(APIError):
    """The provider does not accept the request."""


class ContextTooLong(BadRequest):
    """The conversation does not fit the model's context window: shorten it or take a model with a larger one."""


class ContentFiltered(BadRequest):
    """The provider's filter blocked the request."""


class Refused(APIError):
    """The provider refused to answer and said so as an error."""


class RateLimited(APIError):
    """Too many requests or tokens for now; may be sent again after `retry_after` seconds."""

    retryable = True


class QuotaExhausted(APIError):
    """Out of credit, or over a spending limit: waiting does not help."""


class Overloaded(APIError):
    """The provider or model has no capacity at the moment."""

    retryable = True


class ServerError(APIError):
    """Something failed on the provider's side."""

    retryable = True


class TransportError(DragomanError):
    """The exchange broke on the way."""

    retryable = True


class ConnectionFailed(TransportError):
    """No connection, or it broke. `kind`: `dns`, `refused`, `tls`, `reset`, `closed`, `proxy`, `pool` or `other`."""

    kind: str = "other"


class TimedOut(TransportError):
    """A deadline passed. `phase`: `connect`, `first_byte`, `idle`, `progress` or `total`."""

    phase: str = "total"


class StreamCut(DragomanError):
    """The answer ended without its end signal: it is not complete, and `partial` holds what arrived."""

    retryable = True


class DecodeError(DragomanError):
    """The bytes are not what the protocol says; `body` holds the first of them."""


class OutputInvalid(DragomanError):
    """The answer has no value of the type that was asked for; `partial` is that answer, and `problems` say what does not fit."""

    problems: tuple[str, ...] = ()


class Cancelled(DragomanError):
    """The caller stopped the exchange; `partial` holds what arrived."""


class StoreError(DragomanError):
    """Conversations cannot be kept or read. Where an answer could not be stored, `partial` is that answer."""


class StoreConflict(StoreError):
    """The stored conversation is not the one that was read: another program, or another object, has changed it."""

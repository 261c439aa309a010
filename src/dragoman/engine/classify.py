"""Facts of an error to its class: one place, by tables, for HTTP errors and errors inside a 200 answer alike.

The order is: what the protocol already knows, then the vendor's own code or type word, then phrases of the message
that vendors use where they have no word, then the HTTP status, then words that say little.
"""

from __future__ import annotations

from typing import Any

from ..errors import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    ContentFiltered,
    ContextTooLong,
    DecodeError,
    DragomanError,
    NotFound,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from ..types.response import Failure
from .words import ADVICE, CERTAIN, PHRASES, PROVIDER_CODES, PROVIDER_STATUS, STATUS, VAGUE

__all__ = ["classify", "error_class"]

_Class = type[DragomanError]

# HTTP statuses whose request may be sent again although their class is not retryable: 409 and 425 are races.
_RETRYABLE_STATUS = frozenset({409, 425})

# Which phrases count under which status; a phrase is only asked where the status leaves the question open.
_ASK: tuple[tuple[_Class, frozenset[int | None]], ...] = (
    (ContextTooLong, frozenset({None, 400, 403, 413, 422, 500})),
    (QuotaExhausted, frozenset({None, 400, 403, 500})),
    (AuthenticationFailed, frozenset({None, 400, 403})),
    (ContentFiltered, frozenset({None, 400, 403})),
    (NotFound, frozenset({None, 400, 422})),
    (Overloaded, frozenset({None, 500, 502})),
)


def error_class(failure: Failure, provider: str = "") -> _Class:
    """The class of error that these facts make."""
    if failure.reason == "decode":
        return DecodeError
    if failure.status is not None and (own := PROVIDER_STATUS.get((provider, failure.status))) is not None:
        return own
    words = [word.lower() for word in (failure.code, failure.type) if word]
    for word in words:
        kind = PROVIDER_CODES.get((provider, word)) or CERTAIN.get(word)
        if kind is not None:
            return _quota_or_rate(kind, failure)
    for kind, statuses in _ASK:
        if failure.status in statuses and PHRASES[kind].search(failure.message):
            return kind
    return _quota_or_rate(_by_status(failure.status, words), failure)


def _quota_or_rate(kind: _Class, failure: Failure) -> _Class:
    """Out of credit is not out of breath: several vendors say both with one word or status, but name a time only for
    the second."""
    if kind is RateLimited and failure.retry_after is None and PHRASES[QuotaExhausted].search(failure.message):
        return QuotaExhausted
    return kind


def _by_status(status: int | None, words: list[str]) -> _Class:
    if status is not None and status >= 400:
        return STATUS.get(status) or (BadRequest if status < 500 else ServerError)
    for word in words:
        if (kind := VAGUE.get(word)) is not None:
            return kind
        if word.isascii() and word.isdigit() and 400 <= int(word) < 600:
            return _by_status(int(word), [])
    return APIError


def classify(failure: Failure, *, provider: str = "", model: str = "", should_retry: bool | None = None) -> DragomanError:
    """The typed error that these facts make; `should_retry` is the provider's own word on it, where it gave one."""
    kind = error_class(failure, provider)
    message = failure.message.strip() or "the provider gave no reason"
    advice = ADVICE.get(kind)
    names = ("status", "type", "code", "param", "request_id", "retry_after", "body")
    facts: dict[str, Any] = {name: getattr(failure, name) for name in names}
    error = kind(
        f"{message.rstrip('.')}; {advice}" if advice else message, provider=provider or None, model=model or None, **facts
    )
    if should_retry is not None:
        error.retryable = should_retry
    elif failure.status in _RETRYABLE_STATUS:
        error.retryable = True
    return error

"""Facts of an error to its class: one place, by tables, for HTTP errors and errors inside a 200 answer alike.

The order is: what the protocol already knows, then the vendor's own code or type word, then phrases of the message
that vendors use where they have no word, then the HTTP status, then words that say little.
"""

from __future__ import annotations

from typing import Any

import msgspec

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
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from ..types.response import Failure
from .delays import wait_in_words
from .words import (
    ADVICE,
    CERTAIN,
    FAMILY,
    LONG_PERIOD,
    PHRASES,
    PROVIDER_CODES,
    PROVIDER_STATUS,
    STATUS,
    TOO_LARGE,
    VAGUE,
)

__all__ = ["classify", "error_class"]

_Class = type[DragomanError]

# HTTP statuses whose request may be sent again although their class is not retryable: 409 and 425 are races.
_RETRYABLE_STATUS = frozenset({409, 425})

# Which phrases count under which status; a phrase is only asked where the status leaves the question open.
_ASK: tuple[tuple[_Class, frozenset[int | None]], ...] = (
    (ContextTooLong, frozenset({None, 400, 403, 413, 422, 500})),
    (QuotaExhausted, frozenset({None, 400, 403, 412, 500})),
    (PermissionDenied, frozenset({None, 400, 401, 403})),
    (AuthenticationFailed, frozenset({None, 400, 403})),
    (ContentFiltered, frozenset({None, 400, 403})),
    (NotFound, frozenset({None, 400, 422})),
    (Overloaded, frozenset({None, 400, 429, 500, 502})),
    (BadRequest, frozenset({500})),
)

_HOUR = 3600.0


def error_class(failure: Failure, provider: str = "") -> _Class:
    """The class of error that these facts make."""
    if failure.reason == "decode":
        return DecodeError
    provider = FAMILY.get(provider, provider)
    if failure.status is not None and (own := PROVIDER_STATUS.get((provider, failure.status))) is not None:
        return own
    words = [word.lower() for word in (failure.code, failure.type) if word]
    rough: _Class | None = None
    for word in words:
        kind = PROVIDER_CODES.get((provider, word)) or CERTAIN.get(word)
        if kind is BadRequest:
            rough = kind  # a number for whatever is wrong: the message may say what
        elif kind is not None:
            return _quota_or_rate(kind, failure)
    for kind, statuses in _ASK:
        if failure.status in statuses and PHRASES[kind].search(failure.message):
            return _quota_or_rate(kind, failure)
    return rough or _quota_or_rate(_by_status(failure.status, words, failure.message), failure)


def _quota_or_rate(kind: _Class, failure: Failure) -> _Class:
    """Out of credit is not out of breath: several vendors say both with one word or status, but name a time only for
    the second. An allowance of a day is the first, however soon the vendor says it ends."""
    if kind is not RateLimited:
        return kind
    if failure.code and LONG_PERIOD.search(failure.code):
        return QuotaExhausted
    wait = failure.retry_after
    if wait is None and PHRASES[QuotaExhausted].search(failure.message):
        return QuotaExhausted
    return QuotaExhausted if (wait is None or wait > _HOUR) and LONG_PERIOD.search(failure.message) else kind


def _by_status(status: int | None, words: list[str], message: str) -> _Class:
    if status is not None and status >= 400:
        return STATUS.get(status) or (BadRequest if status < 500 else ServerError)
    for word in words:
        if (kind := VAGUE.get(word)) is not None:
            return kind
        if word.isascii() and word.isdigit() and 400 <= int(word) < 600:
            return _by_status(int(word), [], message)
    return ServerError if status is None and PHRASES[ServerError].search(message) else APIError


def classify(failure: Failure, *, provider: str = "", model: str = "", should_retry: bool | None = None) -> DragomanError:
    """The typed error that these facts make; `should_retry` is the provider's own word on it, where it gave one.

    Its message ends with what the caller can do.
    """
    worded = wait_in_words(failure.message) if failure.retry_after is None else None
    if worded is not None:
        failure = msgspec.structs.replace(failure, retry_after=worded)
    kind = error_class(failure, provider)
    names = ("status", "type", "code", "param", "request_id", "retry_after", "body")
    facts: dict[str, Any] = {name: getattr(failure, name) for name in names}
    if worded is not None and not kind.retryable:
        facts["retry_after"] = None  # "try again in 5 minutes" of something that has to be mended first
    too_large = kind is RateLimited and TOO_LARGE.search(failure.message) is not None
    message = failure.message.strip() or "the provider gave no reason"
    advice = _advice(kind, failure.status, too_large)
    error = kind(f"{message.rstrip('.')}; {advice}", provider=provider or None, model=model or None, **facts)
    if should_retry is not None:
        error.retryable = should_retry
    elif failure.status in _RETRYABLE_STATUS:
        error.retryable = True
    elif too_large:
        error.retryable = False
    return error


def _advice(kind: _Class, status: int | None, too_large: bool) -> str:
    if too_large:
        return "this request alone is larger than the allowance: send less, or raise the limit at the provider"
    if kind is BadRequest and status == 413:
        return "send less: the request has more bytes than the provider takes"
    if kind is APIError and status is not None and 300 <= status < 400:
        return "redirects are not followed, as keys do not go to other hosts: check the base URL"
    return ADVICE[kind]

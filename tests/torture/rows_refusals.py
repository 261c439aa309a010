"""Rows in which the provider says no, by status and in its vendor's own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus

from fault_server import Handler, answering, whole

from .outcome import Expect
from .row import Right, Row
from .rows_connection import in_turn, sound
from .speech import Speech
from .wires import STATUSES, Refusal

__all__ = ["CLASSES", "ROWS"]

CLASSES = {
    400: "BadRequest",
    401: "AuthenticationFailed",
    402: "QuotaExhausted",
    403: "PermissionDenied",
    404: "NotFound",
    408: "ServerError",
    409: "BadRequest",
    413: "BadRequest",
    422: "BadRequest",
    425: "BadRequest",
    429: "RateLimited",
    500: "ServerError",
    502: "ServerError",
    503: "Overloaded",
    504: "ServerError",
    529: "Overloaded",
}
_RETRIED = {408, 409, 425, 429} | {status for status in STATUSES if status >= 500}

# What other servers of the Chat Completions wire say of a conversation that is too long.
_OTHERS = (
    (
        "openrouter",
        "OpenRouter's",
        {
            "error": {
                "message": "This endpoint's maximum context length is 200000 tokens. However, you requested about 250000.",
                "code": 400,
            }
        },
    ),
    (
        "vllm",
        "vLLM's",
        {
            "object": "error",
            "message": "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
    ),
    (
        "llamacpp",
        "llama.cpp's",
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size, try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 9000,
                "n_ctx": 4096,
            }
        },
    ),
)


def _say(refusal: Refusal, **more: str) -> list[bytes]:
    fields = {name.replace("-", "_"): value for name, value in {"content-type": "application/json", **refusal.headers}.items()}
    try:
        phrase = HTTPStatus(refusal.status).phrase
    except ValueError:
        phrase = "Unknown"
    return [whole(json.dumps(refusal.value).encode(), f"{refusal.status} {phrase}", **fields, **more)]


def _status(status: int) -> Row:
    again = status in _RETRIED
    right = Expect(CLASSES[status], status=status, retryable=again, text=None, tries=2 if again else 1)
    return Row(
        f"F37.{status}", f"{status} in the vendor's words", lambda s: answering(*_say(s.wire.refusal(status))), right, right
    )


def _stated(which: str, kind: str) -> tuple[Callable[[Speech], Handler], Callable[[Speech], Right]]:
    """The server and the right outcome of an answer that a wire's row may not have."""

    def serve(speech: Speech) -> Handler:
        refusal = getattr(speech.wire, which)
        return answering(*_say(refusal))

    def right(speech: Speech) -> Right:
        refusal = getattr(speech.wire, which)
        if isinstance(refusal, str):
            return refusal
        return Expect(kind, status=refusal.status, retryable=False, text=None, tries=1)

    return serve, right


def _only_chat(right: Expect) -> Callable[[Speech], Right]:
    return lambda speech: right if speech.name == "openai_chat" else "words of other servers of Chat Completions"


def _wish(id: str, title: str, tries: int, after: float | None, **headers: str) -> Row:
    """A 429 with words on when to come again: within patience it is waited for, which none of these takes."""
    right = Expect("RateLimited", retry_after=after, retryable=True, tries=tries)
    return Row(f"F36.{id}", title, lambda s: answering(*_say(s.wire.refusal(429), **headers)), right, right)


_OVERFLOW = _stated("overflow", "ContextTooLong")
_QUOTA = _stated("quota", "QuotaExhausted")
_TOO_LONG = Expect("ContextTooLong", status=400, retryable=False, tries=1)
_FAR = "Fri, 01 Jan 2100 00:00:00 GMT"

ROWS = (
    *[_status(status) for status in STATUSES],
    Row("F37.context", "a conversation too long, in the vendor's words", _OVERFLOW[0], _OVERFLOW[1], _OVERFLOW[1]),
    *[
        Row(
            f"F37.context.{id}",
            f"the same in {whose} words",
            lambda _, value=value: answering(*_say(Refusal(400, value))),
            _only_chat(_TOO_LONG),
            _only_chat(_TOO_LONG),
        )
        for id, whose, value in _OTHERS
    ],
    Row("F37.quota", "an empty account, in the vendor's words", _QUOTA[0], _QUOTA[1], _QUOTA[1]),
    Row(
        "F36.once",
        "429 with `retry-after: 0`, then an answer",
        lambda s: in_turn(_say(s.wire.refusal(429), retry_after="0"), s.answer()),
        sound(2),
        sound(2),
    ),
    _wish("seconds", "`retry-after: 3600`, beyond all patience", 1, 3600.0, retry_after="3600"),
    _wish("ms", "`retry-after-ms: 1.5`", 2, 0.0015, retry_after_ms="1.5"),
    _wish("duration", "`retry-after: 6m0s`", 1, 360.0, retry_after="6m0s"),
    _wish("past", "a date in the past", 2, 0.0, retry_after="Fri, 31 Dec 1999 23:59:59 GMT"),
    _wish("negative", "`retry-after: -7`, which is none", 2, None, retry_after="-7"),
    _wish("nan", "`retry-after: nan`, which is none", 2, None, retry_after="nan"),
    _wish("words", "`retry-after: soon`, which is none", 2, None, retry_after="soon"),
    Row(
        "F36.date",
        "a date in the year 2100",
        lambda s: answering(*_say(s.wire.refusal(503), retry_after=_FAR)),
        *[Expect("Overloaded", retryable=True, tries=1)] * 2,
    ),
    Row(
        "F36.refused",
        "500 with `x-should-retry: false`",
        lambda s: answering(*_say(s.wire.refusal(500), x_should_retry="false")),
        *[Expect("ServerError", retryable=False, tries=1)] * 2,
    ),
)
"""The rows, in the order of the page."""

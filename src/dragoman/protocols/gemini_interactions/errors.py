"""Errors: what a body of any shape says, and the body that says one.

| shape | where |
|---|---|
| `{"error": {"code": "rate_limit_exceeded", "message"}}` | by status |
| `{"event_type": "error", "error": {"code", "message"}}` | an event of a stream |
| `{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message", "details"}}` | Google's front ends, at times in a list |
| `{"status": "failed", "errors": [{"code", "message"}]}` | an interaction that failed |
| HTML, plain text, nothing | proxies and load balancers |

Codes: https://ai.google.dev/gemini-api/docs/api-errors. Which class of error the facts make is decided elsewhere.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import plain, prose
from ..base import HttpReply
from .json_text import Json

__all__ = ["UNREADABLE_ANSWER", "decode_failure", "encode_failure", "error_event", "failure_of", "unreadable"]

UNREADABLE_ANSWER: Final = "unreadable_answer"
"""The code a server of ours gives when its provider's answer was not this protocol: read back, it is that failure."""

_KEEP: Final = 64 * 1024
_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)s")
_DETAIL: Final = "type.googleapis.com/google.rpc."

_RPC: Final[dict[int, str]] = {
    1: "CANCELLED",
    3: "INVALID_ARGUMENT",
    4: "DEADLINE_EXCEEDED",
    5: "NOT_FOUND",
    7: "PERMISSION_DENIED",
    8: "RESOURCE_EXHAUSTED",
    9: "FAILED_PRECONDITION",
    13: "INTERNAL",
    14: "UNAVAILABLE",
    16: "UNAUTHENTICATED",
}
"""Codes of a `google.rpc.Status` (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto), which is what
the error of a step is."""

_CODES: Final[dict[int, str]] = {
    400: "invalid_request",
    401: "authentication",
    402: "payment_required",
    403: "permission_denied",
    404: "not_found",
    408: "deadline_exceeded",
    409: "aborted",
    413: "invalid_request",
    416: "out_of_range",
    422: "invalid_request",
    429: "rate_limit_exceeded",
    499: "cancelled",
    501: "unimplemented",
    503: "service_unavailable",
    504: "deadline_exceeded",
    529: "service_unavailable",
}
"""The code for each status, where an error has none of its own."""


def failure_of(value: Any) -> Failure:
    """The facts of an error object of any shape, without an HTTP status."""
    outer: Json = value if isinstance(value, dict) else {}
    listed = outer.get("errors")
    errors = [entry for entry in listed if isinstance(entry, dict) and entry] if isinstance(listed, list) else []
    error: Any = errors[-1] if errors else outer.get("error")
    facts: Json = error if isinstance(error, dict) else {}
    code = facts.get("code")
    if code == UNREADABLE_ANSWER:
        return Failure(str(facts.get("message")), reason="decode", body=facts.get("body"))
    reason, delay, daily, field = _details(facts.get("details"))
    kind = facts.get("status") or (_RPC.get(code) if type(code) is int else None)
    word = reason or daily or (str(code) if isinstance(code, str | int) and not isinstance(code, bool) and code != "" else None)
    return Failure(
        plain(_message(error, outer)) or "the provider gave no reason",
        type=kind if isinstance(kind, str) and kind else None,
        code=word,
        param=field,
        retry_after=None if daily else delay,
        body=value,
    )


def _message(error: Any, outer: Json) -> str:
    for source in (error, outer):
        if isinstance(source, str):
            return source
        if isinstance(source, dict) and isinstance(message := source.get("message"), str) and message:
            return message
    if outer.get("status") == "failed":
        return "the interaction failed"
    return msgspec.json.encode(error).decode() if error else ""


def _details(details: Any) -> tuple[str | None, float | None, str | None, str | None]:
    """Of `google.rpc` details: the reason, the seconds to wait, a day's quota that is used up, and the wrong field."""
    reason: str | None = None
    delay: float | None = None
    daily: str | None = None
    field: str | None = None
    for detail in details if isinstance(details, list) else ():
        kind = str(detail.get("@type")).rpartition(".")[2] if isinstance(detail, dict) else ""
        if kind == "ErrorInfo" and isinstance(found := detail.get("reason"), str):
            reason = found
        elif kind == "RetryInfo" and (seconds := _DELAY.fullmatch(str(detail.get("retryDelay")))) is not None:
            delay = float(seconds[1])
        elif kind == "QuotaFailure":
            spent = detail.get("violations")
            quotas = [str(entry.get("quotaId")) for entry in spent if isinstance(entry, dict)] if isinstance(spent, list) else []
            daily = next((quota for quota in quotas if "PerDay" in quota), daily)
        elif kind == "BadRequest" and isinstance(violations := detail.get("fieldViolations"), list):
            names = [entry.get("field") for entry in violations if isinstance(entry, dict)]
            field = next((name for name in names if isinstance(name, str)), field)
    return reason, delay, daily, field


def unreadable(data: bytes, why: str) -> Failure:
    """The facts of bytes that are not this protocol."""
    return Failure(why, reason="decode", body=plain(data[:2000].decode("utf-8", "replace"), 200))


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an HTTP error answer, whatever its body is."""
    try:
        value = read_json(body)
    except ValueError:
        value = None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict) and value:
        failure = failure_of(value)
        code = None if failure.code == str(head.status) else failure.code
        kept = failure.body if len(body) <= _KEEP else plain(body[:_KEEP].decode("utf-8", "replace"), 2000)
        return msgspec.structs.replace(failure, status=head.status, code=code, body=kept, reason=None)
    text = value if isinstance(value, str) else body[:_KEEP].decode("utf-8", "replace")
    message = prose(text)
    return Failure(message or f"HTTP {head.status} without a reason", head.status, body=plain(text) or None)


def _error_object(failure: Failure) -> Json:
    """An error as this wire states it."""
    if failure.reason == "decode":
        return {"code": UNREADABLE_ANSWER, "message": failure.message, "body": failure.body}
    status = failure.status
    code = failure.code or (_CODES.get(status) if status is not None else failure.type)
    if code is None:
        code = "api_error" if status is None or status >= 500 else "invalid_request"
    error: Json = {"code": code, "message": failure.message}
    details: list[Json] = []
    if failure.param is not None:
        details.append({"@type": f"{_DETAIL}BadRequest", "fieldViolations": [{"field": failure.param}]})
    if failure.retry_after is not None:
        details.append({"@type": f"{_DETAIL}RetryInfo", "retryDelay": f"{failure.retry_after:g}s"})
    return {**error, "details": details} if details else error


def _own_body(failure: Failure) -> Json | None:
    """The body as it came, where it is one of this wire and says the same."""
    body = failure.body
    if not isinstance(body, dict) or failure.reason is not None:
        return None
    read = failure_of(body)
    facts = (read.message, read.type, read.param, read.retry_after)
    same = facts == (failure.message, failure.type, failure.param, failure.retry_after)
    return body if same and failure.code in (read.code, None) else None


def error_event(failure: Failure) -> Json:
    """The event, or the interaction that failed, which states an error in a stream."""
    own = _own_body(failure)
    if own is not None and (own.get("event_type") == "error" or own.get("status") == "failed"):
        return own
    return {"event_type": "error", "error": _error_object(failure)}


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer for an error; one that nobody gave a status for is the server's own (502: the provider's answer
    could not be read or broke off)."""
    headers = {"content-type": "application/json; charset=UTF-8"}
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    own = _own_body(failure)
    body = own if own is not None and isinstance(own.get("error"), dict) else {"error": _error_object(failure)}
    status = failure.status if failure.status is not None and 400 <= failure.status < 600 else 502
    return HttpReply(status, headers, msgspec.json.encode(body))

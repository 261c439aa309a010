"""Errors both ways: `google.rpc.Status` in JSON (https://cloud.google.com/apis/design/errors).

The body is `{"error": {"code", "message", "status", "details": [...]}}`, by HTTP status and inside a stream alike; where
an answer is a JSON array it is the array's one element. Of the details `ErrorInfo.reason` is the stable code,
`RetryInfo.retryDelay` (`"17s"`) the time to wait, and `QuotaFailure` the allowance that is used up: one of a day is not
waited for, so its delay is not given, and its id is the code where there is no other. https://ai.google.dev/gemini-api/docs/troubleshooting
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import prose
from ..base import HttpReply

__all__ = ["CLIP", "blocked", "clip", "decode_error", "decode_failure", "encode_failure", "error_body", "malformed"]

Json = dict[str, Any]

CLIP = 200
"""How many characters of a body that is not JSON are kept."""

_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ABORTED": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "INTERNAL": 500,
    "UNKNOWN": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto"""

_WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    402: "RESOURCE_EXHAUSTED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    422: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
_DETAIL = "type.googleapis.com/google.rpc."
_DELAY = re.compile(r"(\d+(?:\.\d+)?)s")


def clip(data: bytes) -> str:
    """The first characters of bytes of any kind."""
    return data[: 4 * CLIP].decode("utf-8", "replace")[:CLIP]


def malformed(message: str, data: bytes) -> Failure:
    """The failure of an answer whose bytes are not this protocol."""
    return Failure(message, reason="decode", body=clip(data))


def blocked(wire: Json, reason: str) -> Failure:
    """The failure of an answer that holds a reason for blocking the prompt and no candidate."""
    feedback = wire.get("promptFeedback")
    said = feedback.get("blockReasonMessage") if type(feedback) is dict else None
    why = f"{reason}: {said}" if type(said) is str and said else reason
    return Failure(f"the prompt was blocked ({why})", type=reason, code="prompt_blocked", body=wire)


def decode_error(wire: Any, *, status: int | None = None) -> Failure:
    """The facts of an error body; `status` is the HTTP status, None inside an answer that began well."""
    if type(wire) is list and wire and type(wire[0]) is dict:
        wire = wire[0]
    error = wire.get("error") if type(wire) is dict else wire
    if type(error) is not dict:
        said = error if type(error) is str and error else None
        message = wire.get("message") if said is None and type(wire) is dict else said
        return Failure(message if type(message) is str else "the provider reported an error", status, body=wire)
    details = error.get("details")
    info, violations, delay, field = _read_details(details if type(details) is list else [])
    number = error.get("code")
    daily = next((quota for quota in violations if "PerDay" in quota), None)
    code = info or daily
    if code is None and status is None and type(number) is int:
        code = str(number)
    kind, message = error.get("status"), error.get("message")
    return Failure(
        message if type(message) is str and message else "the provider reported an error without a message",
        status,
        kind if type(kind) is str and kind else None,
        code,
        field,
        retry_after=None if daily is not None else delay,
        body=wire,
    )


def _read_details(details: list[Any]) -> tuple[str | None, list[str], float | None, str | None]:
    """The reason, the ids of the quotas that are used up, the seconds to wait, and the field that is wrong."""
    reason: str | None = None
    quotas: list[str] = []
    delay: float | None = None
    field: str | None = None
    for detail in details:
        kind = str(detail.get("@type")).rpartition(".")[2] if type(detail) is dict else ""
        if kind == "ErrorInfo" and type(found := detail.get("reason")) is str:
            reason = found
        elif kind == "RetryInfo" and (seconds := _DELAY.fullmatch(str(detail.get("retryDelay")))) is not None:
            delay = float(seconds[1])
        elif kind in ("QuotaFailure", "BadRequest"):
            violations = detail.get("violations" if kind == "QuotaFailure" else "fieldViolations")
            for violation in violations if type(violations) is list else ():
                if type(violation) is not dict:
                    continue
                if kind == "QuotaFailure":
                    quotas.append(str(violation.get("quotaId")))
                elif field is None and type(violation.get("field")) is str:
                    field = violation["field"]
    return reason, quotas, delay, field


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an error answer, from a body of any shape."""
    try:
        wire = read_json(body)
    except ValueError:
        text = clip(body).strip()
        said = prose(body, CLIP)
        message = f"HTTP {head.status}" + (f": {said}" if said else " without a body the protocol knows")
        return Failure(message, head.status, body=text or None)
    return decode_error(wire, status=head.status)


def error_body(failure: Failure) -> Json:
    """The error object that states a failure; one that came from this wire goes back as it came."""
    body = failure.body
    if type(body) is dict and type(error := body.get("error")) is dict and type(error.get("status")) is str:
        return body
    kind = failure.type
    code = failure.code
    digits = code is not None and code.isascii() and code.isdigit()
    number = failure.status or (int(code) if digits and code is not None else None) or _STATUS.get(kind or "", 500)
    if kind not in _STATUS:
        kind = _WORDS.get(number, "INTERNAL" if number >= 500 else "INVALID_ARGUMENT")
    error = {"code": number, "message": failure.message, "status": kind}
    details: list[Json] = []
    if code is not None and not digits:
        details.append({"@type": f"{_DETAIL}ErrorInfo", "reason": code})
    if failure.param is not None:
        details.append({"@type": f"{_DETAIL}BadRequest", "fieldViolations": [{"field": failure.param}]})
    if failure.retry_after is not None:
        details.append({"@type": f"{_DETAIL}RetryInfo", "retryDelay": f"{failure.retry_after:g}s"})
    if details:
        error["details"] = details
    return {"error": error}


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer that states an error; the status is the failure's own or that of its type."""
    if failure.code == "prompt_blocked" and type(failure.body) is dict and "promptFeedback" in failure.body:
        return HttpReply(200, {"content-type": "application/json; charset=UTF-8"}, msgspec.json.encode(failure.body))
    wire = error_body(failure)
    code = wire["error"].get("code")
    status = failure.status or (code if type(code) is int and 400 <= code < 600 else 500)
    headers = {"content-type": "application/json; charset=UTF-8"}
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    return HttpReply(status, headers, msgspec.json.encode(wire))

"""Errors both ways (https://platform.claude.com/docs/en/api/errors).

The body is `{"type": "error", "error": {"type", "message", "details"?}, "request_id"}`, by status and as an `error`
frame inside a stream alike. `details.error_code` is the stable code where there is one. Gateways before the API
answer in other shapes (Google's `{"error": {"code", "status"}}`, AWS's `{"message"}`, HTML), which are read too.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import prose
from ..base import HttpReply
from .encode_blocks import Json

__all__ = ["CLIP", "clip", "decode_error", "decode_failure", "encode_failure", "error_body", "malformed"]

CLIP = 200
"""How many characters of a body that is not JSON are kept."""

_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_TYPES = {status: kind for kind, status in _STATUS.items()} | {
    408: "timeout_error",
    412: "invalid_request_error",
    422: "invalid_request_error",
    503: "overloaded_error",
}


def clip(data: bytes) -> str:
    """The first characters of bytes of any kind."""
    return data[: 4 * CLIP].decode("utf-8", "replace")[:CLIP]


def malformed(message: str, data: bytes) -> Failure:
    """The failure of an answer whose bytes are not this protocol."""
    return Failure(message, reason="decode", body=clip(data))


def decode_error(wire: Any, *, status: int | None = None, request_id: str | None = None) -> Failure:
    """The facts of an error object, in the body of an error answer or in an `error` frame."""
    if type(wire) is list and wire and type(wire[0]) is dict:
        wire = wire[0]  # Google's streaming endpoints wrap errors in an array
    if type(wire) is not dict:
        return Failure(wire if type(wire) is str else "the provider reported an error", status, request_id=request_id, body=wire)
    error = wire.get("error")
    inner: Json = error if type(error) is dict else wire
    details = inner.get("details")
    code = details.get("error_code") if type(details) is dict else None
    message = _first(inner.get("message"), error, wire.get("message"), wire.get("Message"), wire.get("detail"))
    return Failure(
        message or "the provider reported an error without a message",
        status,
        _first(inner.get("type") if inner is error else None, inner.get("status")),
        _first(code, inner.get("code")),
        request_id=_first(wire.get("request_id"), request_id),
        body=wire,
    )


def _first(*values: Any) -> str | None:
    """The first that is text and not empty."""
    return next((value for value in values if type(value) is str and value), None)


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an error answer, from a body of any shape."""
    request_id = head.headers.get("request-id") or head.headers.get("x-amzn-requestid")
    try:
        wire = read_json(body)
    except ValueError:
        text = clip(body).strip()
        said = prose(body, CLIP)
        message = f"HTTP {head.status}" + (f": {said}" if said else " without a body the protocol knows")
        return Failure(message, head.status, request_id=request_id, body=text or None)
    failure = decode_error(wire, status=head.status, request_id=request_id)
    kind = head.headers.get("x-amzn-errortype")  # AWS names the kind of its own errors in a header
    return msgspec.structs.replace(failure, type=kind.partition(":")[0]) if kind and failure.type is None else failure


def error_body(failure: Failure) -> Json:
    """The error object that states a failure; one that came from this wire goes back as it came."""
    body = failure.body
    if type(body) is dict and body.get("type") == "error" and type(body.get("error")) is dict:
        return body
    kind = failure.type
    if kind not in _STATUS and (failure.status is not None or kind is None):
        kind = _TYPES.get(failure.status or 500, "api_error" if (failure.status or 500) >= 500 else "invalid_request_error")
    error: Json = {"type": kind, "message": failure.message}
    if failure.code is not None:
        error["details"] = {"error_code": failure.code}
    wire: Json = {"type": "error", "error": error}
    if failure.request_id is not None:
        wire["request_id"] = failure.request_id
    return wire


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer that states an error; the status is the failure's own or that of its type."""
    wire = error_body(failure)
    status = failure.status or _STATUS.get(wire["error"].get("type"), 500)
    headers = {"content-type": "application/json"}
    if failure.request_id is not None:
        headers["request-id"] = failure.request_id
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    return HttpReply(status, headers, msgspec.json.encode(wire))

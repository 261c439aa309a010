"""Errors both ways (https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html).

By status the body is `{"message"}` and the header `x-amzn-errortype` names the exception (up to its first colon); some
front ends name it in the body's `__type` instead (after its `#`). Inside a stream an exception is a message of its own,
named in lower camel case: `throttlingException`. `originalStatusCode` is what the model's own server answered.
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
from .wire import Json

__all__ = ["CLIP", "clip", "decode_exception", "decode_failure", "encode_exception", "encode_failure", "error_body", "malformed"]

CLIP = 200
"""How many characters of a body that is not JSON are kept."""

_STATUS = {
    "ValidationException": 400,
    "ServiceQuotaExceededException": 400,
    "AccessDeniedException": 403,
    "UnrecognizedClientException": 403,
    "ExpiredTokenException": 403,
    "InvalidSignatureException": 403,
    "ResourceNotFoundException": 404,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ModelStreamErrorException": 424,
    "ThrottlingException": 429,
    "ModelNotReadyException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}
_TYPES = {
    401: "UnrecognizedClientException",
    402: "ServiceQuotaExceededException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    503: "ServiceUnavailableException",
    504: "ModelTimeoutException",
    529: "ServiceUnavailableException",
}
_IN_STREAM = {
    424: "modelStreamErrorException",
    408: "serviceUnavailableException",
    429: "throttlingException",
    503: "serviceUnavailableException",
}
_EXCEPTION = re.compile(r"[A-Za-z]\w*(Exception|Error|Fault)")


def clip(data: bytes) -> str:
    """The first characters of bytes of any kind."""
    return data[: 4 * CLIP].decode("utf-8", "replace")[:CLIP]


def malformed(message: str, data: bytes) -> Failure:
    """The failure of an answer whose bytes are not this protocol."""
    return Failure(message, reason="decode", body=clip(data))


def _first(*values: Any) -> str | None:
    """The first that is text and not empty."""
    return next((value for value in values if type(value) is str and value), None)


def _decode_body(wire: Any, status: int | None, named: str | None, request_id: str | None) -> Failure:
    if type(wire) is not dict:
        return Failure(wire if type(wire) is str else "the service reported an error", status, named, body=wire)
    error = wire.get("error")
    inner: Json = error if type(error) is dict else {}
    kind = _first(wire.get("__type"), wire.get("code"), inner.get("type"))
    original = wire.get("originalStatusCode")
    message = _first(wire.get("message"), wire.get("Message"), wire.get("originalMessage"), inner.get("message"), error)
    return Failure(
        message or "the service reported an error without a message",
        status,
        named or (kind.rpartition("#")[2].partition(":")[0] if kind else None),
        str(original) if type(original) is int else None,
        request_id=request_id,
        body=wire,
    )


def decode_exception(name: str, data: bytes) -> Failure:
    """The facts of an exception inside a stream, or of an error object in a body of good status (then without a name)."""
    try:
        wire = read_json(data)
    except ValueError:
        return Failure(clip(data) or "the service reported an error", None, name or None, body=clip(data) or None)
    return _decode_body(wire, None, name or None, None)


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an error answer, from a body of any shape."""
    request_id = head.headers.get("x-amzn-requestid")
    named = head.headers.get("x-amzn-errortype", "").partition(":")[0] or None
    try:
        wire = read_json(body)
    except ValueError:
        text = clip(body).strip()
        said = prose(body, CLIP)
        message = f"HTTP {head.status}" + (f": {said}" if said else " without a body the protocol knows")
        return Failure(message, head.status, named, request_id=request_id, body=text or None)
    return _decode_body(wire, head.status, named, request_id)


def _is_own(failure: Failure) -> bool:
    """Whether a failure came from this wire: its error objects hold the message themselves."""
    return type(failure.body) is dict and _first(failure.body.get("message"), failure.body.get("Message")) == failure.message


def error_body(failure: Failure) -> Json:
    """The error object that states a failure; one that came from this wire goes back as it came."""
    if _is_own(failure):
        return dict(failure.body)
    wire: Json = {"message": failure.message}
    if failure.code is not None and failure.code.isascii() and failure.code.isdigit():
        wire["originalStatusCode"] = int(failure.code)
    return wire


def _type_of(failure: Failure) -> str | None:
    """The exception a failure is: its own word where it is one, else what its status stands for."""
    if failure.type is not None and _EXCEPTION.fullmatch(failure.type):
        return failure.type
    if failure.type is None and _is_own(failure):
        return None
    status = failure.status or 500
    return _TYPES.get(status, "InternalServerException" if status >= 500 else "ValidationException")


def encode_exception(failure: Failure) -> tuple[str, bytes]:
    """The name and payload of the message that states a failure inside a stream."""
    kind = _type_of(failure)
    if failure.type is not None and kind == failure.type:
        name = kind[0].lower() + kind[1:] if kind in _STATUS else kind
    else:
        status = failure.status or 500
        name = _IN_STREAM.get(status, "internalServerException" if status >= 500 else "validationException")
    return f"exception:{name}", msgspec.json.encode(error_body(failure))


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer that states an error; the status is the failure's own or that of its exception."""
    kind = _type_of(failure)
    named = kind[0].upper() + kind[1:] if kind is not None else None
    status = failure.status or _STATUS.get(named or "", 500)
    headers = {"content-type": "application/json"}
    if named is not None:
        headers["x-amzn-errortype"] = named
    if failure.request_id is not None:
        headers["x-amzn-requestid"] = failure.request_id
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    return HttpReply(status, headers, msgspec.json.encode(error_body(failure)))

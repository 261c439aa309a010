"""Errors of Bedrock's InvokeModel both ways (https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html).

By status the body is `{"message"}` and the header `x-amzn-errortype` names the exception (up to its first colon); some
front ends name it in the body's `__type` (after its `#`). Inside a stream an exception is a message of its own, named in
lower camel case (`throttlingException`). `originalStatusCode` is what the model's own server answered, and may be all
that says so. What Anthropic's server said itself, in its own shape, is read as that.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ..base import HttpReply
from .encode_blocks import Json
from .errors import clip, decode_error
from .errors import decode_failure as decode_plain_failure

__all__ = ["decode_exception", "decode_failure", "encode_exception", "encode_failure"]

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
    "ModelErrorException": "modelStreamErrorException",
    "ModelTimeoutException": "modelTimeoutException",
    "ServiceUnavailableException": "serviceUnavailableException",
    "ThrottlingException": "throttlingException",
    "ValidationException": "validationException",
}
"""The exceptions that a stream has a name for: ResponseStream in the service's model."""

_EXCEPTION = re.compile(r"[A-Za-z]\w*(Exception|Error|Fault)")


def _add_original(failure: Failure, wire: Any) -> Failure:
    """A failure with what Bedrock's error objects say beyond a message."""
    if type(wire) is not dict or type(wire.get("error")) is dict:
        return failure
    original, kind, said = wire.get("originalStatusCode"), wire.get("__type"), wire.get("originalMessage")
    changes: Json = {}
    if type(original) is int:
        changes["code"] = str(original)
    if failure.type is None and type(kind) is str:
        changes["type"] = kind.rpartition("#")[2].partition(":")[0] or None
    if type(said) is str and said and not any(wire.get(name) for name in ("message", "Message", "detail", "error")):
        changes["message"] = said
    return msgspec.structs.replace(failure, **changes) if changes else failure


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an error answer, from a body of any shape."""
    failure = decode_plain_failure(head, body)
    named = head.headers.get("x-amzn-errortype", "").partition(":")[0]
    if named and failure.type is None:
        failure = msgspec.structs.replace(failure, type=named)
    return _add_original(failure, failure.body)


def decode_exception(name: str, data: bytes) -> Failure:
    """The facts of an exception inside a stream."""
    try:
        wire = read_json(data)
    except ValueError:
        return Failure(clip(data) or "the service reported an error", type=name or None, body=clip(data) or None)
    failure = decode_error(wire)
    return _add_original(msgspec.structs.replace(failure, type=name or failure.type), wire)


def _is_own(failure: Failure) -> bool:
    """Whether a failure came from this wire: it goes back as it came."""
    body = failure.body
    if type(body) is not dict:
        return False
    inner = body.get("error")
    said = inner.get("message") if body.get("type") == "error" and type(inner) is dict else None
    return failure.message in (body.get("message"), body.get("Message"), body.get("originalMessage"), said)


def _error_body(failure: Failure) -> bytes:
    """The error object that states a failure."""
    wire: Json = {"message": failure.message}
    if _is_own(failure):
        wire = failure.body
    elif failure.code is not None and failure.code.isascii() and failure.code.isdigit():
        wire["originalStatusCode"] = int(failure.code)
    return msgspec.json.encode(wire)


def _type_of(failure: Failure) -> str:
    """The exception a failure is: its own word where it is one, else what its status stands for."""
    if failure.type is not None and _EXCEPTION.fullmatch(failure.type):
        return failure.type
    status = failure.status or 500
    return _TYPES.get(status, "InternalServerException" if status >= 500 else "ValidationException")


def encode_exception(failure: Failure) -> tuple[str, bytes]:
    """The name and the payload of the message that states a failure inside a stream."""
    kind = _type_of(failure)
    if kind != failure.type:
        kind = _IN_STREAM.get(kind, "internalServerException" if _STATUS[kind] >= 500 else "validationException")
    return f"exception:{kind}", _error_body(failure)


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer that states an error; the status is the failure's own or that of its exception."""
    kind = _type_of(failure)
    named = kind[0].upper() + kind[1:]
    headers = {"content-type": "application/json"}
    if failure.type is not None or not _is_own(failure):
        headers["x-amzn-errortype"] = named
    if failure.request_id is not None:
        headers["x-amzn-requestid"] = failure.request_id
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    return HttpReply(failure.status or _STATUS.get(named, 500), headers, _error_body(failure))

"""Errors both ways (https://docs.cohere.com/reference/errors).

By status the body is `{"message", "id"?, "error_type"?}`. Inside an answer of good status an error is the end: a reason
that says so (`ERROR`, `TIMEOUT`), and in a stream the text in `delta.error`. What stands in front of the API answers in
HTML or plain text, and compatible servers in `{"error": {"message"}}`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import plain, prose
from ..base import HttpReply
from .wire import FAILED

__all__ = ["decode_end", "decode_error", "decode_failure", "encode_end", "encode_failure", "unreadable"]

Json = dict[str, Any]


def decode_error(data: Any, status: int | None = None) -> Failure | None:
    """The error that an object states, None when it states none."""
    if not isinstance(data, dict):
        return None
    error = data.get("error")
    inner: Json = error if isinstance(error, dict) else data
    message = next((text for text in (inner.get("message"), error) if isinstance(text, str) and text.strip()), None)
    if message is None:
        return None
    kind = _word(inner.get("error_type")) or (_word(inner.get("type")) if inner is error else None)
    return Failure(
        plain(message), status, kind, _word(inner.get("code")), _word(inner.get("param")), _word(data.get("id")), body=data
    )


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an HTTP error answer, whatever its body is."""
    request_id = head.headers.get("x-debug-trace-id") or head.headers.get("x-request-id") or None
    try:
        failure = decode_error(read_json(body), head.status)
    except ValueError:
        failure = None
    if failure is not None:
        return msgspec.structs.replace(failure, request_id=failure.request_id or request_id)
    text = body[: 64 * 1024].decode("utf-8", "replace")
    message = prose(text) or f"HTTP {head.status} without a reason"
    return Failure(message, head.status, request_id=request_id, body=plain(text) or None)


def decode_end(end: Json, body: Json) -> Failure | None:
    """The error that an end states, in `delta` of the last frame or in a whole answer; None when it ends well."""
    reason, error = _word(end.get("finish_reason")), end.get("error")
    if error and not isinstance(error, str):
        error = msgspec.json.encode(error).decode()
    if not error and reason not in FAILED:
        return None
    status = end.get("status", FAILED.get(reason, 500) if reason else 500)
    return Failure(
        plain(error) if error else f"the model failed to answer: {reason}",
        status if type(status) is int else None,
        _word(end.get("error_type")),
        _word(end.get("code")),
        _word(end.get("param")),
        body=body,
    )


def encode_end(failure: Failure) -> Json:
    """The last frame of a stream that ends in an error; one that came from this wire goes back as it came."""
    body = failure.body
    if isinstance(body, dict) and isinstance(delta := body.get("delta"), dict) and decode_end(delta, body) == failure:
        return body
    facts = {"error_type": failure.type, "code": failure.code, "param": failure.param}
    named = {name: value for name, value in facts.items() if value is not None}
    delta = {"finish_reason": "ERROR", "error": failure.message, **named, "status": failure.status}
    return {"type": "message-end", "delta": delta}


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer for an error; one that nobody gave a status for is the server's own (502: the provider's answer
    could not be read or broke off)."""
    headers = {"content-type": "application/json"}
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    facts = {"id": failure.request_id, "error_type": failure.type, "code": failure.code, "param": failure.param}
    body = {"message": failure.message, **{name: value for name, value in facts.items() if value is not None}}
    status = failure.status if failure.status is not None and 400 <= failure.status < 600 else 502
    return HttpReply(status, headers, msgspec.json.encode(body))


def unreadable(data: bytes, why: str) -> Failure:
    """The facts of bytes that are not this protocol."""
    return Failure(why, reason="decode", body=plain(data[:800].decode("utf-8", "replace"), 200))


def _word(value: Any) -> str | None:
    """A code as a word; numbers are written out, objects are none."""
    return str(value) if type(value) in (str, int) and value != "" else None

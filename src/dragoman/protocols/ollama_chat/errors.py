"""Errors both ways (https://docs.ollama.com/api/errors).

The body is `{"error": "text"}`, by status and as a line of a stream alike; a server that is signed out adds `signin_url`,
and Ollama's compatible endpoints and other servers put an object with a `message` in its place. What stands in front of a
server answers in HTML or plain text. A line of a stream cannot say a status; the server's own default for errors of an
answer under way is 500 (https://github.com/ollama/ollama/blob/main/server/routes.go, `streamResponse`).
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import plain, prose
from ..base import HttpReply

__all__ = ["decode_error", "decode_failure", "encode_error", "encode_failure", "unreadable"]

Json = dict[str, Any]

_NAMED = ("type", "code", "param")


def decode_error(data: Any, *, status: int | None = None) -> Failure | None:
    """The error that an object states, None when it states none; `status` is what counts where it says none itself."""
    if not isinstance(data, dict) or not (error := data.get("error")):
        return None
    inner: Json = error if isinstance(error, dict) else data
    message = inner.get("message") if inner is error else error
    if not isinstance(message, str) or not message.strip():
        message = msgspec.json.encode(error).decode()
    kind, code, param = [_word(inner.get(name)) for name in _NAMED]
    for name in ("status_code", "status"):
        if name in inner and (inner[name] is None or (type(inner[name]) is int and 400 <= inner[name] < 600)):
            status = inner[name]
    return Failure(plain(message), status, kind, code, param, body=data)


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an HTTP error answer, whatever its body is."""
    request_id = head.headers.get("x-request-id") or head.headers.get("cf-ray") or None
    try:
        failure = decode_error(read_json(body))
    except ValueError:
        failure = None
    if failure is not None:
        return msgspec.structs.replace(failure, status=head.status, request_id=request_id)
    text = body[: 64 * 1024].decode("utf-8", "replace")
    message = prose(text) or f"HTTP {head.status} without a reason"
    return Failure(message, head.status, request_id=request_id, body=plain(text) or None)


def unreadable(data: bytes, why: str) -> Failure:
    """The facts of bytes that are not this protocol."""
    return Failure(why, reason="decode", body=plain(data[:800].decode("utf-8", "replace"), 200))


def encode_error(failure: Failure) -> Json:
    """The object that states an error; one that came from this wire goes back as it came.

    Clients of this wire read `error` alone; the status (null when nobody knows it) and whichever of type, code and param
    are known stand beside it.
    """
    body = failure.body
    if isinstance(body, dict) and decode_error(body, status=None if failure.status is None else 500) == failure:
        return body
    named = {name: value for name in _NAMED if (value := getattr(failure, name)) is not None}
    return {"error": failure.message, **named, "status": failure.status}


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer for an error; one that nobody gave a status for is the server's own (502: the provider's answer
    could not be read or broke off)."""
    headers = {"content-type": "application/json; charset=utf-8"}
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    if failure.request_id is not None:
        headers["x-request-id"] = failure.request_id
    said = {name: value for name in _NAMED if (value := getattr(failure, name)) is not None}
    status = failure.status if failure.status is not None and 400 <= failure.status < 600 else 502
    return HttpReply(status, headers, msgspec.json.encode({"error": failure.message, **said}))


def _word(value: Any) -> str | None:
    """A code as a word; numbers are written out, objects are none."""
    return str(value) if type(value) in (str, int) and value != "" else None

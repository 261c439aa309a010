"""Errors both ways: what a body of any shape says, and the body that says one.

| shape | when |
|---|---|
| `{"object": "error", "message", "type", "param", "code", "raw_status_code"}` | most; flat, without an `error` around it |
| `{"object": "error", "message": {"detail": [...]}}` | validation, wrapped |
| `{"detail": [{"loc", "msg", "type"}]}` | validation (422) |
| `{"detail": "text"}`, `{"message": "text", "request_id"}` | the gateway in front: keys (401), rates (429) |
| `{"error": {"message", "type", "code"}}`, `{"error": "text"}` | other servers of this wire |
| HTML, plain text, nothing | proxies and load balancers |

Codes: https://docs.mistral.ai/resources/error-glossary. Which class of error the facts make is decided elsewhere.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import plain, prose
from ..base import HttpReply
from ..error_facts import problem, status_of

__all__ = ["decode_error", "decode_failure", "encode_error", "encode_failure", "stated_failure", "unreadable"]

Json = dict[str, Any]

_KEEP = 64 * 1024
_STATUSES = ("raw_status_code", "status_code", "status", "code")
_REQUEST_ID = ("mistral-correlation-id", "x-request-id", "x-kong-request-id", "cf-ray")


def stated_failure(data: Json) -> Failure | None:
    """The error that a chunk or a whole answer of good status states, None when it states none."""
    if data.get("error") or data.get("object") == "error":
        return decode_error(data)
    if "choices" not in data and ("detail" in data or ("message" in data and ("code" in data or "request_id" in data))):
        return decode_error(data)
    return None


def decode_error(data: Any) -> Failure:
    """The facts of an error object of any shape."""
    outer: Json = data if isinstance(data, dict) else {}
    error = outer.get("error")
    facts: Json = error if isinstance(error, dict) else outer
    said = _first(error if isinstance(error, str) else None, facts.get("message"), facts.get("detail"), facts.get("msg"))
    message = _message(said)
    if not message:
        message = plain(msgspec.json.encode(data).decode()) if data else "the provider gave no reason"
    kind = facts.get("type")
    return Failure(
        message,
        status_of(*[facts.get(name) for name in _STATUSES]),
        kind if isinstance(kind, str) and kind else None,
        _word(facts.get("code")),
        _word(facts.get("param")),
        _word(facts.get("request_id")),
        body=data,
    )


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an HTTP error answer, whatever its body is."""
    request_id = next((head.headers[name] for name in _REQUEST_ID if head.headers.get(name)), None)
    try:
        value = read_json(body)
    except ValueError:
        value = None  # no JSON: it is read as text below
    if isinstance(value, dict) and value:
        failure = decode_error(value)
        kept = value if len(body) <= _KEEP else plain(body[:_KEEP].decode("utf-8", "replace"), 2000)
        return msgspec.structs.replace(failure, status=head.status, request_id=request_id or failure.request_id, body=kept)
    text = value if isinstance(value, str) else body[:_KEEP].decode("utf-8", "replace")
    message = prose(text) or f"HTTP {head.status} without a reason"
    return Failure(message, head.status, request_id=request_id, body=plain(text) or None)


def unreadable(data: bytes, why: str) -> Failure:
    """The facts of bytes that are not this protocol."""
    return Failure(why, reason="decode", body=plain(data[:800].decode("utf-8", "replace"), 200))


def encode_error(failure: Failure) -> Json:
    """The object that states an error; one that came from this wire goes back as it came."""
    body = failure.body
    if isinstance(body, dict) and stated_failure(body) == failure:
        return body
    error = _error(failure)
    if failure.status is not None:
        error["raw_status_code"] = failure.status
    return error


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer for an error; one that nobody gave a status for is the server's own (502: the provider's answer
    could not be read or broke off)."""
    headers = {"content-type": "application/json"}
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    if failure.request_id is not None:
        headers["mistral-correlation-id"] = failure.request_id
    status = failure.status if failure.status is not None and 400 <= failure.status < 600 else 502
    return HttpReply(status, headers, msgspec.json.encode(_error(failure)))


def _error(failure: Failure) -> Json:
    said = {"message": failure.message, "type": failure.type, "param": failure.param, "code": failure.code}
    return {"object": "error", **said}


def _message(said: Any) -> str:
    """The sentence for people, from text, from an object around one, or from a list of validation errors."""
    if isinstance(said, dict):
        return _message(_first(said.get("message"), said.get("detail"), said.get("msg")))
    if isinstance(said, list):
        return plain("; ".join([problem(item) for item in said]))
    return plain(said) if isinstance(said, str) else ""


def _first(*values: Any) -> Any:
    return next((value for value in values if value), None)


def _word(value: Any) -> str | None:
    """A code as a word; numbers are written out, objects are none."""
    return str(value) if type(value) in (str, int) and value != "" else None

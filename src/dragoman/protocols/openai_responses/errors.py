"""Errors: what a body of any shape says, and the body that says one.

| shape | where |
|---|---|
| `{"error": {"message", "type", "param", "code"}}` | OpenAI by status, and most |
| `{"type": "error", "error": {...}}`, `{"type": "error", "code", "message", "param"}` | a frame of a stream |
| `{"response": {"status": "failed", "error": {"code", "message"}}}` | the lifecycle event of a failed answer, or such a body |
| `{"code": "text", "error": "text"}` | xAI |
| `{"error": {"code": int, "message", "metadata": {"error_type", "raw"}}}` | OpenRouter |
| `{"detail": "text"}`, `{"detail": [{"loc", "msg"}]}` | ChatGPT's backend; FastAPI |
| HTML, plain text, nothing | proxies and load balancers |

Which class of error the facts make is decided elsewhere; here they are only read.
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
from .json_text import Json

__all__ = ["UNREADABLE_ANSWER", "decode_failure", "encode_failure", "error_object", "failure_of", "unreadable"]

UNREADABLE_ANSWER = "unreadable_answer"
"""The error type a server of ours gives when its provider's answer was not this protocol: read back, it is that failure."""

_KEEP = 64 * 1024
_STATUSES = ("status_code", "status")
_REQUEST_ID = ("x-request-id", "request-id", "x-generation-id", "apim-request-id", "x-ds-trace-id", "cf-ray")


def failure_of(value: Any) -> Failure:
    """The facts of an error object of any shape."""
    outer: Json = value if isinstance(value, dict) else {}
    error = outer.get("error") or value
    facts: Json = error if isinstance(error, dict) else outer
    if facts.get("type") == UNREADABLE_ANSWER:
        return Failure(str(facts.get("message")), reason="decode", body=facts.get("body"))
    metadata = facts.get("metadata")
    kind = facts.get("type") or (metadata.get("error_type") if isinstance(metadata, dict) else None)
    if kind == "error" and facts is outer:
        kind = None  # the type of the frame, not of the error
    code = facts.get("code")
    if code is None and facts is not outer:
        code = outer.get("code")
    return Failure(
        _message(error, outer, metadata),
        status_of(*[source.get(name) for name in _STATUSES for source in (facts, outer)], code),
        kind if isinstance(kind, str) and kind else None,
        _word(code),
        _word(facts.get("param")),
        _word(outer.get("request_id") or facts.get("request_id")),
        _seconds(facts.get("retry_after")),
        body=value,
    )


def unreadable(data: bytes, why: str) -> Failure:
    """The facts of bytes that are not this protocol."""
    return Failure(why, reason="decode", body=plain(data[:2000].decode("utf-8", "replace"), 200))


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an HTTP error answer, whatever its body is."""
    request_id = next((head.headers[name] for name in _REQUEST_ID if head.headers.get(name)), None)
    try:
        value = read_json(body)
    except ValueError:
        value = None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict) and value:
        failure = failure_of(value)
        kept = failure.body if len(body) <= _KEEP else plain(body[:_KEEP].decode("utf-8", "replace"), 2000)
        return msgspec.structs.replace(
            failure, status=head.status, request_id=request_id or failure.request_id, body=kept, reason=None
        )
    text = value if isinstance(value, str) else body[:_KEEP].decode("utf-8", "replace")
    message = prose(text)
    return Failure(
        message or f"HTTP {head.status} without a reason", head.status, request_id=request_id, body=plain(text) or None
    )


def error_object(failure: Failure) -> Json:
    """An error as this wire states it."""
    if failure.reason == "decode":
        return {"type": UNREADABLE_ANSWER, "code": None, "message": failure.message, "param": None, "body": failure.body}
    error: Json = {"type": failure.type, "code": failure.code, "message": failure.message, "param": failure.param}
    if failure.status is not None:
        error["status"] = failure.status
    if failure.retry_after is not None:
        error["retry_after"] = failure.retry_after
    return error


def encode_failure(failure: Failure) -> HttpReply:
    """The HTTP answer for an error; one that nobody gave a status for is the server's own (502: the provider's answer
    could not be read or broke off)."""
    headers = {"content-type": "application/json"}
    if failure.retry_after is not None:
        headers["retry-after"] = f"{failure.retry_after:g}"
    if failure.request_id is not None:
        headers["x-request-id"] = failure.request_id
    error = {"message": failure.message, "type": failure.type, "param": failure.param, "code": failure.code}
    status = failure.status if failure.status is not None and 400 <= failure.status < 600 else 502
    return HttpReply(status, headers, msgspec.json.encode({"error": error}))


def _message(error: Any, outer: Json, metadata: Any) -> str:
    """The sentence for people: the first of the places where vendors put one."""
    found = ""
    for source in (error, outer):
        if isinstance(source, str):
            found = source
        elif isinstance(source, dict):
            for name in ("message", "detail", "title"):
                value = source.get(name)
                if isinstance(value, str) and value:
                    found = value
                elif isinstance(value, list) and value:
                    found = "; ".join([problem(item) for item in value])
                if found:
                    break
        if found:
            break
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if isinstance(raw, str) and raw and raw not in found:
        found = f"{found}: {raw}" if found else raw
    if not found and error:
        found = msgspec.json.encode(error).decode()
    return plain(found) or "the provider gave no reason"


def _seconds(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and value >= 0 else None


def _word(value: Any) -> str | None:
    """A code as a word; numbers are written out, objects are none."""
    return str(value) if isinstance(value, str | int) and value != "" and not isinstance(value, bool) else None

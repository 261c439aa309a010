"""Errors: what a body of any shape says, and the body that says one.

| shape | who |
|---|---|
| `{"error": {"message", "type", "param", "code"}}` | OpenAI and most; `code` may be the HTTP status as a number |
| `{"error": {"code": int, "message", "metadata": {"error_type", "raw"}}}` | OpenRouter |
| `{"error": "text", "code": "text"}` | xAI; without `code` Hugging Face, LM Studio, Ollama, Venice |
| `{"object": "error", "message", "type", "param", "code": int}` | SGLang, older vLLM |
| `{"code", "message", "request_id"}` | DashScope; with `type` Doubleword |
| `{"base_resp": {"status_code": int, "status_msg"}}` | MiniMax, in answers with status 200 |
| `{"x_groq": {"error": "text"}}` | Groq, inside a stream |
| `{"detail": "text"}`, `{"detail": [{"loc", "msg"}]}`, `{"title", "status", "detail"}` | FastAPI; NVIDIA's gateway |
| `[{"error": {...}}]` | Gemini's compatible endpoint |
| HTML, plain text, nothing | proxies and load balancers |

Which class of error the facts make is decided elsewhere; here they are only read.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ...types.response import Failure
from ...wire.http import HttpHead
from ...wire.json import read_json
from ...wire.plain import plain, prose
from ..base import HttpReply
from ..error_facts import problem, status_of

__all__ = ["decode_failure", "encode_error", "encode_failure", "failure_of", "stated_failure", "unreadable"]

_KEEP = 64 * 1024
_STATUSES = ("status_code", "status")

# In order of preference; `cf-ray` names a request to Cloudflare's edge, where no other name is given.
_REQUEST_ID = (
    "x-request-id",
    "request-id",
    "x-generation-id",  # OpenRouter
    "apim-request-id",  # Azure
    "nvcf-reqid",  # NVIDIA
    "x-ds-trace-id",  # DeepSeek
    "msh-request-id",  # Moonshot
    "cf-ray",
)

_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


def stated_failure(data: dict[str, Any]) -> Failure | None:
    """The error that a chunk or a whole answer of good status states, None when it states none."""
    if data.get("error"):
        return failure_of(data)
    groq = data.get("x_groq")
    if isinstance(groq, dict) and groq.get("error"):
        return failure_of({"error": groq["error"]}, body=data)
    base = data.get("base_resp")
    if isinstance(base, dict) and base.get("status_code"):
        return failure_of({"error": {"message": base.get("status_msg"), "code": str(base["status_code"])}}, body=data)
    if "choices" not in data and (data.get("object") == "error" or "detail" in data or ("code" in data and "message" in data)):
        return failure_of(data)
    return None


def failure_of(value: Any, *, body: Any = None) -> Failure:
    """The facts of an error object of any shape; `body` is the vendor's object where `value` is only part of it."""
    body = value if body is None else body
    if isinstance(value, list) and value:
        value = value[0]
    outer = value if isinstance(value, dict) else {}
    error = outer.get("error") or outer.get("errors") or value
    if isinstance(error, list) and error:
        error = error[0]
    facts = error if isinstance(error, dict) else outer
    metadata = _dict(facts.get("metadata"))
    code = facts.get("code")
    if code is None:
        code = outer.get("code")
    kind = facts.get("type") or metadata.get("error_type")
    if kind is None and isinstance(facts.get("status"), str):
        kind = facts["status"]  # Gemini's word: RESOURCE_EXHAUSTED, INVALID_ARGUMENT, ...
    if kind is None and facts is not outer:
        kind = outer.get("type")
    return Failure(
        _message(error, outer, metadata),
        status_of(*[source.get(name) for name in _STATUSES for source in (facts, outer)], code),
        kind if isinstance(kind, str) and kind else None,
        _word(code),
        _word(facts.get("param")),
        _word(outer.get("request_id") or facts.get("request_id")),
        _retry_after(facts, metadata),
        body=body,
    )


def unreadable(data: bytes, why: str) -> Failure:
    """The facts of bytes that are not this protocol."""
    return Failure(why, reason="decode", body=plain(data[:800].decode("utf-8", "replace"), 200))


def decode_failure(head: HttpHead, body: bytes) -> Failure:
    """The facts of an HTTP error answer, whatever its body is."""
    request_id = next((head.headers[name] for name in _REQUEST_ID if head.headers.get(name)), None)
    value: Any = None
    try:
        value = read_json(body)
    except ValueError:
        value = None
    if isinstance(value, dict | list) and value:
        failure = failure_of(value, body=value if len(body) <= _KEEP else plain(body[:_KEEP].decode("utf-8", "replace"), 2000))
        return msgspec.structs.replace(failure, status=head.status, request_id=request_id or failure.request_id)
    text = value if isinstance(value, str) else body[:_KEEP].decode("utf-8", "replace")
    message = prose(text)
    return Failure(
        message or f"HTTP {head.status} without a reason",
        head.status,
        request_id=request_id,
        body=plain(text) or None,
    )


def encode_error(failure: Failure) -> dict[str, Any]:
    """An error object as OpenAI gives it. An object that already says these facts on this wire is kept."""
    body = failure.body
    if isinstance(body, dict) and stated_failure(body) == failure:
        return body
    error: dict[str, Any] = {
        "message": failure.message,
        "type": failure.type,
        "param": failure.param,
        "code": failure.code,
    }
    if failure.status is not None:
        error["status_code"] = failure.status
    if failure.retry_after is not None:
        error["retry_after"] = failure.retry_after
    return {"error": error}


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


def _message(error: Any, outer: dict[str, Any], metadata: dict[str, Any]) -> str:
    """The sentence for people: the first of the places where vendors put one."""
    found = ""
    for source in (error, outer):
        if isinstance(source, str):
            found = source
        elif isinstance(source, dict):
            for name in ("message", "msg", "detail", "error", "title", "reason"):
                if isinstance(value := source.get(name), str) and value:
                    found = value
                    break
                if name == "detail" and isinstance(value, list):
                    found = "; ".join([problem(item) for item in value])
                    break
        if found:
            break
    raw = metadata.get("raw")  # OpenRouter: "Provider returned error", and here what the provider returned
    if isinstance(raw, str) and raw and raw not in found:
        found = f"{found}: {raw}" if found else raw
    if not found:
        found = msgspec.json.encode(error).decode() if error else ""
    return plain(found) or "the provider gave no reason"


def _retry_after(facts: dict[str, Any], metadata: dict[str, Any]) -> float | None:
    """Seconds to wait, where the body says them: a plain field, or Google's `RetryInfo`."""
    for source in (facts, metadata):
        for name in ("retry_after", "retry_after_seconds", "estimated_time"):  # the last is Hugging Face's, of a model that loads
            value = source.get(name)
            if isinstance(value, int | float) and value >= 0:
                return float(value)
    details = facts.get("details")
    for item in details if isinstance(details, list) else ():
        delay = item.get("retryDelay") if isinstance(item, dict) else None
        if isinstance(delay, str) and (found := _SECONDS.fullmatch(delay)):
            return float(found[1])
    return None


def _word(value: Any) -> str | None:
    """A code as a word; numbers are written out, objects are none."""
    return str(value) if isinstance(value, str | int) and value != "" and not isinstance(value, bool) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

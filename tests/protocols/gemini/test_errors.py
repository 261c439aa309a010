"""Errors both ways: the status object, its details, and bodies of any other shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.classify import classify
from dragoman.errors import AuthenticationFailed, ContextTooLong, DragomanError, Overloaded, QuotaExhausted, RateLimited
from dragoman.protocols.gemini.errors import blocked, decode_error, decode_failure, encode_failure, malformed
from dragoman.types import Failure
from dragoman.wire.http import HttpHead

GOOGLE = "type.googleapis.com/google.rpc."


def quota(name: str) -> dict[str, Any]:
    return {"@type": f"{GOOGLE}QuotaFailure", "violations": [{"quotaId": name}]}


def body(code: int, status: str, message: str, *details: dict[str, Any]) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "status": status, "details": list(details)}}).encode()


DELAY = {"@type": f"{GOOGLE}RetryInfo", "retryDelay": "48.5s"}


@pytest.mark.parametrize(
    ("code", "data", "kind", "after"),
    [
        (429, body(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", quota("PerMinute"), DELAY), RateLimited, 48.5),
        (
            429,
            body(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", quota("xPerDay-y"), DELAY),
            QuotaExhausted,
            None,
        ),
        (429, body(429, "RESOURCE_EXHAUSTED", "Resource exhausted"), RateLimited, None),
        (503, body(503, "UNAVAILABLE", "The model is overloaded"), Overloaded, None),
        (
            400,
            body(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)"),
            ContextTooLong,
            None,
        ),
        (
            400,
            body(400, "INVALID_ARGUMENT", "m", {"@type": f"{GOOGLE}ErrorInfo", "reason": "API_KEY_INVALID"}),
            AuthenticationFailed,
            None,
        ),
    ],
)
def test_every_error_has_its_class(code: int, data: bytes, kind: type[DragomanError], after: float | None) -> None:
    """The vendor's words and details make the class; a quota of a day is not waited for."""
    failure = decode_failure(HttpHead(code), data)
    streamed = decode_error(json.loads(data))

    assert (type(classify(failure)), failure.retry_after, failure.status) == (kind, after, code)
    assert (type(classify(streamed)), streamed.status) == (kind, None)


def test_details_are_read() -> None:
    """The reason is the code, the first field that is wrong the parameter; odd details are read over."""
    fields = {"@type": f"{GOOGLE}BadRequest", "fieldViolations": [{"x": 1}, {"field": "contents[0]"}, {"field": "b"}]}
    reason = {"@type": f"{GOOGLE}ErrorInfo", "reason": "WHY"}
    failure = decode_failure(
        HttpHead(400),
        body(400, "INVALID_ARGUMENT", "m", 3, {}, {"@type": f"{GOOGLE}QuotaFailure", "violations": [1]}, fields, reason),
    )  # type: ignore[arg-type]

    assert (failure.code, failure.param, failure.type) == ("WHY", "contents[0]", "INVALID_ARGUMENT")


def test_an_error_in_an_array() -> None:
    """Where answers are arrays, so are errors."""
    failure = decode_failure(HttpHead(429), b"[" + body(429, "RESOURCE_EXHAUSTED", "m") + b"]")

    assert (failure.message, failure.type) == ("m", "RESOURCE_EXHAUSTED")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "HTTP 502 without a body the protocol knows"),
        (b"<html><title>Bad\n Gateway</title>", "HTTP 502: Bad Gateway"),
        (b"<html>", "HTTP 502 without a body the protocol knows"),
        (b"busy", "HTTP 502: busy"),
        (b'"busy"', "busy"),
        (b'{"error":"busy"}', "busy"),
        (b'{"message":"busy"}', "busy"),
        (b"[]", "the provider reported an error"),
        (b'{"error":{}}', "the provider reported an error without a message"),
    ],
)
def test_bodies_of_other_shapes(data: bytes, message: str) -> None:
    """Whatever the body is, there is a message."""
    failure = decode_failure(HttpHead(502), data)

    assert (failure.message, failure.status) == (message, 502)


@pytest.mark.parametrize(
    "failure",
    [
        Failure("m", 429, "RESOURCE_EXHAUSTED", retry_after=1.5),
        Failure("m", 400, "INVALID_ARGUMENT", "WHY", "a.b"),
        Failure("m", 503, "UNAVAILABLE"),
    ],
)
def test_errors_are_said_and_read_again(failure: Failure) -> None:
    """Status, words, parameter and time come back."""
    reply = encode_failure(failure)
    again = decode_failure(HttpHead(reply.status), reply.body)

    names = ("message", "status", "type", "code", "param", "retry_after")
    assert [getattr(again, name) for name in names] == [getattr(failure, name) for name in names]


@pytest.mark.parametrize(
    ("failure", "status", "word"),
    [
        (Failure("m", 529, "overloaded_error"), 529, "UNAVAILABLE"),
        (Failure("m", type="rate_limit_error", code="429"), 429, "RESOURCE_EXHAUSTED"),
        (Failure("m", type="UNAVAILABLE"), 503, "UNAVAILABLE"),
        (Failure("m", 418), 418, "INVALID_ARGUMENT"),
        (Failure("m"), 500, "INTERNAL"),
    ],
)
def test_errors_of_other_wires(failure: Failure, status: int, word: str) -> None:
    """Another vendor's word becomes Google's for the status."""
    reply = encode_failure(failure)

    assert (reply.status, json.loads(reply.body)["error"]["status"]) == (status, word)


def test_an_error_goes_back_as_it_came() -> None:
    """Details we have no word for are said again."""
    data = body(400, "INVALID_ARGUMENT", "m", {"@type": "odd"})

    assert json.loads(encode_failure(decode_failure(HttpHead(400), data)).body) == json.loads(data)


def test_other_failures() -> None:
    """A blocked prompt says why; malformed bytes are kept, clipped."""
    assert "SAFETY: because" in blocked({"promptFeedback": {"blockReasonMessage": "because"}}, "SAFETY").message
    assert malformed("m", b"\xff" * 999).body == "\ufffd" * 200

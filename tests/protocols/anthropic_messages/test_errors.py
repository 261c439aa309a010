"""Error bodies of any shape, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.classify import classify
from dragoman.errors import (
    AuthenticationFailed,
    BadRequest,
    ContextTooLong,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from dragoman.protocols.anthropic_messages.errors import (
    CLIP,
    clip,
    decode_error,
    decode_failure,
    encode_failure,
    error_body,
    malformed,
)
from dragoman.types import Failure
from dragoman.wire.http import HttpHead


def body(kind: str, message: str = "m", **more: Any) -> bytes:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message, **more}, "request_id": "req_1"}).encode()


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "invalid_request_error", BadRequest),
        (401, "authentication_error", AuthenticationFailed),
        (402, "billing_error", QuotaExhausted),
        (403, "permission_error", PermissionDenied),
        (404, "not_found_error", NotFound),
        (413, "request_too_large", BadRequest),
        (429, "rate_limit_error", RateLimited),
        (500, "api_error", ServerError),
        (504, "timeout_error", ServerError),
        (529, "overloaded_error", Overloaded),
    ],
)
def test_the_table_of_errors(status: int, kind: str, error: type[Exception]) -> None:
    """Each documented error has its class by status, the same class inside a stream, and its status as a server says it."""
    failure = decode_failure(HttpHead(status), body(kind))
    in_stream = decode_error(json.loads(body(kind)))

    assert (status, kind, "m", "req_1") == (failure.status, failure.type, failure.message, failure.request_id)
    assert error is type(classify(failure, provider="anthropic", model="m"))
    assert None is in_stream.status
    assert error is type(classify(in_stream, provider="anthropic", model="m"))
    reply = encode_failure(in_stream)
    assert (status, body(kind), "req_1") == (reply.status, _spaced(reply.body), reply.headers["request-id"])


def _spaced(data: bytes) -> bytes:
    return json.dumps(json.loads(data)).encode()


def test_the_stable_code_is_kept() -> None:
    """`details.error_code` is what callers branch on."""
    failure = decode_failure(HttpHead(429), body("rate_limit_error", details={"error_code": "contract_spend_limit_reached"}))

    assert "contract_spend_limit_reached" == failure.code
    assert QuotaExhausted is type(classify(failure, provider="anthropic", model="m"))


def test_a_prompt_that_is_too_long() -> None:
    """The vendor's words for a full context window have their own class."""
    failure = decode_failure(HttpHead(400), body("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"))

    assert ContextTooLong is type(classify(failure, provider="anthropic", model="m"))


@pytest.mark.parametrize(
    ("data", "message", "kind", "code"),
    [
        (b"", "HTTP 502 without a body the protocol knows", None, None),
        (b"upstream gone", "HTTP 502: upstream gone", None, None),
        (b"<html><head><title>502 Bad\n Gateway</title></head>" + b"x" * 9000, "HTTP 502: 502 Bad Gateway", None, None),
        (b"<p>oops</p>", "HTTP 502: oops", None, None),
        (b"<p></p>", "HTTP 502 without a body the protocol knows", None, None),
        (b'{"error": "no"}', "no", None, None),
        (b'{"message": "slow down"}', "slow down", None, None),
        (b'{"detail": "x"}', "x", None, None),
        (b'{"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}', "m", "UNAVAILABLE", None),
        (b'[{"error": {"code": "c", "message": "m"}}]', "m", None, "c"),
        (b'{"error": {}}', "the provider reported an error without a message", None, None),
        (b"7", "the provider reported an error", None, None),
        (b'"no"', "no", None, None),
        (b"\xff\xfe", "HTTP 502: \ufffd\ufffd", None, None),
    ],
)
def test_gateways_answer_in_other_shapes(data: bytes, message: str, kind: str | None, code: str | None) -> None:
    """Whatever the body is, the message says what it says, and the status stands."""
    failure = decode_failure(HttpHead(502, {"request-id": "req_2"}), data)

    assert (502, message, kind, code, "req_2") == (
        failure.status,
        failure.message,
        failure.type,
        failure.code,
        failure.request_id,
    )


def test_the_body_is_bounded() -> None:
    """A page of text instead of JSON is kept to its first characters."""
    assert CLIP == len(decode_failure(HttpHead(500), b"x" * 100_000).body)
    assert "é" * CLIP == clip("é".encode() * 9000)
    assert ("decode", "x" * CLIP) == (malformed("m", b"x" * 9000).reason, malformed("m", b"x" * 9000).body)


def test_aws_names_its_errors_in_a_header() -> None:
    """A body without a type takes it from the header of the AWS gateway."""
    head = HttpHead(400, {"x-amzn-errortype": "ValidationException:http://x", "x-amzn-requestid": "r"})

    failure = decode_failure(head, b'{"message":"m"}')

    assert ("ValidationException", "r") == (failure.type, failure.request_id)


@pytest.mark.parametrize(
    ("failure", "status", "kind"),
    [
        (Failure("m", 429, "rate_limit_exceeded"), 429, "rate_limit_error"),
        (Failure("m", 418), 418, "invalid_request_error"),
        (Failure("m", 502), 502, "api_error"),
        (Failure("m", type="overloaded_error"), 529, "overloaded_error"),
        (Failure("m"), 500, "api_error"),
        (Failure("m", type="tired"), 500, "tired"),
    ],
)
def test_other_wires_errors_are_said_in_our_words(failure: Failure, status: int, kind: str) -> None:
    """The status decides the type a client of this wire sees."""
    reply = encode_failure(failure)

    assert (status, kind) == (reply.status, json.loads(reply.body)["error"]["type"])


def test_facts_travel_in_headers_too() -> None:
    """A server says the request's id and when to come back."""
    reply = encode_failure(Failure("m", 429, code="c", request_id="r", retry_after=2.5))

    assert {"content-type": "application/json", "request-id": "r", "retry-after": "2.5"} == reply.headers
    assert {"type": "rate_limit_error", "message": "m", "details": {"error_code": "c"}} == error_body(
        Failure("m", 429, code="c")
    )["error"]

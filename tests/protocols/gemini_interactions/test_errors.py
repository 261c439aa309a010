"""Errors: bodies of every shape, and how one is said."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman.engine.classify import classify
from dragoman.errors import (
    AuthenticationFailed,
    BadRequest,
    ContentFiltered,
    NotFound,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    ServerError,
)
from dragoman.protocols.gemini_interactions.errors import (
    decode_failure,
    encode_failure,
    error_event,
    failure_of,
    unreadable,
)
from dragoman.types import Failure
from dragoman.wire.http import HttpHead


def read(status: int, body: Any) -> Failure:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode_failure(HttpHead(status, {}), data)


def test_the_documented_form() -> None:
    """A code in words and a message."""
    body = {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}

    assert read(429, body) == Failure("slow down", 429, code="rate_limit_exceeded", body=body)


def test_googles_form() -> None:
    """A status in words with details: reason, time to wait, the field that is wrong; a day's quota is not waited for."""
    details = [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"},
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "input"}]},
        7,
    ]
    error: dict[str, Any] = {"code": 400, "status": "INVALID_ARGUMENT", "message": "no", "details": details}
    failure = read(400, [{"error": error}])

    assert (failure.type, failure.code, failure.param, failure.retry_after) == (
        "INVALID_ARGUMENT",
        "API_KEY_INVALID",
        "input",
        1.5,
    )
    assert read(400, {"error": {**error, "details": []}}).code is None
    daily = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": "RequestsPerDay"}]}
    assert read(429, {"error": {**error, "details": [*details, daily]}}).retry_after is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html><title>502 Bad &\nGateway</title></html>", "502 Bad & Gateway"),
        (b"<p>Sorry</p><script>x</script>", "Sorry"),
        (b"", "HTTP 502 without a reason"),
        (b"plain\x00 text", "plain text"),
        (b'"quoted"', "quoted"),
        (b"{}", "{}"),
        (b'{"error":{}}', "the provider gave no reason"),
        (b'{"error":"words"}', "words"),
        (b'{"message":"outside"}', "outside"),
        (b'{"error":{"odd":1}}', '{"odd":1}'),
    ],
)
def test_bodies_of_any_shape(body: bytes, message: str) -> None:
    """Whatever stands in front of the vendor answers, there is a sentence."""
    assert message == read(502, body).message


def test_large_bodies_are_clipped() -> None:
    """An error does not hold on to megabytes."""
    body = json.dumps({"error": {"message": "m", "code": "c", "pad": "x" * 100_000}}).encode()
    failure = read(500, body)

    assert failure.message == "m"
    assert len(failure.body) == 2000


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("authentication", AuthenticationFailed),
        ("invalid_request", BadRequest),
        ("parameter_unknown", BadRequest),
        ("model_not_found", NotFound),
        ("rate_limit_exceeded", RateLimited),
        ("too_many_requests", RateLimited),
        ("quota_exceeded", QuotaExhausted),
        ("payment_required", QuotaExhausted),
        ("api_error", ServerError),
        ("gateway_timeout", ServerError),
        ("deadline_exceeded", ServerError),
        ("service_unavailable", Overloaded),
        ("safety", ContentFiltered),
        ("prohibited_content", ContentFiltered),
        ("content_blocked", ContentFiltered),
    ],
)
def test_codes_have_their_class_inside_an_answer(code: str, kind: type[Exception]) -> None:
    """An error event of a stream makes the error that its HTTP status would."""
    assert type(classify(failure_of({"event_type": "error", "error": {"code": code, "message": "m"}}))) is kind


def test_the_error_of_a_step_is_one_of_rpc() -> None:
    """Its code is a number of `google.rpc`, which has a word."""
    failure = failure_of({"status": "failed", "errors": [{"code": 8, "message": "m"}]})

    assert (failure.type, failure.code, failure.message) == ("RESOURCE_EXHAUSTED", "8", "m")


def test_an_interaction_that_failed_without_a_word() -> None:
    """There is a sentence for that, too."""
    assert failure_of({"status": "failed"}).message == "the interaction failed"


@pytest.mark.parametrize(
    "failure",
    [
        Failure("m", 429, code="rate_limit_exceeded"),
        Failure("m", 503, code="service_unavailable", retry_after=2.0),
        Failure("m", 400, code="invalid_request", param="input"),
    ],
)
def test_what_is_said_is_read_again(failure: Failure) -> None:
    """By status, the facts come back."""
    reply = encode_failure(failure)
    again = decode_failure(HttpHead(reply.status, reply.headers), reply.body)

    assert msgspec.structs.replace(again, body=None) == failure


def test_a_body_of_this_wire_goes_back_as_it_came() -> None:
    """Google's own form keeps its details."""
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "m", "details": [{"@type": "x"}]}}

    assert json.loads(encode_failure(read(429, body)).body) == body


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Failure("m"), 502, "api_error"),
        (Failure("m", type="overloaded_error"), 502, "overloaded_error"),
        (Failure("m", 529), 529, "service_unavailable"),
        (Failure("m", 418), 418, "invalid_request"),
        (Failure("m", 500, type="x"), 500, "api_error"),
    ],
)
def test_codes_of_errors_from_elsewhere(failure: Failure, status: int, code: str) -> None:
    """Each error has a code: its own, that of its status, or its type."""
    reply = encode_failure(failure)

    assert (status, code) == (reply.status, json.loads(reply.body)["error"]["code"])


def test_an_unreadable_answer_is_told_as_such() -> None:
    """A provider's nonsense stays a decode error on the next hop."""
    failure = unreadable(b"\xff<html>", "not JSON")

    assert failure_of(error_event(failure)) == failure
    assert failure.reason == "decode"


def test_time_to_wait_is_a_header_too() -> None:
    """Clients that do not read details wait as well."""
    assert encode_failure(Failure("m", 429, retry_after=1.5)).headers["retry-after"] == "1.5"

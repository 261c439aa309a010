"""Errors by status and inside a stream, both ways."""

from __future__ import annotations

import json

import pytest

from dragoman.engine.classify import error_class
from dragoman.errors import ContextTooLong, RateLimited, ServerError
from dragoman.protocols.bedrock_converse.errors import (
    decode_exception,
    decode_failure,
    encode_exception,
    encode_failure,
    error_body,
    malformed,
)
from dragoman.types import Failure
from dragoman.wire.http import HttpHead


def test_an_error_by_status() -> None:
    """The header names the exception, up to its colon."""
    headers = {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/", "x-amzn-requestid": "r"}
    failure = decode_failure(HttpHead(429, headers), b'{"message":"Too many requests"}')

    assert failure == Failure(
        "Too many requests", 429, "ThrottlingException", request_id="r", body={"message": "Too many requests"}
    )
    assert error_class(failure) is RateLimited


@pytest.mark.parametrize(
    ("body", "message", "kind"),
    [
        (b'{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"No"}', "No", "AccessDeniedException"),
        (b'{"code":"ValidationException","message":"m"}', "m", "ValidationException"),
        (b'{"error":{"message":"m","type":"t"}}', "m", "t"),
        (b'{"error":"m"}', "m", None),
        (b"{}", "the service reported an error without a message", None),
        (b'"said"', "said", None),
        (b"[]", "the service reported an error", None),
        (b"<html><title>502 Bad\nGateway</title>", "HTTP 502: 502 Bad Gateway", None),
        (b"plain", "HTTP 502: plain", None),
        (b"", "HTTP 502 without a body the protocol knows", None),
    ],
)
def test_bodies_of_any_shape(body: bytes, message: str, kind: str | None) -> None:
    """Front ends answer in shapes of their own."""
    failure = decode_failure(HttpHead(502), body)

    assert (failure.message, failure.type, failure.status) == (message, kind, 502)


def test_an_exception_inside_a_stream() -> None:
    """What the model's own server said decides its class."""
    data = b'{"message":"m","originalStatusCode":429,"originalMessage":"o"}'
    failure = decode_exception("modelStreamErrorException", data)

    assert failure == Failure("m", None, "modelStreamErrorException", "429", body=json.loads(data))
    assert error_class(failure) is RateLimited
    assert encode_exception(failure) == ("exception:modelStreamErrorException", data)
    assert error_class(decode_exception("internalServerException", b'{"message":"m"}')) is ServerError


def test_an_exception_without_json() -> None:
    """Its text is its message."""
    assert decode_exception("x", b"\xff?") == Failure("\ufffd?", None, "x", body="\ufffd?")
    assert decode_exception("", b"") == Failure("the service reported an error")


def test_context_overflow_in_the_words_of_this_vendor() -> None:
    """Nova and Claude each have their own."""
    for text in (
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
        "Input is too long for requested model.",
    ):
        failure = decode_failure(
            HttpHead(400, {"x-amzn-errortype": "ValidationException"}), json.dumps({"message": text}).encode()
        )
        assert error_class(failure) is ContextTooLong, text


@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (Failure("m", 429, "ThrottlingException"), "throttlingException"),
        (Failure("m", None, "InternalError"), "InternalError"),
        (Failure("m", 503, "overloaded_error"), "serviceUnavailableException"),
        (Failure("m", 400, "invalid_request_error"), "validationException"),
        (Failure("m"), "internalServerException"),
    ],
)
def test_failures_as_exceptions(failure: Failure, name: str) -> None:
    """Inside a stream names begin with a small letter, and other vendors' words become the nearest of this wire."""
    assert encode_exception(failure) == (f"exception:{name}", b'{"message":"m"}')


@pytest.mark.parametrize(
    ("failure", "status", "kind"),
    [
        (Failure("m", 429, "rate_limit_error"), 429, "ThrottlingException"),
        (Failure("m", None, "throttlingException"), 429, "ThrottlingException"),
        (Failure("m", 401, "authentication_error"), 401, "UnrecognizedClientException"),
        (Failure("m", 418), 418, "ValidationException"),
        (Failure("m"), 500, "InternalServerException"),
        (Failure("m", 400, body={"message": "m"}), 400, None),
    ],
)
def test_failures_as_answers(failure: Failure, status: int, kind: str | None) -> None:
    """The exception stands in the header; an error of this wire that named none goes on without."""
    reply = encode_failure(failure)

    assert (reply.status, reply.headers.get("x-amzn-errortype")) == (status, kind)
    assert json.loads(reply.body) == {"message": "m"}


def test_what_else_an_answer_says() -> None:
    """Request id, time to wait and the model's own status."""
    reply = encode_failure(Failure("m", 424, "ModelErrorException", "500", request_id="r", retry_after=1.5))

    assert reply.headers["x-amzn-requestid"] == "r"
    assert reply.headers["retry-after"] == "1.5"
    assert json.loads(reply.body) == {"message": "m", "originalStatusCode": 500}
    assert error_body(Failure("m", code="context_length_exceeded")) == {"message": "m"}


def test_bytes_that_are_not_this_protocol() -> None:
    """The first of them are kept."""
    assert malformed("why", b"x" * 999) == Failure("why", reason="decode", body="x" * 200)

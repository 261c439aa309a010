"""Errors of Bedrock's InvokeModel, by status and inside a stream, read and said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.anthropic_messages.bedrock_errors import (
    decode_exception,
    decode_failure,
    encode_exception,
    encode_failure,
)
from dragoman.types import Failure
from dragoman.wire.http import HttpHead


def facts(failure: Failure) -> tuple[Any, ...]:
    return failure.status, failure.type, failure.code, failure.message


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        pytest.param(
            429,
            {"x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/"},
            b'{"message":"slow"}',
            (429, "ThrottlingException", None, "slow"),
            id="named in a header, up to its colon",
        ),
        pytest.param(403, {}, b'{"Message":"no"}', (403, None, None, "no"), id="not named"),
        pytest.param(
            403,
            {},
            b'{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"bad token"}',
            (403, "UnrecognizedClientException", None, "bad token"),
            id="named in the body, after its hash",
        ),
        pytest.param(
            424,
            {"x-amzn-errortype": "ModelErrorException"},
            b'{"originalStatusCode":500,"originalMessage":"boom","resourceName":"m"}',
            (424, "ModelErrorException", "500", "boom"),
            id="what the model's server said",
        ),
        pytest.param(
            400,
            {"x-amzn-errortype": "ValidationException"},
            b'{"type":"error","error":{"type":"invalid_request_error","message":"bad"}}',
            (400, "invalid_request_error", None, "bad"),
            id="in Anthropic's own shape",
        ),
        pytest.param(
            503,
            {"x-amzn-errortype": "ServiceUnavailableException"},
            b"<html><title>Busy</title>",
            (503, "ServiceUnavailableException", None, "HTTP 503: Busy"),
            id="no JSON",
        ),
    ],
)
def test_errors_by_status(status: int, headers: dict[str, str], body: bytes, expected: tuple[Any, ...]) -> None:
    """The facts of an error are read from wherever the service put them, and come back when they are said again."""
    failure = decode_failure(HttpHead(status, {"x-amzn-requestid": "r-1", **headers}), body)
    reply = encode_failure(failure)

    assert (facts(failure), failure.request_id) == (expected, "r-1")
    assert facts(decode_failure(HttpHead(reply.status, reply.headers), reply.body)) == expected
    assert reply.headers["x-amzn-requestid"] == "r-1"


@pytest.mark.parametrize(
    ("failure", "status", "kind"),
    [
        (Failure("m", 401, "authentication_error"), 401, "UnrecognizedClientException"),
        (Failure("m", 402), 402, "ServiceQuotaExceededException"),
        (Failure("m", 422), 422, "ValidationException"),
        (Failure("m", 529, "overloaded_error"), 529, "ServiceUnavailableException"),
        (Failure("m", None, "throttlingException"), 429, "ThrottlingException"),
        (Failure("m"), 500, "InternalServerException"),
    ],
)
def test_errors_of_others_are_said(failure: Failure, status: int, kind: str) -> None:
    """An error from elsewhere is the exception its status stands for."""
    reply = encode_failure(failure)

    assert (status, kind) == (reply.status, reply.headers["x-amzn-errortype"])
    assert json.loads(reply.body) == {"message": "m"}


def test_what_a_failure_knows_is_said() -> None:
    """A code that is a number is the original status; the time to wait is a header."""
    reply = encode_failure(Failure("m", 424, code="503", retry_after=1.5))

    assert json.loads(reply.body) == {"message": "m", "originalStatusCode": 503}
    assert reply.headers["retry-after"] == "1.5"


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        (
            "modelStreamErrorException",
            b'{"message":"m","originalStatusCode":529}',
            (None, "modelStreamErrorException", "529", "m"),
        ),
        ("validationException", b"too long", (None, "validationException", None, "too long")),
        ("", b"", (None, None, None, "the service reported an error")),
        (
            "internalServerException",
            b"{}",
            (None, "internalServerException", None, "the provider reported an error without a message"),
        ),
    ],
)
def test_exceptions_in_a_stream(name: str, body: bytes, expected: tuple[Any, ...]) -> None:
    """An exception is read by the name of its message and its payload, of any shape."""
    assert facts(decode_exception(name, body)) == expected


@pytest.mark.parametrize(
    ("failure", "name"),
    [
        (Failure("m", None, "modelTimeoutException"), "modelTimeoutException"),
        (Failure("m", 408), "modelTimeoutException"),
        (Failure("m", 424), "modelStreamErrorException"),
        (Failure("m", 529, "overloaded_error"), "serviceUnavailableException"),
        (Failure("m", 403), "validationException"),
        (Failure("m"), "internalServerException"),
    ],
)
def test_exceptions_are_said(failure: Failure, name: str) -> None:
    """In a stream there are few names: the nearest is taken, the service's own stays."""
    assert encode_exception(failure) == (f"exception:{name}", b'{"message":"m"}')

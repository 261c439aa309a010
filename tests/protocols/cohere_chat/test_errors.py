"""Errors both ways, from bodies of any shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.classify import error_class
from dragoman.errors import AuthenticationFailed, BadRequest, ContextTooLong, DragomanError, NotFound, RateLimited, ServerError
from dragoman.protocols.cohere_chat.errors import decode_end, decode_error, decode_failure, encode_end, encode_failure, unreadable
from dragoman.types import Failure
from dragoman.wire.http import HttpHead


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message":"bad\\nthing"}', "bad thing"),
        (b'{"error":{"message":"inner"}}', "inner"),
        (b'{"error":"text"}', "text"),
        (b"<html><head><title>502 Bad &amp; Gateway</title></head><body>x</body></html>", "502 Bad & Gateway"),
        (b"<p>Not <b>here</b></p>", "Not here"),
        (b"plain", "plain"),
        (b"", "HTTP 418 without a reason"),
        (b"[1]", "[1]"),
    ],
)
def test_a_body_of_any_shape(body: bytes, message: str) -> None:
    """The sentence for people is found."""
    failure = decode_failure(HttpHead(418, {"x-debug-trace-id": "r"}), body)

    assert (message, 418, "r") == (failure.message, failure.status, failure.request_id)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"message": "too many tokens: size limit exceeded", "error_type": "TOO_MANY_TOKENS"}, ContextTooLong),
        (400, {"message": "invalid request: message must be at least 1 token long"}, BadRequest),
        (401, {"message": "invalid api token"}, AuthenticationFailed),
        (404, {"message": "model 'x' not found"}, NotFound),
        (429, {"message": "You are using a Trial key, which is limited to 20 API calls / minute"}, RateLimited),
        (500, {"message": "internal server error"}, ServerError),
    ],
)
def test_the_vendors_own_errors_have_their_class(status: int, body: dict[str, Any], kind: type[DragomanError]) -> None:
    """By its type where there is one, by status else."""
    assert kind is error_class(decode_failure(HttpHead(status), json.dumps({**body, "id": "r"}).encode()))


@pytest.mark.parametrize("data", [{}, {"message": ""}, {"message": {}}, [], None, {"id": "x"}])
def test_what_states_no_error(data: Any) -> None:
    """A message that is an answer's is none."""
    assert decode_error(data) is None


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ({"finish_reason": "COMPLETE"}, None),
        ({}, None),
        ({"finish_reason": "ERROR"}, ("the model failed to answer: ERROR", 500)),
        ({"finish_reason": "TIMEOUT"}, ("the model failed to answer: TIMEOUT", 504)),
        ({"finish_reason": "ERROR", "error": "boom"}, ("boom", 500)),
        ({"finish_reason": "ERROR", "error": {"a": 1}, "status": 429}, ('{"a":1}', 429)),
        ({"error": "boom", "status": None}, ("boom", None)),
    ],
)
def test_an_end_that_is_an_error(end: dict[str, Any], expected: Any) -> None:
    """By its reason or by its text."""
    failure = decode_end(end, {"delta": end})

    assert expected == (None if failure is None else (failure.message, failure.status))


def test_an_end_is_said_as_it_came() -> None:
    """The vendor's own frame where it says the same; else one of ours."""
    frame = {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "boom"}}
    failure = decode_end(frame["delta"], frame)  # type: ignore[arg-type]

    assert failure is not None
    assert frame == encode_end(failure)
    said = encode_end(Failure("busy", 503, code="c"))
    assert {"finish_reason": "ERROR", "error": "busy", "code": "c", "status": 503} == said["delta"]


def test_an_error_by_status_comes_back() -> None:
    """With its wait, its request id and the words that other vendors gave it."""
    reply = encode_failure(Failure("slow", 429, "t", "c", "p", "r", 2.5))
    again = decode_failure(HttpHead(reply.status, reply.headers), reply.body)

    assert ("slow", 429, "t", "c", "p", "r", "2.5") == (
        again.message,
        again.status,
        again.type,
        again.code,
        again.param,
        again.request_id,
        reply.headers["retry-after"],
    )
    assert 502 == encode_failure(Failure("x", reason="decode")).status


def test_long_pages_are_clipped() -> None:
    """Nobody reads a megabyte."""
    failure = decode_failure(HttpHead(500), b"word " * 100_000)

    assert (500, 500) == (len(failure.message), len(failure.body))
    assert ("why", "decode", 200) == ((found := unreadable(b"x" * 999, "why")).message, found.reason, len(found.body))

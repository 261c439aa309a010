"""Errors: read from any shape, said in one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.openai_responses.errors import decode_failure, encode_failure, error_object, failure_of, unreadable
from dragoman.types import Failure
from dragoman.wire.http import HttpHead

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("value", "message", "type", "code", "param"),
    [
        pytest.param(
            {"error": {"message": "No.", "type": "invalid_request_error", "param": "input", "code": "bad"}},
            "No.",
            "invalid_request_error",
            "bad",
            "input",
            id="OpenAI",
        ),
        pytest.param(
            {"type": "error", "error": {"type": "tokens", "code": "rate_limit_exceeded", "message": "Slow down"}},
            "Slow down",
            "tokens",
            "rate_limit_exceeded",
            None,
            id="a frame",
        ),
        pytest.param(
            {"type": "error", "code": "server_error", "message": "Oh"}, "Oh", None, "server_error", None, id="a flat frame"
        ),
        pytest.param(
            {"code": "invalid-argument", "error": "Model not found"}, "Model not found", None, "invalid-argument", None, id="xAI"
        ),
        pytest.param(
            {"error": {"code": 429, "message": "Busy", "metadata": {"error_type": "rate_limited", "raw": "upstream says no"}}},
            "Busy: upstream says no",
            "rate_limited",
            "429",
            None,
            id="OpenRouter",
        ),
        pytest.param({"detail": "Sign in again."}, "Sign in again.", None, None, None, id="ChatGPT"),
        pytest.param(
            {"detail": [{"loc": ["body", "input"], "msg": "missing"}, "and more"]},
            "body.input: missing; and more",
            None,
            None,
            None,
            id="FastAPI",
        ),
        pytest.param("broken", "broken", None, None, None, id="text"),
        pytest.param({"error": {"strange": 1}}, '{"strange":1}', None, None, None, id="without a sentence"),
    ],
)
def test_an_error_of_any_shape(value: Any, message: str, type: str | None, code: str | None, param: str | None) -> None:
    """Message, type, code and parameter are found wherever a vendor puts them; the object is kept."""
    assert failure_of(value) == Failure(message, failure_of(value).status, type, code, param, body=value)


def test_a_status_inside_an_answer() -> None:
    """An error in a 200 answer may say the status it would have had."""
    assert failure_of({"error": {"message": "x", "code": 503}}).status == 503
    assert failure_of({"type": "error", "status": 400, "error": {"message": "x"}}).status == 400


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "HTTP 502 without a reason"),
        (b"upstream\ndied", "upstream died"),
        (b"<html><head><title>502 Bad &amp; Gateway</title></head>", "502 Bad & Gateway"),
        (b"<!doctype html><html><style>p {}</style><p>No route</p>", "No route"),
        (b'"just text"', "just text"),
        (b'[{"error": {"message": "in a list"}}]', "in a list"),
    ],
)
def test_bodies_that_are_no_error_object(body: bytes, message: str) -> None:
    """Pages, plain text and nothing at all still give a sentence."""
    failure = decode_failure(HttpHead(502, {"x-request-id": "req_1"}), body)

    assert (failure.message, failure.status, failure.request_id, failure.reason) == (message, 502, "req_1", None)


def test_an_error_goes_out_as_it_came() -> None:
    """What a server states is what a client reads."""
    failure = Failure("No.", 429, "tokens", "rate_limit_exceeded", "model", "req_1", 2.5)
    reply = encode_failure(failure)
    again = decode_failure(HttpHead(reply.status, reply.headers), reply.body)

    assert (again.message, again.status, again.type, again.code, again.param, again.request_id) == (
        "No.",
        429,
        "tokens",
        "rate_limit_exceeded",
        "model",
        "req_1",
    )
    assert reply.headers["retry-after"] == "2.5"


def test_an_error_without_a_status_is_the_servers_own() -> None:
    """A broken upstream answer is a bad gateway."""
    assert encode_failure(Failure("x")).status == 502


def test_unreadable_bytes_stay_unreadable_behind_a_server() -> None:
    """That an answer was not this protocol is said as an error and read as the same failure."""
    failure = unreadable(b"{oops", "not JSON")

    assert failure == Failure("not JSON", reason="decode", body="{oops")
    assert failure_of({"error": json.loads(json.dumps(error_object(failure)))}) == failure


def test_an_error_object_holds_what_is_known() -> None:
    """Status and waiting time stand in it where they are known."""
    assert error_object(Failure("x", 503, "t", "c", "p", retry_after=1)) == {
        "type": "t",
        "code": "c",
        "message": "x",
        "param": "p",
        "status": 503,
        "retry_after": 1,
    }


def test_a_place_that_is_none() -> None:
    """What a validation error names as its place may be anything."""
    assert "no" == decode_failure(HttpHead(422), b'{"detail": [{"loc": true, "msg": "no"}]}').message

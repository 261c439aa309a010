"""Errors of every vendor's shape, in HTTP answers and inside good ones, and how a server says them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.openai_chat.errors import (
    decode_failure,
    encode_error,
    encode_failure,
    failure_of,
    stated_failure,
    unreadable,
)
from dragoman.types import Failure
from dragoman.wire.http import HttpHead

Json = dict[str, Any]


def read(body: Any, status: int = 400, **headers: str) -> Failure:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode_failure(HttpHead(status, headers), data)


FULL = {"message": "Bad model", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}


@pytest.mark.parametrize(
    ("body", "message", "kind", "code"),
    [
        pytest.param({"error": FULL}, "Bad model", "invalid_request_error", "model_not_found", id="OpenAI"),
        pytest.param({"error": {"code": 400, "message": "No"}}, "No", None, "400", id="a number for a code"),
        pytest.param(
            {"error": {"code": 429, "message": "No", "metadata": {"error_type": "rate_limit_exceeded"}}, "user_id": "u"},
            "No",
            "rate_limit_exceeded",
            "429",
            id="OpenRouter",
        ),
        pytest.param(
            {"error": {"message": "Provider returned error", "code": 400, "metadata": {"raw": "prompt is too long"}}},
            "Provider returned error: prompt is too long",
            None,
            "400",
            id="OpenRouter, and what the provider behind it said",
        ),
        pytest.param({"error": "No key", "code": "unauthenticated"}, "No key", None, "unauthenticated", id="xAI"),
        pytest.param({"error": "No such model"}, "No such model", None, None, id="text alone"),
        pytest.param(
            {"object": "error", "message": "Too long", "type": "BadRequestError", "param": None, "code": 400},
            "Too long",
            "BadRequestError",
            "400",
            id="SGLang",
        ),
        pytest.param({"error": {"code": "1113", "message": "No balance"}}, "No balance", None, "1113", id="Z.ai"),
        pytest.param({"code": "InvalidKey", "message": "No", "request_id": "r"}, "No", None, "InvalidKey", id="DashScope"),
        pytest.param({"detail": "Not found"}, "Not found", None, None, id="FastAPI"),
        pytest.param(
            {"detail": [{"loc": ["body", "n"], "msg": "too big", "type": "value"}, {"msg": "no"}, "odd"]},
            "body.n: too big; no; odd",
            None,
            None,
            id="FastAPI's list",
        ),
        pytest.param({"title": "Gone", "status": 410, "detail": "Retired"}, "Retired", None, None, id="problem details"),
        pytest.param(
            [{"error": {"code": 400, "message": "No", "status": "INVALID"}}], "No", "INVALID", "400", id="Gemini's list"
        ),
        pytest.param({"errors": [{"message": "No", "code": 7}]}, "No", None, "7", id="a list of errors"),
        pytest.param({"error": {"weird": [1]}}, '{"weird":[1]}', None, None, id="an object without words"),
        pytest.param({"error": {"message": ""}}, '{"message":""}', None, None, id="an empty message"),
        pytest.param(["x"], "x", None, None, id="a list of words"),
    ],
)
def test_shapes_of_error_bodies(body: Any, message: str, kind: str | None, code: str | None) -> None:
    """Message, type and code are found in each vendor's places; the whole object is kept."""
    failure = read(body)

    assert (failure.message, failure.type, failure.code, failure.status) == (message, kind, code, 400)
    assert failure.body == body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "HTTP 502 without a reason"),
        (b"null", "null"),
        (b"upstream  connect\nerror\x1b[31m", "upstream connect error"),
        (b'"just text"', "just text"),
        (b"<html><head><title>502 Bad &amp; Gateway</title></head><body>x</body></html>", "502 Bad & Gateway"),
        (b"<!DOCTYPE html><style>p{}</style><p>Sorry,</p> <b>down</b>", "Sorry, down"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_bodies_that_are_no_json(body: bytes, message: str) -> None:
    """Pages are reduced to what they say, text to one clean line, and nothing is replaced by its status."""
    failure = read(body, 502)

    assert (failure.message, failure.status) == (message, 502)


def test_messages_are_bounded() -> None:
    """A page or a text of any length gives a short message and a short body."""
    page = b"<html><body>" + b"word " * 100_000 + b"</body></html>"
    failures = [read(page), read(b"x" * 100_000), read({"error": {"message": "x" * 100_000}})]

    assert [len(failure.message) for failure in failures] == [500, 500, 500]
    assert all(len(str(failure.body)) <= 2000 for failure in failures)


@pytest.mark.parametrize(
    "name",
    [
        "x-request-id",
        "request-id",
        "x-generation-id",
        "apim-request-id",
        "nvcf-reqid",
        "x-ds-trace-id",
        "msh-request-id",
        "cf-ray",
    ],
)
def test_names_of_the_request_id(name: str) -> None:
    """Each vendor's header is known."""
    assert read({}, **{name: "r1"}).request_id == "r1"


def test_the_request_id_may_stand_in_the_body() -> None:
    """A header wins over it, and a vendor's own header over its edge's."""
    body = {"code": "x", "message": "No", "request_id": "r2"}

    assert read(body).request_id == "r2"
    assert read(body, **{"cf-ray": "edge", "x-request-id": "r1"}).request_id == "r1"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        ({"retry_after": 3}, 3.0),
        ({"metadata": {"retry_after_seconds": 1.5}}, 1.5),
        ({"details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"}]}, 12.5),
        ({"details": "none", "retry_after": "soon"}, None),
        ({"retry_after": -1, "details": [{"retryDelay": "never"}, 3]}, None),
    ],
)
def test_a_body_may_say_when_to_come_back(error: Json, seconds: float | None) -> None:
    """Plain seconds, and Google's `RetryInfo`."""
    assert read({"error": {"message": "Slow down", **error}}, 429).retry_after == seconds


@pytest.mark.parametrize(
    ("data", "status", "code", "message"),
    [
        ({"error": {"message": "No", "code": 503}}, 503, "503", "No"),
        ({"error": {"message": "No", "status_code": 400, "code": "tool_use_failed"}}, 400, "tool_use_failed", "No"),
        ({"error": {"message": "No", "type": "x"}, "status_code": 429}, 429, None, "No"),
        ({"error": {"message": "No", "status": 400, "code": "content_filter"}}, 400, "content_filter", "No"),
        ({"x_groq": {"error": "over_capacity"}, "choices": []}, None, None, "over_capacity"),
        ({"base_resp": {"status_code": 1008, "status_msg": "no balance"}, "choices": None}, None, "1008", "no balance"),
        ({"object": "error", "message": "No", "code": 400}, 400, "400", "No"),
        ({"detail": "No"}, None, None, "No"),
        ({"code": "x", "message": "No"}, None, "x", "No"),
        ({"error": "text", "code": "c"}, None, "c", "text"),
    ],
)
def test_errors_inside_good_answers(data: Json, status: int | None, code: str | None, message: str) -> None:
    """An error is found in every place, with the status it would have had where the vendor says it."""
    failure = stated_failure(data)

    assert failure is not None
    assert (failure.status, failure.code, failure.message, failure.body) == (status, code, message, data)


@pytest.mark.parametrize(
    "data",
    [
        {"choices": [], "error": None},
        {"choices": [], "error": {}, "x_groq": {"id": "r"}},
        {"choices": [], "base_resp": {"status_code": 0, "status_msg": ""}},
        {"choices": [], "object": "chat.completion.chunk", "code": 3, "message": "hi", "detail": "x"},
        {"usage": {"prompt_tokens": 1}},
    ],
)
def test_answers_that_state_no_error(data: Json) -> None:
    """Empty errors and good words are none."""
    assert stated_failure(data) is None


def test_unreadable_bytes() -> None:
    """What is not the protocol is said with its first characters."""
    failure = unreadable(b"<html>\n" + b"x" * 1000, "no JSON")

    assert (failure.message, failure.reason, len(str(failure.body))) == ("no JSON", "decode", 200)


def test_an_error_as_openai_says_it() -> None:
    """The facts of another wire's error become this wire's object; an own one is kept as it was."""
    foreign = Failure("Overloaded", 529, "overloaded_error", retry_after=2.0, body={"type": "error"})
    own = failure_of({"error": FULL, "more": 1})

    said = encode_error(foreign)

    error = {"message": "Overloaded", "type": "overloaded_error", "param": None, "code": None}
    assert said == {"error": {**error, "status_code": 529, "retry_after": 2.0}}
    assert encode_error(own) is own.body


@pytest.mark.parametrize(("stated", "status"), [(404, 404), (529, 529), (None, 502), (200, 502)])
def test_an_http_error_answer(stated: int | None, status: int) -> None:
    """A server gives the status of the facts, and says what it has in body and headers."""
    reply = encode_failure(Failure("No", stated, "t", "c", "p", "r1", 2.5))

    assert reply.status == status
    assert reply.headers == {"content-type": "application/json", "retry-after": "2.5", "x-request-id": "r1"}
    assert json.loads(reply.body) == {"error": {"message": "No", "type": "t", "param": "p", "code": "c"}}


def test_an_http_error_comes_back() -> None:
    """What a server says, a client reads."""
    failure = Failure("No", 404, "t", "c", "p", "r1")
    reply = encode_failure(failure)

    again = decode_failure(HttpHead(reply.status, reply.headers), reply.body)

    facts = ("message", "status", "type", "code", "param", "request_id")
    assert [getattr(again, name) for name in facts] == [getattr(failure, name) for name in facts]


def test_a_place_that_is_none() -> None:
    """What a validation error names as its place may be anything."""
    assert "no" == read(b'{"detail": [{"loc": true, "msg": "no"}]}', 422).message

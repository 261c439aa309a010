"""Errors of every shape, and the body that says one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.mistral_chat.errors import (
    decode_error,
    decode_failure,
    encode_error,
    encode_failure,
    stated_failure,
    unreadable,
)
from dragoman.types import Failure
from dragoman.wire.http import HttpHead

FLAT = {
    "object": "error",
    "message": "Unexpected role 'user' after role 'tool'",
    "type": "invalid_request_message_order",
    "param": None,
    "code": "3230",
    "raw_status_code": 400,
}
DETAIL = [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden", "input": 1}]
SENTENCE = "body.seed: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (FLAT, (FLAT["message"], 400, "invalid_request_message_order", "3230", None)),
        ({"detail": DETAIL}, (SENTENCE, None, None, None, None)),
        ({"object": "error", "message": {"detail": DETAIL}, "type": "t"}, (SENTENCE, None, "t", None, None)),
        ({"detail": "Unauthorized"}, ("Unauthorized", None, None, None, None)),
        ({"message": "Requests rate limit exceeded", "code": 1300}, ("Requests rate limit exceeded", None, None, "1300", None)),
        ({"error": {"message": "m", "type": "t", "code": 500, "param": "p"}}, ("m", 500, "t", "500", "p")),
        ({"error": "text"}, ("text", None, None, None, None)),
        ({"detail": ["odd"]}, ("odd", None, None, None, None)),
        ({"object": "error"}, ('{"object":"error"}', None, None, None, None)),
    ],
)
def test_shapes(body: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """The facts, wherever they stand."""
    failure = decode_error(body)

    assert expected == (failure.message, failure.status, failure.type, failure.code, failure.param)
    assert body == failure.body


@pytest.mark.parametrize(
    ("data", "states"),
    [
        (FLAT, True),
        ({"detail": "x"}, True),
        ({"message": "x", "request_id": "r"}, True),
        ({"error": {"message": "x"}}, True),
        ({"choices": [], "detail": "x"}, False),
        ({"message": "x"}, False),
        ({"object": "chat.completion.chunk"}, False),
    ],
)
def test_whether_an_object_states_an_error(data: dict[str, Any], states: bool) -> None:
    """Only what no answer looks like."""
    assert states is (stated_failure(data) is not None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"detail":"Invalid API Key"}', "Invalid API Key"),
        (b"<html><head><title>504 Gateway&nbsp;Timeout</title></head></html>", "504 Gateway Timeout"),
        (b"<p>no <b>way</b></p>", "no way"),
        (b"upstream\nfailed", "upstream failed"),
        (b'"text"', "text"),
        (b"", "HTTP 503 without a reason"),
        (b"{}", "{}"),
    ],
)
def test_error_answers(body: bytes, message: str) -> None:
    """A body of any shape, and the id that support asks for."""
    failure = decode_failure(HttpHead(503, {"mistral-correlation-id": "r", "cf-ray": "other"}), body)

    assert (message, 503, "r") == (failure.message, failure.status, failure.request_id)


def test_large_bodies_are_bounded() -> None:
    """The object is not kept."""
    failure = decode_failure(HttpHead(500, {}), json.dumps({"message": "x" * 100_000}).encode())

    assert 500 == len(failure.message)
    assert 2000 == len(failure.body)


def test_the_id_may_stand_in_the_body() -> None:
    """The gateway says it there."""
    assert "r" == decode_failure(HttpHead(401, {}), b'{"message":"Unauthorized","request_id":"r"}').request_id


def test_unreadable_bytes_are_a_decode_failure() -> None:
    """What they were is kept, in short."""
    assert Failure("why", reason="decode", body="a b") == unreadable(b"a\nb", "why")


def test_an_error_of_this_wire_goes_back_as_it_came() -> None:
    """In a stream; others are put in its words, with the status they had."""
    assert FLAT == encode_error(decode_error(FLAT))
    expected = {"object": "error", "message": "m", "type": "t", "param": None, "code": None, "raw_status_code": 529}

    assert expected == encode_error(Failure("m", 529, "t", body={"type": "error"}))


def test_an_error_by_status() -> None:
    """What a client reads of it again."""
    failure = Failure("m", 429, "t", "c", "p", "r", 2.5)
    reply = encode_failure(failure)

    assert (429, "2.5", "r") == (reply.status, reply.headers["retry-after"], reply.headers["mistral-correlation-id"])
    again = decode_failure(HttpHead(reply.status, reply.headers), reply.body)
    assert ("m", 429, "t", "c", "p", "r") == (
        again.message,
        again.status,
        again.type,
        again.code,
        again.param,
        again.request_id,
    )
    assert 502 == encode_failure(Failure("m")).status

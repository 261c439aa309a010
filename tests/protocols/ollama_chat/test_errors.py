"""Errors both ways, from bodies of any shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.classify import error_class
from dragoman.errors import AuthenticationFailed, ContextTooLong, DragomanError, NotFound, Overloaded, ServerError
from dragoman.protocols.ollama_chat.errors import decode_error, decode_failure, encode_error, encode_failure, unreadable
from dragoman.types import Failure
from dragoman.wire.http import HttpHead


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error":"model \'x\' not found"}', "model 'x' not found"),
        (b'{"error":{"message":"bad","type":"t"}}', "bad"),
        (b'{"error":{"odd":1}}', '{"odd":1}'),
        (b"<html><head><title>502 Bad &amp; Gateway</title></head><body>x</body></html>", "502 Bad & Gateway"),
        (b"<p>Not <b>here</b></p><script>x()</script>", "Not here"),
        (b"plain\x00 text", "plain text"),
        (b"", "HTTP 418 without a reason"),
        (b"{}", "{}"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_body_of_any_shape(body: bytes, message: str) -> None:
    """The sentence for people is found."""
    failure = decode_failure(HttpHead(418, {"x-request-id": "r"}), body)

    assert (message, 418, "r") == (failure.message, failure.status, failure.request_id)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (401, "unauthorized", AuthenticationFailed),
        (404, "model 'x' not found", NotFound),
        (500, "model runner has unexpectedly stopped", ServerError),
        (503, "server busy, please try again. maximum pending requests exceeded", Overloaded),
        (400, "the prompt exceeds the context window", ContextTooLong),
    ],
)
def test_the_servers_own_errors_have_their_class(status: int, message: str, kind: type[DragomanError]) -> None:
    """By status, and by phrase where that says more; inside a stream an error without a status is the server's."""
    failure = decode_failure(HttpHead(status), json.dumps({"error": message}).encode())
    inside = decode_error({"error": "an error was encountered while running the model"}, status=500)

    assert kind is error_class(failure)
    assert inside is not None
    assert ServerError is error_class(inside)


@pytest.mark.parametrize("data", [{}, {"error": ""}, {"error": None}, [], None, {"message": "x"}])
def test_what_states_no_error(data: Any) -> None:
    """An empty error is none."""
    assert decode_error(data) is None


@pytest.mark.parametrize(
    ("said", "status"),
    [({}, 500), ({"status": 429}, 429), ({"status_code": 404}, 404), ({"status": None}, None), ({"status": 200}, 500)],
)
def test_the_status_of_an_error_inside_an_answer(said: dict[str, Any], status: int | None) -> None:
    """Its own where it says one, which may be that nobody knows."""
    failure = decode_error({"error": "x", **said}, status=500)

    assert failure is not None
    assert status == failure.status


def test_an_error_by_status_comes_back() -> None:
    """With its wait, its request id and the words that other vendors gave it."""
    failure = Failure("slow", 429, "t", "c", "p", "r", 2.5)
    reply = encode_failure(failure)
    again = decode_failure(HttpHead(reply.status, reply.headers), reply.body)

    assert ("slow", 429, "t", "c", "p", "r") == (
        again.message,
        again.status,
        again.type,
        again.code,
        again.param,
        again.request_id,
    )
    assert "2.5" == reply.headers["retry-after"]
    assert 502 == encode_failure(Failure("x", reason="decode")).status


def test_a_signed_out_server_says_where_to_sign_in() -> None:
    """The address is in the body that the error carries, and goes on with it."""
    body = {"error": "unauthorized", "signin_url": "https://ollama.com/connect"}
    failure = decode_failure(HttpHead(401), json.dumps(body).encode())

    assert body == failure.body
    inside = decode_error(body, status=500)
    assert inside is not None
    assert body == encode_error(inside)


def test_long_pages_are_clipped() -> None:
    """Nobody reads a megabyte."""
    failure = decode_failure(HttpHead(500), b"word " * 100_000)

    assert (500, 500) == (len(failure.message), len(failure.body))
    assert ("why", "decode", 200) == ((found := unreadable(b"x" * 999, "why")).message, found.reason, len(found.body))

"""The wire format as one object."""

from __future__ import annotations

import re

import pytest

from dragoman.protocols import load
from dragoman.protocols.base import Target
from dragoman.protocols.openai_chat import PROTOCOL
from dragoman.protocols.openai_chat.decode_stream import StreamDecoder
from dragoman.protocols.openai_chat.encode_stream import StreamEncoder
from dragoman.types import Failure, Message, Request, Response
from dragoman.wire.http import HttpHead, HttpRequest

TARGET = Target("acme", "openai_chat", "m")


def test_it_is_found_by_name() -> None:
    """The protocol is loaded under its own name."""
    assert load("openai_chat") is PROTOCOL
    assert (PROTOCOL.name, PROTOCOL.framing) == ("openai_chat", "sse")


def test_its_directions() -> None:
    """Every direction is there."""
    request = Request("m", ())

    assert isinstance(PROTOCOL.stream_decoder(TARGET), StreamDecoder)
    assert isinstance(PROTOCOL.stream_encoder(request), StreamEncoder)
    assert PROTOCOL.decode_failure(HttpHead(404), b"", TARGET) == Failure("HTTP 404 without a reason", 404)
    assert PROTOCOL.encode_failure(Failure("No", 404)).status == 404
    body = PROTOCOL.encode_response(Response(Message("assistant", ())), request)
    assert len(PROTOCOL.decode_response(body, TARGET)) == 2
    assert PROTOCOL.decode_request(HttpRequest("POST", "", {}, b'{"model":"m","messages":[]}')) == request


@pytest.mark.parametrize(
    ("method", "path", "serves"),
    [
        ("POST", "/v1/chat/completions", True),
        ("POST", "/openai/deployments/x/chat/completions?api-version=1", True),
        ("post", "/chat/completions/", True),
        ("GET", "/v1/chat/completions", False),
        ("POST", "/v1/completions", False),
        ("POST", "/v1/chat/completions/abc", False),
        ("POST", "/v1/responses", False),
    ],
)
def test_what_it_serves(method: str, path: str, serves: bool) -> None:
    """Chat Completions under any prefix, and nothing else."""
    assert PROTOCOL.serves(method, path) is serves


@pytest.mark.parametrize(
    ("id", "fits"),
    [("call_abc", True), ("toolu_01A-b", True), ("x" * 40, True), ("x" * 41, False), ("", False), ("a b", False)],
)
def test_which_call_ids_it_takes(id: str, fits: bool) -> None:
    """At most 40 characters, whoever made them."""
    assert PROTOCOL.tool_ids is not None
    assert bool(re.fullmatch(PROTOCOL.tool_ids.pattern, id)) is fits

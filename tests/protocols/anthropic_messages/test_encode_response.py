"""Responses to whole bodies."""

from __future__ import annotations

import json

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.anthropic_messages.decode_response import decode_response
from dragoman.protocols.anthropic_messages.encode_response import encode_response
from dragoman.protocols.base import Target
from dragoman.types import Finish, Message, Refusal, Response, Text, Thinking, ToolCall, Usage


def test_a_response_comes_back(target: Target) -> None:
    """What a whole answer says is said again, malformed arguments and vendor fields included."""
    here = target.origin()
    content = (
        Thinking("", "sig", origin=here),
        Text("a", extra={"new": 1}, origin=here),
        ToolCall("i", "n", '{"b": 1, "a": 2}'),
        ToolCall("j", "n", '{"cut'),
    )
    response = Response(
        Message("assistant", content, origin=here),
        "msg_1",
        "m",
        finish=Finish("length", "max_tokens"),
        usage=Usage(1, 2, raw={"input_tokens": 1, "output_tokens": 2}),
        provider="anthropic",
        extra={"container": {"id": "c"}},
    )

    assert response == accumulate(decode_response(encode_response(response, "asked"), here), here)


def test_an_answer_of_another_wire_is_a_message() -> None:
    """Clients of this wire find every field they expect."""
    wire = json.loads(encode_response(Response(Message("assistant", (Refusal("no"),))), "asked"))

    assert {
        "id": "",
        "type": "message",
        "role": "assistant",
        "model": "asked",
        "content": [{"type": "text", "text": "no"}],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    } == wire

"""Whole answers of our own."""

from __future__ import annotations

import json

from dragoman import Message
from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.bedrock_converse.decode_response import decode_response
from dragoman.protocols.bedrock_converse.encode_response import encode_response
from dragoman.types import Finish, Response, Text, ToolCall, Usage


def test_an_answer_comes_back(target: Target) -> None:
    """Fields of the message, of the answer and of the model stand where they stood."""
    wire = {
        "output": {"message": {"role": "assistant", "content": [{"text": "t"}], "new": 1}},
        "stopReason": "stop_sequence",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
        "additionalModelResponseFields": {"stop_sequence": "x", "more": 1},
        "metrics": {"latencyMs": 9},
        "serviceTier": {"type": "flex"},
    }
    response = accumulate(decode_response(json.dumps(wire).encode(), target.origin()), target.origin())

    assert json.loads(encode_response(response)) == wire


def test_an_answer_of_another_wire() -> None:
    """Ids and models have no place; the stop sequence stands among the model's own fields."""
    message = Message("assistant", (ToolCall("i", "n", '{"a":1}'),))
    response = Response(message, id="x", model="m", finish=Finish("stop", "stop", "###"), usage=Usage(1, 2), extra={"usage": 1})

    assert json.loads(encode_response(response)) == {
        "output": {
            "message": {
                "role": "assistant",
                "content": [{"toolUse": {"toolUseId": "i", "name": "n", "input": {"a": 1}}}],
            }
        },
        "stopReason": "stop_sequence",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
        "additionalModelResponseFields": {"stop_sequence": "###"},
    }


def test_an_answer_without_an_end() -> None:
    """A partial response is said as one that stopped by itself, without counts."""
    assert json.loads(encode_response(Response(Message("assistant", (Text("t"),))))) == {
        "output": {"message": {"role": "assistant", "content": [{"text": "t"}]}},
        "stopReason": "end_turn",
    }

"""A response to a whole answer."""

from __future__ import annotations

import json

from dragoman.protocols.ollama_chat.encode_response import encode_response
from dragoman.types import Finish, Message, Response, Text, Thinking, ToolCall, Usage


def test_a_whole_answer() -> None:
    """Message, end, counts, and the vendor's fields where they stood."""
    tokens = ({"token": "a", "logprob": -1},)
    response = Response(
        Message("assistant", (Thinking("h"), Text("a", logprobs=tokens), ToolCall("i", "f", '{"x": 1}'))),
        model="m",
        created=7,
        finish=Finish("tool_calls", "stop"),
        usage=Usage(5, 2, cache_read=3),
        extra={"remote_host": "h", "message": {"note": "n"}, "logprobs": [{"token": "h"}]},
    )

    assert {
        "model": "m",
        "created_at": "1970-01-01T00:00:07Z",
        "message": {
            "role": "assistant",
            "content": "a",
            "thinking": "h",
            "tool_calls": [{"id": "i", "function": {"name": "f", "arguments": {"x": 1}}}],
            "note": "n",
        },
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 8,
        "eval_count": 2,
        "logprobs": [{"token": "h"}, {"token": "a", "logprob": -1}],
        "remote_host": "h",
    } == json.loads(encode_response(response))


def test_an_empty_answer() -> None:
    """The fields that clients want are there all the same."""
    assert {
        "model": "",
        "created_at": "0001-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "raw_done_reason": None,
    } == json.loads(encode_response(Response(Message("assistant", ()))))

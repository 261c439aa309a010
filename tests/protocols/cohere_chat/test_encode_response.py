"""A response to a whole answer."""

from __future__ import annotations

import json

from dragoman.protocols.cohere_chat.encode_response import encode_response
from dragoman.types import Finish, Message, Response, Text, ToolCall, Usage


def test_a_whole_answer() -> None:
    """Message, end, counts, and the vendor's fields where they stood."""
    response = Response(
        Message("assistant", (Text("a", logprobs=({"text": "a"},)), ToolCall("i", "f", "{}"))),
        "c1",
        "m",
        finish=Finish("tool_calls", "tool_use"),
        usage=Usage(5, 2, cache_read=3),
        extra={"more": 1, "message": {"note": "n", "citations": [{"type": "PLAN"}]}},
    )

    assert {
        "id": "c1",
        "model": "m",
        "message": {
            "role": "assistant",
            "content": [{"type": "text", "text": "a"}],
            "tool_calls": [{"id": "i", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            "note": "n",
            "citations": [{"type": "PLAN"}],
        },
        "finish_reason": "TOOL_CALL",
        "raw_finish_reason": "tool_use",
        "usage": {
            "billed_units": {"input_tokens": 8, "output_tokens": 2},
            "tokens": {"input_tokens": 8, "output_tokens": 2},
            "cached_tokens": 3,
        },
        "logprobs": [{"text": "a"}],
        "more": 1,
    } == json.loads(encode_response(response))


def test_an_empty_answer() -> None:
    """The fields that clients want are there all the same."""
    assert {
        "id": "",
        "message": {"role": "assistant"},
        "finish_reason": "COMPLETE",
        "raw_finish_reason": None,
    } == json.loads(encode_response(Response(Message("assistant", ()))))

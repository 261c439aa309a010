"""Whole answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.mistral_chat.decode_response import decode_response
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Failed,
    Failure,
    Finish,
    Finished,
    Origin,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)

ORIGIN = Origin("mistral_chat", "mistral", "m")


def test_an_answer(target: Target) -> None:
    """The same events as the answer streamed: thinking, text, a call, usage, end."""
    usage = {"prompt_tokens": 77, "completion_tokens": 20, "total_tokens": 97, "prompt_tokens_details": {"cached_tokens": 64}}
    message = {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Look"}], "signature": None},
            {"type": "text", "text": "Reading"},
        ],
        "tool_calls": [{"id": "a1B2c3D4e", "index": 0, "function": {"name": "read", "arguments": '{"path":"a"}'}}],
    }
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    expected = [
        Started("c", "m", 1),
        BlockStart(0, Thinking(origin=ORIGIN)),
        ThinkingDelta(0, "Look"),
        BlockStop(0),
        BlockStart(1, Text("")),
        TextDelta(1, "Reading"),
        BlockStop(1),
        BlockStart(2, ToolCall("a1B2c3D4e", "read")),
        ArgumentsDelta(2, '{"path":"a"}'),
        UsageUpdate(Usage(13, 20, 64, raw=usage)),
        BlockStop(2),
        Finished(Finish("tool_calls", "tool_calls")),
    ]

    assert expected == decode_response(json.dumps(body).encode(), target)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the answer is empty"),
        (b"<html>", "the answer is not JSON: JSON is malformed: invalid character (byte 0)"),
        (b"[]", "the answer is not a JSON object"),
        (b"{}", "the answer has no choices"),
        (b'{"choices": [1]}', "the answer has no choices"),
    ],
)
def test_no_answer(target: Target, body: bytes, message: str) -> None:
    """Malformed bytes are a value, not an exception."""
    (event,) = decode_response(body, target)

    assert isinstance(event, Failed)
    assert (message, "decode") == (event.failure.message, event.failure.reason)


def test_an_error_of_good_status(target: Target) -> None:
    """It fails as it would by status."""
    body: dict[str, Any] = {"object": "error", "message": "m", "type": "t", "code": "3230", "raw_status_code": 400}

    assert [Failed(Failure("m", 400, "t", "3230", body=body))] == decode_response(json.dumps(body).encode(), target)

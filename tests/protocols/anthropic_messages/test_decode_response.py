"""Whole answers to events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.anthropic_messages.decode_response import decode_response
from dragoman.protocols.anthropic_messages.encode_blocks import MALFORMED
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    OpaqueEvent,
    Origin,
    ServerToolCall,
    Started,
    Text,
    TextDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)

HERE = Origin("anthropic_messages", "anthropic", "m")


def message(*content: Any, **fields: Any) -> bytes:
    wire = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": list(content),
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 2},
    }
    return json.dumps(wire | fields).encode()


def failure_of(events: list[Event]) -> Any:
    assert isinstance(events[-1], Failed)
    return events[-1].failure


def test_a_whole_answer_is_told_in_order() -> None:
    """Start, fields without a word, counts, blocks, end."""
    events = decode_response(message({"type": "text", "text": "a"}, container={"id": "c"}, diagnostics=None), HERE)

    assert [
        Started("msg_1", "m"),
        Extra({"container": {"id": "c"}}),
        UsageUpdate(Usage(1, 2, raw={"input_tokens": 1, "output_tokens": 2})),
        BlockStart(0, Text("")),
        TextDelta(0, "a"),
        BlockStop(0),
        Finished(Finish("stop", "end_turn")),
    ] == events


def test_arguments_keep_the_vendors_spelling() -> None:
    """Argument text is what the body holds, key order, spacing and large numbers included."""
    body = (
        b'{"type":"message","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"i","name":"n","input":'
        b'{"b": 1.50, "a": 123456789012345678901234567890}},{"type":"server_tool_use","id":"s","name":"w","input":{}}]}'
    )
    deltas = [event for event in decode_response(body, HERE) if isinstance(event, ArgumentsDelta)]

    assert [ArgumentsDelta(1, '{"b": 1.50, "a": 123456789012345678901234567890}'), ArgumentsDelta(2, "{}")] == deltas


def test_malformed_arguments_come_back_out_of_their_field() -> None:
    """Text that a server could only say in one field is text again, and malformed."""
    (call,) = accumulate(
        decode_response(message({"type": "tool_use", "id": "i", "name": "n", "input": {MALFORMED: '{"a":'}}), HERE)
    ).tool_calls

    assert ('{"a":', True) == (call.arguments, call.malformed)


def test_calls_without_a_reason_wait_for_results() -> None:
    """Where the vendor says no reason, the calls say it."""
    body = message({"type": "tool_use", "id": "i", "name": "n", "input": {}}, stop_reason=None)

    assert Finished(Finish("tool_calls")) == decode_response(body, HERE)[-1]


def test_a_refusal_keeps_its_details() -> None:
    """Details of a refusal are on the finish."""
    body = message(stop_reason="refusal", stop_details={"type": "refusal", "category": "cyber"})

    assert (
        Finished(Finish("refusal", "refusal", details={"type": "refusal", "category": "cyber"}))
        == decode_response(body, HERE)[-1]
    )


def test_content_that_is_no_block_is_not_lost() -> None:
    """An item that is no object becomes an event, and its neighbours are read."""
    events = decode_response(message("?", {"type": "tool_use", "id": "i", "name": "n", "input": {"a": 1}}), HERE)

    assert OpaqueEvent("content", "?") in events
    assert ArgumentsDelta(0, '{"a":1}') in events


def test_strange_inputs_stay_calls() -> None:
    """An input that is null or a list is argument text like any other."""
    events = decode_response(
        message(
            {"type": "tool_use", "id": "i", "name": "n", "input": None},
            {"type": "mcp_tool_use", "id": "j", "name": "n", "input": [1]},
        ),
        HERE,
    )
    blocks = accumulate(events).message.content

    assert (ToolCall("i", "n", "{}"), ServerToolCall("j", "n", "[1]", "mcp_tool_use", origin=HERE)) == blocks


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
        b'{"error":{"type":"overloaded_error","message":"Overloaded"}}',
        b'[{"error":{"type":"overloaded_error","message":"Overloaded"}}]',
    ],
)
def test_an_error_with_a_good_status_is_an_error(body: bytes) -> None:
    """An error object in a 200 body fails as it would by status."""
    failure = failure_of(decode_response(body, HERE))

    assert ("overloaded_error", "Overloaded", None) == (failure.type, failure.message, failure.status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"{}",
        b"[]",
        b"7",
        b"null",
        b'{"content":"text"}',
        b'{"type":"completion"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_what_is_no_message_fails_to_decode(body: bytes) -> None:
    """Anything else is a decode failure with the first characters of the body."""
    failure = failure_of(decode_response(body, HERE))

    assert "decode" == failure.reason
    assert body[:50].decode("utf-8", "replace") == failure.body[:50]

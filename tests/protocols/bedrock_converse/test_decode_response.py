"""Whole answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.bedrock_converse.decode_response import decode_response
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Opaque,
    ServerToolCall,
    Started,
    Text,
    TextDelta,
    ToolCall,
    Usage,
    UsageUpdate,
)


def answer(*content: Any, **fields: Any) -> bytes:
    message = {"role": "assistant", "content": content, **fields.pop("message", {})}
    return json.dumps({"output": {"message": message}, "stopReason": "end_turn", **fields}).encode()


def decode(target: Target, body: bytes) -> list[Event]:
    return decode_response(body, target.origin())


def test_an_answer_in_full(target: Target) -> None:
    """Events come in the order a stream has, arguments in the model's own spelling."""
    usage = {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}
    body = (
        b'{"output":{"message":{"role":"assistant","new":1,"content":[{"text":"t"},'
        b'{"toolUse":{"toolUseId":"i","name":"n","input":{"a" : 1.0}}}]}},'
        b'"stopReason":"tool_use","usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},'
        b'"metrics":{"latencyMs":9},"additionalModelResponseFields":{"stop_sequence":"x"},"trace":null}'
    )

    assert decode(target, body) == [
        Started(),
        Extra({"output": {"message": {"new": 1}}}),
        BlockStart(0, Text("")),
        TextDelta(0, "t"),
        BlockStop(0),
        BlockStart(1, ToolCall("i", "n")),
        ArgumentsDelta(1, '{"a" : 1.0}'),
        BlockStop(1),
        Extra({"additionalModelResponseFields": {"stop_sequence": "x"}}),
        UsageUpdate(Usage(1, 2, raw=usage)),
        Extra({"metrics": {"latencyMs": 9}}),
        Finished(Finish("tool_calls", "tool_use", "x")),
    ]


def test_calls_beside_what_is_no_block(target: Target) -> None:
    """Then compact JSON has to do for the arguments; malformed ones are unwrapped."""
    calls = [{"toolUse": {"toolUseId": "i", "name": "n", "input": value}} for value in ({"a": 1}, {"_malformed_arguments": "{"})]
    events = decode(target, answer("?", *calls))

    assert [event.text for event in events if isinstance(event, ArgumentsDelta)] == ['{"a":1}', "{"]
    assert BlockStart(0, Opaque({"": "?"}, origin=target.origin())) in events


def test_the_services_own_calls_want_no_answer(target: Target) -> None:
    """They do not make an answer without a reason one of calls."""
    own = {"toolUse": {"toolUseId": "i", "name": "n", "input": {}, "type": "server_tool_use"}}
    events = decode(target, answer(own, stopReason=None))

    assert events[-1] == Finished(Finish("stop"))
    assert isinstance(events[1], BlockStart)
    assert isinstance(events[1].block, ServerToolCall)
    assert decode(target, answer(own, {"toolUse": {"toolUseId": "i", "name": "n"}}, stopReason=5))[-2:] == [
        Extra({"stopReason": 5}),
        Finished(Finish("tool_calls")),
    ]


def test_counts_that_are_none(target: Target) -> None:
    """They are kept as they came."""
    assert decode(target, answer(usage=[1]))[-2] == Extra({"usage": [1]})
    assert decode(target, answer(usage={}))[-2] == Started()


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        (b"<html>", "decode", "the answer is not JSON"),
        (b"", "decode", "the answer is not JSON"),
        (b"[]", "decode", "the answer is not a message"),
        (b'{"output":{"message":{"content":"t"}}}', "decode", "the answer is not a message"),
        (b'{"message":"slow down"}', None, "slow down"),
        (b'{"output":null,"__type":"x#ThrottlingException"}', None, "the service reported"),
    ],
)
def test_what_is_no_answer(target: Target, body: bytes, reason: str | None, message: str) -> None:
    """Errors in a body of good status are errors, and other bytes are not this protocol."""
    (event,) = decode(target, body)

    assert isinstance(event, Failed)
    assert event.failure.reason == reason
    assert event.failure.message.startswith(message)


def test_the_type_of_an_error_in_a_body(target: Target) -> None:
    """It is named behind the hash."""
    body = b'{"__type":"com.amazon#ThrottlingException","message":"m"}'

    assert decode(target, body) == [Failed(Failure("m", type="ThrottlingException", body=json.loads(body)))]

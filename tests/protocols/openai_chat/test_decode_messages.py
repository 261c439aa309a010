"""Messages of a request, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.decode_messages import decode_messages
from dragoman.protocols.openai_chat.encode_messages import encode_messages
from dragoman.protocols.openai_chat.media import WIRE
from dragoman.types import (
    Audio,
    Base64,
    Cache,
    Image,
    Message,
    Opaque,
    Refusal,
    Request,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
)

Json = dict[str, Any]
SPOKEN = ChatDialect(system_role="system", echo="always", tool_media=True)


def again(*messages: Json) -> list[Json]:
    """The messages after decoding and encoding for a vendor that takes all of them."""
    target = Target("acme", "openai_chat", "m", dialect=SPOKEN)
    report = Report(target)
    encoded = encode_messages(Request("m", tuple(decode_messages(list(messages)))), target, SPOKEN, report)
    assert report.adaptations == []
    return [{name: value for name, value in message.items() if value is not None} for message in encoded]


def call(id: str | None = "a", **fields: Any) -> Json:
    function = {"name": "f", "arguments": "{}"}
    return {**({} if id is None else {"id": id}), "type": "function", "function": function, **fields}


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        ({"role": "user", "content": "Hi"}, Message("user", (Text("Hi"),))),
        ({"role": "user", "content": "Hi", "name": "Ann"}, Message("user", (Text("Hi"),), "Ann")),
        ({"role": "developer", "content": "Be"}, Message("developer", (Text("Be"),))),
        (
            {"role": "user", "content": "Hi", "cache_control": {"type": "ephemeral"}},
            Message("user", (Text("Hi"),), origin=WIRE, extra={"cache_control": {"type": "ephemeral"}}),
        ),
        (
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "See", "prompt_cache_breakpoint": {"mode": "explicit"}},
                    {"type": "image_url", "image_url": {"url": "https://a.test"}},
                    {"type": "hologram", "x": 1},
                ],
            },
            Message(
                "user",
                (
                    Text("See", cache=Cache()),
                    Image(Url("https://a.test")),
                    Opaque({"type": "hologram", "x": 1}, origin=WIRE),
                ),
            ),
        ),
        ({"role": "assistant", "content": "Yes"}, Message("assistant", (Text("Yes"),))),
        ({"role": "assistant", "content": ""}, Message("assistant", (Text(""),))),
        ({"role": "assistant", "refusal": "No"}, Message("assistant", (Refusal("No"),))),
        (
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No"}]},
            Message("assistant", (Refusal("No", origin=WIRE, extra={"field": "content"}),)),
        ),
        (
            {"role": "assistant", "tool_calls": [call(), call("b", extra_content=1)]},
            Message(
                "assistant",
                (
                    ToolCall("a", "f", "{}"),
                    ToolCall("b", "f", "{}", origin=WIRE, extra={"extra_content": 1}),
                ),
            ),
        ),
        (
            {"role": "assistant", "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}}]},
            Message("assistant", (ToolCall("a", "sh", "ls", custom=True),)),
        ),
        (
            {"role": "assistant", "tool_calls": [call(type="builtin_function")]},
            Message("assistant", (ToolCall("a", "f", "{}", origin=WIRE, extra={"type": "builtin_function"}),)),
        ),
        (
            {
                "role": "assistant",
                "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}", "strict": True}}],
            },
            Message("assistant", (ToolCall("a", "f", "{}", origin=WIRE, extra={"function": {"strict": True}}),)),
        ),
        (
            {"role": "assistant", "tool_calls": [{"type": "search", "q": 1}]},
            Message("assistant", (Opaque({"type": "search", "q": 1}, origin=WIRE, extra={"field": "tool_calls"}),)),
        ),
        (
            {"role": "assistant", "content": "Yes", "reasoning_content": "Hm"},
            Message("assistant", (Thinking(text="Hm", origin=WIRE, extra={"field": "reasoning_content"}), Text("Yes"))),
        ),
        (
            {"role": "assistant", "content": "Yes", "reasoning_content": ""},
            Message("assistant", (Thinking(text="", origin=WIRE, extra={"field": "reasoning_content"}), Text("Yes"))),
        ),
        (
            {"role": "assistant", "content": "Yes", "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]},
            Message(
                "assistant",
                (
                    Thinking(
                        text="Hm",
                        origin=WIRE,
                        extra={
                            "field": "reasoning_details",
                            "reasoning_details": [{"type": "reasoning.text", "text": "Hm"}],
                        },
                    ),
                    Text("Yes"),
                ),
            ),
        ),
        (
            {"role": "assistant", "content": "Yes", "prefix": True},
            Message("assistant", (Text("Yes"),), origin=WIRE, extra={"prefix": True}),
        ),
        (
            {"role": "assistant", "audio": {"id": "s"}},
            Message("assistant", (Audio(Base64("audio/*", ""), origin=WIRE, extra={"id": "s"}),)),
        ),
        (
            {"role": "tool", "tool_call_id": "a", "content": "1"},
            Message("tool", (ToolResult("a", (Text("1"),)),)),
        ),
        (
            {"role": "tool", "tool_call_id": "a", "name": "f", "content": [{"type": "text", "text": "1"}] * 2, "x": 1},
            Message("tool", (ToolResult("a", (Text("1"), Text("1"))),), "f", WIRE, {"x": 1}),
        ),
    ],
)
def test_messages_both_ways(wire: Json, message: Message) -> None:
    """Each message has its value, and the value gives the message again."""
    assert decode_messages([wire]) == [message]
    assert again(wire) == [wire]


def test_the_old_function_call_is_paired_by_order() -> None:
    """Calls and results that have no ids get the same ones, and go back without."""
    wire = [
        {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
        {"role": "assistant", "function_call": {"name": "g", "arguments": "{}"}},
        {"role": "function", "name": "g", "content": "2"},
    ]

    messages = decode_messages(wire)

    assert [message.tool_calls[0].id for message in messages[::2]] == ["call_0", "call_1"]
    assert messages[3].content == (ToolResult("call_1", (Text("2"),), name="g", origin=WIRE, extra={"function_call": True}),)
    assert again(*wire) == wire


def test_calls_and_results_without_ids() -> None:
    """Writer pairs them by order: both get an id."""
    wire = [
        {"role": "assistant", "tool_calls": [call(None), call(None)]},
        {"role": "tool", "content": "1"},
        {"role": "tool", "content": "2"},
    ]

    encoded = again(*wire)

    assert [entry["id"] for entry in encoded[0]["tool_calls"]] == ["call_0", "call_1"]
    assert [message["tool_call_id"] for message in encoded[1:]] == ["call_0", "call_1"]


@pytest.mark.parametrize("content", [None, ""])
def test_no_words_beside_calls(content: str | None) -> None:
    """Null, empty and absent content are no block where something else is said."""
    wire = {"role": "assistant", "content": content, "tool_calls": [call()]}

    assert decode_messages([wire])[0].content == (ToolCall("a", "f", "{}"),)


@pytest.mark.parametrize(
    "wire",
    [
        {"role": "user", "content": 3},
        {"role": "user", "content": ["Hi"]},
        {"role": "assistant", "content": "x", "tool_calls": "f"},
        {"role": "assistant", "content": "x", "function_call": {"arguments": "{}"}},
        {"role": "assistant", "content": "x", "audio": {"data": "x"}},
        {"role": "assistant", "content": "x", "refusal": 3},
        {"role": "assistant", "content": "x", "reasoning": {"text": "Hm"}},
        {"role": "user", "content": "x", "name": 3},
    ],
)
def test_fields_of_another_form(wire: Json) -> None:
    """They stay fields of the message, and come out again."""
    assert again(wire) == [wire]


def test_arguments_that_are_an_object() -> None:
    """They become the JSON text they should have been."""
    wire = {
        "role": "assistant",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": {"x": 1}}}],
    }

    (message,) = decode_messages([wire])

    assert json.loads(message.tool_calls[0].arguments) == {"x": 1}

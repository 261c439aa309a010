"""The messages of a client's request."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.mistral_chat.decode_messages import decode_messages
from dragoman.protocols.mistral_chat.wire import WIRE
from dragoman.types import Document, FileId, Message, Opaque, Text, Thinking, ToolCall, ToolResult

Json = dict[str, Any]

TEXT = {"type": "text", "text": "h"}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "user", "content": "q"}, Message("user", (Text("q"),))),
        ({"role": "system", "content": ""}, Message("system", (Text(""),))),
        ({"role": "user", "content": None}, Message("user", ())),
        (
            {"role": "user", "content": [{"type": "text", "text": "q"}, {"type": "file", "file_id": "f"}]},
            Message("user", (Text("q"), Document(FileId("f")))),
        ),
        (
            {"role": "assistant", "content": "Yes", "prefix": True, "tool_calls": None},
            Message("assistant", (Text("Yes"),), origin=WIRE, extra={"prefix": True}),
        ),
        (
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "h"}], "signature": "s"}],
            },
            Message("assistant", (Thinking(text="h", signature="s", origin=WIRE),)),
        ),
    ],
)
def test_messages(message: Json, expected: Message) -> None:
    """Text, chunks, and fields that have no word of ours."""
    assert [expected] == decode_messages([message])


def call(id: Any, arguments: Any = "{}", **fields: Any) -> Json:
    return {"id": id, "function": {"name": "f", "arguments": arguments}, **fields}


def test_calls() -> None:
    """Their index says nothing where it counts them; empty text beside them is none."""
    odd = {"id": "c", "type": "connector"}
    entries = [call("i", index=0, type="function"), call("j", {"x": 1}, index=7, seen=1), odd, call("null", type="null")]
    entries[3]["function"]["z"] = 1
    (message,) = decode_messages([{"role": "assistant", "content": "", "tool_calls": entries}])

    expected = (
        ToolCall("i", "f", "{}"),
        ToolCall("j", "f", '{"x":1}', origin=WIRE, extra={"index": 7, "seen": 1, "object": True}),
        Opaque(odd, origin=WIRE, extra={"field": "tool_calls"}),
        ToolCall("call00000", "f", "{}", origin=WIRE, extra={"function": {"z": 1}, "synthetic_id": True}),
    )
    assert expected == message.content
    said = decode_messages([{"role": "assistant", "content": "t", "tool_calls": [call("i")]}])[0]
    assert (Text("t"), ToolCall("i", "f", "{}")) == said.content


def test_calls_of_another_form_stay_a_field() -> None:
    """Nothing is dropped because it looks odd."""
    (message,) = decode_messages([{"role": "assistant", "content": "", "tool_calls": [3]}])

    assert Message("assistant", (Text(""),), origin=WIRE, extra={"tool_calls": [3]}) == message


def test_results() -> None:
    """By the id of their call; one that names none answers the first that waits."""
    messages = decode_messages(
        [
            {"role": "assistant", "content": "", "tool_calls": [call("i"), call("j"), call("k")]},
            {"role": "tool", "tool_call_id": "j", "name": "f", "content": "a"},
            {"role": "tool", "content": "b"},
            {"role": "tool", "content": [{"type": "text", "text": "c"}], "seen": 1},
            {"role": "tool", "content": None},
        ]
    )

    expected = [
        Message("tool", (ToolResult("j", (Text("a"),), name="f"),)),
        Message("tool", (ToolResult("i", (Text("b"),)),)),
        Message("tool", (ToolResult("k", (Text("c"),)),), origin=WIRE, extra={"seen": 1}),
        Message("tool", (ToolResult("call00000"),)),
    ]
    assert expected == messages[1:]


@pytest.mark.parametrize(
    "message", [{"content": "x"}, {"role": "developer", "content": "x"}, {"role": "user", "content": 3}, {"role": []}]
)
def test_no_message_of_this_wire(message: Json) -> None:
    """The error says which it is."""
    with pytest.raises(DecodeError, match=r"messages\[0\]"):
        decode_messages([message])

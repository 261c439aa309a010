"""The items of `input` to messages."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import ResponsesDialect
from dragoman.protocols.openai_responses.decode_messages import decode_messages
from dragoman.protocols.openai_responses.encode_messages import encode_messages
from dragoman.protocols.openai_responses.parts import WIRE
from dragoman.types import Message, Opaque, Request, ServerToolResult, Text, Thinking, ToolCall, ToolResult, user

Json = dict[str, Any]

CALL: Json = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
OUTPUT: Json = {"type": "function_call_output", "call_id": "c", "output": "1"}


def said(role: str, content: Any, **fields: Any) -> Json:
    return {"role": role, "content": content, **fields}


def test_text_is_one_message() -> None:
    """The short form of a request; none at all is no message."""
    assert decode_messages("Hi") == (user("Hi"),)
    assert decode_messages(None) == ()


def test_turns_are_put_together() -> None:
    """The model's items that follow one another are one message, and so are results; plain items carry no marks."""
    messages = decode_messages(
        [
            said("system", "Be brief."),
            said("user", [{"type": "input_text", "text": "Hi"}]),
            {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "x"},
            said("assistant", "a"),
            CALL,
            {**CALL, "call_id": "d"},
            OUTPUT,
            {**OUTPUT, "call_id": "d", "output": [{"type": "input_text", "text": "2"}]},
            said("assistant", "b"),
        ]
    )

    assert messages == (
        Message("system", (Text("Be brief."),)),
        user("Hi"),
        Message(
            "assistant",
            (
                Thinking(encrypted="x", extra={"item": {"id": "rs"}}, origin=WIRE),
                Text("a"),
                ToolCall("c", "f", "{}"),
                ToolCall("d", "f", "{}"),
            ),
        ),
        Message("tool", (ToolResult("c", (Text("1"),)), ToolResult("d", (Text("2"),)))),
        Message("assistant", (Text("b"),)),
    )


def test_a_second_message_begins_a_turn_unless_calls_wait() -> None:
    """Two messages are two turns; a message behind a call stays with it, and is told from its parts."""
    assert len(decode_messages([said("assistant", "a"), said("assistant", "b")])) == 2
    (turn,) = decode_messages([said("assistant", "a"), CALL, said("assistant", "b"), said("assistant", "c")])

    assert [type(block) for block in turn.content] == [Text, ToolCall, Text, Text]
    assert turn.content[3].extra == {"item": {}}


def test_results_of_every_kind() -> None:
    """Their kind and what stands beside the output are kept; an output that is no text stays as it is."""
    (message,) = decode_messages(
        [
            {"type": "custom_tool_call_output", "call_id": "a", "output": "x", "status": "completed"},
            {"type": "shell_call_output", "call_id": "b", "output": [{"stdout": "x"}], "max_output_length": 9},
            {"type": "tool_search_output", "call_id": "c", "execution": "client", "tools": []},
            {"type": "apply_patch_call_output", "call_id": "d", "status": "failed"},
        ]
    )

    assert message.content == (
        ToolResult("a", (Text("x"),), extra={"item": {"type": "custom_tool_call_output"}}, origin=WIRE),
        ToolResult(
            "b",
            (Opaque({"type": "output", "value": [{"stdout": "x"}]}, extra={"field": "output"}, origin=WIRE),),
            extra={"item": {"type": "shell_call_output", "max_output_length": 9}},
            origin=WIRE,
        ),
        ToolResult(
            "c",
            (Opaque({"type": "tools", "value": []}, extra={"field": "tools"}, origin=WIRE),),
            extra={"item": {"type": "tool_search_output", "execution": "client"}},
            origin=WIRE,
        ),
        ToolResult("d", (), extra={"item": {"type": "apply_patch_call_output", "status": "failed"}}, origin=WIRE),
    )


def test_what_the_vendor_ran_is_the_models() -> None:
    """The output of a shell in a container, and of a tool search there, stands in the model's turn."""
    (turn,) = decode_messages(
        [
            {"type": "shell_call", "call_id": "c", "action": {}, "environment": {"type": "container_auto"}},
            {"type": "shell_call_output", "call_id": "c", "output": []},
            {"type": "tool_search_output", "call_id": "d", "execution": "server", "tools": []},
        ]
    )

    assert [type(block) for block in turn.content[1:]] == [ServerToolResult, ServerToolResult]


def test_items_that_the_client_says_itself() -> None:
    """Approvals and changes of the setting are not the model's; every other unknown item is taken for its."""
    roles = [
        message.role
        for message in decode_messages(
            [
                {"type": "mcp_approval_response", "approval_request_id": "m", "approve": True},
                {"type": "additional_tools", "role": "developer", "tools": []},
                {"type": "compaction", "encrypted_content": "x"},
                {"type": "item_reference", "id": "rs_1"},
            ]
        )
    ]

    assert roles == ["user", "developer", "assistant"]


@pytest.mark.parametrize("items", [7, {}, [7], [None]])
def test_what_is_no_input(items: Any) -> None:
    """Is told apart at once."""
    with pytest.raises(DecodeError, match=r"input"):
        decode_messages(items)


INPUTS: dict[str, list[Json]] = {
    "ids and status": [
        said("user", "?"),
        {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "a"}], "encrypted_content": "x"},
        {
            "type": "message",
            "id": "m",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "a", "annotations": []}, {"type": "refusal", "refusal": "b"}],
        },
        {**CALL, "id": "fc", "status": "completed", "namespace": "n"},
        OUTPUT,
    ],
    "phases without ids": [said("assistant", "a", phase="commentary"), said("assistant", "b", phase="final_answer")],
    "a person's fields": [said("user", "a", id="msg_1", status="incomplete")],
    "unknown parts": [said("user", [{"type": "input_text", "text": "a"}, {"type": "input_new", "x": 1}])],
    "unknown roles": [{"type": "message", "role": "critic", "content": "a"}],
    "empty words": [said("assistant", ""), said("user", "")],
    "items of no kind": [{"type": 7}, {"id": "x"}],
    "a local shell": [
        {"type": "local_shell_call", "id": "l", "call_id": "c", "action": {"command": ["ls"]}, "status": "completed"},
        {"type": "local_shell_call_output", "id": "c", "call_id": "c", "output": "a"},
    ],
    "a computer": [
        {"type": "computer_call", "id": "k", "call_id": "c", "action": {"type": "wait"}, "pending_safety_checks": []},
        {
            "type": "computer_call_output",
            "call_id": "c",
            "acknowledged_safety_checks": [],
            "output": {"type": "computer_screenshot", "file_id": "f"},
        },
    ],
    "a kind to come": [{"type": "hologram", "id": "h"}, said("user", "a"), {"type": "hologram_output", "call_id": "h"}],
}


@pytest.mark.parametrize("items", INPUTS.values(), ids=INPUTS.keys())
def test_items_go_on_as_they_came(target: Target, items: list[Json]) -> None:
    """What a client sent is what the provider gets."""
    report = Report(target)
    _, sent = encode_messages(
        Request("m", decode_messages(items)), target, ResponsesDialect(lone_reasoning=True, echo="always"), report
    )

    assert json.loads(msgspec.json.encode(sent)) == items
    assert report.adaptations == []

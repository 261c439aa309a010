"""What an encoder keeps of what it is saying."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_responses.open_items import OpenBlock
from dragoman.protocols.openai_responses.said import SaidBlock, SaidItem, announced, bare
from dragoman.types import Citation, Opaque, Refusal, ServerToolCall, Text, Thinking, ToolCall

RUN_HERE = {"item": {"type": "local_shell_call", "status": "completed"}, "field": "action"}


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            ToolCall("c", "f", "{}"),
            {"type": "function_call", "id": "fc_2", "status": "in_progress", "call_id": "c", "arguments": ""},
        ),
        (ToolCall("c", "f", "x", True), {"type": "custom_tool_call", "id": "ctc_2", "status": "in_progress", "input": ""}),
        (
            ToolCall("c", "f", "{}", extra={"item": {"id": "mine"}}),
            {"type": "function_call", "id": "mine", "status": "in_progress", "arguments": ""},
        ),
        (
            ToolCall("c", "local_shell", '{"command":[]}', extra=RUN_HERE),
            {"type": "local_shell_call", "status": "completed", "action": {"command": []}},
        ),
        (ServerToolCall("s", "web"), {"type": "mcp_call", "id": "s", "status": "in_progress", "arguments": ""}),
        (Thinking("Hm"), {"type": "reasoning", "id": "rs_2", "summary": []}),
        (Opaque({"odd": 1}), {"odd": 1}),
    ],
)
def test_an_item_is_announced_before_it_is_complete(block: Any, expected: dict[str, Any]) -> None:
    """Without what comes in deltas, and under way unless it says otherwise."""
    item = announced(block, 2)

    assert {name: item.get(name) for name in expected} == expected


def test_what_comes_in_deltas_is_left_out() -> None:
    """Of every kind of block; an action that came whole stays."""
    assert bare(Text("a", citations=(Citation("x"),), logprobs=({},))) == Text("")
    assert bare(Refusal("a")) == Refusal("")
    assert bare(Thinking("a", signature="s")) == Thinking(signature="s")
    assert bare(ToolCall("c", "f", "{}")) == ToolCall("c", "f")
    call = ToolCall("c", "local_shell", "{}", extra=RUN_HERE)
    assert bare(call) is call


def test_frames_name_every_item() -> None:
    """One that has no id gets a name for its frames."""
    assert SaidItem(3, {"type": "message", "id": "msg_1"}).name == b'"msg_1"'
    assert SaidItem(3, {"type": "message"}).id == "item_3"


def test_a_block_begins_silent() -> None:
    """Its first words open their part."""
    said = SaidBlock(SaidItem(0, {}), OpenBlock(0, Text("")), 1)

    assert (said.spoke, said.place, said.annotations) == (False, 1, 0)

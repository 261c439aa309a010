"""Blocks to steps, above all those of other origins."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini_interactions.say import say_result, say_step, say_steps
from dragoman.types import (
    Audio,
    Block,
    Image,
    Opaque,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from dragoman.types.content import Base64, FileId

AWAY = Origin("anthropic_messages", "anthropic", "claude")
WAV = Base64("audio/wav", "AA==")


def said(*blocks: Block) -> list[dict[str, Any]]:
    return say_steps(blocks, lambda block: block.origin is None)


def test_words_that_nobody_put_together_are_steps_of_their_own() -> None:
    """Each text begins a step, so that a stream can say the same."""
    assert said(Text("a"), Refusal("b")) == [
        {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
        {"type": "model_output", "content": [{"type": "text", "text": "b"}]},
    ]


def test_vendor_fields_of_others_stay_behind() -> None:
    """A foreign mark does not join steps, and foreign fields are no fields here."""
    blocks = (
        Text("a", extra={"part": 1, "step": {"odd": 1}, "fields": {"odd": 1}}, origin=AWAY),
        Thinking("t", "s", extra={"step": {"odd": 1}, "summary": [1, 0]}, origin=AWAY),
        ToolCall("f", "n", extra={"step": {"odd": 1}}, origin=AWAY),
    )

    assert said(*blocks) == [
        {"type": "model_output", "content": [{"type": "text", "text": "a"}]},
        {"type": "thought", "signature": "s", "summary": [{"type": "text", "text": "t"}]},
        {"type": "function_call", "id": "f", "name": "n", "arguments": {}},
    ]


def test_tools_of_other_vendors_are_those_of_a_server() -> None:
    """The nearest this wire has is an MCP server's tool."""
    assert said(
        ServerToolCall("s", "web_search", '{"q":1}', "server_tool_use", origin=AWAY),
        ServerToolResult("s", "web_search_tool_result", ["x"], True, origin=AWAY),
        ServerToolCall("m", "run", kind="mcp_tool_use", server="box", origin=AWAY),
    ) == [
        {
            "type": "mcp_server_tool_call",
            "id": "s",
            "name": "web_search",
            "server_name": "server_tool_use",
            "arguments": {"q": 1},
        },
        {"type": "mcp_server_tool_result", "call_id": "s", "result": ["x"], "is_error": True},
        {"type": "mcp_server_tool_call", "id": "m", "name": "run", "server_name": "box", "arguments": {}},
    ]


def test_free_text_and_malformed_arguments_are_wrapped() -> None:
    """The wire takes objects only."""
    assert said(ToolCall("f", "n", "x = 1", custom=True))[0]["arguments"] == {"input": "x = 1"}
    assert said(ToolCall("f", "n", "{oops"))[0]["arguments"] == {"_malformed_arguments": "{oops"}


def test_what_is_said_in_sound() -> None:
    """It follows the sound as text; where there is no sound it stands alone."""
    text = {"type": "text", "text": "hi"}

    assert said(Audio(WAV, "hi"))[0]["content"] == [{"type": "audio", "data": "AA==", "mime_type": "audio/wav"}, text]
    assert said(Audio(FileId("a"), "hi"))[0]["content"] == [{"type": "audio", "uri": "a"}, text]
    assert said(Audio(Base64("audio/wav", ""), "hi"))[0]["content"] == [text]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("abc", [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "bc"}]),
        ("abcd", [{"type": "text", "text": "abcd"}]),
        ("", None),
    ],
)
def test_summaries_are_cut_as_they_were(text: str, summary: Any) -> None:
    """A text that somebody changed is one piece."""
    block = Thinking(text, extra={"summary": [1, {"type": "image"}, 2]} if text else {})

    assert summary == say_step(block, True).get("summary")


def test_a_text_with_fields_is_cut_as_it_was() -> None:
    """An item of a summary that says more than its words stands whole."""
    item = {"type": "text", "text": "a", "odd": 1}

    assert say_step(Thinking("ab", extra={"summary": [item, 1]}), True)["summary"] == [item, {"type": "text", "text": "b"}]


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (ToolResult("f"), {"result": ""}),
        (ToolResult("f", (Text("a"),), True, "n"), {"name": "n", "result": "a", "is_error": True}),
        (ToolResult("f", (Text("a"), Text("b"))), {"result": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
        (
            ToolResult("f", (Image(Base64("image/png", "A")),)),
            {"result": [{"type": "image", "data": "A", "mime_type": "image/png"}]},
        ),
        (ToolResult("f", (Text('{"a":1}', extra={"object": True}),)), {"result": {"a": 1}}),
        (ToolResult("f", (Text("changed", extra={"object": True}),)), {"result": "changed"}),
        (
            ToolResult("f", (Text("a"),), extra={"list": True, "step": {"odd": 1}}),
            {"result": [{"type": "text", "text": "a"}], "odd": 1},
        ),
    ],
)
def test_results(block: ToolResult, fields: dict[str, Any]) -> None:
    """Text as it is, a value as that value, else a list of content."""
    assert {"type": "function_result", "call_id": "f", **fields} == say_result(block, True)
    assert said(block) == [{"type": "function_result", "call_id": "f", **fields}]


def test_what_is_no_step() -> None:
    """Content has to be put into one."""
    with pytest.raises(TypeError, match="Text is not a step"):
        say_step(Text("a"), True)
    assert say_step(Opaque({"type": "future"}), True) == {"type": "future"}

"""Blocks in this wire's words."""

from __future__ import annotations

from dragoman.protocols.cohere_chat.say import call_fields, call_said, content_said, is_plan, message_said, own_extra
from dragoman.types import Citation, FileId, Image, Message, Opaque, Origin, Refusal, Text, Thinking, ToolCall

HERE, THERE = Origin("cohere_chat", "acme"), Origin("openai_chat", "openai")


def test_whose_data_it_is() -> None:
    """That of this wire, or of nobody in particular."""
    assert [{"a": 1}, {"a": 1}, {}] == [own_extra(Text("", origin=origin, extra={"a": 1})) for origin in (None, HERE, THERE)]
    assert [True, False] == [is_plan(Thinking("p", origin=origin, extra={"field": "tool_plan"})) for origin in (HERE, THERE)]


def test_calls() -> None:
    """Vendor fields only where they belong; in an answer, an id that we made up says so."""
    call = ToolCall("i", "f", "{}", origin=HERE, extra={"function": {"z": 1}, "x": 2, "synthetic_id": True})
    function = {"name": "f", "arguments": "{}"}

    assert {"id": "i", "type": "function", "function": {**function, "z": 1}, "x": 2} == call_fields(call, own=True)
    assert {"id": "i", "type": "function", "function": function} == call_fields(call, own=False)
    assert call_said(call)["synthetic_id"]
    assert {"id", "type", "function"} == set(call_said(ToolCall("i", "f", origin=THERE, extra={"x": 1})))


def test_content_parts() -> None:
    """Text, thinking, and what only this wire understands."""
    assert {"type": "text", "text": "a", "x": 1} == content_said(Text("a", origin=HERE, extra={"x": 1}))
    assert {"type": "text", "text": "no"} == content_said(Refusal("no"))
    assert {"type": "thinking", "thinking": "h"} == content_said(Thinking("h", origin=THERE, extra={"field": "reasoning"}))
    assert [{"type": "new"}, None] == [content_said(Opaque({"type": "new"}, origin=origin)) for origin in (HERE, THERE)]


def test_a_whole_message() -> None:
    """Each kind in its field, what has none left out; citations name the part they are of."""
    content = (
        Thinking("p", origin=HERE, extra={"field": "tool_plan"}),
        Thinking("h"),
        Text("a", (Citation(start=0, end=1, text="a"),), ({"text": "a"},)),
        Image(FileId("f")),
        ToolCall("i", "f", "{}"),
    )
    said, tokens = message_said(Message("assistant", content))

    assert ("p", [{"text": "a"}], [1]) == (said["tool_plan"], tokens, [item["content_index"] for item in said["citations"]])
    assert [{"type": "thinking", "thinking": "h"}, {"type": "text", "text": "a"}] == said["content"]
    assert ["i"] == [call["id"] for call in said["tool_calls"]]

"""Whole steps to blocks."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini_interactions.say import say_steps
from dragoman.protocols.gemini_interactions.steps import (
    SERVER_TOOLS,
    blocks_of,
    single,
    step_fields,
    summary_cuts,
    summary_text,
)
from dragoman.types import Block, Image, Opaque, Origin, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from dragoman.types.content import Base64

HERE = Origin("gemini_interactions", "g", "m")


def blocks(*steps: dict[str, Any]) -> list[Block]:
    found: list[Block] = []
    last = None
    for step in steps:
        found += blocks_of(step, HERE, answer=True, follows=last == "model_output")
        last = step.get("type")
    return found


PAIR = (
    {"type": "google_search_call", "id": "s", "arguments": {"queries": ["q"]}, "search_type": "web_search"},
    {"type": "google_search_result", "call_id": "s", "result": [{"search_suggestions": "x"}], "is_error": False},
)


@pytest.mark.parametrize(
    ("step", "block"),
    [
        ({"type": "thought", "signature": "sig"}, Thinking("", "sig", origin=HERE)),
        ({"type": "thought"}, Thinking(origin=HERE)),
        (
            {"type": "thought", "signature": "sig", "summary": [{"type": "text", "text": "hm"}], "odd": 1},
            Thinking("hm", "sig", extra={"step": {"odd": 1}}, origin=HERE),
        ),
        (
            {"type": "thought", "summary": [{"type": "text", "text": "a"}, {"type": "image", "data": "x"}]},
            Thinking("a", extra={"summary": [1, {"type": "image", "data": "x"}]}, origin=HERE),
        ),
        (
            {"type": "function_call", "id": "f", "name": "read", "arguments": {"a": 1}, "signature": ""},
            ToolCall("f", "read", '{"a":1}', extra={"step": {"signature": ""}}, origin=HERE),
        ),
        ({"type": "function_call", "id": "f", "name": "read", "arguments": {}}, ToolCall("f", "read", "{}", origin=HERE)),
        (
            PAIR[0],
            ServerToolCall(
                "s",
                "web_search",
                '{"queries":["q"]}',
                "google_search_call",
                extra={"step": {"search_type": "web_search"}},
                origin=HERE,
            ),
        ),
        (
            PAIR[1],
            ServerToolResult(
                "s", "google_search_result", [{"search_suggestions": "x"}], extra={"step": {"is_error": False}}, origin=HERE
            ),
        ),
        (
            {"type": "mcp_server_tool_call", "id": "s", "name": "run", "server_name": "box", "arguments": {}},
            ServerToolCall("s", "run", "{}", "mcp_server_tool_call", "box", origin=HERE),
        ),
        ({"type": "file_search_call", "id": "s"}, ServerToolCall("s", "file_search", "", "file_search_call", origin=HERE)),
        (
            {"type": "code_execution_result", "call_id": "s", "result": "boom", "is_error": True},
            ServerToolResult("s", "code_execution_result", "boom", True, origin=HERE),
        ),
        ({"type": "model_output"}, Opaque({"type": "model_output"}, origin=HERE)),
    ],
)
def test_a_step_is_a_block(step: dict[str, Any], block: Block) -> None:
    """Each kind of step, and the same step again."""
    assert blocks(step) == [block]
    assert [step] == say_steps([block], lambda _: True)


@pytest.mark.parametrize(
    "step",
    [
        {"type": "future_call", "id": "x"},
        {"type": "user_input", "content": []},
        {"type": "function_call", "name": "no id"},
        {"type": "function_call", "id": "f", "name": "f", "arguments": [1]},
        {"type": "google_search_call"},
        {"type": "google_search_result"},
        {"type": "thought", "signature": 7},
        {"type": "thought", "summary": "text"},
        {"type": ["odd"]},
        {},
    ],
)
def test_unknown_steps_are_kept(step: dict[str, Any]) -> None:
    """Of an unknown kind or form: as it came, and sent back so."""
    assert blocks(step) == [Opaque(step, origin=HERE)]
    assert [step] == say_steps(blocks(step), lambda _: True)


def test_every_server_tool_is_a_pair() -> None:
    """Calls and results of all of the vendor's tools are told from each other."""
    for tool in SERVER_TOOLS:
        assert isinstance(single({"type": f"{tool}_call", "id": "x"}, HERE), ServerToolCall)
        assert isinstance(single({"type": f"{tool}_result", "call_id": "x"}, HERE), ServerToolResult)


def test_contents_of_a_step_stand_together() -> None:
    """Several contents of one step are one step again, and those of two steps two."""
    steps: list[dict[str, Any]] = [
        {"type": "model_output", "error": {"code": 8}, "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"type": "model_output", "content": [{"type": "image", "data": "AA==", "mime_type": "image/png"}]},
        {"type": "model_output", "content": [{"type": "text", "text": "c"}]},
    ]
    found = blocks(*steps)

    assert found == [
        Text("a", extra={"step": {"error": {"code": 8}}}, origin=HERE),
        Text("b", extra={"part": 1}, origin=HERE),
        Image(Base64("image/png", "AA=="), extra={"part": 0}, origin=HERE),
        Text("c", extra={"part": 0}, origin=HERE),
    ]
    assert steps == say_steps(found, lambda _: True)


def test_summaries() -> None:
    """One text needs no cuts, and none has none."""
    text = {"type": "text", "text": "ab"}

    assert summary_cuts([]) is None
    assert summary_cuts([text]) is None
    assert summary_cuts([text, {"type": "text", "text": ""}, 7]) == [2, 0, 7]
    assert summary_text([text, 7, text]) == "abab"
    assert step_fields({"type": "t", "a": 1, "b": None, "c": 2}, ("a",)) == {"c": 2}

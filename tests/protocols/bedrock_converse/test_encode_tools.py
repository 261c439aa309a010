"""Tools, and whether they may be called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import assistant, tool_result, user
from dragoman.protocols.bedrock_converse import ConverseDialect
from dragoman.types import Cache, CustomTool, Tool, ToolCall, ToolChoice, VendorTool

Encode = Callable[..., Any]

SCHEMA = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
TOOL = Tool("n", "d", SCHEMA)
SPEC = {"toolSpec": {"name": "n", "description": "d", "inputSchema": {"json": SCHEMA}}}
EMPTY = {"json": {"type": "object", "properties": {}}}


def test_a_tool_in_full(encode: Encode) -> None:
    """Strictness, vendor fields, and a cache point behind it."""
    sent = encode(user("q"), tools=(Tool("n", "d", SCHEMA, True, Cache(), {"new": 1}), VendorTool({"systemTool": {"name": "s"}})))

    assert sent.body["toolConfig"] == {
        "tools": [
            {"toolSpec": {**SPEC["toolSpec"], "strict": True, "new": 1}},
            {"cachePoint": {"type": "default"}},
            {"systemTool": {"name": "s"}},
        ]
    }
    assert sent.reported == []


@pytest.mark.parametrize(
    ("tool", "spec", "reported"),
    [
        (Tool("n", ""), {"name": "n", "inputSchema": EMPTY}, []),
        (
            Tool("n", parameters={"properties": {}}),
            {"name": "n", "inputSchema": EMPTY},
            [("schema", "changed")],
        ),
        (
            CustomTool("n", grammar="g", syntax="lark"),
            {
                "name": "n",
                "inputSchema": {
                    "json": {
                        "type": "object",
                        "properties": {"input": {"type": "string", "description": "Text in this lark grammar:\ng"}},
                        "required": ["input"],
                    }
                },
            },
            [("custom_tool", "changed")],
        ),
        (VendorTool({"type": "web_search"}, "anthropic_messages"), None, [("vendor_tool", "dropped")]),
    ],
)
def test_tools_that_are_said_otherwise(encode: Encode, tool: Any, spec: Any, reported: list[tuple[str, str]]) -> None:
    """A tool without schema takes an object, one of free text one string, another vendor's is left out."""
    sent = encode(user("q"), tools=(tool,))

    assert sent.body.get("toolConfig") == (None if spec is None else {"tools": [{"toolSpec": spec}]})
    assert sent.reported == reported


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        (ToolChoice(), {"auto": {}}),
        (ToolChoice("required"), {"any": {}}),
        (ToolChoice("tool", "n"), {"tool": {"name": "n"}}),
        (ToolChoice("new", extra={"a": 1}), {"new": {"a": 1}}),
    ],
)
def test_choices(encode: Encode, choice: ToolChoice, wire: Any) -> None:
    """Each has its word."""
    assert encode(user("q"), tools=(TOOL,), tool_choice=choice).body["toolConfig"]["toolChoice"] == wire


def test_no_tool_may_be_called(encode: Encode) -> None:
    """There is no word for it: tools are not offered, unless the history needs them."""
    without = encode(user("q"), tools=(TOOL,), tool_choice=ToolChoice("none"))
    needed = encode(user("q"), assistant(ToolCall("i", "n")), tool_result("i"), tools=(TOOL,), tool_choice=ToolChoice("none"))

    assert "toolConfig" not in without.body
    assert without.reported == []
    assert needed.body["toolConfig"] == {"tools": [SPEC]}
    assert needed.reported == [("tool_choice", "dropped")]


def test_a_history_with_calls_needs_its_tools(encode: Encode) -> None:
    """The service refuses it otherwise."""
    sent = encode(user("q"), assistant(ToolCall("i", "n"), ToolCall("j", "n")), tool_result("i"), tool_result("j"))

    assert sent.body["toolConfig"] == {"tools": [{"toolSpec": {"name": "n", "inputSchema": EMPTY}}]}
    assert sent.reported == [("tools", "added")]


def test_only_the_allowed_tools_are_offered(encode: Encode) -> None:
    """Also of the vendor's own."""
    tools = (TOOL, Tool("m"), VendorTool({"systemTool": {"name": "s"}}), VendorTool({"new": 1}))
    sent = encode(user("q"), tools=tools, tool_choice=ToolChoice(allowed=("n", "s")))

    assert sent.body["toolConfig"]["tools"] == [SPEC, {"systemTool": {"name": "s"}}]
    assert sent.reported == [("tool_choice", "changed")]


def test_what_a_model_may_not_take(encode: Encode) -> None:
    """Strictness, cache marks, one call at a time."""
    dialect = ConverseDialect(structured_output=False, cache=False)
    sent = encode(user("q"), tools=(Tool("n", "d", SCHEMA, True, Cache()),), parallel_tools=False, dialect=dialect)

    assert sent.body["toolConfig"] == {"tools": [SPEC]}
    assert sent.reported == [("parallel_tools", "dropped"), ("strict", "dropped"), ("cache", "dropped")]

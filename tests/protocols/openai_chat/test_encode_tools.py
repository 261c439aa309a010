"""Tools and the choice among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.types import Cache, CustomTool, Tool, ToolChoice, VendorTool, user

Encode = Callable[..., Any]

F, G = Tool("f"), Tool("g")
SH = CustomTool("sh")
CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}


def named(kind: str, name: str) -> dict[str, Any]:
    return {"type": kind, kind: {"name": name}}


@pytest.mark.parametrize(
    ("tool", "encoded"),
    [
        (F, named("function", "f")),
        (
            Tool("f", "Does", CLOSED, True, extra={"x": 1, "function": {"y": 2}}),
            {
                "type": "function",
                "function": {"name": "f", "description": "Does", "parameters": CLOSED, "strict": True, "y": 2},
                "x": 1,
            },
        ),
        (
            CustomTool("sh", "Runs", "regex", "ls.*", {"x": 1, "custom": {"y": 2}}),
            {
                "type": "custom",
                "custom": {
                    "name": "sh",
                    "description": "Runs",
                    "format": {"type": "grammar", "grammar": {"syntax": "regex", "definition": "ls.*"}},
                    "y": 2,
                },
                "x": 1,
            },
        ),
        (SH, named("custom", "sh")),
        (VendorTool({"type": "openrouter:web_search"}), {"type": "openrouter:web_search"}),
        (VendorTool({"type": "x"}, "openai_chat"), {"type": "x"}),
    ],
)
def test_definitions(encode: Encode, tool: Any, encoded: dict[str, Any]) -> None:
    """Functions, free-text tools with their grammar one level down, and the vendor's own."""
    sent = encode(user("Hi"), tools=(tool,))

    assert sent.body["tools"] == [encoded]
    assert sent.adaptations == []


@pytest.mark.parametrize(
    ("tool", "dialect", "reported"),
    [
        (Tool("f", strict=True), {"strict": False}, ("strict", "dropped")),
        (SH, {"custom_tools": False}, ("custom_tool", "dropped")),
        (VendorTool({"type": "x"}, "gemini"), {}, ("vendor_tool", "dropped")),
        (Tool("f", cache=Cache()), {}, ("cache", "dropped")),
    ],
)
def test_what_a_vendor_cannot_take(encode: Encode, tool: Any, dialect: dict[str, Any], reported: tuple[str, str]) -> None:
    """It is left out and told."""
    assert encode(user("Hi"), tools=(G, tool), dialect=ChatDialect(**dialect)).reported == [reported]


def test_cache_marks_on_tools(encode: Encode) -> None:
    """Where marks are Anthropic's, a tool may carry one."""
    sent = encode(user("Hi"), tools=(Tool("f", cache=Cache("1h")),), dialect=ChatDialect(cache_marks="cache_control"))

    assert sent.body["tools"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}


def test_without_tools_nothing_is_said_of_them(encode: Encode) -> None:
    """OpenAI answers 400 to an empty list and to a choice among nothing; a demand that falls away is told."""
    quiet = encode(user("Hi"), tool_choice=ToolChoice("auto"), parallel_tools=False)
    told = encode(user("Hi"), tool_choice=ToolChoice("required"))

    assert quiet.body.keys() == {"model", "messages"}
    assert quiet.adaptations == []
    assert told.reported == [("tool_choice", "dropped")]


@pytest.mark.parametrize(
    ("choice", "encoded"),
    [
        (ToolChoice("auto"), "auto"),
        (ToolChoice("none"), "none"),
        (ToolChoice("required"), "required"),
        (ToolChoice("validated"), "validated"),
        (ToolChoice("tool", "f"), named("function", "f")),
        (ToolChoice("tool", "sh"), named("custom", "sh")),
        (ToolChoice("tool", "f", extra={"x": 1}), {**named("function", "f"), "x": 1}),
        (
            ToolChoice("required", allowed=("f", "sh")),
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "required", "tools": [named("function", "f"), named("custom", "sh")]},
            },
        ),
    ],
)
def test_choices(encode: Encode, choice: ToolChoice, encoded: Any) -> None:
    """OpenAI's words; a named tool is named with its kind; unknown words go through."""
    sent = encode(user("Hi"), tools=(F, G, SH), tool_choice=choice, parallel_tools=False)

    assert (sent.body["tool_choice"], sent.body["parallel_tool_calls"]) == (encoded, False)
    assert sent.adaptations == []


@pytest.mark.parametrize(
    ("words", "choice", "encoded", "tools"),
    [
        (("auto", "required"), ToolChoice("tool", "f"), "required", ["f", "g"]),
        (("auto",), ToolChoice("tool", "f"), "auto", ["f", "g"]),
        (("auto", "none"), ToolChoice("required"), "auto", ["f", "g"]),
        ((), ToolChoice("required"), None, ["f", "g"]),
        (("auto",), ToolChoice("none"), None, None),
        (("auto", "required"), ToolChoice("required", allowed=("g",)), "required", ["g"]),
    ],
)
def test_weaker_words(encode: Encode, words: tuple[str, ...], choice: ToolChoice, encoded: Any, tools: Any) -> None:
    """A choice the vendor has no word for is weakened, or kept by leaving tools out, and told."""
    sent = encode(user("Hi"), tools=(F, G), tool_choice=choice, dialect=ChatDialect(tool_choices=words))

    assert sent.body.get("tool_choice") == encoded
    assert [tool["function"]["name"] for tool in sent.body.get("tools", ())] == (tools or [])
    assert sent.reported == [("tool_choice", "changed")]


def test_a_vendor_without_parallel_tool_calls(encode: Encode) -> None:
    """The wish is left out and told."""
    sent = encode(user("Hi"), tools=(F,), parallel_tools=True, dialect=ChatDialect(parallel_tool_calls=False))

    assert "parallel_tool_calls" not in sent.body
    assert sent.reported == [("parallel_tools", "dropped")]

"""Tools and the choice among them."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import ResponsesDialect
from dragoman.protocols.openai_responses.encode_tools import encode_tools
from dragoman.types import Cache, CustomTool, Request, Tool, ToolChoice, VendorTool

Json = dict[str, Any]

SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
F, G = Tool("f", "Does f", SCHEMA, True), Tool("g")
T = CustomTool("t", "Free", "lark", "start: /a/")
W = VendorTool({"type": "web_search"})


def encode(target: Target, dialect: Json | None = None, **fields: Any) -> tuple[Json, list[tuple[str, str]]]:
    report = Report(target)
    body: Json = {}
    encode_tools(body, Request("m", (), **fields), ResponsesDialect(**(dialect or {})), report)
    return body, [(item.feature, item.action) for item in report.adaptations]


def test_tools_are_flat(target: Target) -> None:
    """Functions, free-text tools with their grammar, and the vendor's own; what a caller adds is kept."""
    body, reported = encode(target, tools=(F, G, T, W, Tool("h", extra={"defer_loading": True}, strict=False)))

    assert body["tools"] == [
        {"type": "function", "name": "f", "description": "Does f", "parameters": SCHEMA, "strict": True},
        {"type": "function", "name": "g", "parameters": {"type": "object", "properties": {}}, "strict": False},
        {
            "type": "custom",
            "name": "t",
            "description": "Free",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: /a/"},
        },
        {"type": "web_search"},
        {
            "type": "function",
            "name": "h",
            "parameters": {"type": "object", "properties": {}},
            "strict": False,
            "defer_loading": True,
        },
    ]
    assert reported == []


def test_strictness_may_be_left_unsaid(target: Target) -> None:
    """Where a vendor's own default is wanted."""
    body, _ = encode(target, {"strict": None}, tools=(G, F))

    assert ["strict" in tool for tool in body["tools"]] == [False, True]


def test_what_a_vendor_does_not_take(target: Target) -> None:
    """Free-text tools, another vendor's tools, and marks are left out and reported."""
    body, reported = encode(
        target,
        {"custom_tools": False},
        tools=(T, VendorTool({"type": "bash_20250124"}, "anthropic_messages"), Tool("f", cache=Cache())),
    )

    assert [tool["name"] for tool in body["tools"]] == ["f"]
    assert reported == [("custom_tool", "dropped"), ("vendor_tool", "dropped"), ("cache", "dropped")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ToolChoice("auto"), "auto"),
        (ToolChoice("none"), "none"),
        (ToolChoice("required"), "required"),
        (ToolChoice("tool", "f"), {"type": "function", "name": "f"}),
        (ToolChoice("tool", "t", custom=True), {"type": "custom", "name": "t"}),
        (
            ToolChoice("required", allowed=("f", "t", "web_search", "gone")),
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [
                    {"type": "function", "name": "f"},
                    {"type": "custom", "name": "t"},
                    {"type": "web_search"},
                    {"type": "function", "name": "gone"},
                ],
            },
        ),
        (ToolChoice("mcp", extra={"server_label": "z"}), {"type": "mcp", "server_label": "z"}),
    ],
)
def test_choices(target: Target, choice: ToolChoice, expected: Any) -> None:
    """Words, one tool, or some of them, each in its kind."""
    body, reported = encode(target, tools=(F, G, T, W), tool_choice=choice)

    assert body["tool_choice"] == expected
    assert reported == []


@pytest.mark.parametrize(
    ("known", "choice", "offered", "said"),
    [
        ((), ToolChoice("none"), None, None),
        (("none",), ToolChoice("required"), 2, None),
        (("required",), ToolChoice("tool", "f"), 2, "required"),
        ((), ToolChoice("tool", "f"), 2, None),
        (("auto",), ToolChoice("auto", allowed=("f",)), 1, "auto"),
    ],
)
def test_choices_that_a_vendor_does_not_know(
    target: Target, known: tuple[str, ...], choice: ToolChoice, offered: int | None, said: str | None
) -> None:
    """Are kept by leaving tools out, or weakened, and reported."""
    body, reported = encode(target, {"tool_choices": known}, tools=(F, G), tool_choice=choice)

    assert (len(body["tools"]) if "tools" in body else None, body.get("tool_choice")) == (offered, said)
    assert {feature for feature, _ in reported} == {"tool_choice"}


def test_parallel_calls(target: Target) -> None:
    """May be forbidden."""
    assert encode(target, parallel_tools=False)[0] == {"parallel_tool_calls": False}

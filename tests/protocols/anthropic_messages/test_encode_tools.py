"""Tools and choices among the vendor's own: `test_encode_request.py` holds the rest of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragoman import user
from dragoman.protocols.anthropic_messages.dialect import REFERENCE
from dragoman.protocols.anthropic_messages.encode_tools import allowed, encode_choice, encode_tools
from dragoman.protocols.base import Report, Target
from dragoman.types import CustomTool, Request, Tool, ToolChoice, VendorTool, WebSearch

TARGET = Target("anthropic", "anthropic_messages", "m")
BASH = VendorTool({"type": "bash_20250124", "name": "bash"})
TOOLS = (Tool("f"), CustomTool("c"), BASH, WebSearch())


def test_every_sort_of_tool_is_allowed_by_its_name() -> None:
    """A vendor's object by the name in it, a typed tool by its neutral name; without a list all are."""
    for name, tool in zip(("f", "c", "bash", "web_search"), TOOLS, strict=True):
        assert (tool,) == allowed(Request("m", (), tools=TOOLS, tool_choice=ToolChoice(allowed=(name,))))
    assert TOOLS == allowed(Request("m", (), tools=TOOLS, tool_choice=ToolChoice("required")))


def test_a_choice_of_the_tools_that_are_sent() -> None:
    """Without any there is nothing to choose; a request that asks for none of it says nothing."""
    report = Report(TARGET)
    request = Request("m", (), tools=(BASH,), tool_choice=ToolChoice("required"))
    encoded = encode_tools(request, request.tools, REFERENCE, report)

    assert [BASH.data] == encoded
    assert {"type": "any"} == encode_choice(request, encoded, REFERENCE, report)
    assert [] == report.adaptations
    assert {} == encode_choice(request, [], REFERENCE, report)
    assert {} == encode_choice(Request("m", (), tools=TOOLS), [BASH.data], REFERENCE, report)
    assert [("tool_choice", "dropped")] == [(each.feature, each.action) for each in report.adaptations]


def test_a_tool_is_the_same_on_every_turn(encode: Callable[..., Any]) -> None:
    """Prompts are cached from their first byte on: the tools of a later turn are those of the first."""
    first = encode(user("a"), tools=TOOLS)
    later = encode(user("a"), user("b"), user("c"), tools=TOOLS)

    assert first.body["tools"] == later.body["tools"]
    assert first.http.body[: first.http.body.index(b'"messages"')] == later.http.body[: later.http.body.index(b'"messages"')]

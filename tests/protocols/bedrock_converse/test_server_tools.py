"""The tools that a model's maker runs itself: to their objects, and from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import assistant, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.bedrock_converse import ConverseDialect
from dragoman.protocols.bedrock_converse.server_tools import read_tool
from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    RemoteMcp,
    ServerTool,
    Tool,
    ToolCall,
    ToolChoice,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
)

Encode = Callable[..., Any]

NOVA = "us.amazon.nova-2-lite-v1:0"
# https://docs.aws.amazon.com/nova/latest/nova2-userguide/web-grounding.html
GROUNDING = {"systemTool": {"name": "nova_grounding"}}
# https://docs.aws.amazon.com/nova/latest/userguide/tool-built-in.html
INTERPRETER = {"systemTool": {"name": "nova_code_interpreter"}}
FUNCTION = Tool("f")
SPEC = {"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object", "properties": {}}}}}


@pytest.mark.parametrize(
    ("tool", "wire"),
    [
        (WebSearch(), GROUNDING),
        (CodeExecution(), INTERPRETER),
        (WebSearch(extra={"new": 1}), {"systemTool": {"name": "nova_grounding", "new": 1}}),
        (WebSearch(extra={"new": 1}, protocol="bedrock_converse"), {"systemTool": {"name": "nova_grounding", "new": 1}}),
    ],
)
def test_a_tool_is_a_name(encode: Encode, tool: ServerTool, wire: Any) -> None:
    """And nothing else, but for fields that the caller adds."""
    sent = encode(user("q"), model=NOVA, tools=(tool, FUNCTION))

    assert sent.body["toolConfig"] == {"tools": [wire, SPEC]}
    assert sent.reported == []


@pytest.mark.parametrize(
    "tool", [WebFetch(), FileSearch(("s",)), Computer(1, 2), RemoteMcp("web_search", "https://x")], ids=lambda tool: tool.name
)
def test_what_the_maker_does_not_have_is_not_offered(encode: Encode, tool: ServerTool) -> None:
    """It is listed, and refused where policy says so; the name of an MCP server is none of a tool."""
    sent = encode(user("q"), model=NOVA, tools=(tool,))

    assert "toolConfig" not in sent.body
    assert sent.reported == [("server_tool", "dropped")]
    with pytest.raises(Unsupported):
        encode(user("q"), model=NOVA, tools=(tool,), policy="strict")


def test_who_made_the_model_decides(encode: Encode) -> None:
    """Models of others have no such tool, nor has one whose maker is unknown; the dialect can say who made it."""
    assert encode(user("q"), tools=(WebSearch(),)).reported == [("server_tool", "dropped")]
    assert encode(user("q"), model="arn:profile/x", tools=(WebSearch(),)).reported == [("server_tool", "dropped")]
    told = encode(user("q"), model="arn:profile/x", tools=(WebSearch(),), dialect=ConverseDialect(family="amazon"))
    assert told.body["toolConfig"]["tools"] == [GROUNDING]


def test_settings_have_no_field(encode: Encode) -> None:
    """Each that is set is listed with its place."""
    tools = (WebSearch(max_uses=2, vicinity=Vicinity("Oslo")), CodeExecution(container="c"))
    sent = encode(user("q"), model=NOVA, tools=tools)

    assert sent.body["toolConfig"]["tools"] == [GROUNDING, INTERPRETER]
    paths = ["tools[0].max_uses", "tools[0].vicinity", "tools[1].container"]
    assert [each.path for each in sent.adaptations] == paths


def test_a_choice_names_the_tool_as_the_vendor_does(encode: Encode) -> None:
    """What is not offered cannot be asked for: the model may call any other tool then."""
    tools = (FUNCTION, WebSearch(), WebFetch())
    asked = encode(user("q"), model=NOVA, tools=tools, tool_choice=ToolChoice("tool", "web_search"))
    missing = encode(user("q"), model=NOVA, tools=tools, tool_choice=ToolChoice("tool", "web_fetch"))
    only = encode(user("q"), model=NOVA, tools=tools, tool_choice=ToolChoice(allowed=("web_search",)))

    assert asked.body["toolConfig"]["toolChoice"] == {"tool": {"name": "nova_grounding"}}
    assert missing.body["toolConfig"]["toolChoice"] == {"auto": {}}
    assert missing.reported == [("server_tool", "dropped"), ("tool_choice", "changed")]
    assert only.body["toolConfig"]["tools"] == [GROUNDING]


def test_a_tool_beside_a_history_with_calls(encode: Encode) -> None:
    """It is a tool like another: none needs to be declared."""
    sent = encode(user("q"), assistant(ToolCall("i", "n")), tool_result("i"), model=NOVA, tools=(WebSearch(),))

    assert sent.body["toolConfig"] == {"tools": [GROUNDING]}
    assert sent.reported == []


@pytest.mark.parametrize(
    ("wire", "tool"),
    [
        (GROUNDING, WebSearch()),
        (INTERPRETER, CodeExecution()),
        ({"systemTool": {"name": "nova_grounding", "new": 1}}, WebSearch(extra={"new": 1}, protocol="bedrock_converse")),
        ({"systemTool": {"name": "nova_grounding", "new": None}}, None),
        ({"systemTool": {"name": "nova_new"}}, None),
        ({"systemTool": {}}, None),
        ({"systemTool": "x", "new": 1}, None),
    ],
)
def test_a_tool_is_read_where_it_can_be_said_again(read: Callable[..., Any], wire: Any, tool: ServerTool | None) -> None:
    """Whatever else stands there goes to the vendor as it came."""
    expected = tool if tool is not None else VendorTool(wire, "bedrock_converse")

    assert read_tool(wire) == expected
    assert read({"messages": [], "toolConfig": {"tools": [wire]}}).tools == (expected,)

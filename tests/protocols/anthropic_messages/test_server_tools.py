"""The vendor's own tools: each as its documentation shows it, what they need beside `tools`, and how one is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dragoman import assistant, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols import load
from dragoman.protocols.anthropic_messages import MessagesDialect
from dragoman.protocols.anthropic_messages.dialect import REFERENCE, ToolForm
from dragoman.protocols.anthropic_messages.server_tools import add_files, beside, join_servers
from dragoman.protocols.base import Report, Target
from dragoman.providers import load as load_provider
from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    Image,
    Opaque,
    Origin,
    Reasoning,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Url,
    Vicinity,
    WebFetch,
    WebSearch,
)

Encode = Callable[..., Any]
HI = user("hi")
FUNCTION = Tool("f")
DIRECT = ["direct"]
WIKI = RemoteMcp("wiki", "https://mcp.example.com/mcp", Secret("t-1"), tools=("ask", "read"))
OLDER_MCP = replace(REFERENCE, server_tools={"remote_mcp": ToolForm("tool_configuration", betas=("mcp-client-2025-04-04",))})

# The documented examples of each tool's page below
# https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference, in the newest stable types.
TOOLS: list[tuple[ServerTool, dict[str, Any]]] = [
    (WebSearch(), {"type": "web_search_20260318", "name": "web_search", "allowed_callers": DIRECT}),
    (
        WebSearch(
            max_uses=5,
            allowed_domains=("example.com", "trusteddomain.org"),
            vicinity=Vicinity("San Francisco", "California", "US", "America/Los_Angeles"),
        ),
        {
            "type": "web_search_20260318",
            "name": "web_search",
            "allowed_callers": DIRECT,
            "max_uses": 5,
            "allowed_domains": ["example.com", "trusteddomain.org"],
            "user_location": {
                "type": "approximate",
                "city": "San Francisco",
                "region": "California",
                "country": "US",
                "timezone": "America/Los_Angeles",
            },
        },
    ),
    (
        WebSearch(blocked_domains=("untrustedsource.com",), extra={"type": "web_search_20250305"}),
        {"type": "web_search_20250305", "name": "web_search", "blocked_domains": ["untrustedsource.com"]},
    ),
    (
        WebSearch(extra={"allowed_callers": ["code_execution_20260120"], "response_inclusion": "excluded"}),
        {
            "type": "web_search_20260318",
            "name": "web_search",
            "allowed_callers": ["code_execution_20260120"],
            "response_inclusion": "excluded",
        },
    ),
    (
        WebFetch(max_uses=10, allowed_domains=("example.com", "docs.example.com"), citations=True, max_tokens=100_000),
        {
            "type": "web_fetch_20260318",
            "name": "web_fetch",
            "allowed_callers": DIRECT,
            "max_uses": 10,
            "allowed_domains": ["example.com", "docs.example.com"],
            "citations": {"enabled": True},
            "max_content_tokens": 100_000,
        },
    ),
    (CodeExecution(), {"type": "code_execution_20260521", "name": "code_execution"}),
    (Computer(1024, 768), {"type": "computer_toolset_20260801"}),
    (
        Computer(1024, 768, extra={"configs": {"zoom": {"enabled": False}}}),
        {"type": "computer_toolset_20260801", "configs": {"zoom": {"enabled": False}}},
    ),
    (
        Computer(1024, 768, extra={"type": "computer_20251124", "display_number": 1}),
        {
            "type": "computer_20251124",
            "name": "computer",
            "display_width_px": 1024,
            "display_height_px": 768,
            "display_number": 1,
        },
    ),
    (RemoteMcp("wiki", "https://x"), {"type": "mcp_toolset", "mcp_server_name": "wiki"}),
    (
        WIKI,
        {
            "type": "mcp_toolset",
            "mcp_server_name": "wiki",
            "default_config": {"enabled": False},
            "configs": {"ask": {"enabled": True}, "read": {"enabled": True}},
        },
    ),
]


@pytest.mark.parametrize(("tool", "wire"), TOOLS, ids=[f"{tool.name}-{n}" for n, (tool, _) in enumerate(TOOLS)])
def test_a_tool_is_the_vendors_object(encode: Encode, tool: ServerTool, wire: dict[str, Any]) -> None:
    """With every setting, and nothing to be listed; what is sent is held against the vendor's own types in all tests."""
    sent = encode(HI, tools=(FUNCTION, tool))

    assert wire == sent.body["tools"][1]
    assert [] == sent.reported


def test_what_a_tool_cannot_be_told_is_listed(encode: Encode) -> None:
    """With its place."""
    tools = (
        WebSearch(context="high", vicinity=Vicinity(latitude=1.5, longitude=2.5)),
        Computer(1, 2, environment="mac"),
        replace(WIKI, headers={"x": "y"}, description="d"),
    )
    sent = encode(HI, tools=tools)

    paths = [
        *("tools[0].vicinity", "tools[0].context", "tools[1].environment"),
        *("tools[2].headers", "tools[2].description"),
    ]
    assert paths == [each.path for each in sent.adaptations]
    assert "user_location" not in sent.body["tools"][0]


@pytest.mark.parametrize("tool", [FileSearch(("s",)), WebSearch(), Computer(1, 2), WIKI], ids=lambda tool: tool.name)
def test_a_tool_that_is_not_there(encode: Encode, tool: ServerTool) -> None:
    """A vendor without it is not asked for it: that is listed or refused, and nothing of it is sent."""
    dialect = None if isinstance(tool, FileSearch) else MessagesDialect()
    sent = encode(HI, tools=(tool,), dialect=dialect)

    assert [("server_tool", "dropped")] == sent.reported
    assert set() == {"tools", "mcp_servers", "tool_choice"} & sent.body.keys()
    assert "anthropic-beta" not in sent.http.headers
    with pytest.raises(Unsupported):
        encode(HI, tools=(tool,), dialect=dialect, policy={"server_tool": "strict"})


def test_an_mcp_server_stands_beside_its_toolset(encode: Encode) -> None:
    """With its token and the beta it needs, which joins the caller's; a beta of the caller's for the same thing stands alone."""
    sent = encode(HI, tools=(WIKI,), headers={"anthropic-beta": "b"})
    newer = encode(HI, tools=(WIKI,), headers={"anthropic-beta": "mcp-client-2026-09-15,b"})

    server = {"type": "url", "url": "https://mcp.example.com/mcp", "name": "wiki", "authorization_token": "t-1"}
    assert [server] == sent.body["mcp_servers"]
    assert "b,mcp-client-2025-11-20" == sent.http.headers["anthropic-beta"]
    assert "mcp-client-2026-09-15,b" == newer.http.headers["anthropic-beta"]


def test_mcp_servers_of_the_callers_own(encode: Encode) -> None:
    """They are kept, and win by name; other lists in `extra` are the caller's alone."""
    other = {"type": "url", "url": "https://y", "name": "other"}
    tools = [{"type": "mcp_toolset", "mcp_server_name": "other"}]
    sent = encode(HI, tools=(WIKI,), extra={"mcp_servers": [other], "tools": tools})

    assert ["other", "wiki"] == [server["name"] for server in sent.body["mcp_servers"]]
    assert tools == sent.body["tools"]
    assert [other] == join_servers([{**other, "url": "https://z"}], [other])


def test_the_older_form_of_an_mcp_server(encode: Encode) -> None:
    """It has no toolset: the server says which tools may be used."""
    sent = encode(HI, tools=(WIKI, FUNCTION), dialect=OLDER_MCP)

    assert ["f"] == [tool["name"] for tool in sent.body["tools"]]
    assert {"enabled": True, "allowed_tools": ["ask", "read"]} == sent.body["mcp_servers"][0]["tool_configuration"]
    assert "mcp-client-2025-04-04" == sent.http.headers["anthropic-beta"]
    assert [] == sent.reported


def test_a_container_and_its_files(encode: Encode) -> None:
    """The container is a field of the request; the files stand in the first user message, on every turn at the same place."""
    tool = CodeExecution(container="c-1", files=("f-1", "f-2"))
    first = encode(user("sum it"), tools=(tool,))
    later = encode(user("sum it"), assistant("6"), user("again"), tools=(tool,))

    uploads = [{"type": "container_upload", "file_id": file} for file in ("f-1", "f-2")]
    assert [{"type": "text", "text": "sum it"}, *uploads] == first.content(0) == later.content(0)
    assert 1 == len(later.content(2))
    assert "c-1" == first.body["container"]


def test_a_container_with_skills(encode: Encode) -> None:
    """The caller's own fields of the container join its id."""
    skills = [{"type": "anthropic", "skill_id": "xlsx"}]
    sent = encode(HI, tools=(CodeExecution(container="c-1"),), extra={"container": {"skills": skills}})

    assert {"id": "c-1", "skills": skills} == sent.body["container"]


def test_a_file_that_stands_somewhere_is_not_said_again(encode: Encode) -> None:
    """A caller who has put it into a message is left alone, and there may be no message to put it in."""
    there = Opaque({"type": "container_upload", "file_id": "f-1"}, origin=Origin("anthropic_messages"))
    sent = encode(user("a"), assistant("b"), user(there, "c"), tools=(CodeExecution(files=("f-1",)),))

    assert [{"type": "text", "text": "a"}] == sent.content(0)
    messages: list[dict[str, Any]] = []
    add_files(messages, [{"type": "container_upload", "file_id": "f"}])
    assert [] == messages


def test_betas_of_types(encode: Encode) -> None:
    """A type that needs a beta gets it wherever the type is named."""
    tools = (Computer(1, 2, extra={"type": "computer_20250124"}), CodeExecution(extra={"type": "code_execution_20250522"}))
    sent = encode(HI, tools=tools, headers={"anthropic-beta": "b"})

    assert "b,computer-use-2025-01-24,code-execution-2025-05-22" == sent.http.headers["anthropic-beta"]
    assert [] == beside((FUNCTION, WebSearch()), REFERENCE).betas


def test_betas_in_the_body() -> None:
    """Where the host reads them there they join the caller's, as headers do."""
    target = Target("bedrock-anthropic", "anthropic_bedrock", "m", "https://x")
    request = Request("m", (HI,), tools=(Computer(1, 2),), headers={"anthropic-beta": "b"})
    body = json.loads(load("anthropic_bedrock").encode_request(request, target, Report(target)).body)
    own = replace(request, extra={"anthropic_beta": ["c", "b"]})
    joined = json.loads(load("anthropic_bedrock").encode_request(own, target, Report(target)).body)

    assert ["b", "computer-use-2025-11-24"] == body["anthropic_beta"]
    assert ["c", "b", "computer-use-2025-11-24"] == joined["anthropic_beta"]


@pytest.mark.parametrize(
    ("name", "tool", "choice", "reported"),
    [
        ("web_search", WebSearch(), {"type": "tool", "name": "web_search"}, []),
        ("computer", Computer(1, 2), {"type": "any"}, [("tool_choice", "changed")]),
        (
            "computer",
            Computer(1, 2, extra={"type": "computer_20251124"}),
            {"type": "tool", "name": "computer"},
            [],
        ),
        ("wiki", WIKI, {"type": "any"}, [("tool_choice", "changed")]),
        ("file_search", FileSearch(("s",)), {"type": "auto"}, [("server_tool", "dropped"), ("tool_choice", "changed")]),
    ],
)
def test_a_tool_that_is_asked_for(encode: Encode, name: str, tool: ServerTool, choice: Any, reported: Any) -> None:
    """By its own name; a set of tools cannot be forced, any tool is then, and what is not offered cannot be asked for."""
    sent = encode(HI, tools=(FUNCTION, tool), tool_choice=ToolChoice("tool", name))

    assert choice == sent.body["tool_choice"]
    assert reported == sent.reported


def test_nothing_to_choose_from(encode: Encode) -> None:
    """A choice without tools is refused by the vendor: it is not said."""
    asked = encode(HI, tools=(FileSearch(("s",)),), tool_choice=ToolChoice("required"))
    free = encode(HI, tools=(FileSearch(("s",)),), tool_choice=ToolChoice(), parallel_tools=False)

    assert "tool_choice" not in asked.body
    assert [("server_tool", "dropped"), ("tool_choice", "dropped")] == asked.reported
    assert "tool_choice" not in free.body
    assert [("server_tool", "dropped")] == free.reported


def test_only_the_allowed_tools_and_what_they_need(encode: Encode) -> None:
    """A tool that is not offered needs nothing beside it."""
    sent = encode(HI, tools=(WIKI, WebSearch()), tool_choice=ToolChoice(allowed=("web_search",)))

    assert ["web_search"] == [tool["name"] for tool in sent.body["tools"]]
    assert "mcp_servers" not in sent.body
    assert "anthropic-beta" not in sent.http.headers


def test_a_model_that_thinks_is_not_forced(encode: Encode) -> None:
    """As with any other tool."""
    sent = encode(
        HI, tools=(WebSearch(),), tool_choice=ToolChoice("tool", "web_search"), reasoning=Reasoning(budget=2000), max_tokens=4000
    )

    assert {"type": "auto"} == sent.body["tool_choice"]


def test_a_computer_is_the_callers_to_move(encode: Encode) -> None:
    """A member's call names its toolset, and so does its result, which the caller need not know; the other tool's does not."""
    here = Origin("anthropic_messages", "anthropic", "claude-test")
    picture = Image(Url("https://x/shot.png"))
    sent = encode(
        user("look"),
        assistant(
            ToolCall("toolu_1", "screenshot", "{}", extra={"toolset_name": "computer"}, origin=here),
            ToolCall("toolu_2", "f", "{}"),
        ),
        user(ToolResult("toolu_1", (picture,)), ToolResult("toolu_2", (Text("ok"),))),
        tools=(Computer(1280, 800), FUNCTION),
    )

    assert "computer" == sent.content(1)[0]["toolset_name"]
    shown = {"type": "image", "source": {"type": "url", "url": "https://x/shot.png"}}
    assert {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "toolset_name": "computer",
        "content": [shown],
    } == sent.content(2)[0]
    assert "toolset_name" not in sent.content(2)[1]
    assert [] == sent.reported


def test_a_toolset_belongs_to_its_vendor(encode: Encode) -> None:
    """Calls of another provider lose the name, and their results have none."""
    there = Origin("anthropic_messages", "elsewhere", "m")
    call = ToolCall("toolu_1", "screenshot", "{}", extra={"toolset_name": "computer"}, origin=there)
    sent = encode(HI, assistant(call), tool_result("toolu_1", "x"), tools=(FUNCTION,))

    assert ["toolset_name" in sent.content(place)[0] for place in (1, 2)] == [False, False]


@pytest.mark.parametrize(
    ("provider", "offered"),
    [
        (
            "foundry",
            {
                "web_search": "web_search_20260318",
                "web_fetch": "web_fetch_20260318",
                "code_execution": "code_execution_20260521",
                "computer": "computer_20251124",
                "wiki": "mcp_toolset",
            },
        ),
        ("vertex-anthropic", {"web_search": "web_search_20250305", "computer": "computer_toolset_20260801"}),
        ("bedrock-messages", {"computer": "computer_20251124"}),
        ("bedrock-anthropic", {"computer": "computer_20251124"}),
        ("openrouter-messages", {"web_search": "web_search_20250305"}),
        ("deepseek-anthropic", {}),
        ("anthropic-compatible", {}),
        ("offline", {}),
    ],
)
def test_what_hosts_have(provider: str, offered: dict[str, str]) -> None:
    """Each in its form; the rest is listed. The betas are where the host reads them."""
    found = load_provider(provider)
    target = Target(provider, found.protocol, "m", "https://x", found.dialect)
    report = Report(target)
    tools = (WebSearch(), WebFetch(), CodeExecution(), FileSearch(("s",)), Computer(1, 2), WIKI)
    request = Request("m", (HI,), tools=tools)
    http = load(found.protocol).encode_request(request, target, report)
    body = json.loads(http.body)

    said = [tool["type"] for tool in body.get("tools", ())]
    assert [*offered.values()] == said
    missing = [tool for tool in tools if tool.name not in offered]
    assert [("server_tool", f"tools[{tools.index(tool)}]") for tool in missing] == [
        (each.feature, each.path) for each in report.adaptations
    ]
    betas = [*body.get("anthropic_beta", ()), *http.headers.get("anthropic-beta", "").split(",")]
    assert ("computer-use-2025-11-24" in betas) == ("computer_20251124" in said)

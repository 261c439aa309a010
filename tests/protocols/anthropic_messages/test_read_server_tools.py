"""The vendor's own tools in a request: typed values where these say the same object again, else as they came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.anthropic_messages import PROTOCOL
from dragoman.protocols.anthropic_messages.read_server_tools import read_mcp_servers, read_tool
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    CodeExecution,
    Computer,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    Tool,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
)
from dragoman.wire.http import HttpRequest

NAME = "anthropic_messages"
URL = "https://api.anthropic.com/v1/messages"
TARGET = Target("anthropic", NAME, "claude-test", "https://api.anthropic.com")
PLACE = {"type": "approximate", "city": "Oslo", "country": "NO"}

READ: list[tuple[dict[str, Any], ServerTool]] = [
    ({"type": "web_search_20260318", "name": "web_search", "allowed_callers": ["direct"]}, WebSearch()),
    (
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 5, "user_location": PLACE},
        WebSearch(max_uses=5, vicinity=Vicinity("Oslo", country="NO"), extra={"type": "web_search_20250305"}, protocol=NAME),
    ),
    (
        {"type": "web_search_20260318", "name": "web_search", "blocked_domains": ["a.com"]},
        WebSearch(blocked_domains=("a.com",), extra={"type": "web_search_20260318"}, protocol=NAME),
    ),
    (
        {"type": "web_search_20250305", "name": "web_search", "max_uses": "5", "user_location": {**PLACE, "zip": 1}},
        WebSearch(extra={"type": "web_search_20250305", "max_uses": "5", "user_location": {**PLACE, "zip": 1}}, protocol=NAME),
    ),
    (
        {
            "type": "web_fetch_20260318",
            "name": "web_fetch",
            "allowed_callers": ["direct"],
            "citations": {"enabled": True},
            "max_content_tokens": 9,
            "allowed_domains": ["a.com"],
            "use_cache": False,
        },
        WebFetch(allowed_domains=("a.com",), citations=True, max_tokens=9, extra={"use_cache": False}, protocol=NAME),
    ),
    (
        {"type": "web_fetch_20250910", "name": "web_fetch", "citations": {"enabled": True, "new": 1}},
        WebFetch(extra={"type": "web_fetch_20250910", "citations": {"enabled": True, "new": 1}}, protocol=NAME),
    ),
    ({"type": "code_execution_20260521", "name": "code_execution"}, CodeExecution()),
    (
        {"type": "code_execution_20250825", "name": "code_execution", "cache_control": {"type": "ephemeral"}},
        CodeExecution(extra={"type": "code_execution_20250825", "cache_control": {"type": "ephemeral"}}, protocol=NAME),
    ),
    (
        {"type": "computer_20251124", "name": "computer", "display_width_px": 10, "display_height_px": 20, "enable_zoom": True},
        Computer(10, 20, extra={"type": "computer_20251124", "enable_zoom": True}, protocol=NAME),
    ),
]
LEFT: list[dict[str, Any]] = [
    {"type": "computer_toolset_20260801"},
    {"type": "computer_20251124", "name": "computer", "display_width_px": 10},
    {"type": "bash_20250124", "name": "bash"},
    {"type": "web_search_20250305", "name": "other"},
    {"type": "web_search", "name": "web_search"},
    {"type": 5, "name": "web_search"},
    {"name": "web_search"},
    {"type": "mcp_toolset", "mcp_server_name": "m"},
]


def asked(body: dict[str, Any], headers: dict[str, str] | None = None) -> Request:
    whole = {"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], **body}
    return PROTOCOL.decode_request(HttpRequest("POST", URL, headers or {}, json.dumps(whole).encode()))


def said(request: Request) -> dict[str, Any]:
    report = Report(TARGET)
    body: dict[str, Any] = json.loads(PROTOCOL.encode_request(request, TARGET, report).body)
    assert [] == report.adaptations
    return body


@pytest.mark.parametrize(("wire", "tool"), READ, ids=[f"{tool.name}-{n}" for n, (_, tool) in enumerate(READ)])
def test_a_tool_is_a_typed_value(wire: dict[str, Any], tool: ServerTool) -> None:
    """What has no field, its date above all, stays among the vendor's fields; the same object is said again."""
    assert tool == read_tool(wire)
    request = asked({"tools": [wire]})
    assert (tool,) == request.tools
    assert [wire] == said(request)["tools"]


@pytest.mark.parametrize("wire", LEFT, ids=[str(n) for n, _ in enumerate(LEFT)])
def test_what_has_no_value_stays_as_it_came(wire: dict[str, Any]) -> None:
    """Another tool, another shape, and a screen whose size is not said."""
    assert VendorTool(wire, NAME) == read_tool(wire)
    assert (VendorTool(wire, NAME),) == asked({"tools": [wire]}).tools


SERVER = {"type": "url", "url": "https://x", "name": "wiki", "authorization_token": "t"}
PLAIN = {"type": "url", "url": "https://y", "name": "plain"}
SET = {
    "type": "mcp_toolset",
    "mcp_server_name": "wiki",
    "default_config": {"enabled": False},
    "configs": {"ask": {"enabled": True}},
}


def test_an_mcp_server_is_read_with_its_toolset() -> None:
    """Both become one value, the token a secret, and are said again as they came, with the client's own beta."""
    sets = [{"type": "mcp_toolset", "mcp_server_name": "plain", "cache_control": {"type": "ephemeral"}}]
    tools = [SET, {"name": "f", "input_schema": {"type": "object"}}, *sets]
    request = asked({"tools": tools, "mcp_servers": [SERVER, PLAIN]}, {"anthropic-beta": "mcp-client-2026-09-15"})

    assert (
        RemoteMcp("wiki", "https://x", Secret("t"), tools=("ask",)),
        Tool("f", None, {"type": "object"}),
        RemoteMcp("plain", "https://y", extra={"cache_control": {"type": "ephemeral"}}, protocol=NAME),
    ) == request.tools
    assert {} == request.extra
    again = said(request)
    assert [SERVER, PLAIN] == again["mcp_servers"]
    assert [SET, *sets] == [again["tools"][0], again["tools"][2]]
    sent = PROTOCOL.encode_request(request, TARGET, Report(TARGET))
    assert "mcp-client-2026-09-15" == sent.headers["anthropic-beta"]


@pytest.mark.parametrize(
    ("tools", "servers"),
    [
        ([SET], [{**SERVER, "tool_configuration": {"enabled": True}}]),
        ([SET], [{**SERVER, "url": 5}]),
        ([SET], [{**SERVER, "authorization_token": 5}]),
        ([SET], [SERVER, PLAIN]),
        ([SET], [PLAIN]),
        ([{**SET, "mcp_server_name": "plain"}, SET], [SERVER, PLAIN]),
        ([{**SET, "configs": {"ask": {"enabled": True, "defer_loading": True}}}], [SERVER]),
        ([], [SERVER]),
    ],
    ids=range(8),
)
def test_servers_that_say_more_stay_as_they_came(tools: list[Any], servers: list[Any]) -> None:
    """One that has no toolset, another order, unknown fields: all of it goes back as it was."""
    request = asked({"tools": tools, "mcp_servers": servers})

    assert all(isinstance(tool, VendorTool) for tool in request.tools)
    assert servers == request.extra["mcp_servers"]
    assert (servers, tools) == (said(request)["mcp_servers"], said(request).get("tools", []))


@pytest.mark.parametrize("servers", [None, "x", [], ["x"]])
def test_what_is_no_list_of_servers(servers: Any) -> None:
    """It is nothing to read tools by."""
    assert read_mcp_servers((VendorTool(SET, NAME),), servers) is None

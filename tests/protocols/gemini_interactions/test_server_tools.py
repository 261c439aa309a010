"""The vendor's own tools: each as the vendor documents it, what is lost, and back again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.gemini_interactions import InteractionsDialect
from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    Image,
    Message,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
    user,
)
from dragoman.types.content import Base64

Json = dict[str, Any]
Encode = Callable[..., Any]
Ask = Callable[..., Request]

ASK = user("q")
NAME = "gemini_interactions"

TABLE: list[tuple[ServerTool, Json]] = [
    # https://ai.google.dev/gemini-api/docs/interactions/google-search
    (WebSearch(), {"type": "google_search"}),
    (
        WebSearch(extra={"search_types": ["web_search", "image_search"]}),
        {"type": "google_search", "search_types": ["web_search", "image_search"]},
    ),
    # https://ai.google.dev/gemini-api/docs/interactions/url-context
    (WebFetch(), {"type": "url_context"}),
    # https://ai.google.dev/gemini-api/docs/interactions/code-execution
    (CodeExecution(), {"type": "code_execution"}),
    # https://ai.google.dev/gemini-api/docs/interactions/file-search
    (FileSearch(("fileSearchStores/a",)), {"type": "file_search", "file_search_store_names": ["fileSearchStores/a"]}),
    (
        FileSearch(("fileSearchStores/a",), 3, "author = 'x'"),
        {"type": "file_search", "file_search_store_names": ["fileSearchStores/a"], "top_k": 3, "metadata_filter": "author = 'x'"},
    ),
    # https://ai.google.dev/gemini-api/docs/computer-use
    (Computer(1440, 900), {"type": "computer_use", "environment": "browser"}),
    (Computer(1440, 900, "mobile"), {"type": "computer_use", "environment": "mobile"}),
    # https://ai.google.dev/api/interactions-api#Resource:Tool
    (RemoteMcp("weather", "https://a.test/mcp"), {"type": "mcp_server", "name": "weather", "url": "https://a.test/mcp"}),
    (
        RemoteMcp("weather", "https://a.test/mcp", Secret("t"), {"x-a": "b"}, ("today", "tomorrow")),
        {
            "type": "mcp_server",
            "name": "weather",
            "url": "https://a.test/mcp",
            "headers": {"x-a": "b", "Authorization": "Bearer t"},
            "allowed_tools": [{"tools": ["today", "tomorrow"]}],
        },
    ),
]


@pytest.mark.parametrize(("tool", "said"), TABLE)
def test_each_tool_as_it_is_documented(encode: Encode, tool: ServerTool, said: Json) -> None:
    """Nothing is lost of what the vendor can be told; that its library's types take the request is seen to for every test."""
    sent = encode(ASK, tools=(tool,))

    assert ([said], []) == (sent.body["tools"], sent.adaptations)


@pytest.mark.parametrize(
    ("tool", "lost"),
    [
        (
            WebSearch(max_uses=1, allowed_domains=("a",), blocked_domains=("b",), vicinity=Vicinity("Oslo"), context="low"),
            ["max_uses", "allowed_domains", "blocked_domains", "vicinity", "context"],
        ),
        (WebFetch(max_uses=1, max_tokens=2, citations=True), ["max_uses", "max_tokens", "citations"]),
        (CodeExecution(container="c", files=("f",)), ["container", "files"]),
        (FileSearch(("s",), filter={"a": "b"}), ["filter"]),
        (Computer(1, 1, "mac"), ["environment"]),
        (Computer(1, 1, "amiga"), ["environment"]),
        (RemoteMcp("m", "u", description="d"), ["description"]),
    ],
)
def test_what_cannot_be_told(encode: Encode, tool: ServerTool, lost: list[str]) -> None:
    """Each setting that is left out is listed, and refused by policy."""
    sent = encode(ASK, tools=(tool,))

    assert [("server_tool", f"tools[0].{name}") for name in lost] == [(item.feature, item.path) for item in sent.adaptations]
    assert 1 == len(sent.body["tools"])
    with pytest.raises(Unsupported) as caught:
        encode(ASK, tools=(tool,), policy={"server_tool": "strict"})
    assert "server_tool" == caught.value.feature


def test_what_a_vendor_does_not_have(encode: Encode) -> None:
    """It is not offered, which is listed, or refused."""
    dialect = InteractionsDialect(server_tools=("web_search",))
    sent = encode(ASK, tools=(WebSearch(), CodeExecution()), dialect=dialect)

    assert [{"type": "google_search"}] == sent.body["tools"]
    assert [("server_tool", "dropped")] == sent.reported
    with pytest.raises(Unsupported):
        encode(ASK, tools=(CodeExecution(),), dialect=dialect, policy="strict")


def test_other_vendors_fields(encode: Encode) -> None:
    """They are left out and listed, where the vendor's own are sent."""
    foreign = encode(ASK, tools=(WebSearch(extra={"type": "web_search_20250305"}, protocol="anthropic_messages"),))
    own = encode(ASK, tools=(WebSearch(extra={"search_types": ["web_search"]}, protocol=NAME),))

    assert ([{"type": "google_search"}], [("extra", "dropped")]) == (foreign.body["tools"], foreign.reported)
    assert ([{"type": "google_search", "search_types": ["web_search"]}], []) == (own.body["tools"], own.reported)


F = {"type": "function", "name": "f"}
SEARCH, CODE = {"type": "google_search"}, {"type": "code_execution"}


@pytest.mark.parametrize(
    ("choice", "tools", "said", "actions"),
    [
        (ToolChoice("auto"), [F, SEARCH, CODE], "auto", []),
        (ToolChoice("none"), [F], "none", ["changed"]),
        (ToolChoice("required"), [F, SEARCH, CODE], "any", []),
        (ToolChoice("tool", "f"), [F, SEARCH, CODE], {"allowed_tools": {"mode": "any", "tools": ["f"]}}, []),
        (ToolChoice("tool", "web_search"), [SEARCH], None, ["changed"]),
        (ToolChoice(allowed=("f", "web_search")), [F, SEARCH], {"allowed_tools": {"mode": "auto", "tools": ["f"]}}, ["changed"]),
        (ToolChoice(allowed=("code_execution",)), [CODE], "auto", ["changed"]),
    ],
)
def test_a_choice_among_tools(encode: Encode, choice: ToolChoice, tools: Any, said: Any, actions: list[str]) -> None:
    """Functions are named and forced; the vendor's tools are offered or not, and that they cannot be forced is listed."""
    sent = encode(ASK, tools=(Tool("f"), WebSearch(), CodeExecution()), tool_choice=choice)

    assert tools == sent.body["tools"]
    assert said == sent.body.get("generation_config", {}).get("tool_choice")
    assert [("tool_choice", action) for action in actions] == sent.reported


def test_a_tool_that_is_not_there_is_not_chosen(encode: Encode) -> None:
    """The others stay, and the choice is dropped."""
    dialect = InteractionsDialect(server_tools=())
    sent = encode(ASK, tools=(Tool("f"), WebSearch()), tool_choice=ToolChoice("tool", "web_search"), dialect=dialect)

    assert [F] == sent.body["tools"]
    assert [("tool_choice", "dropped"), ("server_tool", "dropped")] == sent.reported
    assert "generation_config" not in sent.body


# --- and back ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        *[(said, tool) for tool, said in TABLE if not isinstance(tool, Computer) and not tool.extra],
        ({"type": "url_context", "odd": 1}, WebFetch(extra={"odd": 1}, protocol=NAME)),
        (
            {"type": "file_search", "file_search_store_names": ["a"], "top_k": "3"},
            FileSearch(("a",), extra={"top_k": "3"}, protocol=NAME),
        ),
        (
            {"type": "mcp_server", "name": "m", "url": "u", "headers": {"Authorization": "Basic x"}},
            RemoteMcp("m", "u", headers={"Authorization": "Basic x"}),
        ),
        (
            {"type": "mcp_server", "name": "m", "url": "u", "allowed_tools": [{"mode": "any", "tools": ["a"]}]},
            RemoteMcp("m", "u", extra={"allowed_tools": [{"mode": "any", "tools": ["a"]}]}, protocol=NAME),
        ),
    ],
)
def test_what_is_read_as_typed(ask: Ask, said: Json, tool: ServerTool) -> None:
    """An object of which the type says all, or which fields beside it complete."""
    assert (tool,) == ask({"input": "q", "tools": [said]}).tools


@pytest.mark.parametrize(
    "said",
    [
        {"type": "google_maps"},
        {"type": 3},
        {"odd": 1},
        {"type": "computer_use", "environment": "browser"},
        {"type": "file_search"},
        {"type": "mcp_server", "name": "m"},
        {"type": "mcp_server", "name": "m", "url": "u", "headers": 3},
        {"type": "mcp_server", "name": "m", "url": "u", "headers": {"a": 3}},
        {"type": "mcp_server", "name": "m", "url": "u", "headers": {}},
    ],
)
def test_what_stays_as_it_came(ask: Ask, said: Json) -> None:
    """What no type says all of goes on as the vendor's own object."""
    assert (VendorTool(said, NAME),) == ask({"input": "q", "tools": [said]}).tools


def test_a_screen_is_the_callers(encode: Encode, whole: Callable[..., Any]) -> None:
    """Its calls are functions, answered with the page's address and a picture of the screen."""
    from dragoman.engine.accumulate import accumulate

    call = {"type": "function_call", "id": "c", "name": "click_at", "arguments": {"x": 371, "y": 470}}
    answer = accumulate(whole({"id": "i", "status": "requires_action", "steps": [call]})).message
    (block,) = answer.content
    assert isinstance(block, ToolCall)
    assert ("click_at", {"x": 371, "y": 470}) == (block.name, block.input)

    shown = (Text('{"url":"https://a"}'), Image(Base64("image/png", "iVBO")))
    result = ToolResult("c", shown, name="click_at")
    sent = encode(ASK, answer, Message("tool", (result,)), tools=(Computer(1440, 900),))
    content = [{"type": "text", "text": '{"url":"https://a"}'}, {"type": "image", "data": "iVBO", "mime_type": "image/png"}]
    assert [call, {"type": "function_result", "call_id": "c", "name": "click_at", "result": content}] == sent.steps[1:]
    assert [] == sent.adaptations

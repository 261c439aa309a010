"""Tools that a vendor runs are values like others, and what they hold of secrets is not shown."""

from __future__ import annotations

import pickle
from typing import Any

import msgspec
import pytest

from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    Tool,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
    user,
)


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("web_search", WebSearch(max_uses=3, vicinity=Vicinity(country="NO"))),
        ("web_fetch", WebFetch(citations=True)),
        ("code_execution", CodeExecution(files=("f1",))),
        ("file_search", FileSearch(("s1", "s2"))),
        ("computer", Computer(1280, 800)),
        ("deepwiki", RemoteMcp("deepwiki", "https://mcp.deepwiki.com/mcp")),
    ],
)
def test_they_have_names(name: str, tool: ServerTool) -> None:
    """The name is the neutral word for what it does, that of an MCP server its own; values are equal by content."""
    assert name == tool.name
    assert tool == msgspec.structs.replace(tool)
    assert tool != msgspec.structs.replace(tool, extra={"type": "dated"})


def test_what_is_not_said_is_not_written() -> None:
    """A value shows what was set, and its kind."""
    assert {"type": "web_search", "max_uses": 2} == msgspec.to_builtins(WebSearch(max_uses=2))


TOKEN, HEADER = "mcp-token-0123456789", "mcp-header-0123456789"


def mcp() -> RemoteMcp:
    return RemoteMcp("wiki", "https://mcp.example.com", Secret(TOKEN), {"X-Key": Secret(HEADER), "X-Plain": "plain"})


def test_secrets_are_not_shown() -> None:
    """Neither what is printed of a tool or a request nor what is stored of one holds its credentials."""
    request = Request("m", (user("Hi"),), tools=(WebSearch(), Tool("t"), VendorTool({"type": "x"}), mcp()))
    for value in (mcp(), request):
        assert TOKEN not in repr(value)
        assert HEADER not in repr(value)
        for dumped in (msgspec.json.encode, pickle.dumps):
            with pytest.raises(TypeError):
                dumped(value)  # type: ignore[operator]


def test_a_request_knows_its_secrets() -> None:
    """Those of all its tools."""
    nothing: tuple[Any, ...] = ()
    assert nothing == WebSearch().secrets == Request("m", (), tools=(Tool("t"), WebSearch())).secrets()
    assert (Secret(TOKEN), Secret(HEADER)) == Request("m", (), tools=(Tool("t"), mcp())).secrets()

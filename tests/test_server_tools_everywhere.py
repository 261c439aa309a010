"""Every setting of a vendor's tool is sent or its loss is listed: on every wire, and in the dialect of every provider."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman import providers
from dragoman.errors import Unsupported
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    Tool,
    ToolChoice,
    Vicinity,
    WebFetch,
    WebSearch,
    user,
)

FUNCTION = Tool("f", "does f", {"type": "object", "properties": {"a": {"type": "string"}}})
PLAIN: tuple[ServerTool, ...] = (
    WebSearch(),
    WebFetch(),
    CodeExecution(),
    FileSearch(("store-1",)),
    Computer(1280, 800),
    RemoteMcp("wiki", "https://mcp.example.com/mcp"),
)
SETTINGS: dict[str, dict[str, Any]] = {
    "web_search": {
        "max_uses": 3,
        "allowed_domains": ("a.example",),
        "blocked_domains": ("b.example",),
        "vicinity": Vicinity("Oslo", "Oslo", "NO", "Europe/Oslo", 59.9, 10.7),
        "context": "high",
    },
    "web_fetch": {
        "max_uses": 3,
        "allowed_domains": ("a.example",),
        "blocked_domains": ("b.example",),
        "max_tokens": 9_000,
        "citations": True,
    },
    "code_execution": {"container": "c-1", "files": ("f-1",)},
    "file_search": {"max_results": 7, "filter": {"type": "eq", "key": "a", "value": "b"}},
    "computer": {"environment": "linux"},
    "remote_mcp": {
        "token": Secret("token-0123456789"),
        "headers": {"x-own": "own-value"},
        "tools": ("ask",),
        "approval": "always",
        "description": "A wiki.",
    },
}
CASES = [(tool, field, value) for tool in PLAIN for field, value in SETTINGS[str(tool.__struct_config__.tag)].items()]


def target_of(name: str) -> Target:
    found = providers.load(name)
    return Target(name, found.protocol, "some-model", "https://models.example.com/v1", found.dialect)


def said(target: Target, *tools: ServerTool | Tool, choice: ToolChoice | None = None) -> tuple[Any, list[tuple[str, str | None]]]:
    report = Report(target)
    request = Request(target.model, (user("Hi"),), tools=tools, tool_choice=choice, max_tokens=99)
    http = load(target.protocol).encode_request(request, target, report)
    return (http.url, http.headers, http.body), [(each.feature, each.path) for each in report.adaptations]


def test_every_setting_is_tried() -> None:
    """A field that joins a tool joins this test."""
    for tool in PLAIN:
        fields = {field.name for field in msgspec.structs.fields(type(tool)) if not field.required}
        assert fields - {"extra", "protocol"} == SETTINGS[str(tool.__struct_config__.tag)].keys()


@pytest.mark.parametrize("name", providers.NAMES)
def test_a_setting_is_sent_or_its_loss_is_listed(name: str) -> None:
    """Either the request is another one than without it, or the report names the field or that the tool is not offered."""
    target = target_of(name)
    alone, _ = said(target, FUNCTION)
    for tool, field, value in CASES:
        without, missing = said(target, FUNCTION, tool)
        with_it, listed = said(target, FUNCTION, msgspec.structs.replace(tool, **{field: value}))
        if ("server_tool", "tools[1]") in missing:
            assert ("server_tool", "tools[1]") in listed, (tool, field)
            assert alone == without == with_it, (tool, field)
        else:
            assert with_it != without or ("server_tool", f"tools[1].{field}") in listed, (tool, field)


@pytest.mark.parametrize("tool", PLAIN, ids=lambda tool: str(tool.__struct_config__.tag))
@pytest.mark.parametrize("name", [*NAMES])
def test_a_tool_is_offered_or_listed(name: str, tool: ServerTool) -> None:
    """And refused by policy where it is not there; the same request is encoded the same every time."""
    target = Target("somewhere", name, "m", "https://models.example.com")
    sent, listed = said(target, FUNCTION, tool)
    assert sent == said(target, FUNCTION, tool)[0]
    if sent == said(target, FUNCTION)[0]:
        assert [("server_tool", "tools[1]")] == listed
        with pytest.raises(Unsupported) as caught:
            load(name).encode_request(Request("m", (user("Hi"),), tools=(tool,)), target, Report(target, "strict"))
        assert "server_tool" == caught.value.feature


@pytest.mark.parametrize("tool", PLAIN, ids=lambda tool: str(tool.__struct_config__.tag))
@pytest.mark.parametrize("name", [*NAMES])
def test_a_tool_is_asked_for_or_that_is_listed(name: str, tool: ServerTool) -> None:
    """A choice that names it is said, or listed, or refused: it never names what is not there."""
    target = Target("somewhere", name, "m", "https://models.example.com")
    free, listed_free = said(target, FUNCTION, tool)
    try:
        forced, listed = said(target, FUNCTION, tool, choice=ToolChoice("tool", tool.name))
    except Unsupported:
        return
    assert forced != free or listed != listed_free


@pytest.mark.parametrize("name", [*NAMES])
def test_a_vendors_fields_stay_with_the_vendor(name: str) -> None:
    """What another wire's object had beyond the typed fields is not sent here, and listed where the tool is offered."""
    target = Target("somewhere", name, "m", "https://models.example.com")
    bare, _ = said(target, WebSearch())
    sent, listed = said(target, WebSearch(extra={"odd": 1}, protocol="nowhere"))
    assert bare == sent
    assert ("extra" in [feature for feature, _ in listed]) == (("server_tool", "tools[0]") not in listed)

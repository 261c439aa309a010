"""What the wires share about a vendor's own tools: every loss is told, and nothing is read that could not be said again."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.server_tools import (
    headers_of,
    leave_out,
    not_offered,
    own_fields,
    read_server_tool,
    span_in_bytes,
    withheld,
)
from dragoman.types import Adaptation, FileSearch, RemoteMcp, Secret, ServerTool, VendorTool, WebSearch

TARGET = Target("groq", "openai_chat", "some-model")


def test_a_tool_that_is_not_there() -> None:
    """It is listed, or refused by policy, with its name."""
    report = Report(TARGET)
    not_offered(WebSearch(), report, "tools[0]")
    told = "this provider has no web_search of its own: it is not offered"
    assert [Adaptation("server_tool", "dropped", told, "tools[0]")] == report.adaptations
    with pytest.raises(Unsupported, match="only in the other endpoint"):
        not_offered(WebSearch(), Report(TARGET, {"server_tool": "strict"}), "tools[0]", "only in the other endpoint")


def test_settings_that_cannot_be_said() -> None:
    """Each that is set is listed, whatever its kind of default; those that are taken, required, or the vendor's own are not."""
    report = Report(TARGET)
    leave_out(WebSearch(max_uses=2, blocked_domains=("a.com",), context="low", extra={"x": 1}), ("context",), report, "tools[1]")
    leave_out(FileSearch(("s",), protocol="gemini"), (), report, "tools[2]")
    leave_out(RemoteMcp("wiki", "https://x", headers={"A": "b"}, approval="always"), ("approval",), report, "tools[3]")
    assert ["tools[1].max_uses", "tools[1].blocked_domains", "tools[3].headers"] == [each.path for each in report.adaptations]
    assert {("server_tool", "changed")} == {(each.feature, each.action) for each in report.adaptations}


@pytest.mark.parametrize(
    ("server", "taken", "told"),
    [
        (RemoteMcp("wiki", "https://x"), (), None),
        (RemoteMcp("wiki", "https://x", tools=("ask",)), ("tools",), None),
        (RemoteMcp("wiki", "https://x", tools=("ask",)), ("approval",), "cannot be narrowed to some of its tools here"),
        (RemoteMcp("wiki", "https://x", approval="always"), ("tools", "approval"), None),
        (RemoteMcp("wiki", "https://x", approval="always"), ("tools",), "nobody would be asked before calls"),
        (WebSearch(allowed_domains=("a",)), (), None),
    ],
)
def test_a_server_is_not_given_free(server: ServerTool, taken: tuple[str, ...], told: str | None) -> None:
    """Where nothing holds the model to the tools that it may use, or to asking first, the server is not offered at all."""
    report = Report(TARGET)
    assert (told is not None) == withheld(server, taken, report, "tools[0]")
    assert ([] if told is None else [("dropped", "tools[0]")]) == [(each.action, each.path) for each in report.adaptations]
    assert told is None or told in report.adaptations[0].detail


def test_a_vendors_own_fields() -> None:
    """They go where their words are understood: to any wire when nobody's, else to their own."""
    report = Report(TARGET)
    assert {"a": 1} == own_fields(WebSearch(extra={"a": 1}), "openai_chat", report, "tools[0]")
    assert {"a": 1} == own_fields(WebSearch(extra={"a": 1}, protocol="openai_chat"), "openai_chat", report, "tools[0]")
    assert {} == own_fields(WebSearch(protocol="gemini"), "openai_chat", report, "tools[0]")
    assert [] == report.adaptations
    assert {} == own_fields(WebSearch(extra={"a": 1}, protocol="gemini"), "openai_chat", report, "tools[0]")
    assert [("extra", "dropped", "tools[0]")] == [(each.feature, each.action, each.path) for each in report.adaptations]


def test_headers_of_an_mcp_server() -> None:
    """Secrets are revealed where they are sent, and only there."""
    assert {"X": "s", "Y": "y", "Authorization": "Bearer t"} == headers_of({"X": Secret("s"), "Y": "y"}, Secret("t"))
    assert {} == headers_of({}, None)


def test_an_object_is_read_only_where_it_can_be_said_again() -> None:
    """A field that the way back would lose or change keeps the object as it came."""

    def read(data: dict[str, Any]) -> ServerTool | None:
        return WebSearch(max_uses=data.get("uses")) if data["type"] == "search" else None

    def encode(tool: ServerTool) -> Any:
        assert isinstance(tool, WebSearch)
        return {"type": "search", "uses": tool.max_uses}

    for data in ({"type": "search", "uses": 1, "more": 2}, {"type": "search"}, {"type": "other"}):
        assert VendorTool(data, "toy") == read_server_tool(data, "toy", read, encode)
    assert WebSearch(max_uses=1) == read_server_tool({"type": "search", "uses": 1}, "toy", read, encode)


@pytest.mark.parametrize(
    ("text", "piece"),
    [("plain words", "words"), ("blå bær på fjellet", "på"), ("日本語の文", "語の"), ("a 🚲 b", "b"), ("a 🚲", "🚲"), ("", "")],
)
def test_spans_are_recounted(text: str, piece: str) -> None:
    """Characters to bytes, as wires count that say so; the way back is `byte_spans`."""
    at = text.index(piece)
    start, end = len(text[:at].encode()), len(text[:at].encode()) + len(piece.encode())
    assert (start, end) == span_in_bytes(text, at, at + len(piece))

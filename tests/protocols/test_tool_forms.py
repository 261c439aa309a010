"""A vendor's own tools as data: settings go to their places, losses are listed, and what is read is said again as it came."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.tool_forms import OPENROUTER, Form, Setting, form_of, merge, read_form, say_form, unreported
from dragoman.types import CodeExecution, FileSearch, RemoteMcp, Secret, ServerTool, Vicinity, WebFetch, WebSearch

TARGET = Target("p", "w", "m")

SEARCH = Form(
    {"type": "s", "deep": {"a": 1}},
    {
        "max_uses": "max",
        "allowed_domains": "deep.domains",
        "blocked_domains": Setting("deep.domains", prefix="-"),
        "context": Setting("size", words=("medium", "high")),
        "vicinity.city": "where.city",
    },
    beside={"vicinity": {"where": {"type": "approximate"}}},
)
CODE = Form({"type": "c", "box": {"type": "auto"}}, {"container": "box", "files": "box.files"})
MCP = Form(
    {"type": "mcp"},
    {
        "name": "label",
        "url": "url",
        "headers": "headers",
        "token": Setting("headers.Authorization", prefix="Bearer "),
        "tools": Setting("tool", one=True),
        "approval": "approve",
    },
    always=("approval",),
)


def say(tool: ServerTool, form: Form, policy: Any = "adapt") -> tuple[dict[str, Any], list[str | None]]:
    report = Report(TARGET, policy)
    return say_form(tool, form, "w", report, "t"), [each.path for each in report.adaptations]


@pytest.mark.parametrize(
    ("tool", "form", "expected"),
    [
        (WebSearch(), SEARCH, {"type": "s", "deep": {"a": 1}}),
        (
            WebSearch(max_uses=2, allowed_domains=("a", "b"), context="high", vicinity=Vicinity("Oslo")),
            SEARCH,
            {
                "type": "s",
                "deep": {"a": 1, "domains": ["a", "b"]},
                "max": 2,
                "size": "high",
                "where": {"city": "Oslo", "type": "approximate"},
            },
        ),
        (
            WebSearch(allowed_domains=("a",), blocked_domains=("b", "c")),
            SEARCH,
            {"type": "s", "deep": {"a": 1, "domains": ["a", "-b", "-c"]}},
        ),
        (WebSearch(vicinity=Vicinity()), SEARCH, {"type": "s", "deep": {"a": 1}, "where": {"type": "approximate"}}),
        (CodeExecution(files=("f",)), CODE, {"type": "c", "box": {"type": "auto", "files": ["f"]}}),
        (CodeExecution(container="b"), CODE, {"type": "c", "box": "b"}),
        (
            RemoteMcp("w", "https://w", Secret("t"), {"X": Secret("x"), "Y": "y"}, ("one",)),
            MCP,
            {
                "type": "mcp",
                "label": "w",
                "url": "https://w",
                "headers": {"X": "x", "Y": "y", "Authorization": "Bearer t"},
                "tool": "one",
                "approve": "never",
            },
        ),
        (RemoteMcp("w", "", extra={"connector": "c"}), MCP, {"type": "mcp", "label": "w", "approve": "never", "connector": "c"}),
    ],
)
def test_settings_have_places(tool: ServerTool, form: Form, expected: dict[str, Any]) -> None:
    """Deep ones too; several may share a list; what says nothing is not said, unless it always is."""
    assert (expected, []) == say(tool, form)
    assert {"type": "s", "deep": {"a": 1}} == SEARCH.base


@pytest.mark.parametrize(
    ("tool", "form", "lost"),
    [
        (WebSearch(context="low"), SEARCH, ["t.context"]),
        (WebSearch(vicinity=Vicinity("Oslo", country="NO", latitude=59.9)), SEARCH, ["t.vicinity"]),
        (CodeExecution(container="b", files=("f",)), CODE, ["t.files"]),
        (RemoteMcp("w", "u", tools=("one",), description="d"), MCP, ["t.description"]),
        (RemoteMcp("w", "u", tools=("one", "two"), description="d"), MCP, ["t"]),
        (FileSearch(("s",), max_results=3), Form({"type": "f"}), ["t.max_results"]),
        (WebSearch(vicinity=Vicinity("Oslo")), Form({"type": "s"}), ["t.vicinity"]),
    ],
)
def test_what_has_no_place_is_listed(tool: ServerTool, form: Form, lost: list[str]) -> None:
    """Words that the vendor does not know, parts of a vicinity, a second way beside the first: or refused, by policy."""
    assert lost == say(tool, form)[1]
    with pytest.raises(Unsupported):
        say(tool, form, {"server_tool": "strict"})


def test_the_tools_own_fields_win() -> None:
    """Over whole fields in a tool; field by field in a request."""
    tool = WebSearch(allowed_domains=("a",), extra={"deep": {"x": 1}, "new": 2})
    body = Form(SEARCH.base, SEARCH.settings, in_body=True)

    assert {"type": "s", "deep": {"x": 1}, "new": 2} == say(tool, SEARCH)[0]
    assert {"type": "s", "deep": {"a": 1, "domains": ["a"], "x": 1}, "new": 2} == say(tool, body)[0]


def test_fields_are_joined() -> None:
    """Objects and lists by what is in them, each thing of a list once; of the rest the later counts."""
    assert {"a": {"b": [1, 2, 3], "c": 4}, "d": 5} == merge({"a": {"b": [1, 2]}, "d": 0}, {"a": {"b": [2, 3], "c": 4}, "d": 5})


def test_models_have_forms() -> None:
    """The first that a model has counts; a model may have none."""
    forms = {"web_search": (Form({"type": "a"}, models="^big"), Form({"type": "b"}, models="small$"))}

    found = [form_of(WebSearch(), forms, model) for model in ("big-small", "very-small", "other")]
    assert ["a", "b", None] == [form and form.base["type"] for form in found]
    assert form_of(WebFetch(), forms, "big") is None


@pytest.mark.parametrize(
    ("kind", "form", "data", "expected"),
    [
        (WebSearch, SEARCH, {"type": "s", "deep": {"a": 1, "domains": ["b"]}}, WebSearch(allowed_domains=("b",))),
        (WebSearch, SEARCH, {"type": "s", "deep": {"a": 1}, "max": 2, "size": "high"}, WebSearch(max_uses=2, context="high")),
        (
            WebSearch,
            SEARCH,
            {"type": "s", "deep": {"a": 1}, "where": {"type": "approximate", "city": "Oslo"}},
            WebSearch(vicinity=Vicinity("Oslo")),
        ),
        (WebSearch, SEARCH, {"type": "s", "deep": {"a": 1}, "where": {"type": "approximate"}}, WebSearch(vicinity=Vicinity())),
        (CodeExecution, CODE, {"type": "c", "box": {"type": "auto", "files": ["f"]}}, CodeExecution(files=("f",))),
        (
            RemoteMcp,
            MCP,
            {"type": "mcp", "label": "w", "url": "u", "approve": "always", "tool": "one"},
            RemoteMcp("w", "u", tools=("one",), approval="always"),
        ),
    ],
)
def test_an_object_is_read(kind: type[ServerTool], form: Form, data: dict[str, Any], expected: ServerTool) -> None:
    """By the places of its settings."""
    found = read_form(kind, form, data, "w", form)
    assert expected == found
    assert data == unreported(found, form)


@pytest.mark.parametrize(
    ("data", "extra"),
    [
        ({"type": "s2", "deep": {"a": 1}}, {"type": "s2"}),
        ({"type": "s", "deep": {"a": 1, "domains": [7]}}, {"deep": {"a": 1, "domains": [7]}}),
        (
            {"type": "s", "deep": {"a": 1}, "max": "many", "size": "huge", "odd": None},
            {"max": "many", "size": "huge", "odd": None},
        ),
        ({"type": "s", "deep": {"a": 1, "b": 2}}, {"deep": {"a": 1, "b": 2}}),
        ({"type": "s", "deep": {"a": 1}, "where": {"city": "Oslo"}}, {"where": {"city": "Oslo"}}),
    ],
)
def test_fields_without_a_typed_place_are_kept(data: dict[str, Any], extra: dict[str, Any]) -> None:
    """As they came, as the words of their wire."""
    found = read_form(WebSearch, SEARCH, data, "w", SEARCH)
    assert found is not None
    assert (extra, "w") == (found.extra, found.protocol)
    assert data == unreported(found, SEARCH)


def test_secrets_are_read_as_such() -> None:
    """A token and every header of an MCP server are not shown."""
    form = Form(MCP.base, {**MCP.settings, "token": "auth"}, always=MCP.always)
    data = {"type": "mcp", "label": "w", "url": "u", "auth": "t", "headers": {"X": "x"}, "approve": "never"}

    found = read_form(RemoteMcp, form, data, "w", form)
    assert RemoteMcp("w", "u", Secret("t"), {"X": Secret("x")}) == found
    assert data == unreported(found, form)
    assert "'x'" not in repr(found)


def test_what_lacks_a_required_field_is_not_read() -> None:
    """It stays the vendor's object."""
    assert read_form(RemoteMcp, MCP, {"type": "mcp", "label": "w"}, "w", MCP) is None


def test_openrouter() -> None:
    """Its own tools hold their settings in `parameters`."""
    tool = WebSearch(max_uses=1, blocked_domains=("b",), vicinity=Vicinity(country="GB"))
    place = {"country": "GB", "type": "approximate"}
    expected = {
        "type": "openrouter:web_search",
        "parameters": {"max_uses": 1, "excluded_domains": ["b"], "user_location": place},
    }

    assert (expected, []) == say(tool, OPENROUTER["web_search"][0])
    fetch = WebFetch(max_uses=2, max_tokens=9, allowed_domains=("a",), citations=True)
    sent, lost = say(fetch, OPENROUTER["web_fetch"][0])
    assert {"max_uses": 2, "max_content_tokens": 9, "allowed_domains": ["a"]} == sent["parameters"]
    assert ["t.citations"] == lost

"""A server's tools as ours."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.errors import APIError, ConnectionFailed, DragomanError, TimedOut
from dragoman.mcp.results import ToolAnswer
from dragoman.mcp.tools import ServerTool, blocking_function, fitted_name, told, told_failure, tools_from
from dragoman.tools import ToolError, by_name
from dragoman.types import Text

LONG = "a_name_that_goes_on_and_on_until_it_is_longer_than_any_vendor_takes"


@pytest.mark.parametrize(
    ("name", "namespace", "fitted"),
    [
        ("read", None, "read"),
        ("read", "fs", "fs__read"),
        ("files.read/all", "fs", "fs__files_read_all"),
        ("größe", None, "gr__e"),
        ("3d", None, "_3d"),
        ("-x", None, "_-x"),
        ("", None, "_"),
        (LONG, None, "a_name_that_goes_on_and_on_until_it_is_longer_than_any__55124bf6"),
    ],
)
def test_names_fit_every_vendor(name: str, namespace: str | None, fitted: str) -> None:
    """Names of other characters, and too long ones, become names that every vendor takes."""
    assert fitted == fitted_name(name, namespace)
    assert len(fitted) <= 64


def answering(answer: ToolAnswer | DragomanError) -> ServerTool:
    def call(name: str, arguments: dict[str, Any]) -> ToolAnswer:
        if isinstance(answer, DragomanError):
            raise answer
        return answer

    return tools_from([{"name": "look"}], "s", "here", lambda remote: blocking_function(call, remote))[0]


def test_names_that_become_one_are_kept_apart() -> None:
    """Two tools whose names differ only in what vendors do not take are two tools; their own names are kept."""
    listed = [{"name": name} for name in ("a.b", "a/b", "a_b")]
    tools = tools_from(listed, "s", None, lambda remote: blocking_function(lambda name, given: ToolAnswer(), remote))

    assert ["a.b", "a/b", "a_b"] == [tool.remote_name for tool in by_name(tools).values()]
    assert tools[0].name == "a_b"


def test_a_tool_says_whose_it_is() -> None:
    """A tool of another name is the same tool of the same server."""
    tool = answering(ToolAnswer((Text("seen"),)))
    other = tool.named("see")

    assert ("here__look", "s:look") == (tool.name, tool.origin)
    assert isinstance(other, ServerTool)
    assert ("see", "look", "seen") == (other.name, other.remote_name, other.call("{}").text)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionFailed("the MCP server s has ended"), "The MCP server s has ended."),
        (
            TimedOut("The MCP server s took longer"),
            "The MCP server s took longer. Whether the call of look had an effect is not known.",
        ),
        (APIError("the MCP server s refused: no"), "the MCP server s refused: no"),
    ],
)
def test_failures_are_told_to_the_model(error: DragomanError, words: str) -> None:
    """A server that does not answer is a failed tool, with the reason, which the program finds as well."""
    outcome = answering(error).call("{}")

    assert ("failed", words) == (outcome.kind, outcome.text)
    assert outcome.error is not None
    assert outcome.error.__cause__ is error
    assert words == told_failure(error, "look").message


def test_answers() -> None:
    """An empty answer is no content; an error's content is what the model is told."""
    assert told(ToolAnswer()) is None
    assert answering(ToolAnswer()).call("{}").content == ()
    with pytest.raises(ToolError, match="too dark"):
        told(ToolAnswer((Text("too dark"),), is_error=True))

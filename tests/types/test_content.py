"""Blocks are values."""

from __future__ import annotations

import pytest

from dragoman.types import ToolCall


@pytest.mark.parametrize(
    ("arguments", "value"), [('{"a": [1, 2.5]}', {"a": [1, 2.5]}), ("", {}), ("  ", {}), ("[1]", [1]), ('"x"', "x")]
)
def test_arguments_are_parsed_on_demand(arguments: str, value: object) -> None:
    """The raw text stays; its value is asked for."""
    call = ToolCall("1", "f", arguments)

    assert value == call.input
    assert not call.malformed


@pytest.mark.parametrize("arguments", ['{"a": ', "{a: 1}", '{"a":1}{"b":2}'])
def test_malformed_arguments_stay_visible_and_do_not_run(arguments: str) -> None:
    """A call cut short shows its text and refuses to be a value."""
    call = ToolCall("1", "f", arguments)

    assert call.malformed
    assert arguments == call.arguments
    with pytest.raises(ValueError, match="do not run"):
        _ = call.input


def test_custom_tools_take_free_text() -> None:
    """The input of a custom tool is its text, JSON or not."""
    assert ToolCall("1", "sh", "ls -l", custom=True).input == "ls -l"

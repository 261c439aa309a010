"""What a tool may ask about its call."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from dragoman import ToolCall, user
from dragoman.tools import ToolContext
from dragoman.tools.context import wants_context


class Own(ToolContext[int]):
    """A context of the program's own."""


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (ToolContext, True),
        (ToolContext[str], True),
        (ToolContext[Any] | None, True),
        (Annotated[ToolContext[int], "given"], True),
        (Own, True),
        (str, False),
        (list[ToolContext[int]], False),
        (None, False),
    ],
)
def test_a_parameter_asks_by_its_type(hint: Any, expected: bool) -> None:
    """Subclasses, optional and annotated ones count; a list of contexts is none."""
    assert expected == wants_context(hint)


def test_a_context_needs_only_a_value() -> None:
    """A tool can be tried without a run."""
    context = ToolContext("db")

    assert ("db", ToolCall("", ""), (), 0) == (context.value, context.call, context.messages, context.step)
    assert 2 == ToolContext(None, ToolCall("1", "a"), (user("Hi"),), 2).step

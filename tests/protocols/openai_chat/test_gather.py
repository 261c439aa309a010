"""Vendor fields gathered over a stream."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_chat.gather import Gathered, message_key


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        (["a", "b", "b"], "abb"),
        ([[1], [2]], [1, 2]),
        ([{"a": 1}, {"b": 2}], {"b": 2}),
        ([1, 2, None], 2),
        ([True, False], False),
    ],
)
def test_values_of_one_field(values: list[Any], merged: Any) -> None:
    """Text is joined, lists are extended, the last of anything else counts, null counts for nothing."""
    gathered = Gathered()
    for value in values:
        gathered.take("field", value)

    assert gathered.merged() == {"field": merged}


def test_labels_are_not_joined() -> None:
    """A field that labels each chunk has its last value."""
    gathered = Gathered()
    for value in ("analysis", "analysis", "final"):
        gathered.take("channel", value)

    assert gathered.merged() == {"channel": "final"}


def test_lists_are_copied() -> None:
    """What came from the wire is not written into."""
    first = [1]
    gathered = Gathered()
    gathered.take("field", first)
    gathered.take("field", [2])

    assert first == [1]


def test_the_key_of_a_message() -> None:
    """The place of the fields is named like a path."""
    assert message_key(2) == "choices[2].message"

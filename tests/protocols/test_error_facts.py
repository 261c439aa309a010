"""What the wires share about reading errors."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.error_facts import problem, status_of


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"loc": ["body", "messages", 0], "msg": "Field required"}, "body.messages.0: Field required"),
        ({"loc": [], "msg": "Bad"}, "Bad"),
        ({"loc": "body", "msg": "Bad"}, "Bad"),
        ("plain", "plain"),
    ],
)
def test_a_validation_error_says_where_and_what(item: Any, said: str) -> None:
    """What is no object is said as it is."""
    assert said == problem(item)


def test_a_status_is_that_of_an_error() -> None:
    """The first number that can be one; true is no number."""
    assert 429 == status_of(None, "500", True, 200, 429, 500)
    assert status_of(None, "500", 200, 600) is None

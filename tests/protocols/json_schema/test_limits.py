"""Sizes of a schema."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.json_schema.limits import excess
from dragoman.protocols.json_schema.rules import Limits

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "one": {"type": "array", "items": {"type": "object", "properties": {"in": {"type": ["string", "null"]}}}},
        "two": {"anyOf": [{"enum": ["aa", "bb", 3]}, {"const": "c"}, {"$ref": "#/$defs/D"}]},
    },
    "required": ["one"],
    "$defs": {"D": {"type": "object"}},
}


@pytest.mark.parametrize(
    ("limits", "most", "reason"),
    [
        (Limits(depth=1), Limits(depth=2), "it has 2 levels of objects, 1 are taken"),
        (Limits(properties=2), Limits(properties=3), "it has 3 properties, 2 are taken"),
        (Limits(enum_values=2), Limits(enum_values=3), "it has 3 values of enums, 2 are taken"),
        (Limits(text=13), Limits(text=14), "it has 14 characters in names and values, 13 are taken"),
        (Limits(optional=1), Limits(optional=2), "it has 2 optional properties, 1 are taken"),
        (Limits(unions=1), Limits(unions=2), "it has 2 properties of several types, 1 are taken"),
        (Limits(length=99), Limits(length=999), "it has 255 characters, 99 are taken"),
        (Limits(long_enum=(2, 3)), Limits(long_enum=(3, 3)), "an enum of 3 values has 4 characters, 3 are taken beyond 2 values"),
    ],
)
def test_a_limit_and_one_more(limits: Limits, most: Limits, reason: str) -> None:
    """What is at the limit is taken; what is beyond is said in numbers."""
    assert (reason, None) == (excess(SCHEMA, limits), excess(SCHEMA, most))


def test_no_limits() -> None:
    """Nothing is counted where nothing is limited."""
    assert excess({"properties": 3}, Limits()) is None

"""Which schemas a strict mode can hold to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from json_types import Circle, Defaults, Json, Model, Movie, Nested, Point, Shapes, Square, Tree

from dragoman.tools.strict import fits_strict
from dragoman.typed import schema_of


@dataclass
class Nothing:
    pass


@pytest.mark.parametrize(
    "kind", [Point, Defaults, Movie, Model, Circle | Square | None, list[Point], Literal["a"], tuple[int, str], Nothing]
)
def test_what_can_be_held_to(kind: Any) -> None:
    """Objects of known keys, lists, unions and constants."""
    assert fits_strict(schema_of(kind))


@pytest.mark.parametrize(
    "kind", [Any, dict[str, int], Shapes, list, tuple[()], Tree, Nested, Json, list[Any], Point | dict[str, int]]
)
def test_what_cannot(kind: Any) -> None:
    """Free keys, values of any type, types that hold themselves."""
    assert not fits_strict(schema_of(kind))


def test_schemas_of_others() -> None:
    """References that lead nowhere cannot be held to."""
    assert not fits_strict({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}})
    assert not fits_strict({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True})
    assert not fits_strict({"type": "object", "properties": {"a": True}})

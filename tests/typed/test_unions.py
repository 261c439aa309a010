"""Unions: which member is meant."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Optional, Union

import pydantic
import pytest
from json_types import Cat, Circle, Colour, Dog, Point, Square, Tree, Word

from dragoman.typed import Invalid, convert, schema_of
from dragoman.typed.scalars import INTEGER, NULL, STRING
from dragoman.typed.unions import union


class Bird(pydantic.BaseModel):
    kind: Literal["bird"] = "bird"
    wings: int


class Fish(pydantic.BaseModel):
    kind: Literal["fish"]
    fins: int


@dataclass
class Small:
    a: int


@dataclass
class Large:
    a: int
    b: int = 0


@dataclass
class Sum:
    left: Sum | Product | int
    right: Sum | Product | int


@dataclass
class Product:
    left: Sum | Product | int
    right: Sum | Product | int


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (int | float, 3, 3),
        (float | int, 3, 3),
        (int | float, 3.0, 3.0),
        (int | bool, True, True),
        (Colour | str, "red", Colour.RED),
        (str | Colour, "red", Colour.RED),
        (str | Colour, "green", "green"),
        (str | uuid.UUID, "a", "a"),
        (str | datetime.date, "2026-01-31", datetime.date(2026, 1, 31)),
        (datetime.datetime | datetime.date, "2026-01-31", datetime.date(2026, 1, 31)),
        (str | bytes, "abcd", "abcd"),
        (str | Decimal, "1", "1"),
        (str | Decimal, 1, Decimal(1)),
        (Literal["a"] | int | None, None, None),
        (Optional[Union[int, str]], "a", "a"),  # noqa: UP007, UP045
        (list[int] | list[str], ["a"], ["a"]),
        (dict[str, int] | Point, {"x": 1, "y": 2}, {"x": 1, "y": 2}),
        (dict[str, int] | Point, {"x": 1.5, "y": 2}, Point(1.5, 2.0)),
        (Cat | Dog, {"barks": 1}, Dog(1)),
        (Small | Large, {"a": 1}, Small(1)),
        (Small | Large, {"a": 1, "b": 2}, Large(1, 2)),
        (Large | Small, {"a": 1, "c": 2}, Large(1)),
        (Circle | Square, {"kind": "circle", "radius": 1}, Circle("circle", 1.0)),
        (Bird | Fish, {"kind": "fish", "fins": 2}, Fish(kind="fish", fins=2)),
        (Bird | Fish, {"wings": 2}, Bird(wings=2)),
        (Bird | Circle, {"kind": "circle", "radius": 2}, Circle("circle", 2.0)),
        (Word | Colour, "no", Word.NO),
        (Any | int, "x", "x"),
    ],
)
def test_the_member_that_forgives_least_is_meant(kind: Any, value: Any, expected: Any) -> None:
    """The order of a union's members decides only between equals."""
    made = convert(value, kind)

    assert (type(expected), expected) == (type(made), made)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Circle | Square, {"kind": 3}, '$.kind: expected "circle" or "square", got 3'),
        (Circle | Square, {"kind": ["circle"]}, '$.kind: expected "circle" or "square", got an array of 1'),
        (Bird | Fish, {"kind": "fish"}, "$.fins: missing"),
        (Bird | Fish, {"kind": "frog"}, '$.kind: expected "bird" or "fish", got "frog"'),
        (int | Literal["a"], "b", '$: expected "a", got "b"'),
        (int | float | None, "b", '$: expected a number or null, got "b"'),
        (
            list[int] | int,
            "[1]",
            '$: expected an array or a whole number, got "[1]"; write the JSON itself, not a string that holds it',
        ),
        (list[int] | None, ["a"], '$[0]: expected a whole number, got "a"'),
    ],
)
def test_the_nearest_member_tells_what_is_wrong(kind: Any, value: Any, said: str) -> None:
    """One list of problems, of the member that was meant."""
    with pytest.raises(Invalid) as caught:
        convert(value, kind)

    assert said == str(caught.value)


def test_unions_within_unions_are_read_in_reasonable_time() -> None:
    """Two members that look alike, nested a hundred deep, are not tried in every combination."""
    wrong: Any = {"left": 1, "right": "x"}
    for _ in range(40):
        wrong = {"left": wrong, "right": 1}

    with pytest.raises(Invalid, match=r"\.right: expected .*a whole number, got \"x\"$"):
        convert(wrong, Sum | Product)


def test_a_union_is_flat_and_of_one_is_none() -> None:
    """Unions of unions are one, doubles once."""
    assert INTEGER is union([INTEGER, INTEGER])
    assert {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]} == schema_of(Optional[Union[int, str]])  # noqa: UP007, UP045
    assert frozenset({"number", "string", "null"}) == union([union([INTEGER, STRING]), NULL]).kinds
    assert {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]} == schema_of(dict[str, Tree | None])["additionalProperties"]

"""Bounds and words beside a type, whoever's they are."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any

import annotated_types as at
import msgspec
import pytest
from json_types import Point
from pydantic import Field, StringConstraints
from typing_extensions import Doc

from dragoman import errors
from dragoman.typed import Invalid, convert, schema_of
from dragoman.typed.constraints import is_multiple, read_marks

EARLY = datetime.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (Annotated[int, msgspec.Meta(ge=1, le=9)], {"type": "integer", "minimum": 1, "maximum": 9}),
        (Annotated[int, at.Ge(1), at.Le(9)], {"type": "integer", "minimum": 1, "maximum": 9}),
        (Annotated[int, Field(ge=1, le=9)], {"type": "integer", "minimum": 1, "maximum": 9}),
        (Annotated[float, at.Interval(gt=0, lt=1)], {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        (Annotated[str, at.MinLen(1), at.MaxLen(5)], {"type": "string", "minLength": 1, "maxLength": 5}),
        (Annotated[str, StringConstraints(pattern="^a")], {"type": "string", "pattern": "^a"}),
        (Annotated[list[int], at.Len(1, 2)], {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}),
        (
            Annotated[dict[str, int], Field(min_length=1)],
            {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
        ),
        (Annotated[Decimal, at.Ge(Decimal("0.5"))], {"anyOf": [{"type": "number", "minimum": 0.5}, {"type": "string"}]}),
        (Annotated[Decimal, at.Ge(Decimal(2))], {"anyOf": [{"type": "number", "minimum": 2}, {"type": "string"}]}),
        (Annotated[bytes, at.MaxLen(2)], {"type": "string", "contentEncoding": "base64"}),
        (
            Annotated[int | str | None, at.Ge(0)],
            {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}, {"type": "null"}]},
        ),
        (Annotated[Annotated[int, at.Ge(0)], at.Le(5)], {"type": "integer", "minimum": 0, "maximum": 5}),
        (Annotated[datetime.date, at.Ge(EARLY)], {"type": "string", "format": "date"}),
        (Annotated[int, "A number."], {"type": "integer", "description": "A number."}),
        (Annotated[int, Doc("A number.")], {"type": "integer", "description": "A number."}),
        (Annotated[int, Field(description="A number.")], {"type": "integer", "description": "A number."}),
        (
            Annotated[int, msgspec.Meta(description="A number.", examples=[1])],
            {"type": "integer", "description": "A number.", "examples": [1]},
        ),
        (Annotated[int, msgspec.Meta(extra_json_schema={"deprecated": True})], {"type": "integer", "deprecated": True}),
        (
            Annotated[int, Field(json_schema_extra={"deprecated": True}, examples=[2])],
            {"type": "integer", "examples": [2], "deprecated": True},
        ),
        (list[Annotated[int, "Each."]], {"type": "array", "items": {"type": "integer", "description": "Each."}}),
        (Annotated[int, object()], {"type": "integer"}),
    ],
)
def test_marks_of_every_library_are_read(kind: Any, schema: dict[str, Any]) -> None:
    """`annotated_types`, `msgspec.Meta`, pydantic's `Field`, `Doc` and plain strings say the same things."""
    assert schema == schema_of(kind)


@pytest.mark.parametrize(
    ("kind", "good", "bad", "said"),
    [
        (Annotated[int, at.Ge(1)], 1, 0, "$: expected a number, at least 1, got 0"),
        (Annotated[int, at.Gt(1)], 2, 1, "$: expected a number, more than 1, got 1"),
        (Annotated[float, at.Lt(1)], 0.5, 1, "$: expected a number, less than 1, got 1"),
        (Annotated[float, at.MultipleOf(0.1)], 0.3, 0.35, "$: expected a number, a multiple of 0.1, got 0.35"),
        (Annotated[str, at.MinLen(1)], "a", "", '$: expected at least 1 character, got ""'),
        (Annotated[str, Field(pattern=r"\d")], "a1", "a", r'$: expected a string that matches \d, got "a"'),
        (Annotated[set[int], at.MaxLen(1)], [1, 1], [1, 2], "$: expected at most 1 item, got an array of 2"),
        (Annotated[dict[str, int], at.MinLen(2)], {"a": 1, "b": 2}, {}, "$: expected at least 2 keys, got an empty object"),
        (Annotated[int | None, at.Ge(0)], None, -1, "$: expected a number, at least 0, got -1"),
        (
            Annotated[datetime.date, at.Ge(EARLY)],
            "2026-01-01",
            "2025-12-31",
            '$: expected at least 2026-01-01, got "2025-12-31"',
        ),
        (
            Annotated[int, at.Predicate(lambda value: value % 2 == 0)],
            2,
            3,
            "$: expected a value that passes the check 'lambda', got 3",
        ),
        (Annotated[str, at.Predicate(str.isupper)], "A", "a", "$: expected a value that passes the check 'isupper', got \"a\""),
        (Annotated[int, at.Predicate(lambda value: 1 / value > 0)], 1, 0, "$: 0 cannot be checked: ZeroDivisionError"),
    ],
)
def test_bounds_hold(kind: Any, good: Any, bad: Any, said: str) -> None:
    """What a bound excludes is told with the bound, that which JSON Schema has no word for too."""
    convert(good, kind)
    with pytest.raises(Invalid) as caught:
        convert(bad, kind)

    assert said == str(caught.value)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Annotated[str, at.Ge(1)], "ge=1 says nothing about str"),
        (Annotated[int, at.MinLen(1)], "min_length=1 says nothing about int"),
        (Annotated[str | None, at.Ge(1)], "ge=1 says nothing about "),
        (Annotated[str, Field(pattern="(")], None),
    ],
)
def test_a_bound_that_says_nothing_is_a_mistake(kind: Any, said: str | None) -> None:
    """It would otherwise be believed to hold."""
    if said is None:
        kind = Annotated[str, msgspec.Meta(pattern="a"), type("Mark", (), {"pattern": "("})()]
    with pytest.raises(errors.UsageError, match=said or "is no regular expression"):
        schema_of(kind)


def test_words_in_several_places() -> None:
    """The last word on a place is the one that counts, and a class keeps its own elsewhere."""
    assert "b" == read_marks(["a", "b"]).doc
    schema = schema_of(tuple[Annotated[Point, "Here."], Point])

    assert {"$ref": "#/$defs/Point", "description": "Here."} == schema["prefixItems"][0]
    assert {"$ref": "#/$defs/Point"} == schema["prefixItems"][1]


def test_multiples_are_meant_as_they_are_written() -> None:
    """Binary fractions do not spoil them."""
    assert is_multiple(0.3, 0.1)
    assert is_multiple(1e300, 5)
    assert not is_multiple(0.35, 0.1)

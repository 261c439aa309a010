"""Objects of known keys: missing, misspelt, unknown and null ones; classes that refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import pytest
from json_types import Closed, Defaults, KeywordOnly, Position, Renamed

from dragoman.typed import Invalid, convert, schema_of
from dragoman.typed.objects import Field, NamedRow, Object, near_key
from dragoman.typed.scalars import INTEGER, STRING
from dragoman.typed.shapes import Book, Reading


@dataclass
class Picky:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above\nhigh " + "!" * 1000)


@dataclass
class Nesting:
    inner: dict[str, Any]

    def __post_init__(self) -> None:
        self.inner = convert(self.inner, dict[str, int])  # type: ignore[assignment]


def problems(value: Any, kind: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        convert(value, kind)
    return [str(problem) for problem in caught.value.problems]


def test_a_misspelt_key_is_told_with_the_right_one() -> None:
    """A key that is near one that is absent is a mistake, of optional keys too; the right one is not told as missing besides."""
    assert ['$.Name: unknown key; did you mean "name"?'] == problems({"Name": "a"}, Defaults)
    assert ['$.first_name: unknown key; did you mean "firstName"?'] == problems({"first_name": "a"}, Renamed)
    assert ['$.colours: unknown key; did you mean "colour"?'] == problems({"colours": "red"}, Defaults)


def test_a_key_that_resembles_none_is_left_aside() -> None:
    """What nobody asked for does no harm, where the type does not say otherwise."""
    assert Defaults(name="a") == convert({"name": "a", "names": ["b"], "reason": "because"}, Defaults)
    assert ['$.b: unknown key; the only key is "a"'] == problems({"a": 1, "b": 2}, Closed)


def test_null_stands_for_an_optional_key_left_out() -> None:
    """Strict modes make models write every key: null for one with a default that could not be null is the default."""
    assert Defaults() == convert({"name": None, "tags": None, "colour": None, "maybe": None}, Defaults)
    assert ["$.a: expected a whole number, got null"] == problems({"a": None, "c": "c", "b": None}, KeywordOnly)


def test_a_class_that_refuses_is_a_problem() -> None:
    """What `__post_init__` raises is told at the object's place, in one line and at no length."""
    (problem,) = problems([{"low": 2, "high": 1}], list[Picky])

    assert problem.startswith("$[0]: not accepted for an object (Picky): low is above high !!!")
    assert len(problem) < 300
    assert ['$[0].a: expected a whole number, got "x"'] == problems([{"inner": {"a": "x"}}], list[Nesting])


def test_several_missing_keys_are_all_told() -> None:
    """One pass finds everything."""
    assert [
        '$.b: expected a whole number, got "x"',
        "$.a: missing; it should be a whole number",
        "$.c: missing; it should be a string",
    ] == problems({"b": "x"}, KeywordOnly)


def test_other_keys_may_have_a_type_of_their_own() -> None:
    """Keys beyond the known are read by the shape for the rest."""
    shape = Object([Field("a", "a", INTEGER, True)], dict, rest=STRING)
    reading = Reading()

    assert {"a": 1, "b": "c"} == shape.read({"a": 1, "b": "c"}, (), reading)
    assert {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": {"type": "string"},
    } == shape.schema(Book())


def test_fields_in_order_are_an_array() -> None:
    """A named tuple is an array with the names as titles; an object of its names is understood."""
    assert {
        "type": "array",
        "minItems": 1,
        "maxItems": 2,
        "prefixItems": [{"title": "line", "type": "integer"}, {"title": "column", "type": "integer", "default": 0}],
    } == schema_of(Position)
    assert Position(3) == convert([3], Position) == convert({"line": 3}, Position)
    assert ["$: expected an array of 2 (line and column), got an array of 3"] == problems([1, 2, 3], Position)
    assert ['$[1]: expected a whole number, got "x"'] == problems([1, "x"], Position)
    assert "an empty array" == NamedRow([], tuple, "nothing").words


def test_structs_may_be_arrays() -> None:
    """A struct that msgspec writes as an array is one, its tag first."""

    class Row(msgspec.Struct, array_like=True, tag="row"):
        a: int
        b: Annotated[str, "Words."] = ""

    assert Row(1, "x") == convert(["row", 1, "x"], Row)
    assert {"title": "b", "type": "string", "description": "Words.", "default": ""} == schema_of(Row)["prefixItems"][2]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("citty", "city"),
        ("CITY", "city"),
        ("maxResults", "max_results"),
        ("max-results", "max_results"),
        ("town", None),
        ("", None),
    ],
)
def test_near_keys(key: str, near: str | None) -> None:
    """Case, separators and a letter or two are mistakes; another word is another key."""
    assert near == near_key(key, ["city", "max_results"])

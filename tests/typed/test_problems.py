"""Messages: what a model and a person read when a value does not fit."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec
import pytest
from json_types import Cat, Circle, Colour, Dog, Model, Point, Square

from dragoman import errors
from dragoman.typed import Invalid, Problem, convert
from dragoman.typed.problems import listed, path, shown


@dataclass
class Item:
    name: str
    price: Annotated[float, msgspec.Meta(ge=0)]
    unit: Literal["kg", "piece"] = "piece"


@dataclass
class Order:
    items: list[Item]
    shape: Circle | Square | None = None
    colours: list[Colour] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    by_number: dict[int, Point] = field(default_factory=dict)


def message(value: Any, kind: Any) -> str:
    with pytest.raises(Invalid) as caught:
        convert(value, kind)
    return str(caught.value)


SAID: dict[str, tuple[Any, Any, str]] = {
    "a number in quotes": ("3", int, '$: expected a whole number, got "3"; write it without quotes'),
    "a fraction": (3.5, int, "$: expected a whole number, got 3.5"),
    "a boolean is no number": (True, int, "$: expected a whole number, got true"),
    "Python's word": ("True", bool, '$: expected true or false, got "True"; write it without quotes'),
    "null": (None, str, "$: expected a string, got null"),
    "an item": ([1, "b"], list[int], '$[1]: expected a whole number, got "b"'),
    "JSON in a string": ("[1]", list[int], '$: expected an array, got "[1]"; write the JSON itself, not a string that holds it'),
    "too few": ([1], tuple[int, str], "$: expected an array of 2, got an array of 1"),
    "a near miss": ("Red", Colour, '$: expected "red" or "blue", got "Red"; did you mean "red"?'),
    "a missing key": ({"x": 1}, Point, "$.y: missing; it should be a number"),
    "no object": ([], Point, "$: expected an object (Point), got an empty array"),
    "a key": ({"Z": 3}, dict[Literal["x", "y"], int], '$.Z: the key should be "x" or "y", not "Z"'),
    "an unknown kind": ({"kind": "ring"}, Circle | Square, '$.kind: expected "circle" or "square", got "ring"'),
    "no kind": ({}, Circle | Square, '$.kind: missing; it should be "circle" or "square"'),
    "the kind decides": ({"kind": "square"}, Circle | Square, "$.side: missing; it should be a number"),
    "none of several": ({}, int | str | None, "$: expected a whole number, a string or null, got an empty object"),
    "the nearest of several": ({"barks": "much"}, Cat | Dog, '$.barks: expected a whole number, got "much"'),
}


@pytest.mark.parametrize(("value", "kind", "said"), SAID.values(), ids=SAID)
def test_one_problem_is_one_line(value: Any, kind: Any, said: str) -> None:
    """Path, what was expected, what came, and what to do where that can be told."""
    assert said == message(value, kind)


def test_all_problems_are_told_at_once() -> None:
    """A model mends a whole value in one turn, for it is told everything that is wrong with it."""
    value = {
        "items": [{"name": "rice", "price": "2"}, {"nam": "tea", "price": -1, "unit": "kilo"}, "salt"],
        "shape": {"kind": "square", "side": 1, "at": {"x": 1}},
        "colours": ["red", "rod"],
        "notes": {"a key": 1},
        "by_number": {"one": {"x": 1, "y": 2}, "2": {"x": 1, "y": None}},
    }

    assert message(value, Order).splitlines() == [
        "10 problems:",
        '- $.items[0].price: expected a number, got "2"; write it without quotes',
        "- $.items[1].price: expected a number, at least 0, got -1",
        '- $.items[1].unit: expected "kg" or "piece", got "kilo"',
        '- $.items[1].nam: unknown key; did you mean "name"?',
        '- $.items[2]: expected an object (Item), got "salt"',
        "- $.shape.at.y: missing; it should be a number",
        '- $.colours[1]: expected "red" or "blue", got "rod"; did you mean "red"?',
        '- $.notes["a key"]: expected a string, got 1',
        '- $.by_number.one: the key should be a whole number, not "one"',
        '- $.by_number["2"].y: expected a number, got null',
    ]


def test_pydantics_problems_read_the_same() -> None:
    """A model of pydantic's within our types is refused in the same form."""
    assert message([{"nme": "a", "size": -1}], list[Model]).splitlines() == [
        "2 problems:",
        "- $[0].name: missing",
        "- $[0].size: input should be greater than or equal to 0, got -1",
    ]


def test_many_problems_are_counted() -> None:
    """Ten are told, and how many more there are."""
    lines = message(["x"] * 1000, list[int]).splitlines()

    assert ("1000 problems:", "- and 990 more", 12) == (lines[0], lines[-1], len(lines))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 1_000_000, id="a long string"),
        pytest.param(["x" * 1_000_000], id="a long item"),
        pytest.param({"k" * 1_000_000: 1}, id="a long key"),
        pytest.param({str(number): "x" * 1000 for number in range(10_000)}, id="many keys"),
        pytest.param(10**10_000, id="a long number"),
    ],
)
def test_what_came_is_never_told_at_length(value: Any) -> None:
    """However large a value, its message is small."""
    for kind in (Point, list[Point], dict[str, Point], Circle | Square, Colour, bool, dict[Colour, int], Model, None | Point):
        with pytest.raises(Invalid) as caught:
            convert(value, kind)
        assert len(str(caught.value)) < 3000
        assert all(len(str(problem)) < 500 for problem in caught.value.problems)


def test_invalid_is_an_error_of_ours_and_a_value_error() -> None:
    """It is caught with either, and survives copies and pickles with its problems."""
    with pytest.raises(Invalid) as caught:
        convert({"x": 1}, Point)
    error = caught.value

    assert isinstance(error, ValueError)
    assert isinstance(error, errors.DragomanError)
    assert (Problem("$.y", "missing; it should be a number"),) == error.problems
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (error.problems, str(error)) == (twin.problems, str(twin))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((), "$"),
        (("items", 2, "price"), "$.items[2].price"),
        (("a key", "0", ""), '$["a key"]["0"][""]'),
        (("ключ",), '$["ключ"]'),
    ],
)
def test_a_place_is_a_path(place: tuple[str | int, ...], expected: str) -> None:
    """Names follow a point, other keys stand in brackets as JSON."""
    assert expected == path(place)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (False, "false"),
        (1.5, "1.5"),
        ('say "a"\n', '"say \\"a\\"\\n"'),
        ("\ud800", '"?"'),
        ([], "an empty array"),
        ([1, 2], "an array of 2"),
        ({"a": 1}, 'an object with the key "a"'),
        ({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, 'an object with the keys "a", "b", "c", "d", …'),
        (object, "a Python type"),
    ],
)
def test_a_value_is_shown_in_a_few_words(value: Any, expected: str) -> None:
    """Scalars as JSON, arrays and objects by their size."""
    assert expected == shown(value)


def test_words_in_a_row() -> None:
    """The last is joined by a word, and of many the first are told."""
    assert ["", "a", "a or b", "a, b and c"] == [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")]
    assert "a, b or one of 2 more" == listed(["a", "b", "c", "d"], most=2)

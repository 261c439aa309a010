"""Values to JSON, and back to the same values."""

from __future__ import annotations

import collections
import datetime
import ipaddress
import json
import pathlib
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_types import (
    Add,
    Attrs,
    Bounded,
    Box,
    Cat,
    Child,
    Circle,
    Colour,
    Defaults,
    Dog,
    Frozen,
    Level,
    Model,
    Movie,
    Negate,
    Nested,
    Point,
    Position,
    Shapes,
    Square,
    Struct,
    Tree,
)

from dragoman.typed import as_json, convert, convert_text, raw_form, schema_of

WORDS = st.text(max_size=8)
NUMBERS = st.integers(-(2**63), 2**64)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.builds(Point, FLOATS, FLOATS)
TREES = st.deferred(lambda: st.builds(Tree, NUMBERS, st.lists(TREES, max_size=2)))
NEGATIONS = st.deferred(lambda: st.builds(Negate, st.one_of(st.builds(Add, NUMBERS, NUMBERS), NUMBERS, NEGATIONS)))
MODELS = st.builds(Model, name=WORDS, size=st.integers(0, 2**31))
NESTED = st.deferred(lambda: st.builds(Nested, model=MODELS, others=st.lists(MODELS, max_size=2), parent=st.none() | NESTED))

VALUES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "scalars": (list[int | float | str | bool | None], st.lists(NUMBERS | FLOATS | WORDS | st.booleans() | st.none())),
    "decimal": (Decimal, st.decimals(allow_nan=False, allow_infinity=False)),
    "bytes": (dict[str, bytes], st.dictionaries(WORDS, st.binary(max_size=9))),
    "byte array": (bytearray, st.builds(bytearray, st.binary())),
    "moment": (datetime.datetime, st.datetimes(timezones=st.none() | st.just(datetime.UTC))),
    "date": (datetime.date, st.dates()),
    "time": (datetime.time, st.times()),
    "span": (datetime.timedelta, st.timedeltas(datetime.timedelta(days=-9999), datetime.timedelta(days=9999))),
    "uuid": (list[Any], st.lists(st.uuids().map(str))),
    "path": (pathlib.PurePosixPath, st.text("ab./", min_size=1).map(pathlib.PurePosixPath)),
    "address": (ipaddress.IPv6Address, st.ip_addresses(v=6)),
    "either date": (datetime.date | datetime.datetime, st.dates() | st.datetimes()),
    "enums": (list[Colour | Level], st.lists(st.sampled_from(Colour) | st.sampled_from(Level))),
    "sets": (dict[str, set[int]], st.dictionaries(WORDS, st.sets(NUMBERS))),
    "rows": (list[tuple[int, str | None]], st.lists(st.tuples(NUMBERS, st.none() | WORDS))),
    "keys": (dict[int, dict[float, str]], st.dictionaries(NUMBERS, st.dictionaries(FLOATS, WORDS))),
    "dates as keys": (dict[datetime.date, int], st.dictionaries(st.dates(), NUMBERS)),
    "points": (Shapes, st.builds(Shapes, st.lists(POINTS), st.dictionaries(WORDS, POINTS), st.none() | POINTS)),
    "defaults": (
        Defaults,
        st.builds(Defaults, WORDS, st.lists(WORDS), st.sampled_from(Colour), st.none() | NUMBERS),
    ),
    "frozen": (Frozen, st.builds(Frozen, WORDS, st.dates())),
    "child": (Child, st.builds(Child, FLOATS, FLOATS, FLOATS)),
    "tree": (Tree, TREES),
    "box": (Box[Point], st.builds(Box, POINTS, st.lists(POINTS))),
    "by kind": (
        list[Circle | Square],
        st.lists(st.builds(Circle, st.just("circle"), FLOATS) | st.builds(Square, st.just("square"), FLOATS, st.none() | POINTS)),
    ),
    "by shape": (list[Cat | Dog], st.lists(st.builds(Cat, NUMBERS) | st.builds(Dog, NUMBERS, WORDS))),
    "typed dict": (Movie, st.fixed_dictionaries({"title": WORDS, "year": NUMBERS})),
    "named tuple": (Position, st.builds(Position, NUMBERS, NUMBERS)),
    "struct": (Struct, st.builds(Struct, WORDS, NUMBERS)),
    "bounded": (Bounded, st.builds(Bounded, st.integers(0, 9), st.text("abc", min_size=2))),
    "tagged": (Negate, NEGATIONS),
    "attrs": (Attrs, st.builds(Attrs, NUMBERS, WORDS, st.lists(NUMBERS))),
    "models": (list[Nested], st.lists(NESTED, max_size=3)),
}


@pytest.mark.parametrize("name", VALUES)
def test_any_instance_comes_back(name: str) -> None:
    """What is written of any value of a type reads as an equal value, and keeps to the type's schema."""
    kind, values = VALUES[name]
    schema = raw_form(schema_of(kind))

    @settings(max_examples=40)
    @given(values)
    def holds(value: Any) -> None:
        written = as_json(value)
        made = convert(written, kind)

        assert (type(value), value) == (type(made), made)
        assert value == convert_text(json.dumps(written), kind)
        schema.convert(written)

    holds()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (collections.deque([1, 2]), [1, 2]),
        (re.compile("a+"), "a+"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (range(3), [0, 1, 2]),
        ((1, (2,)), [1, [2]]),
        ({1: Colour.RED}, {"1": "red"}),
        (Model(name="a"), {"name": "a", "size": 1}),
    ],
)
def test_values_of_other_libraries_have_their_usual_form(value: Any, expected: Any) -> None:
    """What is no JSON by itself is written as it would be read."""
    assert expected == as_json(value)


def test_what_has_no_json_form_is_said() -> None:
    """A value that nobody could read is a mistake of the program's."""
    with pytest.raises(TypeError, match="a function has no JSON form"):
        as_json({"call": as_json})

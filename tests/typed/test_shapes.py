"""Definitions: written once where they recur, in place where they do not."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import Any

import pytest
from json_types import Left, Point, Shapes, Tree

from dragoman.typed import schema_of
from dragoman.typed.problems import Place
from dragoman.typed.scalars import INTEGER
from dragoman.typed.shapes import ALL, Book, Described, Named, Reading, Shape, kind_of


def test_what_recurs_is_defined_once() -> None:
    """A class that is used several times stands under `$defs`, one that is used once where it is used."""
    several, once = schema_of(Shapes), schema_of(list[Point])

    assert ["Point"] == list(several["$defs"])
    assert {"type": "array", "items": {"$ref": "#/$defs/Point"}} == several["properties"]["points"]
    assert "$defs" not in once
    assert ["x", "y"] == list(once["items"]["properties"])


def test_two_that_hold_each_other_are_defined() -> None:
    """Mutual recursion ends in one reference."""
    schema = schema_of(Left)

    assert ["Left"] == list(schema["$defs"])
    assert {"$ref": "#/$defs/Left"} == schema["properties"]["right"]["anyOf"][0]["properties"]["left"]["anyOf"][0]


def test_two_classes_of_one_name_stay_two() -> None:
    """A second class of the same name is defined under a number."""

    def another() -> type:
        @dataclass
        class Point:
            z: int

        return Point

    schema = schema_of(tuple[Point, Point, another(), Tree, Tree])  # type: ignore[misc]
    book = Book()
    first, second = (Named("Same"), Named("Same"))
    for named in (first, second):
        named.set(INTEGER)

    assert {"Point", "Tree"} == set(schema["$defs"])
    assert ["#/$defs/Same", "#/$defs/Same_2", "#/$defs/Same"] == [each.schema(book)["$ref"] for each in (first, second, first)]


def test_properties_may_have_the_names_of_keywords() -> None:
    """A field called `default`, `enum` or `properties` is a field."""

    @dataclass
    class Words:
        default: Point
        enum: Point
        properties: Point

    schema = schema_of(Words)

    assert {"$ref": "#/$defs/Point"} == schema["properties"]["default"] == schema["properties"]["properties"]
    assert ["Point"] == list(schema["$defs"])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        ("", "string"),
        ([], "array"),
        ((), "array"),
        ({}, "object"),
        (collections.OrderedDict(), "object"),
    ],
)
def test_every_json_value_has_a_kind(value: Any, kind: str) -> None:
    """Six kinds, and none for what is no JSON."""
    assert kind == kind_of(value)
    assert kind in ALL
    assert "" == kind_of(object())


def test_words_for_one_place_stay_there() -> None:
    """A description belongs to the place that gave it."""
    named = Named("Count")
    named.set(INTEGER)
    described = Described(named, "How many.", {"examples": [1]})
    book = Book()

    assert {"$ref": "#/$defs/Count", "description": "How many.", "examples": [1]} == described.schema(book)
    assert {"type": "integer", "description": "How many.", "examples": [1]} == book.finish(described.schema(book))
    assert (INTEGER.kinds, INTEGER.words, INTEGER.rank) == (described.kinds, described.words, described.rank)
    assert 3 == described.read(3, (), Reading())


def test_a_shape_must_say_both() -> None:
    """The contract has no default answer: a class that leaves one out makes no shape."""

    class Mute(Shape):
        def read(self, value: Any, place: Place, reading: Reading) -> Any:
            return value

    class Deaf(Shape):
        def schema(self, book: Book) -> dict[str, Any]:
            return {}

    for half, missing in ((Mute, "schema"), (Deaf, "read")):
        with pytest.raises(TypeError, match=f"abstract.* '?{missing}'?"):
            half()  # type: ignore[abstract]

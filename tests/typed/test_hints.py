"""Annotations: forward references, inheritance, type variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, NotRequired, TypedDict, TypeVar

import msgspec
import pytest
from json_types import Box, Pair, Point

from dragoman import errors
from dragoman.typed import convert, form_of, schema_of
from dragoman.typed.hints import class_hints, filled, function_hints, parameters_of, resolved, substitute

T = TypeVar("T")
K = TypeVar("K")
TYPE_CHECKING = False
if TYPE_CHECKING:
    from elsewhere import Unknown  # type: ignore[import-not-found]


@dataclass
class Base(Generic[T]):
    one: T
    many: dict[str, list[T]]


@dataclass
class Middle(Base[list[K]], Generic[K]):
    key: K


@dataclass
class Leaf(Middle[int]):
    many: dict[str, list[list[int]]]
    word: str = ""


class Page(TypedDict, Generic[T]):
    items: list[T]
    next: NotRequired[T]


class Pages(Page[Point]):
    count: int


class Crate(msgspec.Struct, Generic[T]):
    content: T
    inner: Crate[T] | None = None


@dataclass
class Missing:
    what: Unknown


def test_type_variables_are_filled_in_through_the_bases() -> None:
    """A field of a generic base has the type that the subclass gave it."""
    assert {"one": list[int], "many": dict[str, list[list[int]]], "key": int, "word": str} == class_hints(Leaf, (), {})
    assert {"one": list[str], "many": dict[str, list[list[str]]], "key": str} == class_hints(Middle, (str,), {})
    assert {"item": int, "more": list[int], "other": str | None} == class_hints(Pair, (int, str), {})
    assert {"items": list[Point], "next": NotRequired[Point], "count": int} == class_hints(Pages, (), {})


def test_a_generic_class_is_read_with_its_arguments() -> None:
    """Each filling is a type of its own; without one anything fits."""
    assert Leaf([1], {"a": [[2]]}, 3) == convert({"one": [1], "many": {"a": [[2]]}, "key": 3}, Leaf)
    assert Crate(1.0, Crate(2.0)) == convert({"content": 1, "inner": {"content": 2}}, Crate[float])
    assert Box("a", [1]) == convert({"item": "a", "more": [1]}, Box)
    schema = schema_of(tuple[Box[int], Box[int], Box[str], Box[str]])
    assert ["Box_int", "Box_str"] == sorted(schema["$defs"])


def test_a_name_only_checkers_know_is_told() -> None:
    """An import under TYPE_CHECKING is not there when the program runs, and the error says so."""
    with pytest.raises(errors.UsageError, match=r"an annotation of Missing names 'Unknown'.*not only for type checkers"):
        schema_of(Missing)


def test_classes_of_a_function_need_its_names() -> None:
    """A class that is local to a function is known by itself, others by the names that are brought."""

    @dataclass
    class Inner:
        a: int
        again: Inner | None = None

    @dataclass
    class Outer:
        inner: Inner

    assert Inner(1, Inner(2)) == convert({"a": 1, "again": {"a": 2}}, Inner)
    assert Outer(Inner(1)) == form_of(Outer, names={"Inner": Inner}).convert({"inner": {"a": 1}})


def test_text_is_resolved_where_it_is_meant() -> None:
    """Annotations of functions and aliases may be text."""

    def call(a: Point, b: list[Late]) -> None: ...  # noqa: F821

    assert list[Point] == resolved(list["Point"], "json_types", {})
    with pytest.raises(NameError):
        function_hints(call, {})
    assert {"a": Point, "b": list[int], "return": type(None)} == function_hints(call, {"Late": int})


def test_parameters_and_their_fillings() -> None:
    """What is not given stays open."""
    assert (T,) == parameters_of(Base)
    assert {} == filled(Base, ())
    assert T is substitute(T, {})
    assert dict[str, int] == substitute(dict[K, T], {K: str, T: int})
    assert int is substitute(int, {T: str})
    value: Any = substitute(list[T] | None, {T: int})
    assert (list[int] | None) == value

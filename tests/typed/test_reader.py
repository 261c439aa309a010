"""What a type is taken for, and which types are none."""

from __future__ import annotations

import collections.abc as abc
import enum
import sys
import typing
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NewType, Optional, Self, TypeVar, Union

import pytest
from json_types import Box, Json, Names, Point, Tree
from typing_extensions import TypeAliasType
from typing_extensions import TypeVar as NewTypeVar

from dragoman import errors
from dragoman.typed import convert, schema_of
from dragoman.typed.reader import Reader
from dragoman.typed.scalars import ANYTHING, INTEGER, STRING
from dragoman.typed.shapes import Named

T = TypeVar("T")
Bound = TypeVar("Bound", bound=int)
Chosen = TypeVar("Chosen", int, str)
Usual = NewTypeVar("Usual", default=int)
Listed = TypeAliasType("Listed", list[T], type_params=(T,))
Chain = TypeAliasType("Chain", "tuple[T, Chain[T]] | None", type_params=(T,))
Outer = NewType("Outer", Point)


@dataclass
class Linked:
    value: int
    next: Self | None = None


@dataclass
class Growing(Generic[T]):
    more: Growing[list[T]] | None = None


@dataclass
class Held(Generic[Usual]):
    it: Usual


@pytest.mark.parametrize(
    ("hint", "same"),
    [
        (typing.List[int], list[int]),  # noqa: UP006
        (typing.Dict, dict),  # noqa: UP006
        (typing.Tuple, tuple[Any, ...]),  # noqa: UP006
        (Optional[int], int | None),  # noqa: UP045
        (Union[int, None, str], int | None | str),  # noqa: UP007
        (typing.Final[int], int),
        (Bound, int),
        (Chosen, int | str),
        (T, Any),
        (Held, Held[int]),
        (Listed[int], list[int]),
        (Names, list[str]),
        (Outer, Point),
        (abc.Collection[int], list[int]),
        (object, Any),
        (typing.LiteralString, str),
        (Literal["a", "b"], Literal["a", "b"]),
    ],
)
def test_two_ways_to_write_a_type(hint: Any, same: Any) -> None:
    """Aliases, old names and type variables are what they stand for."""
    assert schema_of(same) == schema_of(hint)


def test_recursive_aliases_end() -> None:
    """An alias that holds itself is a definition, generic or not, and one that does not is none."""
    assert ["Json"] == list(schema_of(list[Json])["$defs"])
    assert "$defs" not in schema_of(tuple[Names, Names])
    assert (1, (2, None)) == convert([1, [2, None]], Chain[int])
    assert Linked(1, Linked(2)) == convert({"value": 1, "next": {"value": 2}}, Linked)


def test_a_type_that_grows_without_end_is_a_mistake() -> None:
    """A generic class that holds itself with ever longer arguments has no schema."""
    with pytest.raises(errors.UsageError, match="never ends"):
        schema_of(Growing[int])


def test_a_class_is_read_once_in_a_reader() -> None:
    """Whatever leads to it, a class is one shape."""
    reader = Reader()

    assert reader.read(Tree) is reader.read(Tree)
    assert isinstance(reader.read(Tree), Named)
    assert (INTEGER, STRING, ANYTHING) == (reader.read(int), reader.read(str), reader.read(Any))


class Pairs(enum.Enum):
    ONE = (1, 2)


@dataclass
class Calling:
    call: abc.Callable[[int], int]


@dataclass
class Inside:
    boxes: list[Box[Calling]] = field(default_factory=list)


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        (abc.Callable[[int], str], "has no JSON form"),
        (Calling, r"of Calling\.call has no JSON form"),
        (Inside, r"of Calling\.call has no JSON form"),
        (type, "the type type has no JSON form"),
        (complex, "the type complex has no JSON form"),
        (Exception, "the type Exception has no JSON form"),
        (list[3], "the type 3 has no JSON form"),  # type: ignore[valid-type]
        (Pairs, "the values of Pairs are no strings, numbers or booleans"),
        (Literal[b"a"], "the constant b'a' has no JSON form"),
        (dict[str, "Nowhere"], "the type Nowhere is not known here"),  # type: ignore[name-defined]  # noqa: F821
        (abc.Generator[int, None, None], "has no JSON form"),
        (type(...), "has no JSON form"),
    ],
)
def test_a_type_without_a_json_form_is_a_mistake(hint: Any, said: str) -> None:
    """It is refused with the place where it stands, before anything is sent."""
    with pytest.raises(errors.UsageError, match=said):
        schema_of(hint)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is Python 3.12's")
def test_the_newer_syntax() -> None:
    """`type X = ...` and `class Y[T]` are aliases and generics like the older ones."""
    names: dict[str, Any] = {"dataclass": dataclass}
    program = """
type Chain[T] = tuple[T, Chain[T] | None]
type Words = list[str]

@dataclass
class Crate[T]:
    content: T
    words: Words
    inner: "Crate[T] | None" = None
"""
    exec(compile(program, "newer", "exec", dont_inherit=True), names)
    crate, chain = names["Crate"], names["Chain"]
    value = {"content": 1, "words": ["a"], "inner": {"content": 2, "words": []}}

    assert (1, (2, None)) == convert([1, [2, None]], chain[int])
    assert crate(1, ["a"], crate(2, [])) == convert(value, crate[int])
    assert ["Crate_int"] == list(schema_of(crate[int])["$defs"])

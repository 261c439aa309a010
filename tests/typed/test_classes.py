"""Classes with fields: which fields there are, which are required, what defaults a schema shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, NamedTuple, NotRequired, Required, TypedDict

import attrs
import msgspec
import typing_extensions
from json_types import Attrs, KeywordOnly, Negate, Odd, Renamed, Some, Struct

from dragoman.typed import convert, schema_of
from dragoman.typed.classes import field_of, fields_shape, is_typed_dict
from dragoman.typed.scalars import INTEGER
from dragoman.typed.shapes import Described


def keys(kind: Any) -> dict[str, bool]:
    """The keys of a type's schema, and whether each is required."""
    schema = schema_of(kind)
    return {key: key in schema.get("required", ()) for key in schema["properties"]}


def test_dataclasses() -> None:
    """Fields of the constructor, `InitVar` included; neither class variables nor fields that it makes itself."""
    assert {"kept": True, "given": False} == keys(Odd)
    assert 7 == convert({"kept": 1, "made": 3}, Odd).made
    assert {"a": True, "b": False, "c": True} == keys(KeywordOnly)


def test_structs() -> None:
    """Names as they are encoded, tags as constants, unset fields optional without a default."""

    class Patch(msgspec.Struct, kw_only=True):
        a: int | msgspec.UnsetType = msgspec.UNSET
        b: list[int] = []
        c: str

    assert {"a": False, "b": False, "c": True} == keys(Patch)
    assert {"type": "integer"} == schema_of(Patch)["properties"]["a"]
    assert Patch(c="x") == convert({"c": "x"}, Patch)
    assert {"firstName": True, "lastName": False} == keys(Renamed)
    assert {"type": {"type": "string", "const": "negate"}}.items() <= schema_of(Negate)["properties"].items()
    assert Negate(1) == convert({"of": 1}, Negate) == convert({"type": "negate", "of": 1}, Negate)
    assert 0 == schema_of(Struct)["properties"]["size"]["default"]


def test_attrs() -> None:
    """Fields by name, built by alias; factories have no default to show."""

    @attrs.define
    class Named:
        a: Annotated[int, "Words."] = attrs.field(alias="b", default=1, metadata={"description": "other words"})
        c: int = attrs.field(init=False, default=2)

    assert Named(b=3) == convert({"a": 3}, Named)
    assert {"a": {"type": "integer", "description": "Words.", "default": 1}} == schema_of(Named)["properties"]
    assert {"type": "array", "items": {"type": "integer"}} == schema_of(Attrs)["properties"]["c"]


def test_typed_dicts_of_both_libraries() -> None:
    """Required and optional keys, with postponed annotations too; other keys only where it is not closed."""

    class Old(TypedDict, total=False):
        a: Required[Annotated[int, "One."]]
        b: str

    class New(typing_extensions.TypedDict, closed=True):
        a: typing_extensions.ReadOnly[NotRequired[int]]
        b: int

    assert {"a": True, "b": False} == keys(Old)
    assert {"a": False, "b": True} == keys(New)
    assert {"title": True, "year": False} == keys(Some)
    assert schema_of(New)["additionalProperties"] is False
    assert {"type": "integer", "description": "One."} == schema_of(Old)["properties"]["a"]
    assert {"a": 1} == convert({"a": 1, "other": 2}, Old)
    assert is_typed_dict(New)
    assert not is_typed_dict(dict)


def test_named_tuples_need_no_annotations() -> None:
    """A tuple of `collections.namedtuple` holds anything."""
    import collections

    Loose = collections.namedtuple("Loose", ["a", "b"], defaults=[1])

    class Tight(NamedTuple):
        a: int

    assert Loose("x") == convert(["x"], Loose)
    assert Tight(1) == convert([1], Tight)


def test_words_of_fields() -> None:
    """A field's type counts more than its metadata, and that more than the docstring."""

    @dataclass
    class Described_:
        """Doc.

        Attributes:
            a: From the docstring.
            b: From the docstring.
            c: From the docstring.
        """

        a: Annotated[int, "From the type."] = field(metadata={"description": "From the metadata."})
        b: int = field(metadata={"doc": "From the metadata."})
        c: int
        shared: ClassVar[int] = 1

    said = [each["description"] for each in schema_of(Described_)["properties"].values()]

    assert ["From the type.", "From the metadata.", "From the docstring."] == said


def test_a_default_that_json_cannot_say_is_not_shown() -> None:
    """The key is optional all the same."""
    plain = field_of("a", "a", INTEGER, False, object(), "Words.")

    assert (..., "Words.", False) == (plain.default, plain.doc, plain.required)
    assert field_of("a", "a", Described(INTEGER, "Its own.", {}), True, ..., "Words.").doc is None


def test_other_classes_have_no_fields() -> None:
    """A class is read here or not at all."""
    assert fields_shape(int, (), {}, lambda hint, of: INTEGER) is None

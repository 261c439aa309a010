"""Values for schemas; pydantic is the independent judge of what is valid."""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import Enum
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AnyUrl, BaseModel, ConfigDict, Field, RootModel, TypeAdapter

from dragoman.offline.schema import Impossible, value
from dragoman.offline.words import Words

REPLY = "What does that suggest to you?"


def made(schema: Any, said: str = "", reply: str | None = REPLY) -> Any:
    return value(schema, Words(said, reply))


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Leaf(BaseModel):
    kind: Literal["leaf"]
    weight: float = Field(gt=0, lt=0.5)


class Tree(BaseModel):
    kind: Literal["tree"]
    left: Tree | Leaf = Field(discriminator="kind")
    right: Tree | Leaf = Field(discriminator="kind")
    parent: Tree | None = None
    others: list[Tree] = []


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", title="all sorts")
    text: str
    short: str = Field(max_length=5)
    long: str = Field(min_length=60)
    code: str = Field(pattern=r"^[A-Z]{3}-\d+$")
    count: int = Field(ge=3, lt=9, multiple_of=2)
    share: float = Field(gt=0, lt=1)
    far: int = Field(gt=1000)
    below: float = Field(le=-2.5)
    yes: bool
    nothing: None
    colour: Colour
    colours: set[Colour] = Field(min_length=2)
    words: set[str] = Field(min_length=3)
    numbers: set[int] = Field(min_length=3, max_length=4)
    pair: tuple[int, str]
    many: list[Annotated[int, Field(ge=5)]] = Field(min_length=4)
    none: list[int] = Field(max_length=0)
    table: dict[str, int] = Field(min_length=2)
    day: date
    moment: datetime
    id: UUID
    address: IPv4Address
    page: AnyUrl
    maybe: int | None
    either: Literal["a", 1] | list[bool]
    tree: Tree | Leaf


@pytest.mark.parametrize("model", [Strict, Tree, Leaf, RootModel[list[Leaf]], RootModel[dict[str, Strict]]])
def test_a_model_accepts_what_its_schema_gives(model: type[BaseModel]) -> None:
    """Types, bounds, patterns, formats, references, recursion, alternatives: the value validates."""
    model.model_validate_json(model.model_validate(made(model.model_json_schema()), strict=False).model_dump_json())


def test_strings_are_filled_with_the_reply() -> None:
    """An answer in a given form still says what there is to say."""
    assert {"reply": REPLY, "notes": [REPLY]} == made(
        {"type": "object", "properties": {"reply": {"type": "string"}, "notes": {"type": "array", "items": {"type": "string"}}}}
    )


ARGUMENTS = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "units": {"enum": ["celsius", "fahrenheit"]},
        "days": {"type": "integer", "minimum": 1, "maximum": 7, "default": 3},
        "detailed": {"type": "boolean"},
    },
    "required": ["city"],
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Weather in Oslo", {"city": "Oslo"}),
        ("Weather in Oslo in Fahrenheit", {"city": "Oslo", "units": "fahrenheit"}),
        ("Weather in Oslo for 5 days", {"city": "Oslo", "days": 5}),
        ("Weather in Oslo for 99 days", {"city": "Oslo", "days": 7}),
        ("Weather in Oslo for some days", {"city": "Oslo", "days": 3}),
        ("Detailed weather in Oslo", {"city": "Oslo", "detailed": True}),
    ],
)
def test_arguments_come_from_what_was_said(said: str, expected: dict[str, Any]) -> None:
    """Without a reply to carry, optional fields are filled only where the user spoke of them."""
    assert expected == made(ARGUMENTS, said, None)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, REPLY),
        ({}, REPLY),
        ({"const": {"a": 1}}, {"a": 1}),
        ({"enum": [None, "b"]}, None),
        ({"type": "string", "enum": [1, "b"]}, "b"),
        ({"type": ["null", "integer"], "minimum": 4}, 4),
        ({"type": "number", "exclusiveMinimum": 4}, 5),
        ({"type": "null"}, None),
        ({"minimum": 2, "maximum": 2}, 2),
        ({"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 6}, 5),
        ({"type": "number", "multipleOf": 0.5, "minimum": 2.6}, 3),
        ({"type": "integer", "multipleOf": 5, "maximum": 9}, 5),
        ({"type": "integer", "multipleOf": 5, "minimum": 3, "maximum": 9, "default": 8}, 5),
        ({"properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"required": ["a"], "additionalProperties": {"const": 1}}, {"a": 1}),
        ({"type": "object", "minProperties": 2, "additionalProperties": {"const": 1}}, {"more1": 1, "more2": 1}),
        ({"type": "object", "maxProperties": 1, "properties": {"a": {"const": 1}, "b": {"const": 2}}}, {"a": 1}),
        ({"items": {"const": 1}, "minItems": 2}, [1, 1]),
        ({"items": [{"const": 1}, {"const": 2}]}, [1, 2]),
        ({"prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 3}, [1, 2, 2]),
        ({"contains": {"const": 7}, "minContains": 2, "type": "array"}, [7, 7]),
        ({"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}}, [True, False]),
        ({"allOf": [{"minimum": 3}, {"minimum": 5, "maximum": 5}], "type": "integer"}, 5),
        ({"allOf": [{"type": ["string", "integer"]}, {"type": ["integer"], "const": 4}]}, 4),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, "b"),
        ({"anyOf": [False, {"const": 2}]}, 2),
        ({"anyOf": [{"type": "null"}, {"const": 2}]}, 2),
        ({"oneOf": [{"type": "string", "pattern": "(?=x)"}, {"const": 2}]}, 2),
        ({"anyOf": [{"const": 1}], "allOf": [{"anyOf": [{"type": "integer"}]}]}, 1),
        ({"$defs": {"a": {"const": 1}}, "$ref": "#/$defs/a"}, 1),
        ({"definitions": {"a/b": {"const": 1}}, "allOf": [{"$ref": "#/definitions/a~1b"}]}, 1),
        ({"$defs": {"a": {"minimum": 3}, "b": {"maximum": 3}}, "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]}, 3),
        (
            {"allOf": [{"properties": {"a": {"minimum": 3}}}, {"properties": {"a": {"maximum": 3}, "b": {"const": 1}}}]},
            {"a": 3, "b": 1},
        ),
        ({"properties": {"a": {"const": 1}, "b": {"const": 2}}, "maxProperties": 0, "minProperties": 1}, {"a": 1}),
        ({"type": "integer", "enum": [True, 2]}, 2),
        ({"type": "boolean", "enum": ["yes", False]}, False),
        ({"properties": {"again": {"$ref": "#"}, "a": {"const": 1}}}, {"a": 1}),
        ({"properties": {"a": False, "b": {"const": 1}}}, {"b": 1}),
    ],
)
def test_each_keyword(schema: Any, expected: Any) -> None:
    """What one keyword asks for is what comes out."""
    assert expected == made(schema)


@pytest.mark.parametrize("format", ["date", "time", "date-time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "duration"])
def test_formats_differ_where_members_must(format: str) -> None:
    """Ten members of a set in one format are ten values."""
    schema = {"type": "array", "uniqueItems": True, "minItems": 10, "items": {"type": "string", "format": format}}

    assert 10 == len(set(made(schema)))


@pytest.mark.parametrize(
    ("format", "kind"), [("date", date), ("date-time", datetime), ("uuid", UUID), ("ipv4", IPv4Address), ("uri", AnyUrl)]
)
def test_formats_are_what_they_say(format: str, kind: type) -> None:
    """A strict reader takes each of them."""
    TypeAdapter(kind).validate_json(f'"{made({"type": "string", "format": format})}"')


def test_what_was_said_in_a_format_is_taken() -> None:
    """A date in the question is the date of the call."""
    assert "2026-11-24" == made({"type": "string", "format": "date"}, "on 2026-11-24", None)


def test_a_text_that_fits_its_pattern_is_taken() -> None:
    """A pattern is only invented for what the words do not give."""
    schema = {"type": "string", "pattern": "^[A-Z]{3}$"}

    assert "OSL" == made(schema, 'fly to "OSL"', None)
    assert re.search("^[A-Z]{3}$", made(schema, 'fly to "Oslo"', None))


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(False, id="nothing"),
        pytest.param({"type": "integer", "minimum": 2, "maximum": 1}, id="no number"),
        pytest.param({"type": "string", "pattern": "^(?!x)$"}, id="no text is found"),
        pytest.param({"$ref": "https://example.com/other"}, id="elsewhere"),
        pytest.param({"$ref": "#/$defs/gone"}, id="a reference to nothing"),
        pytest.param({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, id="a circle"),
        pytest.param({"required": ["again"], "properties": {"again": {"$ref": "#"}}}, id="endless"),
        pytest.param({"type": "array", "items": {"enum": [1]}, "uniqueItems": True, "minItems": 2}, id="too few"),
        pytest.param({"type": "wish"}, id="no such type"),
        pytest.param({"enum": []}, id="no choice"),
        pytest.param({"anyOf": []}, id="no alternative"),
        pytest.param({"type": []}, id="no type"),
        pytest.param({"properties": {"a": 3}, "required": ["a"]}, id="not a schema"),
    ],
)
def test_what_no_value_is_found_for(schema: Any) -> None:
    """A schema without a value is refused, with a reason."""
    with pytest.raises(Impossible) as caught:
        made(schema)

    assert str(caught.value)


def test_a_schema_of_many_parts_comes_to_an_end() -> None:
    """Definitions that all know each other would give a value without end; optional parts are left out in time."""
    names = [f"n{number}" for number in range(12)]
    properties = {name: {"$ref": f"#/$defs/{name}"} for name in names}
    schema = {"$defs": {name: {"type": "object", "properties": properties} for name in names}, "$ref": "#/$defs/n0"}

    assert isinstance(made(schema), dict)

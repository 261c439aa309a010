"""Closed objects and required properties."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.json_schema.notes import Notes, Refused
from dragoman.protocols.json_schema.objects import fit_object, holds
from dragoman.protocols.json_schema.rules import SchemaRules

CLOSED, REQUIRED = SchemaRules(closed=True), SchemaRules(required=True)
SPLIT = SchemaRules(required=True, type_lists="any_of")


def test_a_type_or_several() -> None:
    """A type is held alone or in a list."""
    assert [True, True, False] == [holds({"type": kind}, "null") for kind in ("null", ["string", "null"], "string")]


@pytest.mark.parametrize(
    ("schema", "changed"),
    [
        ({"type": "object", "properties": {}, "additionalProperties": False}, False),
        ({"type": "object", "properties": {"a": {}}}, True),
        ({"type": ["object", "null"], "properties": {}, "additionalProperties": True}, True),
        ({"properties": {}, "additionalProperties": {}}, True),
        ({"type": "string", "properties": {}}, False),
        ({}, False),
    ],
)
def test_objects_are_closed(schema: dict[str, Any], changed: bool) -> None:
    """One that names its properties is, whether it said it is open or said nothing."""
    notes = Notes()
    found = fit_object(schema, "/x", CLOSED, notes)

    assert {**schema, "additionalProperties": False} == found if changed else found is schema
    assert (["/x"] if changed else []) == [change.at for change in notes.changes()]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {}, "patternProperties": {"^x": {}}},
    ],
)
def test_free_keys_cannot_be_closed(schema: dict[str, Any]) -> None:
    """An object whose keys nobody knows is refused: closed it would be empty."""
    with pytest.raises(Refused, match=r"keys|name its properties"):
        fit_object(schema, "", CLOSED, Notes())


@pytest.mark.parametrize(
    ("schema", "listed", "split"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "string", "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}, None),
        ({"type": ["integer", "null"]}, {"type": ["integer", "null"]}, {"type": ["integer", "null"]}),
        ({"const": 1, "title": "T"}, {"anyOf": [{"const": 1}, {"type": "null"}], "title": "T"}, None),
        ({"enum": [1, None]}, {"enum": [1, None]}, None),
        ({"anyOf": [{"type": "string"}]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ({"anyOf": [{"type": "null"}, {}]}, {"anyOf": [{"type": "null"}, {}]}, None),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]}, {"oneOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"oneOf": [{"const": None}] * 2}, {"anyOf": [{"oneOf": [{"const": None}] * 2}, {"type": "null"}]}, None),
        ({"$ref": "#", "description": "d"}, {"anyOf": [{"$ref": "#"}, {"type": "null"}], "description": "d"}, None),
        ({"const": None}, {"const": None}, None),
        (True, True, None),
    ],
)
def test_an_optional_property_may_be_null(schema: Any, listed: Any, split: Any) -> None:
    """It is required, and null says what leaving it out had said; what allows null already stays."""
    given = {"type": "object", "properties": {"p": schema, "q": {}}, "required": ["q", "z"]}
    notes = Notes()
    found = fit_object(given, "", REQUIRED, notes)

    assert (listed, ["p", "q", "z"]) == (found["properties"]["p"], found["required"])
    assert ["/properties/p"] == [change.at for change in notes.changes()]
    if split is not None:
        assert split == fit_object(given, "", SPLIT, Notes())["properties"]["p"]


def test_one_property_must_be_required() -> None:
    """An object that requires nothing is refused where that is asked for."""
    rules = SchemaRules(some_required=True)
    schema = {"type": "object", "properties": {"a": {}}, "required": ["a"]}

    assert fit_object(schema, "", rules, Notes()) is schema
    with pytest.raises(Refused):
        fit_object({"type": "object"}, "", rules, Notes())

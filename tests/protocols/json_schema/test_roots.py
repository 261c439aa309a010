"""The top of a schema."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.json_schema.notes import Notes, Refused
from dragoman.protocols.json_schema.roots import fit_root
from dragoman.protocols.json_schema.rules import AS_IS, SchemaRules

OBJECT, FLAT, PLAIN = SchemaRules(root="object"), SchemaRules(root="flat"), SchemaRules(root="plain")
A, B = {"type": "string"}, {"type": "number"}


@pytest.mark.parametrize(
    ("schema", "rules", "found"),
    [
        ({}, OBJECT, {"type": "object"}),
        ({"type": ["null", "object"], "title": "T"}, OBJECT, {"type": "object", "title": "T"}),
        (
            {"$ref": "#/$defs/R", "$defs": {"R": {"type": "object"}}},
            OBJECT,
            {"type": "object", "$defs": {"R": {"type": "object"}}},
        ),
        ({"type": "object"}, SchemaRules(root="object", bare_root=False), {"type": "object", "properties": {}}),
        (
            {"allOf": [{"properties": {"a": A}}, {"required": ["a"]}], "type": "object"},
            PLAIN,
            {"required": ["a"], "properties": {"a": A}, "type": "object"},
        ),
        (
            {"type": "object", "properties": {"a": A}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
            FLAT,
            {"type": "object", "properties": {"a": A}},
        ),
        (
            {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"k": {"const": 1}, "a": A},
                        "required": ["k", "a"],
                        "additionalProperties": False,
                    },
                    {"$ref": "#/$defs/R"},
                ],
                "$defs": {"R": {"properties": {"k": {"const": 2}, "a": A}, "required": ["k"], "additionalProperties": False}},
            },
            FLAT,
            {
                "type": "object",
                "$defs": {"R": {"properties": {"k": {"const": 2}, "a": A}, "required": ["k"], "additionalProperties": False}},
                "properties": {"k": {"anyOf": [{"const": 1}, {"const": 2}]}, "a": A},
                "required": ["k"],
                "additionalProperties": False,
            },
        ),
        ({"type": "object", "not": {"required": ["a"]}}, FLAT, {"type": "object"}),
        ({"type": "object", "allOf": [{"if": {}}, {"if": {"type": "object"}}]}, FLAT, {"type": "object"}),
    ],
)
def test_the_top_becomes_an_object(schema: dict[str, Any], rules: SchemaRules, found: dict[str, Any]) -> None:
    """It says so, what it refers to stands there, and its forms are one, each listed."""
    notes = Notes()

    assert found == fit_root(schema, rules, notes)
    assert notes.changes()


@pytest.mark.parametrize(
    ("schema", "rules"),
    [
        ({"type": "string"}, AS_IS),
        ({"type": "object"}, OBJECT),
        ({"type": "object", "anyOf": [{}]}, OBJECT),
        ({"type": "object", "properties": {"a": {"anyOf": [A, B]}}}, PLAIN),
    ],
)
def test_a_top_that_is_right_stays(schema: dict[str, Any], rules: SchemaRules) -> None:
    """The same object comes back, and nothing is listed."""
    notes = Notes()

    assert fit_root(schema, rules, notes) is schema
    assert () == notes.changes()


@pytest.mark.parametrize(
    ("schema", "rules", "reason"),
    [
        ({"type": "array"}, OBJECT, "must be an object"),
        ({"type": "object", "anyOf": [{}]}, PLAIN, "put it in a property"),
        ({"type": "object", "enum": [1]}, PLAIN, "`enum` at the top"),
        ({"type": "object", "allOf": [{"if": {}}, {"if": {"type": "object"}}]}, PLAIN, "cannot be written as one"),
        ({"anyOf": [A, B]}, FLAT, "not all objects"),
        ({"$ref": "#"}, OBJECT, "says nothing"),
        ({"allOf": [{"$ref": "#"}, {"type": "object"}]}, FLAT, "never ends"),
        ({"$ref": "#/$defs/R"}, OBJECT, "leads to nothing"),
        ({"$ref": "#/$defs/R", "$defs": {"R": False}}, OBJECT, "cannot be the top"),
    ],
)
def test_a_top_that_is_no_object(schema: dict[str, Any], rules: SchemaRules, reason: str) -> None:
    """It is refused with the reason."""
    with pytest.raises(Refused, match=reason):
        fit_root(schema, rules, Notes())

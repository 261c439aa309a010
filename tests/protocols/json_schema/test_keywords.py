"""One place of a schema."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.json_schema.keywords import fit_keywords, fit_types
from dragoman.protocols.json_schema.notes import Notes, Refused
from dragoman.protocols.json_schema.rules import AS_IS, SchemaRules

SPLIT, NULLABLE = SchemaRules(type_lists="any_of"), SchemaRules(type_lists="nullable")


@pytest.mark.parametrize(
    ("schema", "rules", "found", "actions"),
    [
        ({"const": 1, "title": "T"}, SchemaRules(const=False), {"enum": [1], "title": "T"}, ["changed"]),
        (
            {"items": [{}, True], "additionalItems": False},
            SchemaRules(tuples=False),
            {"prefixItems": [{}, True], "items": False},
            ["changed"],
        ),
        ({"type": "array"}, SchemaRules(bare_arrays=False), {"type": "array", "items": {}}, ["changed"]),
        ({"type": "array", "prefixItems": []}, SchemaRules(bare_arrays=False), {"type": "array", "prefixItems": []}, []),
        (
            {"type": "integer", "minimum": 1, "maximum": 9, "title": "T"},
            SchemaRules(refused=("minimum", "maximum", "title")),
            {"type": "integer", "description": "(minimum: 1, maximum: 9)"},
            ["moved", "moved", "dropped"],
        ),
        (
            {"description": "A name.", "pattern": "^a", "x-own": 1},
            SchemaRules(only=("description", "type")),
            {"description": "A name.\n\n(pattern: ^a)"},
            ["moved", "dropped"],
        ),
        ({"not": {"enum": ["x" * 400]}}, SchemaRules(refused=("not",)), {}, ["dropped"]),
        (
            {"type": "string", "format": "uri"},
            SchemaRules(formats=("date",)),
            {"type": "string", "description": "(format: uri)"},
            ["moved"],
        ),
        ({"type": "string", "format": "date"}, SchemaRules(formats=("date",)), {"type": "string", "format": "date"}, []),
        ({"type": "integer", "format": "int64"}, SchemaRules(formats=("date",)), {"type": "integer", "format": "int64"}, []),
        ({"pattern": "^(?=a)"}, SchemaRules(pattern=r"\(\?="), {"description": "(pattern: ^(?=a))"}, ["moved"]),
        ({"pattern": "^a$"}, SchemaRules(pattern=r"\(\?="), {"pattern": "^a$"}, []),
        ({"minItems": 3}, SchemaRules(min_items=1), {"minItems": 1, "description": "(minItems: 3)"}, ["moved"]),
        ({"minItems": 1}, SchemaRules(min_items=1), {"minItems": 1}, []),
        ({"enum": [1, 2]}, SchemaRules(enums="strings"), {"description": "(enum: [1,2])"}, ["moved"]),
        ({"enum": ["a", None, 1]}, SchemaRules(enums="scalars"), {"enum": ["a", None, 1]}, []),
        (
            {"type": ["string", "null"], "minLength": 2, "description": "d", "enum": ["ab", None]},
            SPLIT,
            {"anyOf": [{"type": "string", "minLength": 2, "enum": ["ab"]}, {"type": "null", "enum": [None]}], "description": "d"},
            ["changed"],
        ),
        (
            {"type": ["integer", "array"], "minimum": 1, "items": {}, "not": {"const": 3}},
            SPLIT,
            {
                "anyOf": [
                    {"type": "integer", "minimum": 1, "not": {"const": 3}},
                    {"type": "array", "items": {}, "not": {"const": 3}},
                ]
            },
            ["changed"],
        ),
        ({"type": ["string", "number"], "const": "a"}, SPLIT, {"anyOf": [{"type": "string", "const": "a"}]}, ["changed"]),
        ({"type": ["string", "null"]}, NULLABLE, {"type": "string", "nullable": True}, ["changed"]),
        (
            {"type": ["string", "number", "null"], "title": "T"},
            NULLABLE,
            {"anyOf": [{"type": "string"}, {"type": "number"}], "title": "T", "nullable": True},
            ["changed"],
        ),
        ({"type": "string", "enum": ["a", None]}, NULLABLE, {"type": "string", "enum": ["a"], "nullable": True}, ["changed"]),
        (
            {"anyOf": [{"type": "object", "title": "A"}, {"type": "null"}], "description": "d"},
            NULLABLE,
            {"type": "object", "title": "A", "description": "d", "nullable": True},
            ["changed"],
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}, {"type": "number"}]},
            NULLABLE,
            {"anyOf": [{"type": "string"}, {"type": "number"}], "nullable": True},
            ["changed"],
        ),
        ({"type": "null"}, NULLABLE, {"type": "null"}, []),
    ],
)
def test_a_keyword_that_is_not_taken(schema: Any, rules: SchemaRules, found: Any, actions: list[str]) -> None:
    """It is said otherwise, moved into the description or left out, and always listed."""
    notes = Notes()

    assert found == fit_keywords(schema, "/x", rules, notes)
    assert actions == [change.action for change in notes.changes()]
    assert {"/x"} >= {change.at for change in notes.changes()}


def test_an_enum_of_objects_is_refused() -> None:
    """Where only scalars are taken nothing faithful can be sent."""
    with pytest.raises(Refused, match="lists only"):
        fit_keywords({"enum": [{"a": 1}]}, "", SchemaRules(enums="scalars"), Notes())


@pytest.mark.parametrize(
    ("schema", "implied", "said"),
    [
        ({"type": "string"}, None, None),
        ({"$ref": "#"}, None, None),
        ({"anyOf": []}, None, None),
        ({"enum": ["a", "b"]}, None, {"type": "string", "enum": ["a", "b"]}),
        ({"enum": ["a", 1, True, None, 2.5]}, None, {"type": ["string", "integer", "boolean", "null", "number"]}),
        ({"const": [1]}, None, {"type": "array", "const": [1]}),
        ({"properties": {}}, {"type": "object", "properties": {}}, {"type": "object", "properties": {}}),
        ({"items": {}}, {"type": "array", "items": {}}, {"type": "array", "items": {}}),
    ],
)
def test_a_type_is_said(schema: Any, implied: Any, said: Any) -> None:
    """It follows from the values that are listed, or from the keywords."""
    notes = Notes()

    assert (implied or schema) == fit_types(schema, "", SchemaRules(types="implied"), notes)
    assert {**(said or {}), **schema} == fit_types(schema, "", SchemaRules(types="said"), notes)
    assert schema is fit_types(schema, "", AS_IS, notes)
    assert bool(implied or said) == bool(notes.changes())


@pytest.mark.parametrize("schema", [{}, {"description": "d"}, {"minimum": 1}, {"enum": []}])
def test_a_value_of_any_type(schema: Any) -> None:
    """It cannot be asked for where types must be said."""
    with pytest.raises(Refused, match="any type"):
        fit_types(schema, "", SchemaRules(types="said"), Notes())

"""One schema that says what two say."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.json_schema.merge import merged


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"type": "string"}, {"minLength": 1}, {"type": "string", "minLength": 1}),
        ({"title": "A", "description": "a"}, {"description": "b"}, {"title": "A", "description": "b"}),
        ({"minimum": 1, "maximum": 9}, {"minimum": 3, "maximum": 5}, {"minimum": 3, "maximum": 5}),
        ({"type": ["integer", "null"]}, {"type": "number"}, {"type": "integer"}),
        ({"type": "number"}, {"type": ["integer", "string"]}, {"type": "integer"}),
        ({"enum": [1, 2, 3]}, {"enum": [3, 2, 4]}, {"enum": [2, 3]}),
        ({"required": ["a"]}, {"required": ["b", "a"]}, {"required": ["a", "b"]}),
        (
            {"properties": {"a": {"type": "string"}, "b": {}}},
            {"properties": {"a": {"maxLength": 3}}},
            {"properties": {"a": {"type": "string", "maxLength": 3}, "b": {}}},
        ),
        ({"items": {"type": "string"}}, {"items": {"maxLength": 3}}, {"items": {"type": "string", "maxLength": 3}}),
        ({"$defs": {"A": {}}}, {"$defs": {"B": {}}}, {"$defs": {"A": {}, "B": {}}}),
        (
            {"properties": {"a": {}, "b": {}}, "additionalProperties": False},
            {"properties": {"a": {}}, "required": ["a"]},
            {"properties": {"a": {}, "b": {}}, "additionalProperties": False, "required": ["a"]},
        ),
        (True, {"type": "string"}, {"type": "string"}),
        ({"type": "string"}, True, {"type": "string"}),
        ({"pattern": "a"}, {"pattern": "a"}, {"pattern": "a"}),
    ],
)
def test_both_as_one(first: Any, second: Any, found: Any) -> None:
    """Bounds are the tighter, choices the common, names all; annotations are the second's."""
    assert found == merged(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"pattern": "a"}, {"pattern": "b"}),
        ({"type": "string"}, {"type": "number"}),
        ({"enum": [1]}, {"enum": [2]}),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"properties": {"b": {}}}),
        ({"properties": {"b": {}}}, {"additionalProperties": {"type": "string"}}),
        ({"patternProperties": {"^x": {}}}, {"properties": {}, "additionalProperties": False}),
        ({"anyOf": [{}]}, {"anyOf": [{"type": "string"}]}),
        ({"if": {}}, {"then": {}}),
        ({"items": {"type": "string"}}, {"prefixItems": [{}]}),
        ({"contains": {}}, {"minContains": 2}),
        ({"unevaluatedProperties": False}, {"properties": {"a": {}}}),
        ({"$defs": {"A": {}}}, {"$defs": {"A": True}}),
        ({}, False),
        ({"properties": {"a": False}}, {"properties": {"a": {}}}),
    ],
)
def test_both_cannot_be_one(first: Any, second: Any) -> None:
    """What only two schemas can say has none, whichever comes first."""
    assert (None, None) == (merged(first, second), merged(second, first))

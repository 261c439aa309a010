"""OpenAPI's subset to JSON Schema."""

from __future__ import annotations

from dragoman.protocols.json_schema.openapi import read_openapi


def test_an_openapi_schema_becomes_json_schema() -> None:
    """Types are lower case, null is a type, numbers are numbers, at any depth; names of properties are not touched."""
    assert read_openapi(
        {
            "type": "OBJECT",
            "properties": {
                "type": {"type": "STRING", "nullable": True, "enum": ["A"]},
                "rows": {"type": "ARRAY", "minItems": "1", "items": {"type": "INTEGER", "nullable": False}},
                "either": {"anyOf": [{"type": "NUMBER"}, {"ref": "#/defs/X"}], "nullable": True},
                "open": {"type": "OBJECT", "additionalProperties": {"type": "BOOLEAN"}},
                "any": {"nullable": True, "example": {"type": "STRING"}},
            },
            "defs": {"X": {"type": "STRING", "default": "A"}},
            "required": ["type"],
            "propertyOrdering": ["type"],
        }
    ) == {
        "type": "object",
        "properties": {
            "type": {"type": ["string", "null"], "enum": ["A", None]},
            "rows": {"type": "array", "minItems": 1, "items": {"type": "integer"}},
            "either": {"anyOf": [{"type": "number"}, {"$ref": "#/$defs/X"}, {"type": "null"}]},
            "open": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "any": {"example": {"type": "STRING"}},
        },
        "$defs": {"X": {"type": "string", "default": "A"}},
        "required": ["type"],
        "propertyOrdering": ["type"],
    }


def test_json_schema_stays_as_it_is() -> None:
    """A schema that is JSON Schema already is not changed, whatever its shape."""
    schema = {
        "type": ["string", "null"],
        "$defs": {"A": True},
        "items": False,
        "anyOf": "odd",
        "properties": 3,
        "minItems": "many",
        "const": "X",
    }

    assert read_openapi(schema) == schema

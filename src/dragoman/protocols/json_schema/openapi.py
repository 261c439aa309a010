"""The OpenAPI subset of Gemini's older fields (`parameters`, `responseSchema`) to JSON Schema.

They are a subset of OpenAPI 3.0 with upper-case types (https://ai.google.dev/api/caching#Schema), and 64-bit numbers may
be strings. Requests are written with JSON Schema, which the newer fields beside them take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .refs import Json

__all__ = ["read_openapi"]

_NUMBERS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
_MAPS = frozenset({"properties", "defs", "$defs", "patternProperties"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_SCHEMAS = frozenset({"items", "additionalProperties", "not"})
_RENAMED = {"defs": "$defs", "ref": "$ref"}


def read_openapi(schema: Json) -> Json:
    """The JSON Schema that says the same; one that is JSON Schema already stays as it is."""
    found: Json = {}
    for key, value in schema.items():
        if key != "nullable":
            read = _FIELDS.get(key)
            found[_RENAMED.get(key, key)] = value if read is None else read(value)
    if schema.get("nullable") is True:
        return _nullable(found)
    return found


def _nullable(schema: Json) -> Json:
    kind = schema.get("type")
    if type(kind) is str:
        schema = {**schema, "type": [kind, "null"]}
        choices = schema.get("enum")
        if type(choices) is list and None not in choices:
            schema["enum"] = [*choices, None]
        return schema
    if type(options := schema.get("anyOf")) is list:
        return {**schema, "anyOf": [*options, {"type": "null"}]}
    return schema


def _kind(value: Any) -> Any:
    if type(value) is str:
        return value.lower()
    return [_kind(item) for item in value] if type(value) is list else value


def _number(value: Any) -> Any:
    return int(value) if type(value) is str and value.isascii() and value.isdigit() and len(value) < 20 else value


def _map(value: Any) -> Any:
    return {name: _schema(item) for name, item in value.items()} if type(value) is dict else value


def _list(value: Any) -> Any:
    return [_schema(item) for item in value] if type(value) is list else value


def _schema(value: Any) -> Any:
    return read_openapi(value) if type(value) is dict else value


def _reference(value: Any) -> Any:
    """`defs` become `$defs`, and so does what leads there."""
    return f"#/$defs/{value[len('#/defs/') :]}" if type(value) is str and value.startswith("#/defs/") else value


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "type": _kind,
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_MAPS, _map),
    **dict.fromkeys(_LISTS, _list),
    **dict.fromkeys(_SCHEMAS, _schema),
    "ref": _reference,
}

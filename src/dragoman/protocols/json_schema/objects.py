"""Closed objects and required properties, as strict modes want them.

Both narrow what the caller's schema allows. An object that names its properties can be closed: what comes then still fits
the caller's schema. An object of free keys cannot, and is refused. A property that had been optional comes as null
where the model has nothing to say, which the caller's schema may not allow: that is why it is listed.
"""

from __future__ import annotations

from typing import Any, Final

from .notes import Notes
from .refs import Json
from .rules import SchemaRules

__all__ = ["fit_object", "holds"]


_COMPOSED: Final = frozenset({"const", "$ref", "allOf", "oneOf", "anyOf"})


def holds(schema: Json, kind: str) -> bool:
    """Whether a schema says that a value may be of a type."""
    types = schema.get("type")
    return types == kind or (type(types) is list and kind in types)


def fit_object(schema: Json, at: str, rules: SchemaRules, notes: Notes) -> Json:
    """The schema of an object as the rules want it; any other schema as it is."""
    names = schema.get("properties")
    if not (holds(schema, "object") or ("type" not in schema and type(names) is dict)):
        return schema
    if rules.closed:
        schema = _closed(schema, at, notes)
    if rules.required and type(names) is dict:
        schema = _required(schema, names, at, rules, notes)
    if rules.some_required and not schema.get("required"):
        notes.refuse("every object must require at least one property here", at)
    return schema


def _closed(schema: Json, at: str, notes: Notes) -> Json:
    rest = schema.get("additionalProperties", True)
    if (type(rest) is dict and rest) or schema.get("patternProperties"):
        notes.refuse("an object whose keys are not known beforehand cannot be asked for here", at)
    if rest is False:
        return schema
    if type(schema.get("properties")) is not dict:
        notes.refuse("an object must name its properties here", at)
    notes.add("changed", "objects are closed here: there are no keys beyond `properties`", at)
    return {**schema, "additionalProperties": False}


def _required(schema: Json, names: Json, at: str, rules: SchemaRules, notes: Notes) -> Json:
    given = schema.get("required")
    required: Any = [name for name in given if type(name) is str] if type(given) is list else []
    optional = [name for name in names if name not in required]
    if not optional:
        return schema
    for name in optional:
        notes.add("changed", "an optional property must be given here: null stands for one left out", f"{at}/properties/{name}")
    found = {name: _nullable(item, rules) if name in optional else item for name, item in names.items()}
    return {**schema, "properties": found, "required": [*names, *[name for name in required if name not in names]]}


def _nullable(schema: Any, rules: SchemaRules) -> Any:
    """The schema that allows null besides."""
    if type(schema) is not dict or _allows_null(schema):
        return schema
    kind = schema.get("type")
    kinds = [kind] if type(kind) is str else kind
    if rules.type_lists == "list" and type(kinds) is list and not schema.keys() & _COMPOSED:
        found = {**schema, "type": [*kinds, "null"]}
        if type(choices := schema.get("enum")) is list:
            found["enum"] = [*choices, None]
        return found
    about = {key: schema[key] for key in ("title", "description") if key in schema}
    if type(options := schema.get("anyOf")) is list and schema.keys() <= {"anyOf", "title", "description", "default"}:
        return {**schema, "anyOf": [*options, {"type": "null"}]}
    inner = {key: value for key, value in schema.items() if key not in about}
    return {"anyOf": [inner, {"type": "null"}], **about}


def _allows_null(schema: Json) -> bool:
    if "const" in schema:
        return schema["const"] is None
    if type(choices := schema.get("enum")) is list:
        return None in choices and ("type" not in schema or holds(schema, "null"))
    for word in ("anyOf", "oneOf"):
        if type(options := schema.get(word)) is list and "type" not in schema:
            nulls = sum(type(option) is dict and _allows_null(option) for option in options)
            return nulls == 1 or (nulls > 1 and word == "anyOf")
    return holds(schema, "null")

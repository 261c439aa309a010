"""One place of a schema: keywords that are said otherwise, moved into the description, or left out.

A constraint that the vendor does not take is loosened, never kept silent: the model reads it in the description, and the
caller is told. Keywords that constrain nothing are left out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import msgspec

from .merge import merged, same
from .notes import Notes, Refused
from .objects import holds
from .refs import Json
from .rules import SchemaRules

__all__ = ["fit_keywords", "fit_types"]

_SILENT: Final = frozenset(
    {"$schema", "$id", "$comment", "$anchor", "$dynamicAnchor", "$vocabulary", "$defs", "definitions"}
    | {"title", "deprecated", "readOnly", "writeOnly", "additionalProperties", "discriminator"}
)
"""Keywords whose loss needs no words for the model."""

_LONGEST: Final = 300
"""A constraint that is longer as JSON is not copied into the description."""

_NAMES: Final[dict[type, str]] = {
    bool: "boolean",
    str: "string",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}

_OF_TYPE: Final[dict[str, frozenset[str]]] = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"}),
    "object": frozenset(
        {"properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"}
        | {"maxProperties", "dependentRequired", "dependentSchemas", "propertyOrdering"}
    ),
}
_OF_SOME: Final = frozenset().union(*_OF_TYPE.values())
_ABOUT: Final = ("title", "description", "default", "examples", "example", "$defs", "definitions", "$schema", "$id", "nullable")


def fit_keywords(schema: Json, at: str, rules: SchemaRules, notes: Notes) -> Json:
    """The schema with every keyword of this place as the rules want it; what is inside it is not looked at."""
    if not rules.const and "const" in schema:
        schema = _enum_of_one(schema, at, notes)
    if not rules.tuples and type(schema.get("items")) is list:
        notes.add("changed", "a list of `items` is `prefixItems` here", at)
        names = {"items": "prefixItems", "additionalItems": "items"}
        schema = {names.get(key, key): value for key, value in schema.items()}
    schema = _without(schema, at, rules, notes)
    if not rules.bare_arrays and holds(schema, "array") and not schema.keys() & {"items", "prefixItems"}:
        notes.add("changed", "an array must have `items` here: they allow anything", at)
        schema = {**schema, "items": {}}
    if rules.type_lists == "nullable":
        return _nullable(schema, at, notes)
    if rules.type_lists == "any_of" and type(schema.get("type")) is list:
        notes.add("changed", "several types are an `anyOf` here", at)
        return _split(schema, schema["type"])
    return schema


def fit_types(schema: Json, at: str, rules: SchemaRules, notes: Notes) -> Json:
    """The schema with its type said, where the rules want that. Refuses one that allows a value of any type."""
    if rules.types == "any" or schema.keys() & {"type", "$ref", "anyOf", "oneOf", "allOf"}:
        return schema
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if type(values) is list and values:
        if rules.types == "implied":
            return schema
        kinds = list(dict.fromkeys([_NAMES[type(value)] for value in values]))
        notes.add("changed", "the type of a value must be said here", at)
        return {"type": kinds[0] if len(kinds) == 1 else kinds, **schema}
    for kind, key in (("object", "properties"), ("array", "items"), ("array", "prefixItems")):
        if key in schema:
            notes.add("changed", "the type of a value must be said here", at)
            return {"type": kind, **schema}
    raise Refused("a value of any type cannot be asked for here", at)


def _enum_of_one(schema: Json, at: str, notes: Notes) -> Json:
    value, others = schema["const"], schema.get("enum")
    if type(others) is list and not any(same(value, other) for other in others):
        notes.refuse("`const` is none of the values of `enum`: nothing is allowed", at)
    notes.add("changed", "`const` is an `enum` of one value here", at)
    rest = {key: item for key, item in schema.items() if key != "enum"}
    return {"enum" if key == "const" else key: [value] if key == "const" else item for key, item in rest.items()}


# --- what is left out ---------------------------------------------------------------------------------------------------


def _without(schema: Json, at: str, rules: SchemaRules, notes: Notes) -> Json:
    """The schema without what is refused, which then stands in the description."""
    lost = {key: value for key, value in schema.items() if _is_refused(key, value, schema, rules, at, notes)}
    if not lost:
        return schema
    found = {key: value for key, value in schema.items() if key not in lost}
    if "minItems" in lost and rules.min_items:
        found["minItems"] = rules.min_items
    said = [f"{key}: {text}" for key, value in lost.items() if (text := _words(key, value)) is not None]
    for key, value in lost.items():
        if _words(key, value) is None:
            notes.add("dropped", f"`{key}` is not taken here", at)
        else:
            notes.add("moved", f"`{key}` is not taken here: the description says it", at)
    if said:
        about = found.get("description")
        found["description"] = f"{about}\n\n({', '.join(said)})" if about else f"({', '.join(said)})"
    return found


def _is_refused(key: str, value: Any, schema: Json, rules: SchemaRules, at: str, notes: Notes) -> bool:
    if key in rules.refused or (rules.only and key not in rules.only):
        return True
    match key:
        case "format":
            return rules.formats is not None and value not in rules.formats and holds(schema, "string")
        case "pattern":
            return rules.pattern is not None and type(value) is str and _expression(rules.pattern).search(value) is not None
        case "minItems":
            return rules.min_items is not None and type(value) is int and value > rules.min_items
        case "enum" if type(value) is list:
            if rules.enums == "scalars" and any(type(item) in (dict, list) for item in value):
                notes.refuse("an `enum` lists only texts, numbers, true, false and null here", at)
            return rules.enums == "strings" and any(type(item) is not str and item is not None for item in value)
    return False


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _words(key: str, value: Any) -> str | None:
    """A constraint as the description says it, None for what constrains nothing or is too long to say."""
    if key in _SILENT or key.startswith("x-"):
        return None
    text = value if type(value) is str else msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else None


# --- types --------------------------------------------------------------------------------------------------------------


def _split(schema: Json, types: list[Any]) -> Json:
    """A schema of several types as an `anyOf` of one each, each with the keywords that concern it."""
    about: Json = {key: schema[key] for key in _ABOUT if key in schema}
    rest = {key: value for key, value in schema.items() if key not in about and key != "type"}
    branches = []
    for kind in types:
        own = _OF_TYPE.get("number" if kind == "integer" else kind, frozenset())
        branch: Json = {"type": kind, **{key: value for key, value in rest.items() if key in own or key not in _OF_SOME}}
        if type(values := branch.get("enum")) is list:
            branch["enum"] = [value for value in values if _is_of(value, kind)]
        if branch.get("enum") != [] and ("const" not in branch or _is_of(branch["const"], kind)):
            branches.append(branch)
    return {"anyOf": branches, **about} if branches else schema


def _is_of(value: Any, kind: str) -> bool:
    name = _NAMES.get(type(value))
    if kind == "integer" and type(value) is float:
        return value.is_integer()
    return name == kind or (name == "integer" and kind == "number")


def _nullable(schema: Json, at: str, notes: Notes) -> Json:
    """A schema with null said as OpenAPI 3.0 says it."""
    types, options, values = schema.get("type"), schema.get("anyOf"), schema.get("enum")
    null = {"type": "null"}
    found = schema
    if type(types) is list:
        others = [kind for kind in types if kind != "null"]
        found = {**schema, "type": others[0]} if len(others) == 1 else _split(schema, others)
        if len(others) < len(types):
            found = {**found, "nullable": True}
    elif type(options) is list and null in options:
        rest = [option for option in options if option != null]
        found = {key: value for key, value in schema.items() if key != "anyOf"}
        joined = merged(rest[0], found) if len(rest) == 1 else None
        found = {**(joined if joined is not None else {**found, "anyOf": rest}), "nullable": True}
    if found is not schema:
        notes.add("changed", "several types, and null, are said in the words of OpenAPI here", at)
    if type(values) is list and None in values and type(found.get("enum")) is list:
        found = {**found, "enum": [value for value in found["enum"] if value is not None], "nullable": True}
        notes.add("changed", "several types, and null, are said in the words of OpenAPI here", at)
    return found

"""The top of a schema: the arguments of a call are an object, and some vendors want to see that at once.

`{"anyOf": [...]}` at the top is how tools with several forms of arguments are often described (`schema must have type
'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level`, OpenAI answers). Where no strict mode holds
the model to the schema it may be loosened to one object with the properties of all forms, and the caller is told.
"""

from __future__ import annotations

from typing import Any, Final

from .merge import merged
from .notes import Notes
from .refs import Json, resolve
from .rules import SchemaRules

__all__ = ["fit_root"]

_OTHER: Final = ("enum", "const", "not")
_LONGEST: Final = 100
"""How many references and compositions one after the other may make the top of a schema."""
_AWAY: Final = "what `$ref` names stands in its place"


def fit_root(schema: Json, rules: SchemaRules, notes: Notes) -> Json:
    """The schema with a top as the rules want it."""
    if rules.root == "any":
        return schema
    root = schema
    seen: set[str] = set()
    for _ in range(_LONGEST):
        if type(reference := schema.get("$ref")) is str:
            if reference in seen:
                notes.refuse("a reference that leads to itself says nothing", "")
            seen.add(reference)
            schema = _followed(schema, root, notes)
        elif type(schema.get("allOf")) is list and (rules.root != "object" or not rules.all_of):
            schema = _together(schema, root, rules, notes)
        else:
            break
    else:
        notes.refuse("what the top of a schema refers to never ends", "")
    if rules.root != "object":
        schema = _plain(schema, rules, root, notes)
    schema = _is_object(schema, notes)
    if not rules.bare_root and "properties" not in schema:
        notes.add("changed", "an object must have `properties` here: there are none", "")
        schema = {**schema, "properties": {}}
    return schema


def _is_object(schema: Json, notes: Notes) -> Json:
    kind = schema.get("type")
    if kind == "object":
        return schema
    if kind is not None and not (type(kind) is list and "object" in kind):
        notes.refuse(f"the top of a schema must be an object here, not {kind!r}", "")
    notes.add("changed", "the top of a schema must say that it is an object here", "")
    return {"type": "object", **{key: value for key, value in schema.items() if key != "type"}}


def _followed(schema: Json, root: Json, notes: Notes) -> Json:
    rest = {key: value for key, value in schema.items() if key != "$ref"}
    found = merged(_target(schema, root, notes), rest)
    if type(found) is not dict:
        notes.refuse("a reference cannot be the top of a schema here", "")
    notes.add("changed", _AWAY, "")
    return found


def _target(schema: Any, root: Json, notes: Notes) -> Any:
    """A schema, or what it refers to."""
    if type(schema) is dict and type(reference := schema.get("$ref")) is str:
        try:
            return resolve(root, reference)
        except LookupError:
            notes.refuse(f"{reference!r} leads to nothing in the schema", "")
    return schema


def _together(schema: Json, root: Json, rules: SchemaRules, notes: Notes) -> Json:
    """The schema without `allOf` at its top."""
    rest = {key: value for key, value in schema.items() if key != "allOf"}
    found: Any = rest
    for part in schema["allOf"]:
        found = merged(_target(part, root, notes) if len(schema["allOf"]) > 1 else part, found)
    if type(found) is dict:
        notes.add("changed", "`allOf` is one schema here", "")
        return found
    if rules.root != "flat":
        notes.refuse("`allOf` at the top of a schema is not taken here, and it cannot be written as one schema", "")
    notes.add("dropped", "`allOf` at the top is not taken here, and it cannot be written as one schema", "")
    return rest


def _plain(schema: Json, rules: SchemaRules, root: Json, notes: Notes) -> Json:
    """The schema without alternatives at its top."""
    for key in ("anyOf", "oneOf"):
        if type(forms := schema.get(key)) is list:
            if rules.root == "plain":
                notes.refuse(f"`{key}` at the top of a schema is not taken here: put it in a property", "")
            rest = {name: value for name, value in schema.items() if name != key}
            schema = _joined(rest, [_target(form, root, notes) for form in forms], notes)
            notes.add("changed", f"`{key}` at the top is not taken here: one object has what each of its forms may have", "")
    if lost := [key for key in _OTHER if key in schema]:
        if rules.root == "plain":
            notes.refuse(f"`{lost[0]}` at the top of a schema is not taken here", "")
        for key in lost:
            notes.add("dropped", f"`{key}` at the top is not taken here", "")
        schema = {key: value for key, value in schema.items() if key not in lost}
    return schema


def _joined(rest: Json, forms: list[Any], notes: Notes) -> Json:
    """One object that every form fits."""
    if not all(type(form) is dict and form.get("type", "object") == "object" and "$ref" not in form for form in forms):
        notes.refuse("the forms at the top of a schema are not all objects", "")
    names: dict[str, list[Any]] = {name: [item] for name, item in (rest.get("properties") or {}).items()}
    for form in forms:
        for name, item in (form.get("properties") or {}).items():
            if item not in (known := names.setdefault(name, [])):
                known.append(item)
    own = rest.get("required") or []
    shared = [name for name in forms[0].get("required") or [] if all(name in (form.get("required") or []) for form in forms)]
    found = {**rest, "properties": {name: items[0] if len(items) == 1 else {"anyOf": items} for name, items in names.items()}}
    if required := [*own, *[name for name in shared if name not in own]]:
        found["required"] = required
    if forms and all(form.get("additionalProperties") is False for form in forms) and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found

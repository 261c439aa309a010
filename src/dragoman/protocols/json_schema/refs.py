"""`$ref`: what it leads to, and whether it leads back.

Only JSON pointers into the same document lead anywhere here (https://json-schema.org/draft/2020-12/json-schema-core#section-8.2);
an anchor or another document is left to the vendor, or refused where a reference has to be resolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import unquote

__all__ = ["Json", "cycle", "external", "places", "rebuilt", "resolve"]

Json = dict[str, Any]

_ONE: Final = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"}
    | {"unevaluatedItems", "unevaluatedProperties", "additionalItems"}
)
_LISTED: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems", "items"})
_NAMED: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})


def places(schema: Json) -> Iterator[tuple[str, Any]]:
    """The schemas directly inside one, each with its pointer from there (`properties/name`)."""
    for key, value in schema.items():
        if type(value) is dict:
            if key in _NAMED:
                for name, item in value.items():
                    yield f"{key}/{_step(name)}", item
            elif key in _ONE:
                yield key, value
        elif type(value) is list:
            if key in _LISTED:
                for place, item in enumerate(value):
                    yield f"{key}/{place}", item
        elif type(value) is bool and key in _ONE:
            yield key, value


def rebuilt(schema: Json, visit: Callable[[Any, str], Any]) -> Json:
    """The schema with `visit(inner, pointer)` in the place of each schema directly inside it."""
    found: Json = {}
    for key, value in schema.items():
        if type(value) is dict and key in _NAMED:
            found[key] = {name: visit(item, f"{key}/{_step(name)}") for name, item in value.items()}
        elif type(value) is list and key in _LISTED:
            found[key] = [visit(item, f"{key}/{place}") for place, item in enumerate(value)]
        elif key in _ONE and type(value) in (dict, bool):
            found[key] = visit(value, key)
        else:
            found[key] = value
    return found


def resolve(root: Any, reference: str) -> Any:
    """What a reference leads to. Raises LookupError when that is not in this document."""
    if reference != "#" and not reference.startswith("#/"):
        raise LookupError(reference)
    found = root
    for step in reference[2:].split("/") if reference != "#" else ():
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if type(found) is list and name.isascii() and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        elif type(found) is dict and name in found:
            found = found[name]
        else:
            raise LookupError(reference)
    return found


def external(root: Json) -> str | None:
    """A reference that leads out of the document, or to nothing in it; None when there is none."""
    stack: list[Any] = [root]
    while stack:
        schema = stack.pop()
        if type(schema) is not dict:
            continue
        if type(reference := schema.get("$ref")) is str:
            try:
                resolve(root, reference)
            except LookupError:
                return reference
        stack.extend(inner for _, inner in places(schema))
    return None


def cycle(root: Json) -> str | None:
    """A reference by which a schema contains itself, None when there is none."""
    return _cycle(root, root, {"#"}, set())


def _cycle(schema: Any, root: Json, following: set[str], done: set[str]) -> str | None:
    if type(schema) is not dict:
        return None
    reference = schema.get("$ref")
    if type(reference) is str and reference not in done:
        if reference in following:
            return reference
        following.add(reference)
        try:
            target = resolve(root, reference)
        except LookupError:
            target = None
        if (found := _cycle(target, root, following, done)) is not None:
            return found
        following.discard(reference)
        done.add(reference)
    for _, inner in places(schema):
        if (found := _cycle(inner, root, following, done)) is not None:
            return found
    return None


def _step(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else name

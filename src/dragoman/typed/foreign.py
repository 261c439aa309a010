"""Shapes of types that know their own schema and read their own JSON: pydantic's, without importing pydantic.

Such a class brings `model_json_schema` and `model_validate_json`. Other types of pydantic's world (dataclasses, `HttpUrl`,
validators in `Annotated`) are read by its `TypeAdapter`, which is there since the program that uses them has imported it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from .problems import Place, Problem, path, shown
from .scalars import Choice
from .shapes import ALL, FAILED, Book, Reading, Shape, Tag, kind_of

__all__ = ["Foreign", "foreign", "wants_foreign"]

_KIND_OF = {"integer": "number"}


def wants_foreign(mark: Any) -> bool:
    """Whether a mark in `Annotated` is more than we can read: a validator, a serializer."""
    return hasattr(mark, "__get_pydantic_core_schema__") and not hasattr(mark, "metadata")


def foreign(kind: Any) -> Foreign | None:
    """The shape of a type that pydantic knows, None where it does not."""
    name = getattr(kind, "__name__", "")
    if hasattr(kind, "model_json_schema") and hasattr(kind, "model_validate_json"):
        return Foreign(kind.model_json_schema, kind.model_validate_json, name)
    library = sys.modules.get("pydantic")
    if library is None:
        return None
    adapter = library.TypeAdapter(kind)
    return Foreign(adapter.json_schema, adapter.validate_json, name)


class Foreign(Shape):
    """A type with a schema and a reader of its own; its schema is read when it is first needed, for it may not be whole yet."""

    def __init__(self, write: Callable[[], dict[str, Any]], read: Callable[[str], Any], name: str) -> None:
        self._write = write
        self._read = read
        self._name = name
        self._own: dict[str, Any] | None = None

    def _schema(self) -> dict[str, Any]:
        if self._own is None:
            self._own = self._write()
        return self._own

    def _top(self) -> dict[str, Any]:
        own = self._schema()
        reference = own.get("$ref")
        return own["$defs"][reference.rpartition("/")[2]] if isinstance(reference, str) else own

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        top = self._top()
        parts = top.get("anyOf") or top.get("oneOf") or [top]
        types = [part.get("type") for part in parts]
        if any(not isinstance(kind, str) for kind in types):
            return ALL
        return frozenset([_KIND_OF.get(kind, kind) for kind in types])

    @property
    def words(self) -> str:  # type: ignore[override]
        kinds = self.kinds
        if kinds == {"object"}:
            return f"an object ({self._name})" if self._name else "an object"
        return f"a value for {self._name}" if self._name else "a value"

    def schema(self, book: Book) -> dict[str, Any]:
        return book.once(self, self._placed)

    def _placed(self, book: Book) -> dict[str, Any]:
        own = self._schema()
        names = {name: book.free(name) for name in own.get("$defs", {})}
        for name, unique in names.items():
            book.definitions[unique] = _renamed(_untitled(own["$defs"][name]), names)
        written: dict[str, Any] = _renamed(_untitled({key: item for key, item in own.items() if key != "$defs"}), names)
        if "$ref" in written or not self._name:
            return written
        return book.define(self._write, self._name, lambda _: written)

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        try:
            return self._read(json.dumps(value))
        except ValueError as error:
            found = getattr(error, "errors", None)
            if not callable(found):
                return reading.refuse(place, f"not accepted for {self.words}")
            for each in found(include_url=False, include_context=False):
                reading.problems.append(_problem(each, value, place))
            return FAILED
        except TypeError:
            return reading.unexpected(place, "JSON", value)

    def tags(self) -> dict[str, Tag]:
        top = self._top()
        required = top.get("required", ())
        found = {}
        for key, property_ in top.get("properties", {}).items():
            if "const" in property_ or "enum" in property_:
                constants = Choice([(each, each) for each in property_.get("enum", [property_.get("const")])])
                found[key] = Tag(tuple(constants.members), key in required)
        return found


def _problem(found: dict[str, Any], value: Any, place: Place) -> Problem:
    """One of pydantic's errors; its locations also name types and validators, which are no places of the value."""
    steps: list[str | int] = []
    missing = found["type"] == "missing"
    for index, step in enumerate(found["loc"]):
        last = index == len(found["loc"]) - 1
        if (isinstance(value, dict) and step in value) or (
            isinstance(value, list) and isinstance(step, int) and step < len(value)
        ):
            value = value[step]
        elif not (last and missing):
            continue
        steps.append(step)
    message = found["msg"][:1].lower() + found["msg"][1:]
    if missing:
        return Problem(path((*place, *steps)), "missing")
    came = "" if kind_of(value) in ("object", "array") else f", got {shown(value)}"
    return Problem(path((*place, *steps)), message[:200] + came)


def _untitled(schema: Any) -> Any:
    """A schema without the titles that pydantic makes of names."""
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {}
    for key, item in schema.items():
        if key == "title" and isinstance(item, str):
            continue
        if key in ("properties", "$defs"):
            found[key] = {name: _untitled(inner) for name, inner in item.items()}
        else:
            found[key] = item if key in ("default", "const", "enum", "examples") else _untitled(item)
    return found


def _renamed(schema: Any, names: dict[str, str]) -> Any:
    """A schema with its references led to the names that its definitions have now."""
    if isinstance(schema, list):
        return [_renamed(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, item in schema.items():
        if key == "$ref" and isinstance(item, str):
            name = item.removeprefix("#/$defs/")
            found[key] = f"#/$defs/{names.get(name, name)}"
        elif key == "mapping" and isinstance(item, dict):  # of a discriminator: bare references
            found[key] = {tag: _renamed({"$ref": target}, names)["$ref"] for tag, target in item.items()}
        else:
            found[key] = item if key in ("default", "const", "enum", "examples") else _renamed(item, names)
    return found

"""Shapes of arrays, and of objects whose keys are free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .problems import Place, shown
from .scalars import STRING
from .shapes import FAILED, Book, Reading, Shape

__all__ = ["Array", "Row", "Table", "misplaced"]


def misplaced(value: Any) -> str:
    """A hint for an array or object that came as a string of JSON, as models like to write it."""
    if isinstance(value, str) and value[:500].lstrip()[:1] in ("[", "{"):
        return "write the JSON itself, not a string that holds it"
    return ""


class Array(Shape):
    """Items of one shape; `make` gathers them."""

    kinds = frozenset({"array"})

    def __init__(self, item: Shape, make: Callable[[list[Any]], Any] = list, unique: bool = False) -> None:
        self._item = item
        self._make = make
        self._unique = unique
        self.words = "an array"

    def schema(self, book: Book) -> dict[str, Any]:
        written: dict[str, Any] = {"type": "array"}
        if item := self._item.schema(book):
            written["items"] = item
        return {**written, "uniqueItems": True} if self._unique else written

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if not isinstance(value, list | tuple):
            return reading.unexpected(place, self.words, value, misplaced(value))
        read = self._item.read
        items = [read(item, (*place, index), reading) for index, item in enumerate(value)]
        if any(item is FAILED for item in items):
            return FAILED
        try:
            return self._make(items)
        except TypeError as error:  # a set of what cannot be in one
            return reading.refuse(place, f"{error}")


class Row(Shape):
    """A fixed number of items, each of its own shape: tuples, and types that are written as arrays."""

    kinds = frozenset({"array"})

    def __init__(self, items: Sequence[Shape], make: Callable[[list[Any]], Any] = tuple) -> None:
        self._items = tuple(items)
        self._make = make
        self.words = f"an array of {len(items)}" if items else "an empty array"

    def schema(self, book: Book) -> dict[str, Any]:
        count = len(self._items)
        written: dict[str, Any] = {"type": "array", "minItems": count, "maxItems": count}
        return {**written, "prefixItems": [item.schema(book) for item in self._items]} if count else written

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if not isinstance(value, list | tuple):
            return reading.unexpected(place, self.words, value, misplaced(value))
        if len(value) != len(self._items):
            return reading.unexpected(place, self.words, value)
        items = [
            shape.read(item, (*place, index), reading) for index, (shape, item) in enumerate(zip(self._items, value, strict=True))
        ]
        return FAILED if any(item is FAILED for item in items) else self._make(items)


class Table(Shape):
    """An object whose keys are free: `key` reads each of them from its text."""

    kinds = frozenset({"object"})
    words = "an object"

    def __init__(self, key: Shape, value: Shape, make: Callable[[dict[Any, Any]], Any] | None = None) -> None:
        self._key = key
        self._value = value
        self._make = make

    def schema(self, book: Book) -> dict[str, Any]:
        written: dict[str, Any] = {"type": "object", "additionalProperties": self._value.schema(book) or True}
        if "string" in self._key.kinds and (names := self._key.schema(book)) != {"type": "string"}:
            written["propertyNames"] = names
        return written

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.unexpected(place, self.words, value, misplaced(value))
        table: dict[Any, Any] = {}
        failed = False
        for name, item in value.items():
            inside = (*place, name if isinstance(name, str) else str(name))
            key = self._read_key(name, inside, reading)
            read = self._value.read(item, inside, reading)
            if key is FAILED or read is FAILED:
                failed = True
            else:
                table[key] = read
        if failed:
            return FAILED
        return table if self._make is None else self._make(table)

    def _read_key(self, name: Any, place: Place, reading: Reading) -> Any:
        """A key from its text: JSON has no others."""
        if self._key is STRING and isinstance(name, str):
            return name
        trial = Reading(reading.memo)
        value = name
        if isinstance(name, str) and "string" not in self._key.kinds:
            value = _scalar(name)
        key = self._key.read(value, place, trial)
        if key is FAILED:
            return reading.refuse(place, f"the key should be {self._key.words}, not {shown(name)}")
        return key


def _scalar(text: str) -> Any:
    """The scalar that a key writes as text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text

"""Sizes of a schema, held against a vendor's limits."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from .refs import Json, places
from .rules import Limits

__all__ = ["excess"]

_NONE: Final = Limits()


def excess(schema: Json, limits: Limits) -> str | None:
    """What of a schema goes beyond the limits, in words; None when nothing does."""
    if limits == _NONE:
        return None
    count = _Count()
    count.add(schema, 0)
    found = {
        "depth": (count.depth, limits.depth, "levels of objects"),
        "properties": (count.properties, limits.properties, "properties"),
        "enum_values": (count.enum_values, limits.enum_values, "values of enums"),
        "text": (count.text, limits.text, "characters in names and values"),
        "optional": (count.optional, limits.optional, "optional properties"),
        "unions": (count.unions, limits.unions, "properties of several types"),
        "length": (len(msgspec.json.encode(schema).decode()) if limits.length else 0, limits.length, "characters"),
    }
    for size, most, what in found.values():
        if most is not None and size > most:
            return f"it has {size} {what}, {most} are taken"
    if limits.long_enum is not None:
        values, most = limits.long_enum
        for number, size in count.enums:
            if number > values and size > most:
                return f"an enum of {number} values has {size} characters, {most} are taken beyond {values} values"
    return None


class _Count:
    """Counts of a schema and of all inside it. A reference is not followed: what it leads to stands in the schema once."""

    def __init__(self) -> None:
        self.depth = self.properties = self.enum_values = self.text = self.optional = self.unions = 0
        self.enums: list[tuple[int, int]] = []

    def add(self, schema: Any, depth: int) -> None:
        if type(schema) is not dict:
            return
        names = schema.get("properties")
        if type(names) is dict or schema.get("type") == "object":
            depth += 1
            self.depth = max(self.depth, depth)
        if type(names) is dict:
            required = schema.get("required") or ()
            self.properties += len(names)
            self.text += sum(map(len, names))
            self.optional += sum(name not in required for name in names)
            self.unions += sum(_is_union(item) for item in names.values())
        for key in ("$defs", "definitions"):
            self.text += sum(map(len, schema.get(key) or ()))
        if type(values := schema.get("enum")) is list:
            size = sum(len(value) for value in values if type(value) is str)
            self.enum_values += len(values)
            self.enums.append((len(values), size))
            self.text += size
        if type(value := schema.get("const")) is str:
            self.text += len(value)
        for pointer, inner in places(schema):
            self.add(inner, 0 if pointer.startswith(("$defs/", "definitions/")) else depth)


def _is_union(schema: Any) -> bool:
    return type(schema) is dict and ("anyOf" in schema or type(schema.get("type")) is list)

"""Vendor fields of a message that have no word here, gathered over a stream into one value each."""

from __future__ import annotations

from typing import Any

__all__ = ["Gathered", "message_key"]

# Text fields that label each chunk anew; all other text is taken to be a piece of a longer one.
_LABELS = frozenset({"channel", "id", "name", "object", "recipient", "role", "status", "type"})


class Gathered:
    """Text is joined and lists are extended in order of arrival; of everything else the last value counts."""

    __slots__ = ("_pieces", "_values")

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._pieces: dict[str, list[str]] = {}

    def take(self, name: str, value: Any) -> None:
        """One more value of a field; null is none."""
        if value is None:
            return
        if isinstance(value, str) and name not in _LABELS:
            self._pieces.setdefault(name, []).append(value)
            value = None
        elif isinstance(value, list):
            old = self._values.get(name)
            if isinstance(old, list):
                old.extend(value)
                return
            value = list(value)
        self._values[name] = value

    def merged(self) -> dict[str, Any]:
        """The fields, in order of first arrival."""
        return {name: "".join(self._pieces[name]) if value is None else value for name, value in self._values.items()}


def message_key(choice: int) -> str:
    """The name in `Extra` and `Response.extra` for a message's own vendor fields; no vendor field is called so."""
    return f"choices[{choice}].message"

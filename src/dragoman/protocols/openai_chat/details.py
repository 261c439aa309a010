"""OpenRouter's `reasoning_details`: a list of typed pieces of reasoning, which must go back unmodified and in order.

| type | grows by |
|---|---|
| `reasoning.text` | `text`; `signature` comes once, usually alone and last |
| `reasoning.summary` | `summary` |
| `reasoning.encrypted` | `data` |

Streamed entries with the same `type` and `index` are fragments of one; a different `id` is a different entry; without
an index a fragment continues the last entry if that has its type and no index either. Entries of a whole answer are
whole. Source: https://openrouter.ai/docs/use-cases/reasoning-tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["DETAILS", "SILENT_FIELDS", "Details", "details_text", "join_details"]

DETAILS = "reasoning_details"
"""The name of the list on the wire, and of its copy in `Thinking.extra`."""

SILENT_FIELDS: frozenset[str | None] = frozenset({DETAILS, "parts"})
"""Where reasoning stands when its text is part of the vendor's objects, which are told beside it."""

_GROWING = ("text", "summary", "data")


class Details:
    """A list under construction; text grows as a list of pieces and is joined once."""

    __slots__ = ("_entries", "_grown", "_places")

    def __init__(self) -> None:
        self._entries: list[Any] = []
        self._grown: dict[tuple[int, str], list[str]] = {}
        self._places: dict[tuple[Any, Any], int] = {}

    def take(self, pieces: Iterable[Any], *, whole: bool = False) -> None:
        """Take pieces as they come; `whole` ones continue nothing."""
        for piece in pieces:
            place = None if whole else self._place(piece)
            if place is None:
                self._append(piece)
            else:
                self._continue(place, piece)

    def merged(self) -> list[Any]:
        """The list as it is to be sent back."""
        for (place, name), pieces in self._grown.items():
            self._entries[place][name] = "".join(pieces)
        return self._entries

    def _append(self, piece: Any) -> None:
        if isinstance(piece, dict):
            self._places[_key(piece)] = len(self._entries)
            piece = dict(piece)
        self._entries.append(piece)

    def _place(self, piece: Any) -> int | None:
        """The entry that a piece continues."""
        if not isinstance(piece, dict):
            return None
        place = self._places.get(_key(piece))
        if place is None or (piece.get("index") is None and place != len(self._entries) - 1):
            return None
        old, new = self._entries[place].get("id"), piece.get("id")
        return place if not old or not new or old == new else None

    def _continue(self, place: int, piece: dict[str, Any]) -> None:
        entry = self._entries[place]
        for name, value in piece.items():
            old = entry.get(name)
            if name in _GROWING and isinstance(old, str) and isinstance(value, str):
                self._grown.setdefault((place, name), [old]).append(value)
            elif value is not None and (old is None or value != ""):
                entry[name] = value


def _key(piece: dict[str, Any]) -> tuple[str, str]:
    return str(piece.get("type")), str(piece.get("index"))


def details_text(pieces: Iterable[Any]) -> str:
    """The reasoning these pieces show."""
    found = []
    for piece in pieces:
        if isinstance(piece, dict):
            text = piece.get("text") or piece.get("summary")
            if isinstance(text, str):
                found.append(text)
    return "".join(found)


def join_details(lists: Iterable[list[Any]]) -> list[Any]:
    """The lists of one message's blocks as one; a signature that came after its text's block had closed goes home."""
    details = Details()
    for entries in lists:
        for entry in entries:
            lone = isinstance(entry, dict) and not any(entry.get(name) for name in _GROWING)
            details.take([entry], whole=not lone)
    return details.merged()

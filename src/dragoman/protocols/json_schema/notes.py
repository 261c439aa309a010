"""What had to change to fit a schema, gathered: the same sentence is said once, with all places it holds for."""

from __future__ import annotations

from typing import Literal, NamedTuple, NoReturn

__all__ = ["Change", "Notes", "Refused"]

Action = Literal["dropped", "changed", "moved", "added"]

_LISTED = 4


class Refused(Exception):
    """There is no schema that says this and that the vendor takes; the message says why, `at` is the place."""

    def __init__(self, detail: str, at: str) -> None:
        super().__init__(detail)
        self.at = at


class Change(NamedTuple):
    """One change: what was done, a sentence, and the JSON pointer of the first place."""

    action: Action
    detail: str
    at: str


class Notes:
    """The changes of one schema."""

    def __init__(self) -> None:
        self._found: dict[tuple[Action, str], list[str]] = {}

    def add(self, action: Action, detail: str, at: str) -> None:
        """Record one change at a place."""
        self._found.setdefault((action, detail), []).append(at)

    def refuse(self, detail: str, at: str) -> NoReturn:
        """Raises Refused."""
        raise Refused(detail, at)

    def changes(self) -> tuple[Change, ...]:
        """All changes, each sentence once."""
        return tuple([Change(action, _also(detail, places), places[0]) for (action, detail), places in self._found.items()])


def _also(detail: str, places: list[str]) -> str:
    others = [place or "/" for place in dict.fromkeys(places[1:]) if place != places[0]]
    if not others:
        return detail
    named = ", ".join(others[:_LISTED])
    more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    return f"{detail} (also {named}{more})"

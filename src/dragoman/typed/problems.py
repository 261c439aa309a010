"""What does not fit, said so that a model can mend it and a person can read it.

A problem names its place as a path (`$.items[2].price`), what belongs there and what came. All problems of a value are told,
up to a bound, and nothing that came is shown at length: an answer of megabytes must not come back as an error message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from ..errors import DragomanError

__all__ = ["SHOWN", "Invalid", "Place", "Problem", "listed", "path", "shown"]

Place = tuple[str | int, ...]
"""Keys and indices from the top of a value to one place in it."""

SHOWN: Final = 10
"""How many problems a message tells."""

_LONGEST: Final = 60
_PLAIN: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Problem(NamedTuple):
    """One thing that does not fit: the path of its place, and what is wrong there."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class Invalid(DragomanError, ValueError):
    """A value does not fit its type; `problems` holds everything that was found, `message` the first ten of it."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        # Copies and pickles are made from the message; what else there is comes back with the state.
        self.problems = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else _message(self.problems))


def _message(problems: Sequence[Problem]) -> str:
    if len(problems) == 1:
        return str(problems[0])
    lines = [f"{len(problems)} problems:", *[f"- {problem}" for problem in problems[:SHOWN]]]
    if len(problems) > SHOWN:
        lines.append(f"- and {len(problems) - SHOWN} more")
    return "\n".join(lines)


def path(place: Place) -> str:
    """A place as `$.items[2].price`; keys that are no names stand as `["such a key"]`."""
    parts = ["$"]
    for step in place:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _PLAIN.fullmatch(step) and len(step) <= _LONGEST:
            parts.append(f".{step}")
        else:
            parts.append(f"[{shown(step)}]")
    return "".join(parts)


def shown(value: Any) -> str:
    """A value in a few words: scalars as JSON, cut when long; of arrays and objects their size."""
    match value:
        case None:
            return "null"
        case True | False:
            return "true" if value else "false"
        case str():
            text = _quoted(value[:_LONGEST])
            return text if len(value) <= _LONGEST else f'{text[:-1]}…" ({len(value)} characters)'
        case int() | float():
            text = _number(value)
            return text if len(text) <= _LONGEST else f"a number of {len(text)} characters"
        case dict():
            return "an empty object" if not value else f"an object with {_keys(value)}"
        case list() | tuple():
            return "an empty array" if not value else f"an array of {len(value)}"
    return f"a Python {type(value).__name__}"


def _number(value: float) -> str:
    try:
        return repr(value)
    except ValueError:  # Python does not write integers of more than some thousand digits
        return "9" * (_LONGEST + 1)


def _quoted(text: str) -> str:
    return msgspec.json.encode(text.encode("utf-8", "replace").decode()).decode()


def _keys(value: dict[Any, Any]) -> str:
    names = [shown(str(key)[:_LONGEST]) for key in list(value)[:4]]
    return ("the key " if len(value) == 1 else "the keys ") + ", ".join(names) + (", …" if len(value) > 4 else "")


def listed(words: Sequence[str], last: str = "or", most: int = 20) -> str:
    """Words in a row: `"a", "b" or "c"`; of many the first."""
    if len(words) > most:
        return ", ".join(words[:most]) + f" or one of {len(words) - most} more"
    return " ".join([", ".join(words[:-1]), last, words[-1]]) if len(words) > 1 else "".join(words)

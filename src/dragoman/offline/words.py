"""What there is to fill a value with: the words the user said, or the reply that is given.

Everything is taken in the order in which it was said and used once, so that two fields of one value get two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["Words", "keywords"]

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|'([^']{2,})'(?!\w)")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_PROPER = re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*)*")
_PLACED = re.compile(r"\b(?:in|at|for|from|about|near|on) ([^\W\d_][\w'’-]*)", re.IGNORECASE)
_NOT = frozenset(["no", "not", "never", "without", "off", "don't"])
_WHOLE = frozenset("query question text message prompt input content expression sentence body task request topic".split())  # noqa: SIM905
_STOP = frozenset(
    "a about all also an and any are as at be by can could do does for from get give has have how i if in into is it its "  # noqa: SIM905
    "let's me my need of on one or our please shall should so some such that the their them then there these they this "
    "to today tell use used using want was we what when where which who will with would you your".split()
)
_SHAPES = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "uri": re.compile(r"https?://[^\s<>\"]+"),
    "date": re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    "date-time": re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})"),
    "uuid": re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
    "ipv4": re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"),
}


class Words:
    """What the user `said`, and the `reply` where the value is to carry it."""

    def __init__(self, said: str, reply: str | None = None) -> None:
        self._said = said
        self._reply = reply
        self._lower = said.lower()
        self._spoken = [word.lower() for word in _WORD.findall(said)]
        self._numbers = [found[0] for found in _NUMBER.finditer(said)]
        quoted = [next(filter(None, found)) for found in _QUOTED.findall(said)]
        # The likeliest first: what is quoted, then names, then what follows a preposition, then the last words.
        likely: list[str] = [*quoted, *_PROPER.findall(said), *_PLACED.findall(said), *reversed(_WORD.findall(said))]
        self._things = [thing for thing in likely if thing.lower() not in _STOP and not thing[:1].isdigit()]
        self._used: set[str] = set()

    @property
    def complete(self) -> bool:
        """True when optional fields are to be filled too: a reply is given, nobody has to name them."""
        return self._reply is not None

    def names(self, name: str) -> bool:
        """Whether the user spoke of a field."""
        wanted = keywords(name)
        return bool(wanted) and all(word in self._spoken for word in wanted)

    def text(self, name: str) -> str:
        """Words for a field of text."""
        if self._reply is not None:
            return self._reply
        if after := self._after(name):
            return after
        if not _WHOLE.isdisjoint(keywords(name)):
            quoted = _QUOTED.search(self._said)
            return next(map(str, filter(None, quoted.groups()))) if quoted else self._said
        for thing in self._things:
            if thing not in self._used:
                self._used.add(thing)
                return thing
        return self._said

    def number(self) -> float | None:
        """The next number the user said."""
        return float(self._numbers.pop(0)) if self._numbers else None

    def flag(self) -> bool:
        """Yes, unless the user said no."""
        return _NOT.isdisjoint(self._spoken)

    def choice(self, options: Sequence[Any]) -> Any:
        """The first of the options that the user named, None without one."""
        for option in options:
            if option is not None and re.search(rf"(?<!\w){re.escape(str(option).lower())}(?!\w)", self._lower):
                return option
        return None

    def shaped(self, format: str) -> str | None:
        """What the user said in the shape of a string format."""
        found = _SHAPES[format].search(self._said) if format in _SHAPES else None
        return found[0] if found else None

    def _after(self, name: str) -> str | None:
        """What follows the name of a field: `city Oslo`, `city: Oslo`, `city is Oslo`."""
        named = r"\W+".join(map(re.escape, keywords(name)))
        found = named and re.search(
            rf"\b{named}(?: is| are| of|:|=)?\s*(?:\"([^\"]+)\"|([^\W_][\w'’.@/-]*))", self._said, re.IGNORECASE
        )
        if not found:
            return None
        value = found[1] or found[2].rstrip(".")
        if value.lower() in _STOP or not value:
            return None
        self._used.add(value)
        return str(value)


def keywords(text: str) -> list[str]:
    """The words of a name or description that mean something, lower case: `getWeather_now` gives `weather`, `now`."""
    words: Iterable[str] = _CAMEL.findall(text) if " " not in text.strip() else _WORD.findall(text)
    return [word for word in map(str.lower, words) if word not in _STOP and (len(word) > 1)]

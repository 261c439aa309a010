"""A text that a regular expression matches: for the `pattern` of a JSON schema.

Reads the part of ECMA-262 syntax that schemas use: literals, classes, escapes, groups, alternatives, quantifiers and
anchors. Of alternatives the first is taken, of repetitions the fewest.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["matches", "sample"]

_CLASSES = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_SETS = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", "s": " \t\n"}
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_ALPHABET = "aA0 -_.,:/@#" + "".join(map(chr, range(33, 127)))
_QUANTIFIER = re.compile(r"\{(\d+)(,(\d*))?\}")
_NAMED = re.compile(r"\(\?<(?![=!])")
_LONGEST = 256


class _Unsupported(Exception):
    """Something this reader does not know."""


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern in ECMA-262 syntax is found in a text; False where Python cannot read it."""
    try:
        return re.search(_NAMED.sub("(?P<", pattern), text) is not None
    except re.error:
        return False


def sample(pattern: str, least: int = 0) -> str | None:
    """A text of at least `least` characters that `pattern` matches; None when none is found."""
    try:
        for more in range(_LONGEST):
            text = _Reader(pattern, more).read()
            if len(text) >= least:
                return text if matches(pattern, text) else None
            if more and len(text) == len(_Reader(pattern, 0).read()):
                return None
    except _Unsupported:
        return None
    return None


class _Reader:
    """Reads a pattern once, writing the text as it goes; open repetitions are made `more` times longer."""

    def __init__(self, pattern: str, more: int) -> None:
        self._pattern = pattern
        self._more = more
        self._at = 0

    def read(self) -> str:
        text = self._alternatives()
        if self._at < len(self._pattern):
            raise _Unsupported(self._pattern[self._at])
        return text

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._next()
        if not character:
            raise _Unsupported("end")
        self._at += 1
        return character

    def _alternatives(self) -> str:
        first = self._sequence()
        while self._next() == "|":
            self._at += 1
            self._sequence()
        return first

    def _sequence(self) -> str:
        text = ""
        while self._next() and self._next() not in "|)":
            text += self._repeated(self._atom())
        return text

    def _atom(self) -> str:
        character = self._take()
        reader: Callable[[], str] | None = {"(": self._group, "[": self._set, "\\": self._escape}.get(character)
        if reader is not None:
            return reader()
        if character in "^$":
            return ""
        return "a" if character == "." else character

    def _repeated(self, text: str) -> str:
        character = self._next()
        least, most = 1, 1
        if character and character in "*+?":
            self._at += 1
            least, most = {"*": (0, _LONGEST), "+": (1, _LONGEST), "?": (0, 1)}[character]
        elif found := _QUANTIFIER.match(self._pattern, self._at):
            self._at = found.end()
            least = int(found[1])
            most = least if found[2] is None else int(found[3]) if found[3] else _LONGEST
        else:
            return text
        if self._next() == "?":
            self._at += 1
        return text * min(least + self._more, max(least, most))

    def _group(self) -> str:
        if self._next() == "?":
            self._at += 1
            kind = self._take()
            if kind == "P" or (kind == "<" and self._next() not in "=!"):
                while self._take() != ">":
                    pass
            elif kind != ":":
                raise _Unsupported(f"(?{kind}")
        text = self._alternatives()
        self._take()
        return text

    def _escape(self) -> str:
        character = self._take()
        if character in "bB":
            return ""
        if character in "xu":
            digits = self._pattern[self._at : self._at + (2 if character == "x" else 4)]
            self._at += len(digits)
            return chr(int(digits, 16))
        if character in "pP123456789":
            raise _Unsupported(f"\\{character}")
        return _CLASSES.get(character) or _CONTROL.get(character, character)

    def _set(self) -> str:
        negated = self._next() == "^"
        self._at += negated
        members: list[str] = []
        while (character := self._take()) != "]" or not members:
            if character == "\\":
                kind = self._next()
                members += _SETS.get(kind, "") or [self._escape()]
                self._at += kind in _SETS
            elif character == "-" and members and self._next() != "]":
                last = self._take()
                last = self._escape() if last == "\\" else last
                members += map(chr, range(ord(members[-1]), ord(last) + 1))
            else:
                members.append(character)
        if not negated:
            return members[0]
        return next(character for character in _ALPHABET if character not in members)

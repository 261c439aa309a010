"""A JSON object as far as it has come, for showing it while it is written.

Of a text cut anywhere, everything that is certain is there: strings grow, numbers and words appear when they are complete, keys
when their value begins. What stands before the first `{` (a sentence, a code fence) and after the end of the object is passed
over. Nothing is judged: at something that is no JSON the value stays as it was. The time is linear in the text, however it
is cut.
"""

from __future__ import annotations

import re
from typing import Any, Final

from .json import UNREADABLE, read_json
from .limits import JSON_DEPTH

__all__ = ["PartialJson"]

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_PLAIN: Final = re.compile(r'[^"\\]+')
_SCALAR: Final = re.compile(r"[-+.0-9A-Za-z]+")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LOST: Final = "\ufffd"


class PartialJson:
    """Reads one object piece by piece; `complete` tells that its end has come."""

    __slots__ = ("_escape", "_high", "_is_key", "_key", "_pieces", "_root", "_scalar", "_stack", "_state", "_waiting", "complete")

    def __init__(self) -> None:
        self._root: dict[str, Any] | None = None
        self._stack: list[Any] = []
        self._state = "start"
        self._key = ""
        self._is_key = False
        self._pieces: list[str] = []
        self._escape = ""
        self._high = ""
        self._scalar = ""
        self._waiting: list[str] = []
        self.complete = False

    def feed(self, text: str) -> None:
        """Take more of the text; it is read when somebody asks for the value."""
        self._waiting.append(text)

    @property
    def value(self) -> dict[str, Any] | None:
        """The object so far, None before it has begun. It is one object that grows: copy it to keep a moment of it."""
        if self._waiting:
            text = "".join(self._waiting)
            self._waiting.clear()
            self._read(text)
        if self._state == "string" and not self._is_key:
            self._show()
        return self._root

    def _read(self, text: str) -> None:
        at, end = 0, len(text)
        while at < end:
            match self._state:
                case "string":
                    at = self._string(text, at)
                case "scalar":
                    at = self._word(text, at)
                case "start":
                    at = text.find("{", at) + 1
                    if at == 0:
                        return
                    self._open({})
                case "end":
                    return
                case _:
                    space = _SPACE.match(text, at)
                    at = space.end() if space is not None else at
                    if at < end:
                        at = self._mark(text, at)

    def _mark(self, text: str, at: int) -> int:
        """Take what stands between values: a mark, or the first character of a value."""
        char, state = text[at], self._state
        if char in "]}" and state in ("comma", "first") and (char == "}") == (type(self._stack[-1]) is dict):
            self._close()
        elif state == "comma" and char == ",":
            self._state = "value" if type(self._stack[-1]) is list else "key"
        elif state == "colon" and char == ":":
            self._state = "value"
        elif state == "key" or (state == "first" and type(self._stack[-1]) is dict):
            self._begin_string(char, key=True)
        elif state in ("value", "first"):
            if char in "{[":
                self._open({} if char == "{" else [])
            elif _SCALAR.match(char):
                self._state = "scalar"
                return at
            else:
                self._begin_string(char, key=False)
        else:
            self._state = "end"
        return at + 1

    def _begin_string(self, char: str, *, key: bool) -> None:
        if char != '"':
            self._state = "end"
            return
        self._state, self._is_key = "string", key
        if not key:
            self._put("")

    def _open(self, container: Any) -> None:
        if self._stack:
            self._put(container)
        else:
            self._root = container
        self._stack.append(container)
        self._state = "first" if len(self._stack) <= JSON_DEPTH else "end"

    def _close(self) -> None:
        self._stack.pop()
        self._state = "comma" if self._stack else "end"
        self.complete = not self._stack

    def _put(self, value: Any) -> None:
        into = self._stack[-1]
        if type(into) is list:
            into.append(value)
        else:
            into[self._key] = value

    def _show(self) -> None:
        """Bring the string that is being read up to date where it stands."""
        if not self._pieces:
            return
        into: Any = self._stack[-1]
        at: Any = -1 if type(into) is list else self._key
        text = into[at]
        into[at] = None  # a string that nobody else holds is lengthened in place, and not copied for each piece
        text += "".join(self._pieces)
        into[at] = text
        self._pieces.clear()

    def _string(self, text: str, at: int) -> int:
        if self._escape:
            return self._escaped(text, at)
        char = text[at]
        if char == "\\":
            self._escape = char
            return at + 1
        self._flush()
        if char != '"':
            plain = _PLAIN.match(text, at)
            assert plain is not None
            self._pieces.append(plain[0])
            return plain.end()
        if self._is_key:
            self._key, self._state = "".join(self._pieces), "colon"
        else:
            self._show()
            self._state = "comma"
        self._pieces = []
        return at + 1

    def _escaped(self, text: str, at: int) -> int:
        """One more character of an escape."""
        self._escape += text[at]
        escape = self._escape
        if escape[1] != "u":
            self._flush()
            self._pieces.append(_ESCAPES.get(escape[1], _LOST))
            self._escape = ""
        elif len(escape) == 6:
            self._escape = ""
            try:
                self._unit(int(escape[2:], 16))
            except ValueError:
                self._pieces.append(_LOST)
        return at + 1

    def _unit(self, unit: int) -> None:
        """A UTF-16 unit: the first half of a pair waits for the second."""
        if self._high and 0xDC00 <= unit < 0xE000:
            self._pieces.append((self._high + chr(unit)).encode("utf-16", "surrogatepass").decode("utf-16"))
            self._high = ""
            return
        self._flush()
        if 0xD800 <= unit < 0xDC00:
            self._high = chr(unit)
        else:
            self._pieces.append(_LOST if 0xDC00 <= unit < 0xE000 else chr(unit))

    def _flush(self) -> None:
        """Half a pair that stays alone is lost."""
        if self._high:
            self._pieces.append(_LOST)
            self._high = ""

    def _word(self, text: str, at: int) -> int:
        """A number, true, false or null: there when the character behind it has come."""
        word = _SCALAR.match(text, at)
        if word is not None:
            self._scalar += word[0]
            at = word.end()
        if at < len(text):
            scalar, self._scalar = self._scalar, ""
            try:
                self._put(read_json(scalar))
                self._state = "comma"
            except UNREADABLE:
                self._state = "end"
        return at

"""Shapes of single values: JSON's own, those that JSON writes as text, and those of which there are few."""

from __future__ import annotations

import binascii
import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final

import msgspec

from .problems import Place, listed, shown
from .shapes import Book, Reading, Shape, kind_of

__all__ = [
    "ANYTHING",
    "BOOLEAN",
    "BYTES",
    "BYTE_ARRAY",
    "DECIMAL",
    "FLOAT",
    "INTEGER",
    "NULL",
    "STRING",
    "TEXT_FORMS",
    "Choice",
    "TextForm",
    "enum_choice",
]

_QUOTES: Final = "write it without quotes"


class _Anything(Shape):
    rank = 9
    words = "any value"

    def schema(self, book: Book) -> dict[str, Any]:
        return {}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        return value


class _Null(Shape):
    kinds = frozenset({"null"})
    words = "null"

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "null"}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        return None if value is None else reading.unexpected(place, self.words, value)


class _Boolean(Shape):
    kinds = frozenset({"boolean"})
    words = "true or false"

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "boolean"}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if type(value) is bool:
            return value
        hint = _QUOTES if isinstance(value, str) and value.lower() in ("true", "false") else ""
        return reading.unexpected(place, self.words, value, hint)


class _Integer(Shape):
    """Whole numbers; `3.0` is one, as JSON Schema has it."""

    kinds = frozenset({"number"})
    words = "a whole number"

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "integer"}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if type(value) is int:
            return value
        if type(value) is float and value.is_integer():
            reading.forgiven += 1
            return int(value)
        return reading.unexpected(place, self.words, value, _QUOTES if _is_number(value) else "")


class _Float(Shape):
    """Numbers; a whole one is written without a point in JSON."""

    kinds = frozenset({"number"})
    words = "a number"
    rank = 1

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "number"}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if type(value) is float:
            return value
        if type(value) is int:
            try:
                return float(value)
            except OverflowError:
                return reading.unexpected(place, "a number that fits a float", value)
        return reading.unexpected(place, self.words, value, _QUOTES if _is_number(value) else "")


class _String(Shape):
    kinds = frozenset({"string"})
    words = "a string"
    rank = 2

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "string"}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        return value if isinstance(value, str) else reading.unexpected(place, self.words, value)


class _Decimal(Shape):
    """Exact numbers: text, so that no digit is lost, or a JSON number."""

    kinds = frozenset({"number", "string"})
    words = "a number, or a string that holds one"
    rank = 3

    def schema(self, book: Book) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, {"type": "string"}]}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if kind_of(value) in self.kinds:
            try:
                number = Decimal(str(value))
            except (InvalidOperation, ValueError):
                pass
            else:
                if number.is_finite():
                    return number
        return reading.unexpected(place, self.words, value)


class _Bytes(Shape):
    """Bytes as base64, the URL-safe alphabet and missing padding included."""

    kinds = frozenset({"string"})
    words = "base64 text"
    rank = 4

    def __init__(self, make: Callable[[bytes], Any]) -> None:
        self._make = make

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "string", "contentEncoding": "base64"}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if isinstance(value, str):
            text = value.rstrip("=").replace("-", "+").replace("_", "/")
            try:
                return self._make(binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True))
            except ValueError:
                pass
        return reading.unexpected(place, self.words, value)


ANYTHING: Final = _Anything()
NULL: Final = _Null()
BOOLEAN: Final = _Boolean()
INTEGER: Final = _Integer()
FLOAT: Final = _Float()
STRING: Final = _String()
DECIMAL: Final = _Decimal()
BYTES: Final = _Bytes(bytes)
BYTE_ARRAY: Final = _Bytes(bytearray)


def _is_number(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 40:
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True


class TextForm(Shape):
    """A value that JSON writes as text of a certain form; `make` raises ValueError or TypeError for any other text.

    `forgiving` is a second reader, for text that is meant so but written a little otherwise.
    """

    kinds = frozenset({"string"})
    rank = 1

    def __init__(
        self,
        format: str,
        words: str,
        make: Callable[[str], Any],
        forgiving: Callable[[str], Any] | None = None,
        rank: int = 1,
    ) -> None:
        self.format = format
        self.words = words
        self.rank = rank
        self._make = make
        self._forgiving = forgiving

    def schema(self, book: Book) -> dict[str, Any]:
        return {"type": "string", "format": self.format}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if not isinstance(value, str):
            return reading.unexpected(place, self.words, value)
        try:
            return self._make(value)
        except (ValueError, TypeError, LookupError, OSError, msgspec.MsgspecError, re.error):  # what makers of values raise
            pass
        if self._forgiving is not None:
            try:
                made = self._forgiving(value)
            except (ValueError, TypeError):
                pass
            else:
                reading.forgiven += 1
                return made
        return reading.unexpected(place, self.words, value)


def _by_msgspec(kind: type) -> Callable[[str], Any]:
    def make(text: str) -> Any:
        return msgspec.convert(text, kind)

    return make


def _calling(format: str, words: str, rank: int = 1) -> Callable[[type], Shape]:
    def form(kind: type) -> Shape:
        return TextForm(format, words, kind, rank=rank)

    return form


def _fixed(shape: Shape) -> Callable[[type], Shape]:
    return lambda kind: shape


_MOMENT: Final = TextForm(
    "date-time",
    'a date and time such as "2026-01-31T09:30:00Z"',
    _by_msgspec(datetime.datetime),
    datetime.datetime.fromisoformat,
)
_DATE: Final = TextForm("date", 'a date such as "2026-01-31"', _by_msgspec(datetime.date))
_TIME: Final = TextForm("time", 'a time such as "09:30:00"', _by_msgspec(datetime.time), datetime.time.fromisoformat)
_SPAN: Final = TextForm("duration", 'a duration such as "PT90S" or "P1DT2H"', _by_msgspec(datetime.timedelta))

# By name, so that nobody pays for the import of a module whose types are not used. Paths are found by what they can do.
TEXT_FORMS: Final[dict[str, Callable[[type], Shape]]] = {
    "datetime.datetime": _fixed(_MOMENT),
    "datetime.date": _fixed(_DATE),
    "datetime.time": _fixed(_TIME),
    "datetime.timedelta": _fixed(_SPAN),
    "uuid.UUID": _calling("uuid", 'a UUID such as "3f2b8c1e-0d4a-4f6e-9a57-2c1d8e7b6a90"'),
    "ipaddress.IPv4Address": _calling("ipv4", "an IPv4 address"),
    "ipaddress.IPv6Address": _calling("ipv6", "an IPv6 address"),
    "ipaddress.IPv4Network": _calling("ipv4network", "an IPv4 network"),
    "ipaddress.IPv6Network": _calling("ipv6network", "an IPv6 network"),
    "ipaddress.IPv4Interface": _calling("ipv4interface", "an IPv4 address with its network"),
    "ipaddress.IPv6Interface": _calling("ipv6interface", "an IPv6 address with its network"),
    "zoneinfo.ZoneInfo": _calling("zoneinfo", 'a time zone such as "Europe/Oslo"'),
    "re.Pattern": lambda kind: TextForm("regex", "a regular expression", re.compile, rank=3),
    "path": _calling("path", "a path", rank=3),
}


class Choice(Shape):
    """One of a few constants: each a JSON scalar and the Python value it stands for."""

    def __init__(self, members: Sequence[tuple[Any, Any]], doc: str | None = None) -> None:
        self.members: Mapping[tuple[str, Any], Any] = {(kind_of(key), key): value for key, value in members}
        self.constants = [key for _, key in self.members]
        self.kinds = frozenset([kind for kind, _ in self.members])
        self.words = listed([shown(constant) for constant in self.constants])
        self._doc = doc

    def schema(self, book: Book) -> dict[str, Any]:
        types = list(dict.fromkeys([_type_of(constant) for constant in self.constants]))
        written: dict[str, Any] = {"type": types[0]} if len(types) == 1 else {}
        if self._doc:
            written["description"] = self._doc
        if len(self.constants) == 1:
            return {**written, "const": self.constants[0]}
        return {**written, "enum": list(self.constants)}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        kind = kind_of(value)
        if kind in self.kinds and (kind, value) in self.members:
            return self.members[kind, value]
        hint = ""
        if isinstance(value, str) and (near := self._near(value)):
            hint = f"did you mean {shown(near)}?"
        return reading.unexpected(place, self.words, value, hint)

    def _near(self, value: str) -> str | None:
        names = {name.casefold(): name for name in self.constants if isinstance(name, str)}
        if len(names) < 2:
            return None
        near = get_close_matches(value[:100].casefold(), names, n=1)
        return names[near[0]] if near else None


def _type_of(constant: Any) -> str:
    return "integer" if type(constant) is int else kind_of(constant)


def enum_choice(kind: type[Enum], doc: str | None) -> Choice | None:
    """The members of an enumeration by their values; None where a value is no JSON scalar."""
    members = [(member.value, member) for member in kind]
    if not members or any(kind_of(value) not in ("null", "boolean", "number", "string") for value, _ in members):
        return None
    return Choice(members, doc)

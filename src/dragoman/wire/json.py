"""JSON as servers really send it.

Half a surrogate pair, escaped, is what a server leaves that cuts its text between two UTF-16 units. JSON allows it, but no
string of it could be printed, stored or sent on, so it becomes U+FFFD: a character is lost, and not the answer around it.
A byte-order mark before a text is passed over (RFC 8259 §8.1). What is no JSON, or no UTF-8, is refused, and so are values
nested deeper than `limits.JSON_DEPTH`: copying, storing and encoding them go as deep as they do, and Python's stack ends
somewhere.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from .limits import JSON_DEPTH

__all__ = ["UNREADABLE", "is_cut", "read_json", "too_deep"]

UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""What reading JSON can raise, by `read_json` or by a decoder of msgspec's own."""

# An escaped backslash or a whole surrogate pair, to be kept, or half a pair.
_HALVES: Final = re.compile(rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ALL_BUT_BRACKETS: Final = bytes([value for value in range(256) if value not in b"[]{}"])
_CURLY_TO_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_BOM: Final = b"\xef\xbb\xbf"
_decode: Final = msgspec.json.decode


def read_json(data: bytes | str) -> Any:
    """The value of a JSON text. Raises ValueError when it is none, or nested too deeply."""
    try:
        value = _decode(data)
    except UNREADABLE as error:
        if isinstance(error, RecursionError):
            raise ValueError(_TOO_DEEP) from None
        reason = str(error)
    else:
        if too_deep(data):
            raise ValueError(_TOO_DEEP)
        return value
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if raw.startswith(_BOM) and not raw.startswith(_BOM * 2):
        return read_json(raw.removeprefix(_BOM))
    if b"\\ud" in raw or b"\\uD" in raw:
        mended = _HALVES.sub(lambda found: found[1] or rb"\ufffd", raw)
        if too_deep(mended):
            raise ValueError(_TOO_DEEP)
        try:
            return _decode(mended)
        except UNREADABLE as error:
            reason = str(error)
    raise ValueError(reason)


# What msgspec says where a text ends too early; a number it names with the place.
_TRUNCATED: Final = "Input data was truncated"
_NUMBER: Final = "JSON is malformed: invalid number (byte {})"


def is_cut(data: bytes) -> bool:
    """Whether a text begins a JSON object or list and ends before that does, with nothing wrong in it until then."""
    text = data.removeprefix(_BOM)
    if text.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        read_json(text)
    except ValueError as error:
        return str(error) in (_TRUNCATED, _NUMBER.format(len(text)))
    return False


_TOO_DEEP: Final = f"its values are nested more than {JSON_DEPTH} levels deep"


def too_deep(data: bytes | str) -> bool:
    """Whether a JSON text is nested deeper than `limits.JSON_DEPTH`: level after level of brackets is taken off, innermost
    first, and what is left then lies too deep."""
    if isinstance(data, str):
        data = data.encode("utf-8", "replace")
    # How many open, as far as it matters: up to some number, replacing counts many times faster than counting does.
    most = JSON_DEPTH + 1
    if 2 * len(data) - len(data.replace(b"[", b"", most)) - len(data.replace(b"{", b"", most)) <= JSON_DEPTH:
        return False
    brackets = _STRING.sub(b"", data).translate(_CURLY_TO_SQUARE, _ALL_BUT_BRACKETS)
    for _ in range(JSON_DEPTH):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)

"""JSON as servers really send it, and argument text as a value."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

__all__ = ["UNREADABLE", "Json", "dump", "read_json"]

Json = dict[str, Any]

UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading JSON bytes can raise."""

# An escaped backslash or a whole surrogate pair, to be kept, or half a pair.
_HALVES: Final = re.compile(rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_decode: Final = msgspec.json.decode
_encode: Final = msgspec.json.encode


def read_json(data: bytes | str) -> Any:
    """The value of a JSON text. Raises ValueError when it is none.

    Half a surrogate pair, which a server leaves when it cuts its text between two UTF-16 units, becomes U+FFFD.
    """
    try:
        return _decode(data)
    except UNREADABLE as error:
        reason = str(error)
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if b"\\ud" in raw or b"\\uD" in raw:
        try:
            return _decode(_HALVES.sub(lambda found: found[1] or rb"\ufffd", raw))
        except UNREADABLE as error:
            reason = str(error)
    raise ValueError(reason)


def dump(value: Any) -> str:
    """A JSON value as compact text."""
    return _encode(value).decode()

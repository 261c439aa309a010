"""JSON as servers really send it."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

__all__ = ["UNREADABLE", "read_json"]

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON bytes can raise."""

# An escaped backslash or a whole surrogate pair, to be kept, or half a pair.
_SURROGATES: Final = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
_decode: Final = msgspec.json.decode


def read_json(data: bytes) -> Any:
    """The value of a JSON text. Raises ValueError when it is none.

    Half a surrogate pair, which a server leaves when it cuts its text between two UTF-16 units, becomes U+FFFD.
    """
    try:
        return _decode(data)
    except UNREADABLE as error:
        reason = str(error)
    if b"\\ud" in data or b"\\uD" in data:
        try:
            return _decode(_SURROGATES.sub(lambda found: found[1] or rb"\ufffd", data))
        except UNREADABLE as error:
            reason = str(error)
    raise ValueError(reason)

"""JSON as servers really send it.

Half a surrogate pair, escaped, is what a server leaves that cuts its text between two UTF-16 units. JSON allows it, but no
string of it could be printed, stored or sent on, so it becomes U+FFFD: a character is lost, and not the answer around it.
What is no JSON, or no UTF-8, is refused.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

__all__ = ["UNREADABLE", "read_json"]

UNREADABLE: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""What reading JSON can raise, by `read_json` or by a decoder of msgspec's own."""

# An escaped backslash or a whole surrogate pair, to be kept, or half a pair.
_HALVES: Final = re.compile(rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_decode: Final = msgspec.json.decode


def read_json(data: bytes | str) -> Any:
    """The value of a JSON text. Raises ValueError when it is none."""
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

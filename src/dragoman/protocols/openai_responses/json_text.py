"""JSON values, and as text."""

from __future__ import annotations

from typing import Any, Final

import msgspec

__all__ = ["Json", "dump"]

Json = dict[str, Any]

_encode: Final = msgspec.json.encode


def dump(value: Any) -> str:
    """A JSON value as compact text."""
    return _encode(value).decode()

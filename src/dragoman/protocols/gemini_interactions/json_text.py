"""JSON values as text, and the arguments of calls, which are text to us and an object on this wire."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...wire.json import read_json

__all__ = ["MALFORMED", "Json", "arguments_object", "arguments_text", "dump"]

Json = dict[str, Any]

MALFORMED: Final = "_malformed_arguments"
"""The one field of `arguments` that stands for argument text which is no JSON object: the wire takes objects only."""

_encode: Final = msgspec.json.encode


def dump(value: Any) -> str:
    """A JSON value as compact text."""
    return _encode(value).decode()


def arguments_object(text: str, custom: bool = False) -> Json:
    """Argument text as the object that the wire takes: free text, and text that is no JSON object, in one field."""
    if custom:
        return {"input": text}
    if not text.strip():
        return {}
    try:
        value = read_json(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {MALFORMED: text}


def arguments_text(value: Any) -> str:
    """The `arguments` of a call as text; what `arguments_object` had to wrap is taken out again."""
    if isinstance(value, dict) and value.keys() == {MALFORMED} and isinstance(value[MALFORMED], str):
        return value[MALFORMED]
    return value if isinstance(value, str) else "{}" if value is None else dump(value)

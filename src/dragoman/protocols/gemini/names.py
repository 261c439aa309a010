"""Field names of requests: the API reads both its `camelCase` and the `snake_case` of its definition
(https://protobuf.dev/programming-guides/json/); this library reads both and writes the first."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from .answers import Json

__all__ = ["FREE", "camel_case"]

_SNAKE = re.compile(r"(?<=[a-z0-9])_([a-z0-9])")

FREE = frozenset(
    {
        "args",
        "headers",
        "labels",
        "metadata",
        "parameters",
        "parametersJsonSchema",
        "partMetadata",
        "response",
        "responseJsonSchema",
        "responseSchema",
    }
)
"""Fields that hold the caller's own JSON, whose names are nobody's to change."""


def camel_case(value: Any, free: Collection[str] = FREE) -> Any:
    """JSON with all field names in camelCase, but for those inside of free fields; nulls are left out."""
    if type(value) is dict:
        found: Json = {}
        for key, item in value.items():
            if item is None:
                continue
            name = _SNAKE.sub(lambda match: match[1].upper(), key) if "_" in key[1:] else key
            found[name] = item if name in free else camel_case(item, free)
        return found
    if type(value) is list:
        return [camel_case(item, free) for item in value]
    return value

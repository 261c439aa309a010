"""Values as JSON: the way back from `convert`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

__all__ = ["as_json"]


def as_json(value: Any) -> Any:
    """The JSON value of an instance, such that `convert` gives the instance back: dicts, lists and scalars.

    JSON has no number for infinity and the like: they are null. Raises TypeError for what has no JSON form.
    """
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=_foreign))


def _foreign(value: Any) -> Any:
    if callable(dump := getattr(value, "model_dump", None)):
        return dump(mode="json", by_alias=True)
    if callable(path := getattr(value, "__fspath__", None)):
        return path()
    if isinstance(value, re.Pattern):
        return value.pattern
    if type(value).__module__ in ("ipaddress", "zoneinfo"):
        return str(value)
    if isinstance(value, Collection) and not isinstance(value, Mapping):
        return list(value)
    raise TypeError(f"a {type(value).__name__} has no JSON form")

"""`allOf`: one schema that allows what both of two allow, where there is one.

What two schemas say together cannot always be written as one without `allOf`: two different patterns, or a closed object
beside properties it does not name. Then there is None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from .refs import Json

__all__ = ["ANNOTATIONS", "merged", "same"]

ANNOTATIONS: Final = frozenset(
    {"title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly"}
    | {"$comment", "$schema", "$id", "$anchor"}
)
"""Keywords that allow and forbid nothing: of two, the later counts."""


def same(first: Any, second: Any) -> bool:
    """Whether two values are the same JSON. For Python `True` is 1; here it is not."""
    if type(first) is dict and type(second) is dict:
        return first.keys() == second.keys() and all(same(value, second[key]) for key, value in first.items())
    if type(first) is list and type(second) is list:
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second) and (type(first) is bool) == (type(second) is bool)


class _Apart(Exception):
    """Both cannot be said by one schema."""


def merged(first: Any, second: Any) -> Any | None:
    """The schema that allows what both allow, None when there is none. Annotations of the second win."""
    try:
        return _merged(first, second)
    except _Apart:
        return None


# Keywords that mean something only beside each other.
_TOGETHER: Final = (
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
    ("prefixItems", "items", "additionalItems"),
    ("unevaluatedItems", "items", "prefixItems", "contains", "allOf", "anyOf", "oneOf", "$ref"),
    ("unevaluatedProperties", "properties", "patternProperties", "additionalProperties", "allOf", "anyOf", "oneOf", "$ref"),
)


def _tears(group: tuple[str, ...], first: Json, second: Json) -> bool:
    """Whether joining puts keywords of one schema beside others that they were not written for."""
    one = {key: first[key] for key in group if key in first}
    other = {key: second[key] for key in group if key in second}
    leading = group[:3] if group[0] in ("if", "contains") else group[:1]
    return bool(one and other) and not same(one, other) and any(key in one or key in other for key in leading)


def _merged(first: Any, second: Any) -> Any:
    if first is True or second is True:
        return second if first is True else first
    if type(first) is not dict or type(second) is not dict:
        raise _Apart
    if _closes(first, second) or _closes(second, first) or any(_tears(group, first, second) for group in _TOGETHER):
        raise _Apart
    found = dict(first)
    for key, value in second.items():
        if key not in found or key in ANNOTATIONS or same(found[key], value):
            found[key] = value
        elif key in _BOTH:
            found[key] = _BOTH[key](found[key], value)
        else:
            raise _Apart
    return found


def _closes(first: Json, second: Json) -> bool:
    """Whether one says something of keys that only the other names: joined, these keys would escape it."""
    if first.get("additionalProperties", True) is True:
        return False
    names, others = first.get("properties") or {}, second.get("properties") or {}
    patterns = second.get("patternProperties")
    return not (others.keys() <= names.keys() and (patterns is None or same(patterns, first.get("patternProperties"))))


def _properties(first: Any, second: Any) -> Any:
    if type(first) is not dict or type(second) is not dict:
        raise _Apart
    return first | {name: _merged(first[name], item) if name in first else item for name, item in second.items()}


def _named(first: Any, second: Any) -> Any:
    if (
        type(first) is not dict
        or type(second) is not dict
        or not all(same(first.get(name, item), item) for name, item in second.items())
    ):
        raise _Apart
    return first | second


def _kinds(first: Any, second: Any) -> Any:
    one, other = _listed(first), _listed(second)
    found = [kind for kind in one if kind in other or (kind == "integer" and "number" in other)]
    found += [kind for kind in other if kind == "integer" and "number" in one and kind not in found]
    if not found:
        raise _Apart
    return found[0] if len(found) == 1 else found


def _listed(kind: Any) -> list[Any]:
    return kind if type(kind) is list else [kind]


def _choices(first: Any, second: Any) -> Any:
    if type(first) is not list or type(second) is not list:
        raise _Apart
    found = [choice for choice in first if any(same(choice, other) for other in second)]
    if not found:
        raise _Apart
    return found


def _all(first: Any, second: Any) -> Any:
    return [*first, *[name for name in second if name not in first]]


_BOTH: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "type": _kinds,
    "enum": _choices,
    "required": _all,
    "properties": _properties,
    "items": _merged,
    "additionalProperties": _merged,
    "$defs": _named,
    "definitions": _named,
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
}

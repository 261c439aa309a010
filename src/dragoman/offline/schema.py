"""A value that a JSON schema allows, made from words: the arguments of a call, or an answer in a given form.

Keeps to `type`, `enum`, `const`, `required`, the bounds of numbers, strings and arrays, `multipleOf`, `uniqueItems`,
`contains`, `prefixItems`, `pattern`, the usual `format`s, `$ref` into the same document, `allOf`, `anyOf` and `oneOf`
(the first alternative there is a value for). `not`, `if` and what reaches outside the document are not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from .pattern import matches, sample
from .words import Words

__all__ = ["Impossible", "value"]

# Beyond so many values only what is required is filled in.
_MANY = 300

_FORMATS: dict[str, Callable[[int], str]] = {
    "date": lambda salt: f"1966-01-{salt % 28 + 1:02}",
    "time": lambda salt: f"{salt % 24:02}:00:00Z",
    "date-time": lambda salt: f"1966-01-{salt % 28 + 1:02}T00:00:00Z",
    "duration": lambda salt: f"P{salt + 1}D",
    "email": lambda salt: f"eliza{salt or ''}@example.com",
    "hostname": lambda salt: f"host{salt or ''}.example.com",
    "ipv4": lambda salt: f"192.0.2.{salt % 254 + 1}",
    "ipv6": lambda salt: f"2001:db8::{salt + 1:x}",
    "uri": lambda salt: f"https://example.com/{salt or ''}",
    "uri-reference": lambda salt: f"/{salt or ''}",
    "uuid": lambda salt: f"00000000-0000-4000-8000-{salt:012x}",
    "json-pointer": lambda salt: f"/{salt or ''}",
    "regex": lambda salt: "." * (salt + 1),
}

# How two schemas that must both hold are put together, by keyword; any other keyword is taken from the second.
_BOTH: dict[str, Callable[[Any, Any], Any]] = {
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
    "required": lambda first, second: [*first, *[name for name in second if name not in first]],
    "enum": lambda first, second: [option for option in first if option in second],
    "type": lambda first, second: [kind for kind in _listed(first) if kind in _listed(second)],
    "properties": lambda first, second: {
        **first,
        **{name: {"allOf": [first[name], schema]} if name in first else schema for name, schema in second.items()},
    },
    "items": lambda first, second: {"allOf": [first, second]},
    "allOf": lambda first, second: [*first, *second],
    "anyOf": lambda first, second: [{"allOf": [one, other]} for one in first for other in second],
    "oneOf": lambda first, second: [{"allOf": [one, other]} for one in first for other in second],
}

# What a schema without `type` is about, by the first keyword that tells.
_TELLING = (
    ("object", ("properties", "required", "additionalProperties", "minProperties")),
    ("array", ("items", "prefixItems", "minItems", "contains", "uniqueItems")),
    ("string", ("pattern", "format", "minLength", "maxLength")),
    ("number", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
)


class Impossible(ValueError):
    """There is no value, or none that is found."""


def value(schema: Mapping[str, Any] | bool, words: Words) -> Any:
    """A value of `schema` from `words`. Raises Impossible when the schema allows none that is found."""
    return _Maker(schema, words).make(schema, "", 0)


class _Maker:
    """Makes one value; `salt` tells the members of a set apart."""

    def __init__(self, root: Mapping[str, Any] | bool, words: Words) -> None:
        self._root = root
        self._words = words
        self._made = 0
        self._following = ["#"]

    def make(self, schema: Any, name: str, salt: int) -> Any:
        self._made += 1
        if schema is False:
            raise Impossible("the schema allows nothing")
        if schema is True:
            schema = {}
        if not isinstance(schema, Mapping):
            raise Impossible(f"not a schema: {schema!r}")
        if "$ref" in schema:
            return self._referred(schema, name, salt)
        if "allOf" in schema:
            parts: list[Any] = [_without(schema, "allOf"), *schema["allOf"]]
            last = parts.pop()
            for part in reversed(parts):
                last = {"$ref": part["$ref"], "allOf": [_without(part, "$ref"), last]} if _refers(part) else _merge(part, last)
            return self.make(last, name, salt)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(schema, salt)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self._alternative(schema, word, name, salt)
        return self._typed(schema, name, salt)

    def _referred(self, schema: Mapping[str, Any], name: str, salt: int) -> Any:
        """What a reference leads to. A value that contains itself is never needed where a finite one exists, so a
        reference that is already being followed is one no value is found for."""
        reference = schema["$ref"]
        if reference in self._following:
            raise Impossible(f"{reference} contains itself")
        self._following.append(reference)
        try:
            return self.make(_merge(_without(schema, "$ref"), self._find(reference)), name, salt)
        finally:
            self._following.pop()

    def _typed(self, schema: Mapping[str, Any], name: str, salt: int) -> Any:
        kinds = _kinds(schema)
        if not kinds:
            raise Impossible("no type fits")
        match next((kind for kind in kinds if kind != "null"), "null"):
            case "object":
                return self._object(schema)
            case "array":
                return self._array(schema, name)
            case "string":
                return self._string(schema, name, salt)
            case "integer":
                return self._number(schema, salt, whole=True)
            case "number":
                return self._number(schema, salt, whole=False)
            case "boolean":
                return self._words.flag() ^ bool(salt % 2)
            case "null":
                return None
            case kind:
                raise Impossible(f"unknown type {kind!r}")

    def _find(self, reference: str) -> Any:
        """What a `$ref` names: `#`, or a JSON pointer below it."""
        if not reference.startswith("#"):
            raise Impossible(f"{reference} is outside the schema")
        found: Any = self._root
        for part in [unquote(part).replace("~1", "/").replace("~0", "~") for part in reference[1:].split("/")[1:]]:
            try:
                found = found[int(part)] if isinstance(found, list) else found[part]
            except (KeyError, IndexError, ValueError, TypeError) as error:
                raise Impossible(f"{reference} names nothing") from error
        return found

    def _choice(self, schema: Mapping[str, Any], salt: int) -> Any:
        kinds = _kinds(schema) if "type" in schema else None
        options = [option for option in schema["enum"] if kinds is None or _is_of(option, kinds)]
        if not options:
            raise Impossible("no choice is left")
        named = self._words.choice(options)
        return options[((options.index(named) if named is not None else 0) + salt) % len(options)]

    def _alternative(self, schema: Mapping[str, Any], word: str, name: str, salt: int) -> Any:
        rest = _without(schema, word)
        trouble: Impossible | None = None
        # `null` is the last resort.
        for branch in sorted(schema[word], key=lambda branch: isinstance(branch, Mapping) and branch.get("type") == "null"):
            try:
                return self.make({"allOf": [rest, branch]}, name, salt)
            except Impossible as error:
                trouble = error
        raise Impossible(f"no alternative of {word} has a value") from trouble

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties", {})
        required = [name for name in schema.get("required", []) if name not in properties]
        made: dict[str, Any] = {}
        for name, part in [*properties.items(), *[(name, schema.get("additionalProperties", True)) for name in required]]:
            if name in required or name in schema.get("required", []):
                made[name] = self.make(part, name, 0)
            elif self._wanted(name, part) and self._made < _MANY and len(made) < schema.get("maxProperties", math.inf):
                try:
                    made[name] = self.make(part, name, 0)
                except Impossible:
                    continue  # what is optional may be left out
        while len(made) < schema.get("minProperties", 0):
            more = next((part for part in properties if part not in made), f"more{len(made) + 1}")
            made[more] = self.make(properties.get(more, schema.get("additionalProperties", True)), more, 0)
        return made

    def _wanted(self, name: str, part: Any) -> bool:
        """Whether an optional field is filled in: always in an answer, in a call when the user spoke of it."""
        words = self._words
        if words.complete or words.names(name):
            return True
        return isinstance(part, Mapping) and "enum" in part and words.choice(part["enum"]) is not None

    def _array(self, schema: Mapping[str, Any], name: str) -> list[Any]:
        prefix = list(schema.get("prefixItems", []))
        items = schema.get("items", not prefix)
        if isinstance(items, list):  # what `prefixItems` was before draft 2020-12
            prefix, items = items, schema.get("additionalItems", False)
        contains = schema.get("contains")
        needed = schema.get("minContains", 1) if contains is not None else 0
        least = max(schema.get("minItems", 0), needed)
        size = max(least, min(max(1, len(prefix)), schema.get("maxItems", math.inf)))
        made: list[Any] = []
        for place in range(size):
            part = prefix[place] if place < len(prefix) else items
            if place < needed:
                part = {"allOf": [part if part is not True else {}, contains]}
            try:
                made.append(self._member(part, name, made, bool(schema.get("uniqueItems"))))
            except Impossible:
                if len(made) < least:
                    raise
                break
        return made

    def _member(self, part: Any, name: str, others: list[Any], unique: bool) -> Any:
        for salt in range(len(others) + 2):
            member = self.make(part, name, salt if unique else 0)
            if not unique or member not in others:
                return member
        raise Impossible("no more different members")

    def _string(self, schema: Mapping[str, Any], name: str, salt: int) -> str:
        least: int = schema.get("minLength", 0)
        most: float = schema.get("maxLength", math.inf)
        form: str = schema.get("format", "")
        if form in _FORMATS:
            said = None if salt else self._words.shaped(form)
            return said if said is not None else _FORMATS[form](salt)
        text = self._words.text(name) + (f" {salt}" if salt else "")
        pattern = schema.get("pattern")
        if pattern is None:
            text = text[: int(most)] if len(text) > most else text
            return text + "." * (least - len(text))
        if least <= len(text) <= most and matches(pattern, text):
            return text
        made = sample(pattern, least + salt)
        if made is None or len(made) > most:
            raise Impossible(f"no text is found that matches {pattern!r}")
        return made

    def _number(self, schema: Mapping[str, Any], salt: int, *, whole: bool) -> int | float:
        step = schema.get("multipleOf") or (1 if whole else 0)
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        gap = step or (1e-6 if math.isinf(high - low) else (high - low) / 1024)
        if "exclusiveMinimum" in schema:
            low = max(
                low, (math.floor(schema["exclusiveMinimum"] / step) + 1) * step if step else schema["exclusiveMinimum"] + gap
            )
        if "exclusiveMaximum" in schema:
            high = min(
                high, (math.ceil(schema["exclusiveMaximum"] / step) - 1) * step if step else schema["exclusiveMaximum"] - gap
            )
        said = self._words.number()
        if said is None:
            said = _usual(schema.get("default"), low, high)
        number = min(max(said, low), high) + salt * (step or 1)
        if step:
            number = math.ceil(number / step) * step
            if number > high:
                number = math.floor(high / step) * step
        if number < low or number > high:
            raise Impossible("no number is between the bounds")
        return int(number) if whole or float(number).is_integer() else number


def _usual(given: Any, low: float, high: float) -> float:
    """A number nobody asked for: the schema's own default, the middle between two bounds, or 1."""
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return given
    if math.isfinite(high - low):
        return round((low + high) / 2, 3)
    return max(1, math.ceil(low)) if math.isfinite(low) else 1


def _refers(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "$ref" in schema


def _without(schema: Mapping[str, Any], word: str) -> dict[str, Any]:
    return {name: part for name, part in schema.items() if name != word}


def _listed(kind: str | list[str]) -> list[str]:
    return [kind] if isinstance(kind, str) else kind


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    if "type" in schema:
        return _listed(schema["type"])
    return [next((kind for kind, words in _TELLING if any(word in schema for word in words)), "string")]


def _is_of(option: Any, kinds: list[str]) -> bool:
    if isinstance(option, bool):
        return "boolean" in kinds
    names = {str: ("string",), int: ("integer", "number"), float: ("number",), type(None): ("null",), list: ("array",)}
    return any(kind in kinds for kind in names.get(type(option), ("object",)))


def _merge(first: Any, second: Any) -> Any:
    """A schema that allows what both allow."""
    if isinstance(first, bool) or isinstance(second, bool):
        return second if first is True else first if second is True else False
    merged = dict(first)
    for word, part in second.items():
        merged[word] = _BOTH[word](merged[word], part) if word in merged and word in _BOTH else part
    return merged

"""Values held against a JSON Schema that somebody else wrote: the tools of a server, an answer's form given as it is.

The words of the schema that are commonly used are judged; what is not known here (formats, references to other documents,
`$dynamicRef`, `unevaluatedProperties`) refuses nothing, since a wrong refusal is worse than a late one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from .constraints import is_multiple
from .containers import misplaced
from .objects import near_key
from .problems import Place, listed, shown
from .shapes import ALL, FAILED, Book, Reading, Shape, kind_of

__all__ = ["Raw"]

_WORDS: Final = {
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}
Test = tuple[str, str, Callable[[Any, Any], bool], str]
# A keyword, the kind it speaks of, whether a value keeps to it, and what to say.
_BOUNDS: Final[list[Test]] = [
    ("minimum", "number", lambda value, bound: value >= bound, "at least {}"),
    ("maximum", "number", lambda value, bound: value <= bound, "at most {}"),
    ("exclusiveMinimum", "number", lambda value, bound: value > bound, "more than {}"),
    ("exclusiveMaximum", "number", lambda value, bound: value < bound, "less than {}"),
    (
        "multipleOf",
        "number",
        lambda value, bound: is_multiple(value, bound),
        "a multiple of {}",
    ),
    ("minLength", "string", lambda value, bound: len(value) >= bound, "at least {} characters"),
    ("maxLength", "string", lambda value, bound: len(value) <= bound, "at most {} characters"),
    ("pattern", "string", lambda value, bound: _matches(bound, value), "a string that matches {}"),
    ("minItems", "array", lambda value, bound: len(value) >= bound, "at least {} items"),
    ("maxItems", "array", lambda value, bound: len(value) <= bound, "at most {} items"),
    ("minProperties", "object", lambda value, bound: len(value) >= bound, "at least {} keys"),
    ("maxProperties", "object", lambda value, bound: len(value) <= bound, "at most {} keys"),
]


class Raw(Shape):
    """A JSON Schema as a shape: its instances are the JSON values themselves."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = dict(schema)

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        types = self._schema.get("type")
        stated = [types] if isinstance(types, str) else types if isinstance(types, list) else []
        return frozenset(["number" if kind == "integer" else kind for kind in stated]) or ALL

    @property
    def words(self) -> str:  # type: ignore[override]
        return _expected(self._schema)

    def schema(self, book: Book) -> dict[str, Any]:
        return dict(self._schema)

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        return self._read(self._schema, value, place, reading)

    def _read(self, schema: Any, value: Any, place: Place, reading: Reading) -> Any:
        """The value where it keeps to a schema; FAILED and the reasons noted where it does not."""
        if schema is False:
            return reading.refuse(place, "nothing is allowed here")
        if not isinstance(schema, dict):
            return value
        if not _is_of_type(schema.get("type"), value):
            return reading.unexpected(place, _expected(schema), value, misplaced(value))
        if not _is_one_of(schema, value):
            return reading.unexpected(place, _expected(schema), value)
        before = len(reading.problems)
        kind = kind_of(value)
        for keyword, of, test, words in _BOUNDS:
            if of == kind and keyword in schema and not _kept(test, value, schema[keyword]):
                reading.unexpected(place, words.format(schema[keyword]), value)
        if kind == "object":
            value = self._object(schema, value, place, reading)
        elif kind == "array":
            value = self._array(schema, value, place, reading)
        if len(reading.problems) == before:
            value = self._combined(schema, value, place, reading)
        return value if len(reading.problems) == before else FAILED

    def _object(self, schema: dict[str, Any], value: dict[str, Any], place: Place, reading: Reading) -> dict[str, Any]:
        properties = _table(schema.get("properties"))
        patterns = _table(schema.get("patternProperties"))
        required = _list(schema.get("required"))
        absent = [key for key in properties if key not in value]
        read: dict[str, Any] = {}
        for key, item in value.items():
            inside = (*place, key)
            self._read(schema.get("propertyNames"), key, inside, reading)
            if item is None and key in properties and key not in required and not self._takes_null(properties[key]):
                continue  # how strict modes make models leave a key out
            rules = [properties[key]] if key in properties else []
            rules += [rule for pattern, rule in patterns.items() if _matches(pattern, key)]
            if not rules:
                rules = [schema.get("additionalProperties", True)]
            if rules == [False]:
                near = near_key(key, absent)
                known = listed([shown(name) for name in properties], "and")
                hint = f"did you mean {shown(near)}?" if near else f"known here: {known}" if known else "there are none"
                reading.refuse(inside, f"unknown key; {hint}")
                absent = [name for name in absent if name != near]
                required = [name for name in required if name != near]
                continue
            for rule in rules:
                item = self._read(rule, item, inside, reading)
            read[key] = item
        for key in required:
            if key not in value:
                reading.refuse((*place, key), f"missing; it should be {_expected(properties.get(key))}")
        return read

    def _takes_null(self, schema: Any) -> bool:
        return self._read(schema, None, (), Reading()) is None

    def _array(self, schema: dict[str, Any], value: Sequence[Any], place: Place, reading: Reading) -> list[Any]:
        first = _list(schema.get("prefixItems"))
        rest = schema.get("items")
        if schema.get("uniqueItems") is True and len({msgspec.json.encode(item, order="sorted") for item in value}) < len(value):
            reading.refuse(place, "expected no item twice")
        return [
            self._read(first[index] if index < len(first) else rest, item, (*place, index), reading)
            for index, item in enumerate(value)
        ]

    def _combined(self, schema: dict[str, Any], value: Any, place: Place, reading: Reading) -> Any:
        if isinstance(reference := schema.get("$ref"), str):
            value = self._referred(reference, value, place, reading)
        for each in _list(schema.get("allOf")):
            if value is not FAILED:
                value = self._read(each, value, place, reading)
        for keyword in ("anyOf", "oneOf"):
            if value is not FAILED and (alternatives := _list(schema.get(keyword))):
                value = self._any(alternatives, value, place, reading)
        return value

    def _referred(self, reference: str, value: Any, place: Place, reading: Reading) -> Any:
        target = self._target(reference)
        key = (id(target), place)
        if key not in reading.memo:
            reading.memo[key] = (value, Reading())  # a reference that leads to itself asks nothing more
            trial = Reading(reading.memo)
            reading.memo[key] = (self._read(target, value, place, trial), trial)
        read, trial = reading.memo[key]
        reading.add(trial)
        return read

    def _any(self, alternatives: list[Any], value: Any, place: Place, reading: Reading) -> Any:
        """One of several must fit; what is said when none does is of the nearest."""
        nearest: tuple[tuple[bool, int], Reading] | None = None
        for each in alternatives:
            trial = Reading(reading.memo)
            read = self._read(each, value, place, trial)
            if read is not FAILED:
                return read
            far = (not self._is_meant(each, value), len(trial.problems))
            if nearest is None or far < nearest[0]:
                nearest = (far, trial)
        if nearest is not None and kind_of(value) in ("object", "array"):
            reading.add(nearest[1])
            return FAILED
        return reading.unexpected(place, listed(list(dict.fromkeys([_expected(each) for each in alternatives]))), value)

    def _is_meant(self, schema: Any, value: Any) -> bool:
        """Whether an object has the constants by which an alternative is told apart, and a value is of its kind."""
        if isinstance(schema, dict) and isinstance(reference := schema.get("$ref"), str):
            schema = self._target(reference)
        if not isinstance(schema, dict) or not _is_of_type(schema.get("type"), value):
            return False
        if not isinstance(value, dict):
            return True
        properties = _table(schema.get("properties"))
        return all(_is_one_of(rule, value[key]) for key, rule in properties.items() if key in value and isinstance(rule, dict))

    def _target(self, reference: str) -> Any:
        target: Any = self._schema
        for step in reference.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            target = target.get(name) if isinstance(target, dict) else None
        return target if reference.startswith("#") else None


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _kept(test: Callable[[Any, Any], bool], value: Any, bound: Any) -> bool:
    try:
        return test(value, bound)
    except (TypeError, ValueError, ArithmeticError):  # a bound that is none: the schema's fault, not the value's
        return True


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str] | None:
    """A pattern, None for one that only ECMAScript can read."""
    try:
        return re.compile(text)
    except re.error:
        return None


def _matches(pattern: str, text: str) -> bool:
    compiled = _pattern(pattern)
    return compiled is None or compiled.search(text) is not None


def _is_of_type(types: Any, value: Any) -> bool:
    stated = [types] if isinstance(types, str) else types
    if not isinstance(stated, list):
        return True
    kind = kind_of(value)
    if kind == "number" and (type(value) is int or value.is_integer()) and "integer" in stated:
        return True
    return kind in stated


def _is_one_of(schema: dict[str, Any], value: Any) -> bool:
    constants = [schema["const"]] if "const" in schema else schema.get("enum")
    return not isinstance(constants, list) or any(kind_of(each) == kind_of(value) and each == value for each in constants)


def _expected(schema: Any) -> str:
    """What a schema asks for, in words."""
    if not isinstance(schema, dict):
        return "a value"
    if "const" in schema:
        return shown(schema["const"])
    if isinstance(constants := schema.get("enum"), list) and constants:
        return listed([shown(each) for each in constants])
    types = schema.get("type")
    stated = [types] if isinstance(types, str) else _list(types)
    if words := [_WORDS[kind] for kind in stated if kind in _WORDS]:
        return listed(words)
    alternatives = _list(schema.get("anyOf")) or _list(schema.get("oneOf"))
    return listed(list(dict.fromkeys([_expected(each) for each in alternatives]))) or "a value"

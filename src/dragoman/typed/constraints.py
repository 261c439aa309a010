"""What `Annotated` says beside a type: bounds, patterns, checks and words.

Read by attribute, so that it does not matter whose marks they are: `annotated_types`, `msgspec.Meta`, pydantic's `Field`
and `StringConstraints`, `typing_extensions.Doc`, a string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from ..errors import UsageError
from .problems import Place, shown
from .shapes import FAILED, Book, Reading, Shape
from .unions import Union, union

__all__ = ["Marks", "constrained", "is_multiple", "read_marks"]

Check = tuple[str, Callable[[Any], Any]]

_NUMBERS: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}
# By kind: JSON Schema has a word of its own for the length of each.
_LENGTHS: Final = {
    "string": ("minLength", "maxLength", "character"),
    "array": ("minItems", "maxItems", "item"),
    "object": ("minProperties", "maxProperties", "key"),
}
_TEST: Final[dict[str, tuple[str, Callable[[Any, Any], bool]]]] = {
    "ge": ("at least", lambda value, bound: value >= bound),
    "gt": ("more than", lambda value, bound: value > bound),
    "le": ("at most", lambda value, bound: value <= bound),
    "lt": ("less than", lambda value, bound: value < bound),
    "multiple_of": ("a multiple of", lambda value, bound: is_multiple(value, bound)),
}
_WORDS: Final = ("description", "documentation")


class Marks(NamedTuple):
    """What was said beside a type."""

    bounds: Mapping[str, Any] = {}
    checks: tuple[Check, ...] = ()
    doc: str | None = None
    extra: Mapping[str, Any] = {}


def is_multiple(value: Any, of: Any) -> bool:
    """Whether a number is a multiple of another as they are written: 0.3 is one of 0.1."""
    return (Fraction(str(value)) / Fraction(str(of))).denominator == 1


def read_marks(metadata: Iterable[Any]) -> Marks:
    """What the marks in `Annotated` say; what comes last counts. Marks that are nobody's we know say nothing."""
    bounds: dict[str, Any] = {}
    checks: list[Check] = []
    extra: dict[str, Any] = {}
    doc: str | None = None
    for mark in _each(metadata):
        if isinstance(mark, str):
            doc = mark
            continue
        for name in (*_NUMBERS, "min_length", "max_length", "pattern"):
            if (bound := getattr(mark, name, None)) is not None and not callable(bound):
                bounds[name] = bound
        for name in _WORDS:
            if isinstance(words := getattr(mark, name, None), str) and words:
                doc = words
        if examples := getattr(mark, "examples", None):
            extra["examples"] = list(examples)
        for name in ("extra_json_schema", "json_schema_extra"):
            if isinstance(more := getattr(mark, name, None), dict):
                extra |= more
        if type(mark).__name__ in ("Predicate", "Not") and callable(check := getattr(mark, "func", None)):
            wanted = type(mark).__name__ == "Predicate"
            checks.append((_check_words(check, wanted), _wanting(check, wanted)))
    return Marks(bounds, tuple(checks), doc, extra)


def _each(metadata: Iterable[Any]) -> Iterator[Any]:
    """Marks, those within marks too: groups such as `Interval` and `Len`, and pydantic's `Field`."""
    for mark in metadata:
        inner = getattr(mark, "metadata", None)
        if isinstance(inner, list | tuple):
            yield from _each(inner)
        elif hasattr(mark, "__is_annotated_types_grouped_metadata__"):
            yield from _each(mark)
        yield mark


def _wanting(check: Callable[[Any], Any], wanted: bool) -> Callable[[Any], bool]:
    return lambda value: bool(check(value)) is wanted


def _check_words(check: Any, wanted: bool) -> str:
    name = getattr(check, "__name__", "").strip("_<>").replace("_", " ") or "check"
    return f"{'a value that passes' if wanted else 'a value that fails'} the check {name!r}"


def constrained(shape: Shape, marks: Marks, of: str) -> Shape:
    """The shape within its bounds; those on a union hold for the members that they can be said of.

    Raises UsageError where they can be said of none.
    """
    if not marks.bounds and not marks.checks:
        return shape
    if isinstance(shape, Union):
        members = [_within(member, marks) for member in shape.members]
        if all(new is old for new, old in zip(members, shape.members, strict=True)):
            raise UsageError(f"{_said(marks)} says nothing about {of}")
        return union(members)
    within = _within(shape, marks)
    if within is shape:
        raise UsageError(f"{_said(marks)} says nothing about {of}")
    return within


def _said(marks: Marks) -> str:
    return ", ".join([f"{name}={bound!r}" for name, bound in marks.bounds.items()]) or "a check"


def _within(shape: Shape, marks: Marks) -> Shape:
    """The shape within those bounds that can be said of it; the shape itself when there are none."""
    kinds = shape.kinds
    said = {
        name: bound
        for name, bound in marks.bounds.items()
        if (name in _NUMBERS and (kinds & {"number"} or (shape.rank == 1 and name != "multiple_of" and "string" in kinds)))
        or (name in ("min_length", "max_length") and kinds & {"string", "array", "object"})
        or (name == "pattern" and "string" in kinds)
    }
    if not said and (marks.bounds or not marks.checks):
        return shape
    return Constrained(shape, said, marks.checks)


class Constrained(Shape):
    """A shape whose instances stay within bounds. What JSON Schema has no word for is checked, and not in the schema."""

    def __init__(self, inner: Shape, bounds: Mapping[str, Any], checks: tuple[Check, ...]) -> None:
        self._inner = inner
        self._bounds = bounds
        self.kinds = inner.kinds
        self.words = inner.words
        self.rank = inner.rank
        self._checks = [*[_bound_check(name, bound, inner) for name, bound in bounds.items()], *checks]

    def schema(self, book: Book) -> dict[str, Any]:
        written = self._inner.schema(book)
        if alternatives := written.get("anyOf"):
            written["anyOf"] = [{**each, **self._keywords(_kind(each))} for each in alternatives]
            return written
        if written.get("contentEncoding"):  # lengths are those of the bytes
            return written
        return {**written, **self._keywords(_kind(written) or next(iter(self.kinds)))}

    def _keywords(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, bound in self._bounds.items():
            if name in _NUMBERS:
                if kind == "number" and isinstance(bound, int | float):
                    found[_NUMBERS[name]] = bound
                elif kind == "number" and isinstance(bound, Decimal):
                    found[_NUMBERS[name]] = int(bound) if bound == bound.to_integral_value() else float(bound)
            elif name == "pattern":
                if kind == "string":
                    found["pattern"] = _pattern(bound).pattern
            elif kind in _LENGTHS:
                found[_LENGTHS[kind][name == "max_length"]] = bound
        return found

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        made = self._inner.read(value, place, reading)
        if made is FAILED:
            return FAILED
        for words, check in self._checks:
            try:
                fits = check(made)
            except Exception as error:  # the caller's own check
                return reading.refuse(place, f"{shown(value)} cannot be checked: {type(error).__name__}")
            if not fits:
                return reading.unexpected(place, words, value)
        return made


def _kind(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "")
    return "number" if kind == "integer" else kind if isinstance(kind, str) else ""


def _pattern(bound: Any) -> re.Pattern[str]:
    try:
        return re.compile(bound)
    except re.error as error:
        raise UsageError(f"the pattern {bound!r} is no regular expression: {error}") from None


def _bound_check(name: str, bound: Any, inner: Shape) -> Check:
    if name in _TEST:
        words, test = _TEST[name]
        said = bound if not isinstance(bound, int | float | Decimal) else f"{bound}"
        what = "a number, " if inner.kinds <= {"number"} else ""
        return f"{what}{words} {said}", lambda value: test(value, bound)
    if name == "pattern":
        matches = _pattern(bound)
        return f"a string that matches {matches.pattern}", lambda value: matches.search(value) is not None
    unit = next((unit for kind, (_, _, unit) in _LENGTHS.items() if kind in inner.kinds), "item")
    words = f"{'at least' if name == 'min_length' else 'at most'} {bound} {unit}{'' if bound == 1 else 's'}"
    if name == "min_length":
        return words, lambda value: len(value) >= bound
    return words, lambda value: len(value) <= bound

"""Shapes of objects whose keys are known: classes with fields, typed dictionaries, the arguments of a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from .containers import misplaced
from .problems import Invalid, Place, Problem, listed, path, shown
from .scalars import Choice
from .shapes import FAILED, Book, Described, Reading, Shape, Tag

__all__ = ["Field", "NamedRow", "Object", "build", "near_key"]


class Field(NamedTuple):
    """One key of an object.

    `name` is the word the value is built with, empty for a tag that goes into no instance; `default` is its JSON form,
    `...` where there is none to tell.
    """

    key: str
    name: str
    shape: Shape
    required: bool
    doc: str | None = None
    default: Any = ...
    extra: Mapping[str, Any] = {}

    def schema(self, book: Book) -> dict[str, Any]:
        written = self.shape.schema(book)
        if self.doc:
            written["description"] = self.doc
        if self.default is not ...:
            written["default"] = self.default
        return {**written, **self.extra}


_REASON: Final = 200


def build(make: Callable[..., Any], found: Mapping[str, Any], words: str, place: Place, reading: Reading) -> Any:
    """An instance from its fields; a class that refuses them by an exception is a problem like any other."""
    try:
        return make(**found)
    except Invalid as error:
        inner = [Problem(path(place) + problem.path.removeprefix("$"), problem.message) for problem in error.problems]
        reading.problems += inner or [Problem(path(place), error.message)]
    except (ValueError, TypeError, AssertionError) as error:
        reason = " ".join(str(error).split())[:_REASON]
        reading.refuse(place, f"not accepted for {words}: {reason or type(error).__name__}")
    return FAILED


class Object(Shape):
    """An object of known keys.

    Unknown keys: read by `rest` if there is one, else a problem when `closed`, else left aside unless one is a misspelling
    of a key that is absent. Null for an optional key stands for leaving it out, as strict modes make models write it.
    """

    kinds = frozenset({"object"})

    def __init__(
        self,
        fields: Sequence[Field],
        make: Callable[..., Any],
        words: str = "an object",
        *,
        doc: str | None = None,
        closed: bool = False,
        rest: Shape | None = None,
    ) -> None:
        self.fields = tuple(fields)
        self.words = words
        self._make = make
        self._doc = doc
        self._closed = closed
        self._rest = rest
        self._keys = frozenset([field.key for field in fields])

    def schema(self, book: Book) -> dict[str, Any]:
        written: dict[str, Any] = {"type": "object"}
        if self._doc:
            written["description"] = self._doc
        written["properties"] = {field.key: field.schema(book) for field in self.fields}
        if required := [field.key for field in self.fields if field.required]:
            written["required"] = required
        if self._rest is not None:
            written["additionalProperties"] = self._rest.schema(book) or True
        elif self._closed:
            written["additionalProperties"] = False
        return written

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if not isinstance(value, dict):
            return reading.unexpected(place, self.words, value, misplaced(value))
        before = len(reading.problems)
        found: dict[str, Any] = {}
        absent: list[Field] = []
        for field in self.fields:
            if field.key not in value:
                absent.append(field)
                continue
            item = value[field.key]
            if item is None and not field.required and "null" not in field.shape.kinds:
                continue
            read = field.shape.read(item, (*place, field.key), reading)
            if field.name:
                found[field.name] = read
        if len(value) + len(absent) > len(self.fields):
            self._read_others(value, absent, found, place, reading)
        for field in absent:
            if field.required and field.name:
                reading.refuse((*place, field.key), f"missing; it should be {field.shape.words}")
        if len(reading.problems) > before:
            return FAILED
        return build(self._make, found, self.words, place, reading)

    def _read_others(
        self, value: dict[Any, Any], absent: list[Field], found: dict[str, Any], place: Place, reading: Reading
    ) -> None:
        for key, item in value.items():
            if key in self._keys:
                continue
            key = str(key)
            inside = (*place, key)
            if self._rest is not None:
                found[key] = self._rest.read(item, inside, reading)
            elif near := near_key(key, [field.key for field in absent]):
                reading.refuse(inside, f"unknown key; did you mean {shown(near)}?")
                absent[:] = [field for field in absent if field.key != near]
            elif self._closed:
                reading.refuse(inside, f"unknown key; {self._known()}")
            else:
                reading.forgiven += 1

    def _known(self) -> str:
        keys = listed([shown(field.key) for field in self.fields], "and")
        return f"the keys are {keys}" if len(self.fields) > 1 else f"the only key is {keys}" if keys else "there are none"

    def tags(self) -> dict[str, Tag]:
        return {
            field.key: Tag(tuple(shape.members), field.required)
            for field in self.fields
            if isinstance(shape := field.shape.inner if isinstance(field.shape, Described) else field.shape, Choice)
        }


def near_key(key: str, known: Sequence[str]) -> str | None:
    """The one of the known keys that a key is a misspelling of, if any."""
    plain = {_plain(name): name for name in known}
    near = get_close_matches(_plain(key[:100]), plain, n=1, cutoff=0.75)
    return plain[near[0]] if near else None


def _plain(key: str) -> str:
    return key.replace("_", "").replace("-", "").casefold()


class NamedRow(Shape):
    """Fields in order, written as an array (named tuples, structs that say so); an object with their names is understood."""

    kinds = frozenset({"array", "object"})

    def __init__(self, fields: Sequence[Field], make: Callable[..., Any], words: str, doc: str | None = None) -> None:
        self._fields = tuple(fields)
        self._needed = len([field for field in fields if field.required])
        self._object = Object(fields, make, words, closed=True)
        self._make = make
        self._doc = doc
        names = listed([field.key for field in fields], "and")
        self.words = f"an array of {len(fields)} ({names})" if fields else "an empty array"

    def schema(self, book: Book) -> dict[str, Any]:
        written: dict[str, Any] = {"type": "array"}
        if self._doc:
            written["description"] = self._doc
        written |= {"minItems": self._needed, "maxItems": len(self._fields)}
        if self._fields:
            written["prefixItems"] = [{"title": field.key, **field.schema(book)} for field in self._fields]
        return written

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        if isinstance(value, dict):
            reading.forgiven += 1
            return self._object.read(value, place, reading)
        if not isinstance(value, list | tuple) or not self._needed <= len(value) <= len(self._fields):
            return reading.unexpected(place, self.words, value, misplaced(value))
        before = len(reading.problems)
        found: dict[str, Any] = {}
        for index, (field, item) in enumerate(zip(self._fields, value, strict=False)):
            read = field.shape.read(item, (*place, index), reading)
            if field.name:
                found[field.name] = read
        if len(reading.problems) > before:
            return FAILED
        return build(self._make, found, self.words, place, reading)

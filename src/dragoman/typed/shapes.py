"""The contract of a shape, and what all shapes share.

A type is read once into a tree of shapes (`reader`). A shape can say two things: the JSON Schema of its place, and what
instance a JSON value becomes there. Reading never raises for a value that does not fit: it notes problems and gives
`FAILED`, so that one pass finds everything. A shape of a new kind is a class with these two methods.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from .problems import Place, Problem, path, shown

__all__ = ["ALL", "FAILED", "Book", "Described", "Named", "Reading", "Shape", "Tag", "kind_of"]


class _Failed:
    def __repr__(self) -> str:
        return "FAILED"


FAILED: Final = _Failed()
"""What reading gives in place of an instance when it noted a problem."""

ALL: Final = frozenset({"null", "boolean", "number", "string", "array", "object"})
"""The kinds of JSON values."""

_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    tuple: "array",
    dict: "object",
}


def kind_of(value: Any) -> str:
    """The kind of a JSON value; empty for what is none."""
    kind = _KINDS.get(type(value))
    if kind is None:
        return next((kind for base, kind in _KINDS.items() if isinstance(value, base)), "")
    return kind


class Reading:
    """What comes of reading one value: the problems, and how much was forgiven on the way.

    `forgiven` counts what a stricter reader would refuse (`3.0` for a whole number, keys nobody asked for); among several
    types that a value fits, the one with the least is meant. `memo` keeps what a union found at a place, so that unions
    within unions do not read a place again and again.
    """

    __slots__ = ("forgiven", "memo", "problems")

    def __init__(self, memo: dict[tuple[int, Place], tuple[Any, Reading]] | None = None) -> None:
        self.problems: list[Problem] = []
        self.forgiven = 0
        self.memo = {} if memo is None else memo

    def refuse(self, place: Place, message: str) -> _Failed:
        """Notes a problem."""
        self.problems.append(Problem(path(place), message))
        return FAILED

    def unexpected(self, place: Place, expected: str, value: Any, hint: str = "") -> _Failed:
        """Notes that something else was expected than what came."""
        return self.refuse(place, f"expected {expected}, got {shown(value)}" + (f"; {hint}" if hint else ""))

    def add(self, other: Reading) -> None:
        """Takes over what another reading found."""
        self.problems += other.problems
        self.forgiven += other.forgiven


class Tag(NamedTuple):
    """The constants that a key of an object may have, each with its kind, and whether the key must come."""

    constants: tuple[tuple[str, Any], ...]
    required: bool


class Shape(ABC):
    """One place of a type.

    `kinds`: the kinds of JSON values that may stand here. `words`: what a message calls it, with its article. `rank`:
    among types that a value fits equally well the lowest is meant; it is high where anything fits.
    """

    kinds: frozenset[str] = ALL
    words: str = "a value"
    rank: int = 0

    @abstractmethod
    def schema(self, book: Book) -> dict[str, Any]:
        """The JSON Schema of this place, which the caller may change."""

    @abstractmethod
    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        """The instance that a JSON value becomes, or FAILED with the reason noted."""

    def tags(self) -> dict[str, Tag]:
        """Keys of an object whose value is one of a few constants: by them a union tells its members apart."""
        return {}


class Named(Shape):
    """A shape with a name of its own: written once in a schema however often it is used, and able to hold itself."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._target: Shape | None = None

    @property
    def target(self) -> Shape:
        """What the name stands for."""
        assert self._target is not None, f"{self.name} is used before it is read"
        return self._target

    def set(self, target: Shape) -> None:
        """Says what the name stands for, once."""
        self._target = target

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        return self.target.kinds

    @property
    def words(self) -> str:  # type: ignore[override]
        return self.target.words

    @property
    def rank(self) -> int:  # type: ignore[override]
        return self.target.rank

    def schema(self, book: Book) -> dict[str, Any]:
        return book.define(self, self.name, self.target.schema)

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        return self.target.read(value, place, reading)

    def tags(self) -> dict[str, Tag]:
        return self.target.tags()


class Described(Shape):
    """A shape with words of its own for the one place where it stands."""

    def __init__(self, inner: Shape, doc: str | None, extra: Mapping[str, Any]) -> None:
        self.inner = inner
        self.doc = doc
        self._extra = extra

    @property
    def kinds(self) -> frozenset[str]:  # type: ignore[override]
        return self.inner.kinds

    @property
    def words(self) -> str:  # type: ignore[override]
        return self.inner.words

    @property
    def rank(self) -> int:  # type: ignore[override]
        return self.inner.rank

    def schema(self, book: Book) -> dict[str, Any]:
        written = self.inner.schema(book)
        if self.doc:
            written["description"] = self.doc
        return {**written, **self._extra}

    def read(self, value: Any, place: Place, reading: Reading) -> Any:
        return self.inner.read(value, place, reading)

    def tags(self) -> dict[str, Tag]:
        return self.inner.tags()


_PREFIX: Final = "#/$defs/"
# Below these stand values, and below those names of the caller's: neither is a keyword of a schema.
_VALUES: Final = frozenset({"default", "const", "enum", "examples"})
_NAMES: Final = frozenset({"properties", "patternProperties"})


class Book:
    """The definitions of one schema while it is written."""

    def __init__(self) -> None:
        self.definitions: dict[str, dict[str, Any]] = {}
        self._written: dict[int, tuple[object, dict[str, Any]]] = {}

    def define(self, key: object, name: str, write: Callable[[Book], dict[str, Any]]) -> dict[str, Any]:
        """The reference to a definition, which is written when it is first asked for."""
        if id(key) not in self._written:
            unique = self.free(name)
            self._written[id(key)] = (key, {"$ref": _PREFIX + unique})
            self.definitions[unique] = {}
            self.definitions[unique] = write(self)
        return dict(self._written[id(key)][1])

    def once(self, key: object, write: Callable[[Book], dict[str, Any]]) -> dict[str, Any]:
        """What is written for a key, once: a schema that brings definitions of its own."""
        if id(key) not in self._written:
            self._written[id(key)] = (key, write(self))
        return dict(self._written[id(key)][1])

    def free(self, name: str) -> str:
        """A name like this one that no definition has."""
        number, unique = 1, name
        while unique in self.definitions:
            number += 1
            unique = f"{name}_{number}"
        return unique

    def finish(self, root: dict[str, Any]) -> dict[str, Any]:
        """The whole schema: what is used once stands where it is used, the rest under `$defs`, and the top is no reference."""
        uses = Counter(reference for schema in (root, *self.definitions.values()) for reference in _references(schema))
        whole = root
        if name := _target(root):
            whole = {**self.definitions[name], **_without_reference(root)}
            uses[name] -= 1
        kept = {name: count for name, count in uses.items() if count > 1 or (count == 1 and name == _target(root))}
        written = self._placed(whole, kept)
        definitions = {name: self._placed(self.definitions[name], kept) for name in self.definitions if name in kept}
        return {"$defs": definitions, **written} if definitions else written

    def _placed(self, schema: Any, kept: dict[str, int]) -> Any:
        if isinstance(schema, list):
            return [self._placed(item, kept) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if (name := _target(schema)) and name in self.definitions and name not in kept:
            return self._placed({**self.definitions[name], **_without_reference(schema)}, kept)
        placed: dict[str, Any] = {}
        for key, item in schema.items():
            if key in _NAMES and isinstance(item, dict):
                placed[key] = {name: self._placed(value, kept) for name, value in item.items()}
            else:
                placed[key] = item if key in _VALUES else self._placed(item, kept)
        return placed


def _without_reference(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in schema.items() if key != "$ref"}


def _target(schema: dict[str, Any]) -> str:
    reference = schema.get("$ref")
    return reference.removeprefix(_PREFIX) if isinstance(reference, str) and reference.startswith(_PREFIX) else ""


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _references(item)
    elif isinstance(schema, dict):
        if name := _target(schema):
            yield name
        for key, item in schema.items():
            if key in _NAMES and isinstance(item, dict):
                yield from _references(list(item.values()))
            elif key not in _VALUES:
                yield from _references(item)

"""Types, asked: what schema, and what instance."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar, overload

from ..errors import UsageError
from ..wire.json import read_json
from .problems import Invalid, shown
from .reader import Reader
from .shapes import FAILED, Book, Reading, Shape

__all__ = ["Form", "convert", "convert_text", "form_of", "raw_form", "schema_of"]

T = TypeVar("T")


class Form(Generic[T]):
    """A type that has been read: its schema, and the way from JSON to its instances. To be kept where it is used often."""

    __slots__ = ("_schema", "shape")

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._schema: dict[str, Any] | None = None

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the type, a copy of its own for each who asks."""
        if self._schema is None:
            book = Book()
            self._schema = book.finish(self.shape.schema(book))
        return copy.deepcopy(self._schema)

    def convert(self, value: Any) -> T:
        """The instance that a JSON value stands for. Raises Invalid, with all that is wrong with it."""
        reading = Reading()
        try:
            made: T = self.shape.read(value, (), reading)
        except RecursionError:
            reading.refuse((), "nested too deeply")
            raise Invalid(reading.problems) from None
        if made is FAILED or reading.problems:
            raise Invalid(reading.problems)
        return made

    def convert_text(self, text: str | bytes) -> T:
        """The instance that a JSON text stands for. Raises Invalid, also for text that is no JSON."""
        try:
            value = read_json(text)
        except ValueError as error:
            reading = Reading()
            came = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
            reading.refuse((), f"not JSON: {error}; got {shown(came)}")
            raise Invalid(reading.problems) from None
        return self.convert(value)


def form_of(kind: Any, *, names: Mapping[str, Any] | None = None) -> Form[Any]:
    """A type, read. `names` are those that its annotations use and its module does not know.

    Raises UsageError for a type that has no JSON form.
    """
    return _class_form(kind) if isinstance(kind, type) and not names else _read(kind, names)


@lru_cache(maxsize=512)
def _class_form(kind: type) -> Form[Any]:
    return _read(kind, None)


def _read(kind: Any, names: Mapping[str, Any] | None) -> Form[Any]:
    try:
        return Form(Reader(names).read(kind))
    except RecursionError:
        raise UsageError(f"the type {kind!r} never ends") from None


def raw_form(schema: Mapping[str, Any]) -> Form[Any]:
    """A JSON Schema that somebody wrote: values are held against it, and come back as they are."""
    from .raw import Raw

    return Form(Raw(schema))


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a type.

    Descriptions come from docstrings, `Annotated[..., "words"]`, `msgspec.Meta`, pydantic's `Field` and the metadata of
    dataclass fields. What recurs stands under `$defs`; the top is never a reference. Raises UsageError for a type that has no
    JSON form.
    """
    return form_of(kind).schema


@overload
def convert(value: Any, kind: type[T]) -> T: ...
@overload
def convert(value: Any, kind: Any) -> Any: ...
def convert(value: Any, kind: Any) -> Any:
    """The instance of a type that a JSON value (dicts, lists, scalars) stands for.

    Strict, for a model should learn what it got wrong, and forgiving where JSON is poorer than Python: whole numbers for
    floats, text for dates, bytes (base64), UUIDs and decimals, arrays for tuples and sets, null for an optional key left out.
    Raises Invalid with every problem, and UsageError for a type that has no JSON form.
    """
    return form_of(kind).convert(value)


@overload
def convert_text(text: str | bytes, kind: type[T]) -> T: ...
@overload
def convert_text(text: str | bytes, kind: Any) -> Any: ...
def convert_text(text: str | bytes, kind: Any) -> Any:
    """The instance of a type that a JSON text stands for; as `convert`."""
    return form_of(kind).convert_text(text)

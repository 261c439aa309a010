"""Python types, read into shapes."""

from __future__ import annotations

import collections
import collections.abc as abc
import sys
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any, Final, get_args, get_origin

import msgspec

from ..errors import UsageError
from .classes import fields_shape, is_typed_dict
from .constraints import constrained, read_marks
from .containers import Array, Row, Table
from .docstrings import own_docstring, read_docstring
from .foreign import foreign, wants_foreign
from .hints import Names, filled, resolved, substitute
from .scalars import (
    ANYTHING,
    BOOLEAN,
    BYTE_ARRAY,
    BYTES,
    DECIMAL,
    FLOAT,
    INTEGER,
    NULL,
    STRING,
    TEXT_FORMS,
    Choice,
    enum_choice,
)
from .shapes import Described, Named, Shape, kind_of
from .unions import union

__all__ = ["Reader"]

_SIMPLE: Final[dict[Any, Shape]] = {
    Any: ANYTHING,
    object: ANYTHING,
    abc.Hashable: ANYTHING,
    None: NULL,
    type(None): NULL,
    bool: BOOLEAN,
    int: INTEGER,
    float: FLOAT,
    str: STRING,
    typing.LiteralString: STRING,
    typing.AnyStr: STRING,
    bytes: BYTES,
    bytearray: BYTE_ARRAY,
    Decimal: DECIMAL,
}
_ARRAYS: Final[dict[Any, Callable[[list[Any]], Any]]] = {
    list: list,
    abc.Sequence: list,
    abc.MutableSequence: list,
    abc.Collection: list,
    abc.Iterable: list,
    collections.deque: collections.deque,
    set: set,
    abc.MutableSet: set,
    abc.Set: set,
    frozenset: frozenset,
}
_SETS: Final = (set, frozenset, abc.Set, abc.MutableSet)
_TABLES: Final[dict[Any, Callable[[dict[Any, Any]], Any] | None]] = {
    dict: None,
    abc.Mapping: None,
    abc.MutableMapping: None,
    collections.OrderedDict: collections.OrderedDict,
}
_AROUND: Final = ("ClassVar", "Final", "NotRequired", "ReadOnly", "Required")


class Reader:
    """Reads types; within one reader a class is one shape, however often it is met.

    `names` are those that annotations may use although their module does not know them.
    """

    def __init__(self, names: Names | None = None) -> None:
        self.names: dict[str, Any] = dict(names or {})
        self._named: dict[Any, Named] = {}
        self._foreign: dict[Any, Shape] = {}
        self._open: set[Any] = set()
        self._selves: list[Any] = []
        self._recursive: set[Any] = set()

    def read(self, hint: Any, of: str = "") -> Shape:
        """The shape of a type. `of` says whose it is, for messages. Raises UsageError for what has no JSON form."""
        if isinstance(hint, str | typing.ForwardRef):
            return self.read(self._resolved(hint, "", of), of)
        if _is_hashable(hint) and hint in _SIMPLE:
            return _SIMPLE[hint]
        origin = get_origin(hint)
        if origin is not None:
            return self._generic(hint, origin, get_args(hint), of)
        if isinstance(hint, typing.TypeVar):
            return self._variable(hint, of)
        if hasattr(hint, "__supertype__"):  # a NewType
            return self.read(hint.__supertype__, of)
        if hasattr(hint, "__value__"):  # type X = ...
            return self._alias(hint, hint, (), of)
        if hint is typing.Self and self._selves:
            return self.read(self._selves[-1], of)
        if not isinstance(hint, type):
            raise _no_form(hint, of)
        return self._class(hint, (), hint, of)

    def _resolved(self, hint: Any, module: str, of: str, names: Names | None = None) -> Any:
        try:
            return resolved(hint, module, self.names if names is None else names)
        except NameError as error:
            raise UsageError(f"the type {error.name}{_whose(of)} is not known here: pass the type itself, not its name") from None

    def _generic(self, hint: Any, origin: Any, arguments: tuple[Any, ...], of: str) -> Shape:
        if hasattr(hint, "__metadata__"):
            return self._annotated(hint, of)
        if origin is typing.Union or origin is types.UnionType:
            return union([self.read(member, of) for member in arguments if member is not msgspec.UnsetType])
        if origin is typing.Literal:
            return _literal(arguments, of)
        if getattr(origin, "_name", None) in _AROUND:
            return self.read(arguments[0], of)
        if hasattr(origin, "__value__"):
            return self._alias(hint, origin, arguments, of)
        if not isinstance(origin, type):
            raise _no_form(hint, of)
        return self._class(origin, arguments, hint, of)

    def _annotated(self, hint: Any, of: str) -> Shape:
        if any(wants_foreign(mark) for mark in hint.__metadata__) and (whole := foreign(hint)) is not None:
            return whole
        marks = read_marks(hint.__metadata__)
        shape = constrained(self.read(hint.__origin__, of), marks, _name(hint.__origin__))
        return Described(shape, marks.doc, marks.extra) if marks.doc or marks.extra else shape

    def _variable(self, hint: typing.TypeVar, of: str) -> Shape:
        if hint.__constraints__:
            return union([self.read(each, of) for each in hint.__constraints__])
        if getattr(hint, "has_default", bool)():
            return self.read(hint.__default__, of)  # type: ignore[attr-defined]
        return self.read(hint.__bound__, of) if hint.__bound__ is not None else ANYTHING

    def _alias(self, key: Any, alias: Any, arguments: tuple[Any, ...], of: str) -> Shape:
        names = {**self.names, alias.__name__: alias}
        value = substitute(self._resolved(alias.__value__, alias.__module__, of, names), filled(alias, arguments))
        named = self._once(key, alias.__name__, arguments, lambda: self.read(value, of))
        return named if key in self._recursive else named.target if key not in self._open else named

    def _class(self, kind: type, arguments: tuple[Any, ...], hint: Any, of: str) -> Shape:
        if kind is tuple:
            return self._tuple(hint, arguments, of)
        if kind in _ARRAYS:
            item = self.read(arguments[0], of) if arguments else ANYTHING
            return Array(item, _ARRAYS[kind], unique=kind in _SETS)
        if kind in _TABLES:
            key, value = arguments or (str, Any)
            return Table(self.read(key, of), self.read(value, of), _TABLES[kind])
        if issubclass(kind, Enum):
            choice = enum_choice(kind, read_docstring(own_docstring(kind)).text or None)
            if choice is None:
                raise UsageError(f"the values of {kind.__name__}{_whose(of)} are no strings, numbers or booleans")
            return choice
        if form := TEXT_FORMS.get(f"{kind.__module__}.{kind.__qualname__}"):
            return form(kind)
        if hasattr(kind, "__fspath__") and kind.__module__.partition(".")[0] == "pathlib":
            return TEXT_FORMS["path"](kind)
        if _knows_itself(kind):
            if hint not in self._foreign:
                self._foreign[hint] = foreign(hint) or _refuse(hint, of)
            return self._foreign[hint]
        if self._has_fields(kind):
            return self._once(hint, kind.__name__, arguments, lambda: self._fields(kind, arguments, hint))
        raise _no_form(hint, of)

    def _tuple(self, hint: Any, arguments: tuple[Any, ...], of: str) -> Shape:
        if hint is tuple or hint is typing.Tuple:  # noqa: UP006
            return Array(ANYTHING, tuple)
        if len(arguments) == 2 and arguments[1] is ...:
            return Array(self.read(arguments[0], of), tuple)
        return Row([self.read(argument, of) for argument in arguments])

    @staticmethod
    def _has_fields(kind: type) -> bool:
        marks = ("__dataclass_fields__", "__struct_fields__", "__attrs_attrs__")
        return (
            is_typed_dict(kind)
            or any(hasattr(kind, mark) for mark in marks)
            or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
        )

    def _fields(self, kind: type, arguments: tuple[Any, ...], hint: Any) -> Shape:
        self._selves.append(hint)
        try:
            shape = fields_shape(kind, arguments, self.names, self.read)
        finally:
            self._selves.pop()
        assert shape is not None, kind
        return shape

    def _once(self, key: Any, name: str, arguments: tuple[Any, ...], make: Callable[[], Shape]) -> Named:
        """The named shape of a type, read when it is first met; whoever meets it while it is read gets it empty yet."""
        known = self._named.get(key)
        if known is None:
            known = self._named[key] = Named("_".join([name, *[_name(argument) for argument in arguments]]))
            self._open.add(key)
            try:
                known.set(make())
            finally:
                self._open.discard(key)
        elif key in self._open:
            self._recursive.add(key)
        return known


def _literal(values: tuple[Any, ...], of: str) -> Shape:
    members = [(value.value if isinstance(value, Enum) else value, value) for value in values]
    for constant, value in members:
        if kind_of(constant) not in ("null", "boolean", "number", "string"):
            raise UsageError(f"the constant {value!r}{_whose(of)} has no JSON form")
    return Choice(members)


def _knows_itself(kind: type) -> bool:
    return hasattr(kind, "model_json_schema") or (
        "pydantic" in sys.modules
        and any(hasattr(kind, mark) for mark in ("__get_pydantic_core_schema__", "__pydantic_validator__"))
    )


def _is_hashable(hint: Any) -> bool:
    try:
        hash(hint)
    except TypeError:
        return False
    return True


def _name(hint: Any) -> str:
    """A type's name, as a part of another name."""
    plain = getattr(hint, "__name__", None) or str(hint).replace("typing.", "")
    return "".join([letter if letter.isalnum() or letter == "_" else "_" for letter in plain]).strip("_")


def _whose(of: str) -> str:
    return f" of {of}" if of else ""


def _no_form(hint: Any, of: str) -> UsageError:
    said = hint.__qualname__ if isinstance(hint, type) and get_origin(hint) is None else str(hint).replace("typing.", "")
    return UsageError(
        f"the type {said}{_whose(of)} has no JSON form: use one that JSON can say, such as str, a list or a dataclass"
    )


def _refuse(hint: Any, of: str) -> Shape:
    raise _no_form(hint, of)

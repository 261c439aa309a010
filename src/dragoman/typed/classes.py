"""Classes with fields, as shapes: dataclasses, `msgspec.Struct`, attrs, typed dictionaries, named tuples."""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, get_args, get_origin

import msgspec

from .docstrings import own_docstring, read_docstring
from .hints import Names, class_hints
from .objects import Field, NamedRow, Object
from .plain import as_json
from .scalars import Choice
from .shapes import Described, Shape

__all__ = ["field_of", "fields_shape", "is_typed_dict"]

ReadType = Callable[[Any, str], Shape]


def is_typed_dict(kind: type) -> bool:
    """Whether a class is a typed dictionary, of whichever library."""
    return issubclass(kind, dict) and hasattr(kind, "__required_keys__")


class _Raw(NamedTuple):
    """A field as its class states it. `default` is `...` where there is none that a schema can show."""

    name: str
    key: str
    hint: Any
    required: bool
    default: Any = ...
    doc: str | None = None


def fields_shape(kind: type, arguments: tuple[Any, ...], names: Names, read: ReadType) -> Shape | None:
    """The shape of a class with fields, None for any other class; `read` gives the shapes of its fields."""
    reader = next((reader for known, reader in _READERS if known(kind)), None)
    if reader is None:
        return None
    doc = read_docstring(own_docstring(kind))
    hints = class_hints(kind, arguments, names)
    fields = [
        field_of(
            raw.key,
            raw.name,
            read(raw.hint, f"{kind.__name__}.{raw.name}"),
            raw.required,
            raw.default,
            raw.doc or doc.parameters.get(raw.name),
        )
        for raw in reader(kind, hints)
    ]
    text = doc.text or None
    if issubclass(kind, msgspec.Struct):
        config = kind.__struct_config__
        if config.tag is not None:
            fields.insert(0, Field(config.tag_field or "type", "", Choice([(config.tag, config.tag)]), True))
        if config.array_like:
            return NamedRow(fields, kind, kind.__name__, text)
        return Object(fields, kind, f"an object ({kind.__name__})", doc=text, closed=config.forbid_unknown_fields)
    if _is_named_tuple(kind):
        return NamedRow(fields, kind, kind.__name__, text)
    closed = is_typed_dict(kind) and bool(getattr(kind, "__closed__", False))
    make = dict if is_typed_dict(kind) else kind
    return Object(fields, make, f"an object ({kind.__name__})", doc=text, closed=closed)


def field_of(key: str, name: str, shape: Shape, required: bool, default: Any = ..., doc: str | None = None) -> Field:
    """A field: what its type says of it counts more than what a docstring says."""
    if isinstance(shape, Described) and shape.doc:
        doc = None
    if default is not ...:
        try:
            default = as_json(default)
        except (TypeError, ValueError, OverflowError):
            default = ...
    return Field(key, name, shape, required, doc, default)


def _of_dataclass(kind: Any, hints: Mapping[str, Any]) -> Iterator[_Raw]:
    stated = {field.name: field for field in dataclasses.fields(kind)}
    for name, field in kind.__dataclass_fields__.items():
        hint = hints.get(name, field.type)
        if get_origin(hint) is typing.ClassVar or hint is typing.ClassVar:
            continue
        if isinstance(hint, dataclasses.InitVar):
            hint = hint.type
        elif name not in stated or not field.init:
            continue
        has_default = field.default is not dataclasses.MISSING
        required = not has_default and field.default_factory is dataclasses.MISSING
        said = field.metadata.get("description") or field.metadata.get("doc") or getattr(field, "doc", None)
        yield _Raw(name, name, hint, required, field.default if has_default else ..., said)


def _of_struct(kind: type[msgspec.Struct], hints: Mapping[str, Any]) -> Iterator[_Raw]:
    defaults: tuple[Any, ...] = kind.__struct_defaults__
    start = len(kind.__struct_fields__) - len(defaults)
    for index, (name, key) in enumerate(zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)):
        default = defaults[index - start] if index >= start else msgspec.NODEFAULT
        shown = (
            ... if default is msgspec.UNSET or type(default).__name__ == "Factory" or default is msgspec.NODEFAULT else default
        )
        yield _Raw(name, key, hints[name], default is msgspec.NODEFAULT, shown)


def _of_attrs(kind: Any, hints: Mapping[str, Any]) -> Iterator[_Raw]:
    nothing = sys.modules["attr"].NOTHING
    for attribute in kind.__attrs_attrs__:
        if not attribute.init:
            continue
        required = attribute.default is nothing
        simple = not required and type(attribute.default).__name__ != "Factory"
        said = attribute.metadata.get("description") or attribute.metadata.get("doc")
        hint = hints.get(attribute.name, attribute.type or Any)
        yield _Raw(attribute.alias, attribute.name, hint, required, attribute.default if simple else ..., said)


def _of_typed_dict(kind: Any, hints: Mapping[str, Any]) -> Iterator[_Raw]:
    for name, hint in hints.items():
        # What stands around the type counts: with postponed annotations the class itself cannot see it on every Python.
        required = name in kind.__required_keys__
        while (around := getattr(get_origin(hint), "_name", None)) in ("Required", "NotRequired", "ReadOnly"):
            required = {"Required": True, "NotRequired": False}.get(around, required)
            hint = get_args(hint)[0]
        yield _Raw(name, name, hint, required)


def _of_named_tuple(kind: Any, hints: Mapping[str, Any]) -> Iterator[_Raw]:
    for name in kind._fields:
        has_default = name in kind._field_defaults
        yield _Raw(name, name, hints.get(name, Any), not has_default, kind._field_defaults[name] if has_default else ...)


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


_READERS: Final[list[tuple[Callable[[type], bool], Callable[[Any, Mapping[str, Any]], Iterator[_Raw]]]]] = [
    (is_typed_dict, _of_typed_dict),
    (lambda kind: issubclass(kind, msgspec.Struct), _of_struct),
    (lambda kind: dataclasses.is_dataclass(kind), _of_dataclass),
    (lambda kind: hasattr(kind, "__attrs_attrs__"), _of_attrs),
    (_is_named_tuple, _of_named_tuple),
]

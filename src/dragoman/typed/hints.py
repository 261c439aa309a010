"""The annotations of classes and functions, resolved: forward references, inherited fields, type variables filled in."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeVar, get_args, get_origin

from ..errors import UsageError

__all__ = ["class_hints", "filled", "function_hints", "parameters_of", "resolved", "substitute"]

Names = Mapping[str, Any]
"""Names that are known where a type is used and not where it is defined: those of the function around it."""


def function_hints(function: Callable[..., Any], names: Names) -> dict[str, Any]:
    """The annotations of a function. Raises NameError for one that names nothing (yet)."""
    return typing.get_type_hints(function, localns={**names}, include_extras=True)


def resolved(hint: Any, module: str, names: Names) -> Any:
    """A type whose parts may be text, as it is meant in a module. Raises NameError for one that names nothing."""
    holder = SimpleNamespace(__annotations__={"it": hint})
    known = vars(sys.modules[module]) if module in sys.modules else {}
    return typing.get_type_hints(holder, globalns=known, localns={**names}, include_extras=True)["it"]


def class_hints(kind: type, arguments: tuple[Any, ...], names: Names) -> dict[str, Any]:
    """The annotations of a class and its bases, its type parameters replaced by these arguments.

    Raises UsageError for an annotation that names nothing.
    """
    known = {**names, kind.__name__: kind, **{parameter.__name__: parameter for parameter in parameters_of(kind)}}
    try:
        hints = typing.get_type_hints(kind, localns=known, include_extras=True)
    except NameError as error:
        raise UsageError(
            f"an annotation of {kind.__name__} names {error.name!r}, which is not known there: "
            "define or import it where the class is defined, not only for type checkers"
        ) from None
    return _filled_in(kind, filled(kind, arguments), hints)


def _filled_in(kind: type, filling: dict[Any, Any], hints: dict[str, Any]) -> dict[str, Any]:
    """The hints of a class whose parameters are filled in, and so those of its generic bases."""
    found: dict[str, Any] = {}
    for base in reversed(getattr(kind, "__orig_bases__", kind.__bases__)):
        origin = get_origin(base) or base
        if origin in (typing.Generic, typing.Protocol) or not isinstance(origin, type) or origin is object:
            continue
        arguments = tuple([substitute(argument, filling) for argument in get_args(base)])
        inherited = {name: hints[name] for name in _all_annotated(origin) if name in hints}
        found |= _filled_in(origin, filled(origin, arguments), inherited)
    own = _annotated(kind)
    for name, hint in hints.items():
        if name not in found or (name in own and not issubclass(kind, dict)):
            found[name] = substitute(hint, filling)
    return {name: found[name] for name in hints}


def _annotated(kind: type) -> set[str]:
    """The names that a class annotates itself (for a typed dictionary, those of its bases too)."""
    return set(inspect.get_annotations(kind))


def _all_annotated(kind: type) -> set[str]:
    return {name for each in kind.__mro__ for name in _annotated(each)}


def parameters_of(kind: Any) -> tuple[Any, ...]:
    """The type parameters of a generic class or alias."""
    return getattr(kind, "__type_params__", ()) or getattr(kind, "__parameters__", ()) or ()


def filled(kind: Any, arguments: tuple[Any, ...]) -> dict[Any, Any]:
    """What each type parameter stands for; without arguments nothing is known of them."""
    return dict(zip(parameters_of(kind), arguments, strict=False))


def substitute(hint: Any, filling: dict[Any, Any]) -> Any:
    """A type with its type variables replaced."""
    if not filling:
        return hint
    if isinstance(hint, TypeVar):
        return filling.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not parameters or isinstance(hint, type):
        return hint
    return hint[tuple([filling.get(parameter, parameter) for parameter in parameters])]

"""Functions as tools see them: the schema of their parameters, and how arguments become a call."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from types import FrameType, FunctionType, MethodType
from typing import Any, Final, NamedTuple, get_args, get_origin

from ..errors import UsageError
from ..typed.classes import field_of
from ..typed.docstrings import read_docstring
from ..typed.front import Form, raw_form
from ..typed.hints import function_hints
from ..typed.objects import Field, Object
from ..typed.reader import Reader
from ..typed.shapes import Described, Named, Shape
from .context import wants_context

__all__ = ["Signature", "local_names", "plain_function", "read_signature"]

_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Signature(NamedTuple):
    """What is known of a function.

    `form` reads arguments into a mapping by parameter. `ordered` are the parameters that must be given by position, `star`
    the one that takes any number of them, `contexts` those that are given the context.
    """

    form: Form[dict[str, Any]]
    text: str
    ordered: tuple[inspect.Parameter, ...] = ()
    star: str | None = None
    contexts: tuple[str, ...] = ()

    def arguments(self, given: Mapping[str, Any], context: Any) -> tuple[list[Any], dict[str, Any]]:
        """Arguments by position and by name."""
        named = {**given, **dict.fromkeys(self.contexts, context)}
        several = named.pop(self.star, ()) if self.star is not None else ()
        ordered = [named.pop(parameter.name, parameter.default) for parameter in self.ordered]
        return [*ordered, *several], named


def read_signature(
    function: Callable[..., Any], skip: int, names: Mapping[str, Any], schema: Mapping[str, Any] | None = None
) -> Signature:
    """What a function takes from a model; its first `skip` parameters are somebody else's to give.

    With a `schema` of the caller's own the function gets what that describes, by name. Raises NameError for an annotation that
    names nothing (yet), UsageError for a parameter that has no JSON form.
    """
    doc = read_docstring(inspect.getdoc(plain_function(function)))
    hints = function_hints(_annotated(function), names)
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    bound = _bound(function)
    contexts = tuple([parameter.name for parameter in parameters if wants_context(hints.get(parameter.name))])
    parameters = [parameter for parameter in parameters if parameter.name not in bound]
    star = next((parameter.name for parameter in parameters if parameter.kind is inspect.Parameter.VAR_POSITIONAL), None)
    kinds = _POSITIONAL if star is not None else _POSITIONAL[:1]
    ordered = tuple([parameter for parameter in parameters if parameter.kind in kinds])
    given = [parameter for parameter in parameters if parameter.name not in contexts]
    if schema is not None:
        _check_names(function, given, schema)
        return Signature(raw_form(schema), doc.text, ordered, star, contexts)
    of = getattr(function, "__qualname__", None) or type(function).__name__
    shape = _parameters(given, hints, Reader(names), doc.parameters, of)
    return Signature(Form(shape), doc.text, ordered, star, contexts)


def _parameters(
    parameters: list[inspect.Parameter], hints: dict[str, Any], reader: Reader, docs: Mapping[str, str], of: str
) -> Object:
    fields: list[Field] = []
    rest: Shape | None = None
    for parameter in parameters:
        name = parameter.name
        hint = hints.get(name, Any)
        whose = f"{of}() parameter {name}"
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            if get_origin(hint) is typing.Unpack:
                fields += _unpacked(reader.read(get_args(hint)[0], whose))
            else:
                rest = reader.read(hint, whose)
        elif parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            fields.append(field_of(name, name, reader.read(list[hint], whose), False, ..., docs.get(name)))  # type: ignore[valid-type]
        else:
            hint, default = _stated(hint, parameter.default)
            required = default is inspect.Parameter.empty
            shape = reader.read(hint, whose)
            fields.append(field_of(name, name, shape, required, ... if required else default, docs.get(name)))
    return Object(fields, dict, "an object of arguments", closed=True, rest=rest)


def _stated(hint: Any, default: Any) -> tuple[Any, Any]:
    """Type and default of a parameter; pydantic's `Field(...)` in the default's place says more of both."""
    if type(default).__name__ != "FieldInfo":
        return hint, default
    # A default that is not said, or made anew by a factory, has no place in a schema.
    said = inspect.Parameter.empty if default.is_required() else default.get_default(call_default_factory=True)
    return typing.Annotated[hint, default], said


def _unpacked(shape: Shape) -> tuple[Field, ...]:
    while isinstance(shape, Named | Described):
        shape = shape.target if isinstance(shape, Named) else shape.inner
    assert isinstance(shape, Object)
    return shape.fields


def _check_names(function: Callable[..., Any], parameters: list[inspect.Parameter], schema: Mapping[str, Any]) -> None:
    """Raises UsageError where a function could not be called with what its schema describes."""
    if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
        return
    taken = {parameter.name for parameter in parameters}
    name = getattr(function, "__name__", "the function")
    for key in schema.get("properties", {}):
        if key not in taken:
            raise UsageError(f"the schema has a property {key!r} that {name}() does not take: add the parameter, or **others")
    required = schema.get("required", ())
    for parameter in parameters:
        if (
            parameter.default is inspect.Parameter.empty
            and parameter.name not in required
            and parameter.kind.name.startswith(("POS", "KEY"))
        ):
            raise UsageError(f"{name}() needs {parameter.name!r}, which the schema does not require: give it a default")


def plain_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function within partials and callable objects: what has a docstring, and says whether it is async."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif not isinstance(function, FunctionType | MethodType | type) and hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        else:
            break
    if inspect.isroutine(function) or isinstance(function, type):
        return function
    method: Callable[..., Any] = type(function).__call__
    return method


def _annotated(function: Callable[..., Any]) -> Callable[..., Any]:
    plain = plain_function(function)
    return plain.__init__ if isinstance(plain, type) else plain  # type: ignore[misc]


def _bound(function: Callable[..., Any]) -> set[str]:
    """The parameters that partials have given by name."""
    names: set[str] = set()
    while isinstance(function, functools.partial):
        names |= function.keywords.keys()
        function = function.func
    return names


def local_names(frame: FrameType | None) -> dict[str, Any]:
    """The names of the function around a definition, and of the class bodies between: annotations may use them."""
    around: list[Mapping[str, Any]] = []
    while frame is not None and frame.f_locals is not frame.f_globals:
        around.append(frame.f_locals)
        if frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            break
        frame = frame.f_back
    names: dict[str, Any] = {}
    for each in reversed(around):
        names |= each
    return names

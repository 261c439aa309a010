"""`@tool`: functions that a model may call."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Final, Generic, Literal, ParamSpec, TypeVar, overload

from ..errors import UsageError
from ..typed import Invalid, Problem
from ..typed.problems import shown
from ..types.content import Cache, Text, ToolCall
from ..types.request import Tool, ToolLike
from .names import checked_name, spaced
from .results import ErrorPolicy, ToolOutcome, failure, to_blocks
from .signature import Signature, local_names, plain_function, read_signature
from .strict import fits_strict

__all__ = ["FunctionTool", "Strictness", "tool"]

P = ParamSpec("P")
Rest = ParamSpec("Rest")
R = TypeVar("R")
S = TypeVar("S")

Strictness = bool | Literal["prefer", "require"] | None
"""Whether the vendor is to hold the model to the schema: `require` (or True) says so, and a schema that cannot be held to is
refused; `prefer` says so where the schema allows it; False says no; None says nothing."""

_WRITABLE: Final = ("__doc__", "__module__", "__qualname__")


class FunctionTool(Generic[P, R]):
    """A function that a model may call; called by the program it is the function itself.

    `definition` is what the model is shown. `call` and `acall` answer the model: they check its arguments, run the function and
    turn what comes of it into content. A method's tool is taken from an instance (`files.read`), and is bound to it.
    Raises UsageError when made of what is no function, or named as no vendor would.
    """

    def __init__(
        self,
        function: Callable[P, R] | classmethod[Any, P, R] | staticmethod[P, R],
        *,
        name: str | None = None,
        namespace: str | None = None,
        description: str | None = None,
        schema: Mapping[str, Any] | None = None,
        strict: Strictness = None,
        errors: ErrorPolicy = "show",
        cache: Cache | None = None,
        extra: Mapping[str, Any] | None = None,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        self._of: Literal["instance", "class", "static", ""] = ""
        self._receiver: tuple[Any, ...] = ()
        inner: Any = function
        if isinstance(inner, classmethod | staticmethod):
            self._of = "class" if isinstance(inner, classmethod) else "static"
            inner = inner.__func__
        if not callable(inner):
            raise UsageError(f"a tool is made of a function, not of a {type(inner).__name__}")
        plain = plain_function(inner)
        self._function: Callable[..., Any] = inner
        self.name = spaced(namespace, name or _name_of(inner))
        self.origin = f"{plain.__module__}.{plain.__qualname__}"
        self.is_async = inspect.iscoroutinefunction(plain)
        self._description = description
        self._strict = strict
        self._errors: ErrorPolicy = errors
        self._cache = cache
        self._extra = dict(extra or {})
        self._definition: Tool | None = None
        # Shared with what is bound or renamed: it is read once, and that may have to wait.
        self._reading = _Reading(inner, schema, dict(names or {}), skip=1 if self._of == "class" else 0)
        for mark in _WRITABLE:
            setattr(self, mark, getattr(inner, mark, None))
        self.__name__ = self.name
        self.__wrapped__ = inner
        if not _is_in_class_body(inner):
            self._reading.attempt()

    @property
    def definition(self) -> Tool:
        """What the model is shown. Raises UsageError when the function's annotations cannot be said in JSON."""
        if self._definition is None:
            signature = self._reading.signature
            schema = signature.form.schema
            takes_any = schema.get("properties") or schema.get("additionalProperties") or self._reading.is_raw
            self._definition = Tool(
                self.name,
                self._description if self._description is not None else signature.text or None,
                schema if takes_any else None,
                _strict(self._strict, schema),
                self._cache,
                self._extra,
            )
        return self._definition

    def read(self, arguments: str | Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by parameter: JSON text as the model wrote it, or its value.

        Raises Invalid when they do not fit: such a call must not run.
        """
        form = self._reading.signature.form
        if not isinstance(arguments, str):
            return form.convert(dict(arguments))
        # Models that have nothing to say write nothing, or null.
        given = form.convert_text("{}" if arguments.strip() in ("", "null") else arguments)
        if not isinstance(given, dict):
            raise Invalid([Problem("$", f"expected an object of arguments, got {shown(given)}")])
        return given

    def given(self, call: ToolCall) -> str | Mapping[str, Any]:
        """The arguments of a model's call, as `call` and `acall` take them."""
        return call.arguments

    def call(self, arguments: str | Mapping[str, Any], context: Any = None) -> ToolOutcome:
        """The answer to a model's call. Arguments that do not fit are an answer, and the function does not run.

        Raises UsageError for an async function (use `acall`), and what the function raises when `errors="raise"`.
        """
        if self.is_async:
            raise UsageError(f"the tool {self.name} is an async function: use AsyncClient, or acall()")
        return self._answer(arguments, context, lambda args, named: self._function(*args, **named))

    async def acall(self, arguments: str | Mapping[str, Any], context: Any = None) -> ToolOutcome:
        """As `call`, for functions of both kinds; one that blocks runs in a thread of its own."""
        prepared = self._prepare(arguments, context)
        if isinstance(prepared, ToolOutcome):
            return prepared
        args, named = prepared
        try:
            if self.is_async:
                value = await self._function(*args, **named)
            else:
                import asyncio

                value = await asyncio.to_thread(self._function, *args, **named)
                if inspect.isawaitable(value):
                    value = await value
        except Exception as error:
            return failure(error, self._errors)
        return self._told(value)

    def _answer(
        self, arguments: str | Mapping[str, Any], context: Any, run: Callable[[list[Any], dict[str, Any]], Any]
    ) -> ToolOutcome:
        prepared = self._prepare(arguments, context)
        if isinstance(prepared, ToolOutcome):
            return prepared
        try:
            value = run(*prepared)
        except Exception as error:
            return failure(error, self._errors)
        return self._told(value)

    def _prepare(self, arguments: str | Mapping[str, Any], context: Any) -> tuple[list[Any], dict[str, Any]] | ToolOutcome:
        if self._of == "instance":
            raise UsageError(f"{self.origin} is a method: take the tool from an instance")
        try:
            given = self.read(arguments)
        except Invalid as error:
            words = f"The tool {self.name} was not run, for its arguments do not fit.\n{error.message}"
            return ToolOutcome((Text(words),), "invalid", None, error)
        args, named = self._reading.signature.arguments(given, context)
        return [*self._receiver, *args], named

    def _told(self, value: Any) -> ToolOutcome:
        if inspect.iscoroutine(value):
            value.close()
            raise UsageError(f"the tool {self.name} gives a coroutine: use AsyncClient, or acall()")
        try:
            return ToolOutcome(to_blocks(value), "ok", value)
        except (TypeError, ValueError, RecursionError) as error:
            words = f"The tool {self.name} ran, but its result cannot be told: {error}"
            return ToolOutcome((Text(words[:1000]),), "failed", value, error)

    @property
    def __signature__(self) -> inspect.Signature:
        whole = inspect.signature(self._function)
        return whole.replace(parameters=list(whole.parameters.values())[len(self._receiver) :])

    def named(self, name: str) -> FunctionTool[P, R]:
        """The same tool under another name."""
        other = copy.copy(self)
        other.name = other.__name__ = checked_name(name)
        other._definition = None
        return other

    def within(self, namespace: str) -> FunctionTool[P, R]:
        """The same tool in a namespace: `read` within `fs` is `fs__read`."""
        return self.named(spaced(namespace, self.name))

    def __set_name__(self, owner: type, name: str) -> None:
        if not self._of and inspect.isfunction(self._function):
            self._of = "instance"
            self._reading.skip = 1

    @overload
    def __get__(self, instance: None, owner: type) -> FunctionTool[P, R]: ...
    @overload
    def __get__(self: FunctionTool[Concatenate[S, Rest], R], instance: S, owner: type) -> FunctionTool[Rest, R]: ...
    def __get__(self, instance: Any, owner: type) -> Any:
        receiver = {"instance": instance, "class": owner}.get(self._of)
        if receiver is None:
            return self
        bound = copy.copy(self)
        bound._of = ""
        bound._receiver = (receiver,)
        return bound

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._function(*self._receiver, *args, **kwargs)
        return result

    def __repr__(self) -> str:
        return f"<tool {self.name}: {self.origin}>"


class _Reading:
    """A function's signature, read at once or, when an annotation names what is defined further down, at first use."""

    def __init__(self, function: Callable[..., Any], schema: Mapping[str, Any] | None, names: dict[str, Any], skip: int) -> None:
        self.skip = skip
        self.is_raw = schema is not None
        self._function = function
        self._schema = schema
        self._names = names
        self._read: Signature | None = None

    def attempt(self) -> None:
        """Reads the signature unless a name is missing yet. Raises UsageError for a type that has no JSON form."""
        try:
            self._now()
        except NameError:
            pass

    @property
    def signature(self) -> Signature:
        """The signature. Raises UsageError when it cannot be read."""
        try:
            return self._now()
        except NameError as error:
            name = getattr(self._function, "__qualname__", repr(self._function))
            raise UsageError(
                f"an annotation of {name}() names {error.name!r}, which is not known where it is defined: "
                "import it there, not only for type checkers"
            ) from None

    def _now(self) -> Signature:
        if self._read is None:
            self._read = read_signature(self._function, self.skip, self._names, self._schema)
            self._names = {}
        return self._read


def _name_of(function: Callable[..., Any]) -> str:
    """A function's own name; a callable object's is that of its class."""
    name = getattr(function, "__name__", None) or getattr(getattr(function, "func", None), "__name__", None)
    return str(name or type(function).__name__)


def _is_in_class_body(function: Callable[..., Any]) -> bool:
    """Whether a function is defined in a class: it is read when the class has taken it up, or is asked for it."""
    outer, dot, _ = getattr(function, "__qualname__", "").rpartition(".")
    return inspect.isfunction(function) and bool(dot) and not outer.endswith("<locals>")


def _strict(strictness: Strictness, schema: dict[str, Any]) -> bool | None:
    match strictness:
        case "require":
            return True
        case "prefer":
            return True if fits_strict(schema) else None
        case True | False | None:
            return strictness
    raise UsageError(f"strict is 'prefer', 'require', True, False or None, not {strictness!r}")


@overload
def tool(function: classmethod[Any, P, R], /) -> FunctionTool[P, R]: ...
@overload
def tool(function: Callable[P, R], /) -> FunctionTool[P, R]: ...
@overload
def tool(
    *,
    definition: ToolLike,
    schema: Mapping[str, Any] | None = None,
    errors: ErrorPolicy = "show",
) -> Callable[[Callable[P, R]], FunctionTool[P, R]]: ...
@overload
def tool(
    *,
    name: str | None = None,
    namespace: str | None = None,
    description: str | None = None,
    schema: Mapping[str, Any] | None = None,
    strict: Strictness = None,
    errors: ErrorPolicy = "show",
    cache: Cache | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Callable[[Callable[P, R]], FunctionTool[P, R]]: ...
def tool(function: Any = None, /, **options: Any) -> Any:
    """Makes a function a tool: `@tool`, or `@tool(name=..., ...)`.

    The function's name, docstring and annotations say what the model is shown. `name` and `description` say it otherwise,
    `namespace` goes before the name (`fs__read`). `schema` is a JSON Schema of the arguments in place of the annotations; the
    function gets them by name. `strict`: see `Strictness`. `errors`: what the model is told of exceptions (`show`, `hide`), or
    `raise`. `cache` marks the definition for the vendor's prompt cache, `extra` holds a vendor's own fields. `definition` is all
    that the model is shown, in place of these: a tool that the vendor defines and you run (`VendorTool`, `types.Computer`), a
    `CustomTool`, or a `Tool`.

    A parameter annotated `ToolContext` is given the context and not shown. Raises UsageError for what has no JSON form.
    """
    names = local_names(sys._getframe(1))
    if options.get("definition") is not None:
        from .defined import DefinedTool

        return lambda function: DefinedTool(function, **options, names=names)
    if function is not None:
        return FunctionTool(function, **options, names=names)
    return lambda function: FunctionTool(function, **options, names=names)

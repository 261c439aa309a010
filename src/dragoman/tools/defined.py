"""Tools that are defined elsewhere and run here: a vendor's shell, editor or computer, one that takes free text, raw definitions.

How calls of a vendor's tool arrive is the wire's: Anthropic's with the tool's `name`, OpenAI's of `shell`, `local_shell`,
`apply_patch` and `computer` with that word; the arguments are what the vendor's page says. Members of a toolset (Anthropic's
computer of 2026, Gemini's) are called by their own names, which become the argument `action`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from msgspec.structs import replace

from ..errors import UsageError
from ..types.content import ToolCall
from ..types.request import CustomTool, Tool, ToolLike
from ..wire.json import read_json
from .function import FunctionTool
from .names import called, checked_name
from .results import ErrorPolicy

__all__ = ["DefinedTool"]

P = ParamSpec("P")
R = TypeVar("R")


class DefinedTool(FunctionTool[P, R]):
    """A function that answers calls of a tool whose definition is given, and that the model is shown as it is.

    The function's annotations say what it takes, or a `schema`; of a `Tool` its own parameters do. Free text, and a list that a
    vendor calls its tool with, go to the first parameter. Raises UsageError for words that the definition says already.
    """

    def __init__(
        self,
        function: Callable[P, R] | classmethod[Any, P, R] | staticmethod[P, R],
        *,
        definition: ToolLike,
        schema: Mapping[str, Any] | None = None,
        errors: ErrorPolicy = "show",
        names: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> None:
        if others:
            raise UsageError(f"definition= is all that the model is shown: leave out {min(others)}=")
        if isinstance(definition, Tool) and schema is None:
            schema = definition.parameters or {"type": "object"}
        super().__init__(function, name="defined", schema=schema, errors=errors, names=names)
        self._given = definition
        self.name = self.__name__ = called(definition)

    @property
    def definition(self) -> ToolLike:  # type: ignore[override]  # whoever asks a tool for its definition has made it of a function
        """What the model is shown: the definition that was given."""
        return self._given

    def read(self, arguments: str | Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by parameter. Raises Invalid when they do not fit: such a call must not run."""
        alone = None if isinstance(self._given, Tool) or not isinstance(arguments, str) else self._alone(arguments)
        if alone is None:
            return super().read(arguments)
        form = self._reading.signature.form
        first = next(iter(form.schema.get("properties", ())), None)
        if first is None:
            raise UsageError(f"{self.origin}() needs a parameter for what the tool {self.name} is called with")
        return form.convert({first: alone})

    def given(self, call: ToolCall) -> str | Mapping[str, Any]:
        """The arguments of a call; what a member of a toolset is called is its `action`."""
        if call.name == self.name or call.custom:
            return call.arguments
        value = call.input
        return {"action": call.name, **value} if isinstance(value, dict) else call.arguments

    def _alone(self, arguments: str) -> Any:
        """What is one argument by itself, None where there is an object of them."""
        if isinstance(self._given, CustomTool):
            return arguments
        try:
            value = read_json(arguments)
        except ValueError:
            return None
        return value if isinstance(value, list) else None

    def named(self, name: str) -> DefinedTool[P, R]:
        """The same tool under another name. Raises UsageError for a vendor's tool, which is called by the vendor's name."""
        if not isinstance(self._given, Tool | CustomTool):
            raise UsageError(f"the vendor calls its tool {self.name!r}: it has no other name")
        other = super().named(checked_name(name))
        assert isinstance(other, DefinedTool)
        other._given = replace(self._given, name=name)
        return other

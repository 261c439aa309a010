"""What a tool may ask about the call it answers."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, get_args, get_origin

from ..types.content import ToolCall
from ..types.messages import Message

__all__ = ["ToolContext", "wants_context"]

T = TypeVar("T")
_NO_CALL: Final = ToolCall("", "")


@dataclass(frozen=True, slots=True)
class ToolContext(Generic[T]):
    """Given to a tool's parameter that is annotated so; the model sees nothing of it.

    `value` is what the program gave the run, `call` the model's call, `messages` the conversation up to it, `step` the number
    of answers before it.
    """

    value: T
    call: ToolCall = _NO_CALL
    messages: tuple[Message, ...] = ()
    step: int = 0


def wants_context(hint: Any) -> bool:
    """Whether a parameter of this type is to be given the context."""
    if hasattr(hint, "__metadata__"):
        return wants_context(hint.__origin__)
    origin = get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return any(wants_context(member) for member in get_args(hint))
    kind = origin or hint
    return isinstance(kind, type) and issubclass(kind, ToolContext)

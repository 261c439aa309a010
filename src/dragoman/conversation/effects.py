"""What a conversation's flows ask of the face that runs them; each is answered with what it says, or with an exception."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import msgspec

from ..routes import ModelLike
from ..types.messages import Message
from .history import Turn

__all__ = ["Ask", "Check", "Effect", "Flow", "Keep", "Write"]

_T = TypeVar("_T")


class Ask(msgspec.Struct, frozen=True):
    """The caller's own question, whole or streamed as the caller wants. Answered with the Response."""

    model: ModelLike
    messages: tuple[Message, ...]
    options: dict[str, Any]


class Write(msgspec.Struct, frozen=True):
    """A question of the conversation's own, always whole. Answered with the Response."""

    model: ModelLike
    messages: tuple[Message, ...]
    options: dict[str, Any]


class Check(msgspec.Struct, frozen=True):
    """See that nobody else has changed the conversation. Raises StoreConflict."""


class Keep(msgspec.Struct, frozen=True):
    """Add turns, stand at `head`, and come back when that is stored."""

    turns: tuple[Turn, ...]
    head: str | None


Effect = Ask | Write | Check | Keep
Flow = Generator[Effect, Any, _T]

"""Blocks of an answer while they are being said.

Each knows what it began as, what came after, and whether that needs a final value in `BlockStop` (`final`): start and
deltas alone cannot say vendor fields that arrive late, nor the origin that vendor data makes necessary.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import msgspec

from ...types.content import Audio, Base64, Block, Citation, Origin, Refusal, Text, Thinking, ToolCall
from .details import DETAILS, Details

__all__ = ["Kind", "Open", "OpenAudio", "OpenCall", "OpenText", "OpenThinking"]

Kind = Literal["text", "refusal", "thinking"]

_NO_TEXT = Text("")
_NO_REFUSAL = Refusal("")


class Open(ABC):
    """A block that has begun; `index` is None until its `BlockStart` has been given."""

    __slots__ = ("choice", "index", "pieces")

    def __init__(self, choice: int) -> None:
        self.choice = choice
        self.index: int | None = None
        self.pieces: list[str] = []

    @property
    @abstractmethod
    def start(self) -> Block:
        """What `BlockStart` says of it."""

    @abstractmethod
    def final(self) -> Block | None:
        """What `BlockStop` must say of it, None where start and deltas say it all."""


class OpenText(Open):
    """`Text` or `Refusal`."""

    __slots__ = ("before", "citations", "kind", "logprobs", "origin", "reasoning")

    def __init__(self, choice: int, kind: Literal["text", "refusal"], origin: Origin, before: int = 0) -> None:
        super().__init__(choice)
        self.kind: Kind = kind
        self.before = before
        """How many characters of the message's content stand before it."""
        self.origin = origin
        self.citations: list[Citation] = []
        self.logprobs: list[dict[str, Any]] = []
        self.reasoning = False

    @property
    def start(self) -> Block:
        return _NO_TEXT if self.kind == "text" else _NO_REFUSAL

    def final(self) -> Block | None:
        text = "".join(self.pieces)
        if self.reasoning:
            return Thinking(text=text, origin=self.origin, extra={"field": "content", "lone_tag": True})
        if not self.citations:
            return None
        return Text(text, tuple(self.citations), tuple(self.logprobs) or None, origin=self.origin)


class OpenThinking(Open):
    """`Thinking`: the field its text came in, and the vendor's own objects for it."""

    __slots__ = ("details", "field", "kind", "origin", "parts", "said", "unclosed")

    def __init__(self, choice: int, origin: Origin, field: str | None, extra: dict[str, Any] | None = None) -> None:
        super().__init__(choice)
        self.kind: Kind = "thinking"
        self.origin = origin
        self.field = field
        self.said = dict(extra or {}) if field is None else {"field": field, **(extra or {})}
        self.unclosed = False
        self.details: Details | None = None
        self.parts: list[Any] = []

    @property
    def start(self) -> Block:
        return Thinking(origin=self.origin, extra=self.said)

    def final(self) -> Block | None:
        if self.details is None and not self.parts and not self.unclosed:
            return None
        extra = dict(self.said)
        if self.unclosed:
            extra["unclosed"] = True
        if self.details is not None:
            extra[DETAILS] = self.details.merged()
        if self.parts:
            extra["parts"] = self.parts
        return Thinking(text="".join(self.pieces), origin=self.origin, extra=extra)


class OpenCall(Open):
    """`ToolCall`: waits for its name before it begins, so that `BlockStart` can say it."""

    __slots__ = ("checks", "custom", "extra", "id", "name", "origin", "said", "size", "slot")

    def __init__(self, choice: int, origin: Origin, id: str, *, custom: bool, slot: int | None, extra: dict[str, Any]) -> None:
        super().__init__(choice)
        self.origin = origin
        self.id = id
        self.name = ""
        self.custom = custom
        self.slot = slot
        self.extra = extra
        self.size = 0
        self.checks = 16
        self.said: ToolCall | None = None

    @property
    def start(self) -> Block:
        self.said = self._block("")
        return self.said

    def final(self) -> Block | None:
        block = self._block("")
        return None if block == self.said else msgspec.structs.replace(block, arguments="".join(self.pieces))

    def _block(self, arguments: str) -> ToolCall:
        extra = dict(self.extra)
        return ToolCall(self.id, self.name, arguments, self.custom, origin=self.origin if extra else None, extra=extra)

    def complete(self) -> bool:
        """Whether the arguments so far are one whole JSON object, so that more of them would spoil it.

        Asked only where a fragment is ambiguous, and only so often, to stay linear in the length of the stream.
        """
        if self.custom or not self.checks or not self.pieces or not self.pieces[-1].rstrip().endswith("}"):
            return False
        self.checks -= 1
        text = "".join(self.pieces)
        self.pieces[:] = [text]
        try:
            return isinstance(msgspec.json.decode(text), dict)
        except msgspec.DecodeError:
            return False


class OpenAudio(Open):
    """`Audio`: this wire names neither media type nor format in the answer, it is what the request asked for."""

    __slots__ = ("extra", "media", "origin", "said")

    def __init__(self, choice: int, origin: Origin, extra: dict[str, Any]) -> None:
        super().__init__(choice)
        self.origin = origin
        self.extra = extra
        self.said = dict(extra)
        self.media: list[str] = []

    @property
    def start(self) -> Block:
        return Audio(Base64("audio/*", ""), origin=self.origin, extra=self.said)

    def final(self) -> Block | None:
        if self.extra == self.said:
            return None
        source = Base64("audio/*", "".join(self.media))
        return Audio(source, "".join(self.pieces) or None, origin=self.origin, extra=self.extra)

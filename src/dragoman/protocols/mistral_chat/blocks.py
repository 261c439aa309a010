"""Blocks of an answer while they are being said, and the register that numbers them over all choices.

Each knows whether its `BlockStop` must say a final value: start and deltas alone cannot say vendor fields that arrive
with a later piece.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

import msgspec

from ...types.content import Block, Citation, Origin, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.events import BlockStart, BlockStop, Event
from .chunks import is_plain_text

__all__ = ["CALL", "RESULT", "Open", "OpenCall", "OpenResult", "OpenText", "OpenThinking", "Register"]

Json = dict[str, Any]

CALL: Final = "tool_calls"
"""The kind of calls that the vendor answered itself."""

RESULT: Final = "tool"
"""The kind of its answers."""

_NO_TEXT: Final = Text("")


class Open(ABC):
    """A block that has begun; `place` is its index over the whole answer."""

    __slots__ = ("extra", "origin", "pieces", "place")

    def __init__(self, origin: Origin, extra: Json | None = None) -> None:
        self.origin = origin
        self.extra: Json = {} if extra is None else extra
        self.pieces: list[str] = []
        self.place = -1

    @abstractmethod
    def start(self) -> Block:
        """What `BlockStart` says of it."""

    @abstractmethod
    def final(self) -> Block | None:
        """What `BlockStop` must say of it, None where start and deltas say it all."""


class OpenText(Open):
    """`Text`; once it is cited, more text is another block."""

    __slots__ = ("citations", "logprobs")

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin)
        self.citations: list[Citation] = []
        self.logprobs: list[Json] = []

    def start(self) -> Block:
        return _NO_TEXT

    def final(self) -> Block | None:
        if not self.extra:
            return None
        text = "".join(self.pieces)
        return Text(text, tuple(self.citations), tuple(self.logprobs) or None, origin=self.origin, extra=self.extra)


class OpenThinking(Open):
    """`Thinking`; `inner` is kept once something that is not plain text stands inside."""

    __slots__ = ("inner", "signature")

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin)
        self.inner: list[Json] = []
        self.signature: str | None = None

    def start(self) -> Block:
        return Thinking(origin=self.origin)

    def take(self, chunk: Json) -> None:
        """Something inside that is not plain text: from here on, or from the beginning, order has to be kept."""
        if not self.inner and self.pieces:
            self.inner.append({"type": "text", "text": "".join(self.pieces)})
        self.inner.append(chunk)

    def say(self, text: str) -> None:
        """More plain text."""
        self.pieces.append(text)
        if inner := self.inner:
            if is_plain_text(inner[-1]):
                inner[-1] = {"type": "text", "text": inner[-1]["text"] + text}
            else:
                inner.append({"type": "text", "text": text})

    def final(self) -> Block | None:
        extra = {"thinking": self.inner, **self.extra} if self.inner else self.extra
        return Thinking(text="".join(self.pieces), signature=self.signature, origin=self.origin, extra=extra) if extra else None


class OpenCall(Open):
    """`ToolCall`: whole in one piece as a rule, in several from some of the models that Mistral hosts. `served` says that the
    vendor answered it itself, which a stream tells when the answer comes."""

    __slots__ = ("began", "id", "name", "served", "slot")

    def __init__(self, origin: Origin, id: str, name: str, slot: int | None, extra: Json, *, served: bool = False) -> None:
        super().__init__(origin, extra)
        self.id = id
        self.name = name
        self.slot = slot
        self.served = served
        self.began = self.start()

    def start(self) -> ToolCall | ServerToolCall:
        if self.served:
            return ServerToolCall(self.id, self.name, kind=CALL, origin=self.origin, extra=dict(self.extra))
        return ToolCall(self.id, self.name, origin=self.origin if self.extra else None, extra=dict(self.extra))

    def final(self) -> Block | None:
        now = self.start()
        return None if now == self.began else msgspec.structs.replace(now, arguments="".join(self.pieces))


class OpenResult(Open):
    """`ServerToolResult`: what the vendor's own tool answered. `turn` is the message it stands in."""

    __slots__ = ("content", "id", "turn")

    def __init__(self, origin: Origin, id: str, turn: Any) -> None:
        super().__init__(origin)
        self.id = id
        self.turn = turn
        self.content: list[Any] | None = None

    def start(self) -> Block:
        return ServerToolResult(self.id, RESULT, origin=self.origin)

    def take(self, message: Json) -> None:
        """More of it: text alone stays text, with anything else it is a list."""
        content = message.get("content")
        if isinstance(content, str) and content and self.content is None:
            self.pieces.append(content)
        elif isinstance(content, str | list) and content:
            if self.content is None:
                self.content = [{"type": "text", "text": "".join(self.pieces)}] if self.pieces else []
            self.content += [{"type": "text", "text": content}] if isinstance(content, str) else content
        self.extra.update({name: value for name, value in message.items() if name not in _RESULT and value is not None})

    def final(self) -> Block | None:
        content = "".join(self.pieces) if self.content is None else self.content
        return ServerToolResult(self.id, RESULT, content, origin=self.origin, extra=self.extra)


_RESULT: Final = frozenset({"role", "content", "tool_call_id", "index"})


class Register:
    """Numbers the blocks of an answer and knows which are open."""

    __slots__ = ("count", "opened")

    def __init__(self) -> None:
        self.count = 0
        self.opened: dict[int, Open] = {}

    def begin(self, opened: Open, choice: int, out: list[Event]) -> None:
        """Give a block its number and its beginning."""
        opened.place = self.count
        self.opened[self.count] = opened
        self.count += 1
        out.append(BlockStart(opened.place, opened.start(), choice))

    def end(self, opened: Open, out: list[Event]) -> None:
        """Give a block its end."""
        del self.opened[opened.place]
        out.append(BlockStop(opened.place, opened.final()))

    def whole(self, block: Block, choice: int, out: list[Event]) -> None:
        """Give a block that comes in one piece."""
        out.append(BlockStart(self.count, block, choice))
        out.append(BlockStop(self.count))
        self.count += 1

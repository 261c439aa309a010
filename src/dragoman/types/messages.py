"""Messages: one turn each, and the short ways to write them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .content import Block, Citation, Origin, Text, Thinking, ToolCall, ToolResult

__all__ = ["Message", "Role", "assistant", "dump", "load", "system", "tool_result", "user"]

Role = Literal["system", "developer", "user", "assistant", "tool"]


class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One turn of a conversation: a role and its blocks in order.

    A `ToolResult` may stand in a `tool` message (one or several) or in a `user` message beside other blocks;
    each protocol regroups them as its wire wants. `origin` is set on answers. `extra` holds vendor fields of the
    message itself.
    """

    role: Role
    content: tuple[Block, ...]
    name: str | None = None
    origin: Origin | None = None
    extra: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """All answer text of the message, joined."""
        return "".join([block.text for block in self.content if type(block) is Text])

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where `text` comes from: its blocks' citations in order, with `start` and `end` in `text`. A citation without a span
        is of the whole of its block."""
        found: list[Citation] = []
        place = 0
        for block in self.content:
            if type(block) is Text:
                size = len(block.text)
                for citation in block.citations:
                    start = 0 if citation.start is None else citation.start
                    end = size if citation.end is None else citation.end
                    found.append(msgspec.structs.replace(citation, start=place + start, end=place + end))
                place += size
        return tuple(found)

    @property
    def thinking(self) -> str:
        """All visible reasoning of the message, joined."""
        return "".join([block.text for block in self.content if type(block) is Thinking])

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls the caller must answer, in order."""
        return tuple([block for block in self.content if type(block) is ToolCall])


def _blocks(content: tuple[str | Block, ...]) -> tuple[Block, ...]:
    return tuple([Text(part) if isinstance(part, str) else part for part in content])


def user(*content: str | Block) -> Message:
    """A user message from strings and blocks."""
    return Message("user", _blocks(content))


def assistant(*content: str | Block) -> Message:
    """An assistant message from strings and blocks; to continue a conversation use `response.message` instead."""
    return Message("assistant", _blocks(content))


def system(*content: str | Block) -> Message:
    """A system message, at the head of a conversation or (where the model takes it) in the middle."""
    return Message("system", _blocks(content))


def tool_result(call: ToolCall | str, *content: str | Block, is_error: bool = False) -> Message:
    """The answer to a tool call, given the call or its id."""
    if isinstance(call, str):
        return Message("tool", (ToolResult(call, _blocks(content), is_error),))
    return Message("tool", (ToolResult(call.id, _blocks(content), is_error, call.name),))


def dump(messages: list[Message] | tuple[Message, ...]) -> bytes:
    """A conversation as JSON bytes; `load` gives back equal values."""
    return msgspec.json.encode(messages)


def load(data: bytes | str) -> list[Message]:
    """A conversation from the JSON of `dump`; raises ValueError when it is not one."""
    from .reading import read_messages

    try:
        return read_messages(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a saved conversation: {error}") from error

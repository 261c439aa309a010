"""The `input` of a request to messages.

It is text, one content, a list of content (a person's words, all three), or a list of steps. Steps of the model that follow
one another are one assistant message; results of functions that follow one another are one tool message, also where they
stand among a person's input, as some clients send them. Vendor data has the wire as its origin and no provider: it may go to
any provider that speaks it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...errors import DecodeError
from ...types.content import Block, Text, ToolCall, ToolResult
from ...types.messages import Message, Role
from .content import KINDS, read_content
from .json_text import Json, dump
from .say import OBJECT
from .steps import blocks_of, step_fields
from .wire import WIRE

__all__ = ["decode_input"]

_replace: Final = msgspec.structs.replace


def decode_input(value: Any) -> tuple[Message, ...]:
    """The messages. Raises DecodeError for what is neither text, content nor steps."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (Message("user", (Text(value),)),)
    listed = [value] if isinstance(value, dict) else value
    if not isinstance(listed, list):
        raise DecodeError("the input is neither text nor a list of content or steps")
    reader = _Reader()
    for place, item in enumerate(listed):
        if isinstance(item, str):
            item = {"type": "text", "text": item}
        if not isinstance(item, dict):
            raise DecodeError(f"input[{place}] is not an object")
        reader.take(item)
    reader.flush()
    return tuple(reader.messages)


class _Reader:
    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._role: Role = "user"
        self._blocks: list[Block] = []
        self._last: Any = None

    def flush(self) -> None:
        """End the message that is open."""
        if self._blocks:
            self.messages.append(Message(self._role, tuple(self._blocks)))
            self._blocks = []

    def _append(self, role: Role, blocks: list[Block]) -> None:
        if role != self._role:
            self.flush()
            self._role = role
        self._blocks += blocks

    def take(self, item: Json) -> None:
        """Take the next content or step."""
        kind = item.get("type")
        if isinstance(kind, str) and kind in KINDS:
            self._append("user", [read_content(item, WIRE, answer=False)])
        elif kind == "user_input":
            self.flush()
            self._people(item)
        elif kind == "function_result" and isinstance(item.get("call_id"), str):
            self._append("tool", [_result(item)])
        else:
            follows = self._last == "model_output" and self._role == "assistant" and bool(self._blocks)
            blocks = blocks_of(item, WIRE, answer=False, follows=follows)
            self._append("assistant", [_plain(block) for block in blocks])
        self._last = kind

    def _people(self, step: Json) -> None:
        content = step.get("content")
        if isinstance(content, str):
            content = [{"type": "text", "text": content}]
        items = content if isinstance(content, list) else [] if content is None else [content]
        blocks: list[Block] = []
        for item in items:
            called = isinstance(item, dict) and item.get("type") == "function_result" and isinstance(item.get("call_id"), str)
            blocks.append(_result(item) if called else read_content(item, WIRE, answer=False))
        extra = step_fields(step, ("content",))
        role: Role = "tool" if blocks and all(isinstance(block, ToolResult) for block in blocks) else "user"
        if blocks or extra:
            self.messages.append(Message(role, tuple(blocks), extra=extra, origin=WIRE if extra else None))


def _plain(block: Block) -> Block:
    """A block without an origin where nothing on it needs one."""
    if isinstance(block, ToolCall) and not block.extra:
        return _replace(block, origin=None)
    return block


def _result(item: Json) -> ToolResult:
    value, name = item.get("result"), item.get("name")
    known = {"call_id", "result", "name"} if isinstance(name, str | None) else {"call_id", "result"}
    failed = item.get("is_error")
    if failed is True:
        known.add("is_error")
    extra: Json = {}
    content: tuple[Block, ...]
    if isinstance(value, str):
        content = (Text(value),) if value else ()
    elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        content = tuple([read_content(entry, WIRE, answer=False) for entry in value])
        if len(content) < 2 and all(isinstance(block, Text) and not block.extra for block in content):
            extra["list"] = True
    elif value is None:
        content = ()
    else:
        content = (Text(dump(value), extra={OBJECT: True}, origin=WIRE),)
    if left := step_fields(item, known):
        extra["step"] = left
    name = name if isinstance(name, str) else None
    return ToolResult(item["call_id"], content, failed is True, name, extra=extra, origin=WIRE if extra else None)

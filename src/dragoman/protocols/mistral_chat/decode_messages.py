"""The messages of a client's request (https://docs.mistral.ai/api/endpoint/chat)."""

from __future__ import annotations

from typing import Any, Final

from ...errors import DecodeError
from ...types.content import Block, Opaque, Text, ToolCall, ToolResult
from ...types.messages import Message
from .chunks import decode_content
from .wire import WIRE, arguments_text

__all__ = ["decode_messages"]

Json = dict[str, Any]

_ROLES: Final = frozenset({"system", "user", "assistant", "tool"})
_FIRST_ID: Final = "call00000"


def decode_messages(messages: list[Json]) -> list[Message]:
    """The history as values. Raises DecodeError for a message without a role of this wire."""
    reader = _Reader()
    return [reader.message(message, place) for place, message in enumerate(messages)]


class _Reader:
    """One history; remembers the calls that wait, for results that name none."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.made = 0

    def message(self, message: Json, place: int) -> Message:
        fields = {name: value for name, value in message.items() if value is not None}
        said = fields.pop("role", None)
        if not isinstance(said, str) or said not in _ROLES:
            raise DecodeError(f"messages[{place}] has the role {said!r}")
        role: Any = said
        blocks = self._content(fields, place)
        if role == "tool":
            return self._result(fields, blocks)
        if role == "assistant":
            called = self._calls(fields)
            if called and blocks == [Text("")]:
                blocks = []
            blocks += called
        return Message(role, tuple(blocks), None, WIRE if fields else None, fields)

    def _content(self, fields: Json, place: int) -> list[Block]:
        content = fields.pop("content", None)
        if isinstance(content, str):
            return [Text(content)]
        if isinstance(content, list):
            return decode_content(content, WIRE)
        if content is not None:
            raise DecodeError(f"the content of messages[{place}] is neither text nor a list")
        return []

    def _calls(self, fields: Json) -> list[Block]:
        entries = fields.get("tool_calls")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            return []
        del fields["tool_calls"]
        blocks = [self._call(entry, place) for place, entry in enumerate(entries)]
        self.open = [block.id for block in blocks if isinstance(block, ToolCall)]
        return blocks

    def _call(self, entry: Json, place: int) -> Block:
        extra = {name: value for name, value in entry.items() if value is not None}
        function, id = extra.pop("function", None), extra.pop("id", None)
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            return Opaque(entry, origin=WIRE, extra={"field": "tool_calls"})
        if extra.get("type") in ("function", "null"):
            del extra["type"]
        if extra.get("index") == place:
            del extra["index"]
        inner = {name: value for name, value in function.items() if value is not None}
        name, arguments = inner.pop("name"), inner.pop("arguments", None)
        if inner:
            extra["function"] = inner
        if isinstance(arguments, dict):
            extra["object"] = True
        if not isinstance(id, str) or id in ("", "null"):
            id = f"call{self.made:05d}"
            self.made += 1
            extra["synthetic_id"] = True
        return ToolCall(id, name, arguments_text(arguments), origin=WIRE if extra else None, extra=extra)

    def _result(self, fields: Json, blocks: list[Block]) -> Message:
        """A result that names no call answers the first that waits."""
        id, name = fields.pop("tool_call_id", None), fields.pop("name", None)
        if not isinstance(id, str):
            id = self.open[0] if self.open else _FIRST_ID
        if id in self.open:
            self.open.remove(id)
        result = ToolResult(id, tuple(blocks), name=name if isinstance(name, str) else None)
        return Message("tool", (result,), None, WIRE if fields else None, fields)

"""The items of `input` to messages.

Items of the model that follow one another are one assistant message, so that parallel calls stand together; outputs that
follow one another are one tool message. A second message of the model begins a message of its own, unless calls before it
still wait for their outputs. Vendor data has the wire as its origin and no provider: it may go to any provider that speaks it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...errors import DecodeError
from ...types.content import Block, Opaque, Refusal, Text, ToolCall, ToolResult
from ...types.messages import Message, Role
from .items import ItemReader
from .json_text import Json
from .outputs import OUTPUT_KINDS
from .parts import WIRE, decode_parts

__all__ = ["decode_messages"]

_OUTPUTS: Final = frozenset(OUTPUT_KINDS.values())
_PEOPLE: Final[dict[Any, Role]] = {"user": "user", "system": "system", "developer": "developer"}
_FIELDS: Final = {"tool_search_output": "tools"}
_OTHERS: Final[dict[Any, Role]] = {
    "mcp_approval_response": "user",
    "compaction_trigger": "user",
    "additional_tools": "developer",
    "configuration_update": "developer",
}
"""Items that the client says: all other unknown ones are taken for the model's."""

_replace: Final = msgspec.structs.replace


def decode_messages(items: Any) -> tuple[Message, ...]:
    """The messages that `input` holds. Raises DecodeError when it is neither text nor a list of items."""
    if isinstance(items, str):
        return (Message("user", (Text(items),)),)
    if items is None:
        return ()
    if not isinstance(items, list):
        raise DecodeError("the input is neither text nor a list of items")
    reader = _Reader()
    for place, item in enumerate(items):
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
        self._items = ItemReader(WIRE)
        self._hosted: set[str] = set()

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
        """Take the next item."""
        kind = item.get("type") or ("message" if "role" in item else "")
        if not isinstance(kind, str):
            kind = ""
        if kind == "message":
            self._message(item)
        elif kind in _OUTPUTS and self._is_callers(item, kind):
            self._append("tool", [_result(item, kind)])
        elif kind in _OTHERS:
            self.flush()
            self._append(_OTHERS[kind], [Opaque(item, origin=WIRE)])
            self.flush()
        else:
            blocks = [_plain(block) for block in self._items.decode(item)]
            if kind == "shell_call" and not isinstance(blocks[0], ToolCall):
                self._hosted.add(str(item.get("call_id")))
            self._append("assistant", blocks)

    def _is_callers(self, item: Json, kind: str) -> bool:
        """Whether the caller answered it, and not the vendor itself."""
        if not isinstance(item.get("call_id"), str):
            return False
        if kind == "tool_search_output":
            return item.get("execution") == "client"
        return kind != "shell_call_output" or item["call_id"] not in self._hosted

    def _message(self, item: Json) -> None:
        role = item.get("role")
        if isinstance(role, str) and role in _PEOPLE:
            self.flush()
            extra = {name: value for name, value in item.items() if name not in ("type", "role", "content") and value is not None}
            if extra.get("status") == "completed":
                del extra["status"]
            said = decode_parts(item.get("content"))
            self.messages.append(Message(_PEOPLE[role], said, extra=extra, origin=WIRE if extra else None))
            return
        content = item.get("content")
        if role != "assistant" or not (isinstance(content, list | str)):
            self._append("assistant", [Opaque({"type": "message", **item}, origin=WIRE)])
            return
        spoke = any(isinstance(block, Text | Refusal) for block in self._blocks)
        if self._role == "assistant" and spoke and not any(isinstance(block, ToolCall) for block in self._blocks):
            self.flush()
        whole = {**item, "type": "message"}
        empty = {"type": "output_text", "text": ""}
        blocks = self._items.decode(whole) if content else [self._items.part(empty, self._items.message_fields(whole), 0)]
        follows = self._role == "assistant" and bool(self._blocks) and isinstance(self._blocks[-1], Text | Refusal)
        plain = all("fields" not in block.extra and not block.extra["item"] for block in blocks)
        if plain and not follows:
            blocks = [_plain(_replace(block, extra={})) if isinstance(block, Text | Refusal) else block for block in blocks]
        self._append("assistant", blocks)


def _plain(block: Block) -> Block:
    """A block without an origin where nothing on it needs one."""
    extra = block.extra
    if isinstance(block, ToolCall) and extra == {"item": {}}:
        return _replace(block, extra={}, origin=None)
    if isinstance(block, Text | Refusal) and not extra and not (isinstance(block, Text) and block.citations):
        return _replace(block, origin=None)
    return block


def _result(item: Json, kind: str) -> ToolResult:
    field = _FIELDS.get(kind, "output")
    known = {"type", "call_id", field}
    fields: Json = {name: value for name, value in item.items() if name not in known and value is not None}
    if fields.get("status") == "completed" and kind in ("function_call_output", "custom_tool_call_output"):
        del fields["status"]
    if kind != "function_call_output":
        fields = {"type": kind, **fields}
    value = item.get(field)
    content: tuple[Block, ...]
    if kind in ("function_call_output", "custom_tool_call_output") or isinstance(value, str):
        content = decode_parts(value) if value else ()
    elif value is None:
        content = ()
    else:
        content = (Opaque({"type": field, "value": value}, extra={"field": field}, origin=WIRE),)
    return ToolResult(item["call_id"], content, extra={"item": fields} if fields else {}, origin=WIRE if fields else None)

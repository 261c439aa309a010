"""Items and blocks that an encoder is saying, and how they are announced."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...types.content import Block, Refusal, ServerToolCall, Text, Thinking, ToolCall
from .json_text import Json
from .open_items import OpenBlock
from .say import say_item

__all__ = ["ARGUMENTS", "SaidBlock", "SaidItem", "announced", "bare"]

_replace: Final = msgspec.structs.replace


class SaidItem:
    """An item that is being said: its place, its id as frames name it, and the parts of a message."""

    __slots__ = ("done", "id", "index", "kind", "left", "name")

    def __init__(self, index: int, item: Json) -> None:
        self.index = index
        self.kind = item.get("type")
        self.id: Any = item.get("id") or f"item_{index}"
        self.name = msgspec.json.encode(self.id)
        self.done: dict[int, Block] = {}
        """Finished parts of a message by their place."""
        self.left = 0
        """How many of its parts are open."""


class SaidBlock:
    """A block that is being said."""

    __slots__ = ("annotations", "item", "opened", "place", "signature", "spoke")

    def __init__(self, item: SaidItem, opened: OpenBlock, place: int) -> None:
        self.item = item
        self.opened = opened
        self.place = place
        self.spoke = False
        self.annotations = 0
        self.signature: str | None = None


ARGUMENTS: Final[dict[Any, tuple[str, str]]] = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
    "mcp_call": ("mcp_call_arguments", "arguments"),
}
"""The frames in which the arguments of an item come, and the field they are in when done."""


def bare(block: Block) -> Block:
    """A block without what is said in deltas."""
    match block:
        case Text():
            return _replace(block, text="", citations=(), logprobs=None)
        case Refusal() | Thinking():
            return _replace(block, text="")
        case ToolCall() | ServerToolCall() if "field" not in block.extra:
            return _replace(block, arguments="")
        case _:
            return block


def announced(block: Block, place: int) -> Json:
    """An item as it is added, before it is complete."""
    item = say_item(bare(block), place, answer=True)
    kind = ARGUMENTS.get(name) if isinstance(name := item.get("type"), str) else None
    if kind is not None and isinstance(block, ToolCall | ServerToolCall):
        item[kind[1]] = ""
    if isinstance(block, ToolCall | ServerToolCall) and "status" not in block.extra.get("item", {}):
        item["status"] = "in_progress"
    return item

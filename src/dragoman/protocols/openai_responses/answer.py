"""The state of one answer, streamed or whole: its items open and close, and give the events of their blocks.

An item opens when it is added and closes when it is done. Both, and every frame between them, are found by `output_index`,
because ids change from frame to frame on some servers (GitHub Copilot). The done item counts, whatever deltas said: what it
says beyond them is given as a delta, and what it says otherwise stands in the block of `BlockStop`. All blocks of an item
close together when it is done; items may be open at the same time. What an answer says about itself is told when it is new:
`Started` for id and model, `Extra` for vendor fields, `UsageUpdate`.

A whole answer gives the same events, each text in one delta. `frames.py` reads the frames of a stream.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Block, Refusal, ToolCall
from ...types.events import BlockStart, Event, Extra, Failed, Finished, OpaqueEvent, Started, UsageUpdate
from ...types.response import Failure
from ..base import Target
from .dialect import ResponsesDialect
from .errors import failure_of
from .items import ItemReader
from .json_text import Json
from .open_items import OpenBlock, OpenItem, stripped
from .wire import answer_fields, decode_finish, decode_usage

__all__ = ["Answer"]

_MISSING: Any = object()


class Answer:
    """Reads the objects of one answer. After `over` nothing more is to be read."""

    __slots__ = ("_blocks", "_called", "_count", "_extra", "_refused", "_usage", "begun", "items", "over", "reader", "seen")

    def __init__(self, target: Target) -> None:
        dialect = target.dialect if isinstance(target.dialect, ResponsesDialect) else ResponsesDialect()
        self.reader = ItemReader(target.origin(), dialect.hosted_custom)
        self.items: dict[Any, OpenItem] = {}
        self.seen: set[Any] = set()
        """The keys of all items that have been opened."""
        self.over = False
        self.begun: Started | None = None
        self._blocks = 0
        self._count = 0
        self._called = False
        self._refused = False
        self._extra: Json = {}
        self._usage: Json | None = None

    # --- the answer itself ---------------------------------------------------------------------------------------------

    def begin(self, response: Json, out: list[Event]) -> None:
        """Who answers, where that is new: some gateways change an answer's id as it goes."""
        id, model, created = response.get("id"), response.get("model"), response.get("created_at")
        known = self.begun or Started()
        started = Started(
            id if isinstance(id, str) and id else known.id,
            model if isinstance(model, str) and model else known.model,
            int(created) if type(created) in (int, float) and created else known.created,
        )
        if started != self.begun:
            self.begun = started
            out.append(started)

    def tell(self, response: Json, beside: Json, out: list[Event]) -> None:
        """Vendor fields of the answer, of its object and `beside` it, and token counts: only what is new."""
        extra = self._extra
        fields = {**answer_fields(response), **{name: value for name, value in beside.items() if value is not None}}
        if found := {name: value for name, value in fields.items() if extra.get(name, _MISSING) != value}:
            extra.update(found)
            out.append(Extra(found))
        usage = response.get("usage")
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            out.append(UsageUpdate(decode_usage(usage)))

    def end(self, response: Json, beside: Json, out: list[Event]) -> None:
        """End the answer as its last lifecycle frame, or the whole body, says. Items that were never streamed are given now."""
        self.begin(response, out)
        listed = response.get("output")
        output: list[Any] = listed if isinstance(listed, list) else []
        for key in list(self.items):
            self.close_item(key, output[key] if type(key) is int and key < len(output) else None, out)
        for place, item in enumerate(output):
            if place not in self.seen and self._count < len(output):
                self.whole(item, place, out)
        self.tell(response, beside, out)
        error = response.get("error")
        if response.get("status") == "failed":
            self.fail(failure_of(error if isinstance(error, dict) and error else {"error": error or "the answer failed"}), out)
            return
        self.over = True
        out.append(Finished(decode_finish(response, calls=self._called, refused=self._refused)))

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    # --- items ---------------------------------------------------------------------------------------------------------

    def add_item(self, key: Any, data: Json, out: list[Event], *, implied: bool = False) -> OpenItem:
        """Open an item; `implied` is one whose parts come before it is announced."""
        kind = data.get("type")
        known = self.items.get(key)
        if known is not None and known.implied and known.kind == kind:
            known.id, known.implied = data.get("id"), False
            return known
        if known is not None:
            self.close_item(key, None, out)
        message = kind == "message"
        item = OpenItem(kind, data.get("id"), self.reader.message_fields(data, started=True) if message else {}, implied)
        self.items[key] = item
        self.seen.add(key)
        self._count += 1
        if not message:
            self.open_block(item, 0, self.reader.announced(data), out)
        return item

    def open_block(self, item: OpenItem, place: int, block: Block, out: list[Event]) -> OpenBlock:
        """Open a block of an item."""
        if self.begun is None:
            self.begin({}, out)
        opened = item.blocks[place] = OpenBlock(self._blocks, block)
        self._blocks += 1
        self._called = self._called or type(block) is ToolCall
        self._refused = self._refused or type(block) is Refusal
        out.append(BlockStart(opened.index, block))
        return opened

    def close_item(self, key: Any, done: Any, out: list[Event]) -> None:
        """Close an item, as it says itself where it does."""
        item = self.items.pop(key)
        if not isinstance(done, dict):
            for place, opened in item.blocks.items():
                final = None if opened.final is None else self.reader.part(opened.final, item.fields, place)
                opened.complete(final, out)
        elif done.get("type") != item.kind:  # another item in its place
            self.items[key] = item
            self.close_item(key, None, out)
            self.whole(done, key, out)
        elif item.kind == "message":
            self._close_message(item, done, out)
        else:
            first, *more = self.reader.decode(done)
            item.blocks[0].complete(first, out)
            for block in more:
                self._whole_block(block, block, out)

    def _close_message(self, item: OpenItem, done: Json, out: list[Event]) -> None:
        fields = self.reader.message_fields(done)
        places = sorted(item.blocks)
        parts = done.get("content")
        if isinstance(parts, list) and parts:
            if len(parts) != len(places):
                places = list(range(len(parts)))
            finals = {place: self.reader.part(part, fields, place) for place, part in zip(places, parts, strict=True)}
        elif places:
            finals = {place: self.reader.part(item.blocks[place].as_part(), fields, place) for place in places}
        else:
            self._whole_item(done, out)
            return
        for place, final in finals.items():
            if place not in item.blocks:
                self.open_block(item, place, stripped(final), out)
        for place, opened in sorted(item.blocks.items()):
            opened.complete(finals.get(place), out)

    def whole(self, item: Any, key: Any, out: list[Event]) -> None:
        """Give an item that comes whole."""
        if self.begun is None:
            self.begin({}, out)
        self.seen.add(key)
        self._count += 1
        if not isinstance(item, dict):
            out.append(OpaqueEvent("output", item))
            return
        self._whole_item(item, out)

    def _whole_item(self, item: Json, out: list[Event]) -> None:
        blocks = self.reader.decode(item)
        if item.get("type") != "message" or not item.get("content"):
            self._whole_block(self.reader.announced(item), blocks[0], out)
            for block in blocks[1:]:
                self._whole_block(block, block, out)
            return
        stops = []
        for block in blocks:
            self._whole_block(stripped(block), block, out)
            stops.append(out.pop())
        out.extend(stops)

    def _whole_block(self, start: Block, block: Block, out: list[Event]) -> None:
        self.open_block(OpenItem(None, None, {}), 0, start, out).complete(block, out)

"""The state of one answer, streamed or whole: JSON objects in, events out.

An item opens when it is added and closes when it is done; both, and every frame between them, are found by `output_index`,
because ids change from frame to frame on some servers (GitHub Copilot). The done item counts, whatever deltas said; what it
says beyond them is given as a delta, and what it says otherwise stands in the block of `BlockStop`. All blocks of an item
close together when it is done. Items may be open at the same time.

| frame | event |
|---|---|
| text, refusal, reasoning and argument deltas, annotations | the delta of that kind |
| any other frame of an open item (progress, code, shell output, partial pictures) | `OpaqueDelta`, without the envelope |
| lifecycle frames | `Started` where id or model are new, `Extra` for vendor fields that are, `UsageUpdate`, the end |
| `keepalive` | `Ping` |
| what repeats the item (`*.done`, parts added) | nothing |
| any other | `OpaqueEvent` |

A whole answer gives the same events, each text in one delta.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ...types.content import Refusal, ServerToolCall, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finished,
    OpaqueDelta,
    OpaqueEvent,
    Ping,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Failure
from ..base import Target
from .dialect import ResponsesDialect
from .errors import failure_of
from .items import ItemReader
from .open_items import OpenBlock, OpenItem, stripped
from .read_json import Json
from .wire import answer_fields, decode_citation, decode_finish, decode_usage

__all__ = ["Answer"]

_MISSING: Any = object()


class Answer:
    """Reads the objects of one answer. After `over` nothing more is to be read."""

    __slots__ = (
        "_count",
        "_extra",
        "_made",
        "_seen",
        "_usage",
        "begun",
        "called",
        "items",
        "over",
        "reader",
        "refused",
    )

    def __init__(self, target: Target) -> None:
        dialect = target.dialect if isinstance(target.dialect, ResponsesDialect) else ResponsesDialect()
        self.reader = ItemReader(target.origin(), dialect.server_tools)
        self.items: dict[Any, OpenItem] = {}
        self.called = False
        self.refused = False
        self.over = False
        self.begun: Started | None = None
        self._count = 0
        self._made = 0
        self._seen: set[Any] = set()
        self._extra: Json = {}
        self._usage: Json | None = None

    # --- frames --------------------------------------------------------------------------------------------------------

    def frame(self, kind: str, data: Json, out: list[Event]) -> None:
        """Take one frame of a stream; `kind` is its type."""
        handler = _HANDLERS.get(kind)
        if handler is not None:
            if not handler(self, data, out):
                out.append(OpaqueEvent(kind, _bare(data, ())))
            elif (left := data.keys() - _FRAME) and (fields := {name: data[name] for name in left if data[name] is not None}):
                out.append(OpaqueEvent("beside", {"type": "beside", "of": kind, **fields}))
            return
        if kind in _LIFECYCLE and isinstance(response := data.get("response"), dict):
            beside = {name: value for name, value in data.items() if name not in _FRAME}
            if (end := _LIFECYCLE[kind]) is None:
                self.begin(response, out)
                self.tell(response, beside, out)
            else:
                said = {name: value for name, value in response.items() if value is not None}
                self.end({"status": end, **said}, beside, out)
            return
        item = self._item(data) if _names_item(data) else None
        if item is not None and item.blocks:
            block = next(reversed(item.blocks.values()))
            out.append(OpaqueDelta(block.index, {"type": kind, **_bare(data, _PLACE)}))
        else:
            out.append(OpaqueEvent(kind, _bare(data, ())))

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

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
        """End the answer as its last lifecycle frame, or the whole body, says."""
        self.begin(response, out)
        listed = response.get("output")
        output: list[Any] = listed if isinstance(listed, list) else []
        for key in list(self.items):
            self.close_item(key, output[key] if type(key) is int and key < len(output) else None, out)
        for place, item in enumerate(output):
            if place not in self._seen and len(self._seen) < len(output):
                self.whole(item, place, out)
        self.tell(response, beside, out)
        error = response.get("error")
        if response.get("status") == "failed" or (error and response.get("status") is None):
            self.fail(failure_of(error if isinstance(error, dict) and error else {"error": error or "the answer failed"}), out)
            return
        self.over = True
        out.append(Finished(decode_finish(response, calls=self.called, refused=self.refused)))

    def _start(self, out: list[Event]) -> None:
        if self.begun is None:
            self.begun = Started()
            out.append(self.begun)

    # --- items ---------------------------------------------------------------------------------------------------------

    def _item(self, data: Json) -> OpenItem | None:
        """The open item that a frame is about."""
        index = data.get("output_index")
        if index is not None:
            return self.items.get(index) if isinstance(index, int | str) else None
        id = data.get("item_id")
        if id is not None:
            return next((item for item in self.items.values() if item.id == id), None)
        return next(reversed(self.items.values()), None)

    def _key(self, data: Json) -> Any:
        index = data.get("output_index")
        if type(index) is int:
            return index
        self._made += 1
        return f"item {self._made}"

    def _open(self, item: OpenItem, place: int, block: Any, out: list[Event]) -> OpenBlock:
        self._start(out)
        opened = item.blocks[place] = OpenBlock(self._count, block)
        self._count += 1
        self.called = self.called or type(block) is ToolCall
        self.refused = self.refused or type(block) is Refusal
        out.append(BlockStart(opened.index, block))
        return opened

    def add_item(self, key: Any, data: Json, out: list[Event]) -> OpenItem:
        """Open an item."""
        if key in self.items:
            self.close_item(key, None, out)
        kind = data.get("type")
        message = kind == "message"
        fields = self.reader.message_fields(data, started=True) if message else {}
        item = self.items[key] = OpenItem(kind, data.get("id"), fields)
        self._seen.add(key)
        if not message:
            self._open(item, 0, self.reader.announced(data), out)
        return item

    def close_item(self, key: Any, done: Any, out: list[Event]) -> None:
        """Close an item, as it says itself where it does."""
        item = self.items.pop(key)
        if not isinstance(done, dict):
            for place, opened in item.blocks.items():
                final = None if opened.final is None else self.reader.part(opened.final, item.fields, place)
                opened.complete(final, out)
            return
        if done.get("type") != item.kind:  # another item in its place
            self.items[key] = item
            self.close_item(key, None, out)
            self.whole(done, key, out)
            return
        finals = self.reader.decode(done)
        if item.kind != "message":
            item.blocks[0].complete(finals[0], out)
            for block in finals[1:]:
                self._whole_block(block, out)
            return
        parts = done.get("content")
        if not parts and item.blocks:
            fields = self.reader.message_fields(done)
            finals = [
                self.reader.part(opened.final or _said(opened), fields, place) for place, opened in sorted(item.blocks.items())
            ]
        for place, final in enumerate(finals):
            if place not in item.blocks:
                self._open(item, place, stripped(final), out)
        places = sorted(item.blocks)
        for place in places:
            item.blocks[place].complete(finals[place] if place < len(finals) else None, out)

    def whole(self, item: Any, key: Any, out: list[Event]) -> None:
        """Give an item that comes whole."""
        self._start(out)
        self._seen.add(key)
        if not isinstance(item, dict):
            out.append(OpaqueEvent("output", item))
            return
        blocks = self.reader.decode(item)
        opened = []
        for block in blocks:
            holder = OpenItem(item.get("type"), None, {})
            start = self._open(holder, 0, stripped(block), out)
            start.complete(block, out)
            if item.get("type") == "message":
                opened.append(out.pop())
        out.extend(opened)

    def _whole_block(self, block: Any, out: list[Event]) -> None:
        self._open(OpenItem(None, None, {}), 0, stripped(block), out).complete(block, out)

    # --- frames by type; False: the frame is not what its type says ------------------------------------------------------

    def _added(self, data: Json, out: list[Event]) -> bool:
        item = data.get("item")
        if not isinstance(item, dict):
            return False
        self.add_item(self._key(data), item, out)
        return True

    def _done(self, data: Json, out: list[Event]) -> bool:
        item = data.get("item")
        if not isinstance(item, dict):
            return False
        key = data.get("output_index")
        if type(key) is not int:
            key = next((key for key, opened in self.items.items() if opened.id == item.get("id")), None)
        if key in self.items:
            self.close_item(key, item, out)
        else:
            self.whole(item, self._key(data), out)
        return True

    def _part(self, data: Json, kind: str, out: list[Event]) -> OpenBlock | None:
        """The part of a message that a frame is about, opened where it was not announced."""
        item = self._item(data)
        if item is None and not (kind and data.get("output_index") in self._seen):
            id = data.get("item_id")
            fields = {"type": "message", "role": "assistant", **({"id": id} if isinstance(id, str) else {})}
            item = self.add_item(self._key(data), fields, out)
        if item is None or item.kind != "message":
            return None
        place = data.get("content_index")
        if type(place) is not int or place < 0:
            place = max(item.blocks, default=0)
        if (opened := item.blocks.get(place)) is not None:
            return opened
        part = data.get("part")
        if not isinstance(part, dict):
            part = {"type": kind}
        empty = {"text": ""} if part.get("type") == "output_text" else {"refusal": ""} if part.get("type") == "refusal" else {}
        return self._open(item, place, stripped(self.reader.part({**part, **empty}, item.fields, place)), out)

    def _part_added(self, data: Json, out: list[Event]) -> bool:
        if not isinstance(data.get("part"), dict):
            return False
        item = self._item(data)
        if item is not None and item.kind == "message":
            self._part(data, "", out)
        return True

    def _part_done(self, data: Json, out: list[Event]) -> bool:
        part = data.get("part")
        if not isinstance(part, dict):
            return False
        item = self._item(data)
        if item is not None and item.kind == "message" and (opened := self._part(data, "", out)) is not None:
            opened.final = part
        return True

    def _text(self, data: Json, out: list[Event]) -> bool:
        text, tokens = data.get("delta"), data.get("logprobs")
        opened = self._part(data, "output_text", out) if isinstance(text, str) else None
        if opened is None or not isinstance(opened.block, Text):
            return False
        found = tuple(tokens) if isinstance(tokens, list) and tokens and all(isinstance(one, dict) for one in tokens) else None
        if text or found:
            opened.pieces.append(text)  # type: ignore[arg-type]
            opened.logprobs.extend(found or ())
            out.append(TextDelta(opened.index, text, found))  # type: ignore[arg-type]
        return True

    def _refusal(self, data: Json, out: list[Event]) -> bool:
        text = data.get("delta")
        opened = self._part(data, "refusal", out) if isinstance(text, str) else None
        if opened is None or not isinstance(opened.block, Refusal):
            return False
        if text:
            opened.pieces.append(text)
            out.append(RefusalDelta(opened.index, text))
        return True

    def _annotation(self, data: Json, out: list[Event]) -> bool:
        annotation = data.get("annotation")
        opened = self._part(data, "output_text", out) if isinstance(annotation, dict) else None
        if opened is None or not isinstance(opened.block, Text):
            return False
        citation = decode_citation(annotation)  # type: ignore[arg-type]
        opened.citations.append(citation)
        out.append(CitationDelta(opened.index, citation))
        return True

    def _words_done(self, data: Json, out: list[Event]) -> bool:
        """The whole text of a part, for answers that end before the part is said to be done."""
        item = self._item(data)
        place = data.get("content_index", 0)
        opened = item.blocks.get(place) if item is not None and item.kind == "message" and type(place) is int else None
        if opened is not None and isinstance(text := data.get("text"), str):
            opened.final = {**_said(opened), "text": text}
        return True

    def _thinking(self, data: Json, out: list[Event]) -> bool:
        text = data.get("delta")
        if not isinstance(text, str):
            return False
        item = self._item(data)
        if item is None and data.get("output_index") not in self._seen:
            id = data.get("item_id")
            item = self.add_item(self._key(data), {"type": "reasoning", **({"id": id} if isinstance(id, str) else {})}, out)
        opened = item.blocks.get(0) if item is not None else None
        if opened is None or not isinstance(opened.block, Thinking):
            return False
        if text:
            opened.pieces.append(text)
            out.append(ThinkingDelta(opened.index, text))
        return True

    def _arguments(self, data: Json, out: list[Event]) -> bool:
        text = data.get("delta")
        item = self._item(data)
        opened = item.blocks.get(0) if item is not None else None
        if not isinstance(text, str) or opened is None or not isinstance(opened.block, ToolCall | ServerToolCall):
            return False
        if text:
            opened.pieces.append(text)
            out.append(ArgumentsDelta(opened.index, text))
        return True

    def _repeated(self, data: Json, out: list[Event]) -> bool:
        return True

    def _ping(self, data: Json, out: list[Event]) -> bool:
        out.append(Ping())
        return True

    def _error(self, data: Json, out: list[Event]) -> bool:
        self.fail(failure_of(_bare(data, ())), out)
        return True


def _said(opened: OpenBlock) -> Json:
    """A part of a message as its deltas left it."""
    text = "".join(opened.pieces)
    if isinstance(opened.block, Text):
        cited = [citation.raw for citation in opened.citations]
        return {"type": "output_text", "text": text, "annotations": cited, "logprobs": opened.logprobs}
    return {"type": "refusal", "refusal": text}


_FRAME: Final = frozenset(
    """type sequence_number output_index content_index summary_index item_id item part delta logprobs obfuscation text refusal
    annotation annotation_index arguments input response status error code message param""".split()
)
"""The fields of the frames that are read here."""

_PLACE: Final = ("type", "output_index", "item_id")


def _bare(data: Json, without: tuple[str, ...]) -> Json:
    """A frame without its number and padding."""
    return {name: value for name, value in data.items() if name not in ("sequence_number", "obfuscation") and name not in without}


def _names_item(data: Json) -> bool:
    return "output_index" in data or "item_id" in data


_LIFECYCLE: Final[dict[str, str | None]] = {
    "response.created": None,
    "response.queued": None,
    "response.in_progress": None,
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
    "response.done": "",
}

_HANDLERS: Final[dict[str, Callable[[Answer, Json, list[Event]], bool]]] = {
    "response.output_item.added": Answer._added,
    "response.output_item.done": Answer._done,
    "response.content_part.added": Answer._part_added,
    "response.content_part.done": Answer._part_done,
    "response.output_text.delta": Answer._text,
    "response.output_text.done": Answer._words_done,
    "response.output_text.annotation.added": Answer._annotation,
    "response.refusal.delta": Answer._refusal,
    "response.refusal.done": Answer._repeated,
    "response.reasoning_text.delta": Answer._thinking,
    "response.reasoning_text.done": Answer._repeated,
    "response.reasoning_summary_text.delta": Answer._thinking,
    "response.reasoning_summary_text.done": Answer._repeated,
    "response.reasoning_summary_part.added": Answer._repeated,
    "response.reasoning_summary_part.done": Answer._repeated,
    "response.function_call_arguments.delta": Answer._arguments,
    "response.function_call_arguments.done": Answer._repeated,
    "response.custom_tool_call_input.delta": Answer._arguments,
    "response.custom_tool_call_input.done": Answer._repeated,
    "response.mcp_call_arguments.delta": Answer._arguments,
    "response.mcp_call_arguments.done": Answer._repeated,
    "keepalive": Answer._ping,
    "error": Answer._error,
}

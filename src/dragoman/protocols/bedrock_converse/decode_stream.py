"""Events of a stream to events of ours (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html).

Two ways lead through an event of the wire and give the same: the ordinary text, reasoning and argument delta is read by
a strict typed decoder, whatever that one refuses as a plain object.

Blocks of text and reasoning have no start on this wire: their first delta opens them. A delta of another kind than the
block that its index names ends that block and opens one of its own. Pieces of a signature are joined. The answer has
ended with `messageStop`; the counts follow it in `metadata`, which is waited for until the body ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...types.content import Base64, Block, Image, Opaque, Origin, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finished,
    OpaqueDelta,
    OpaqueEvent,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder
from .answers import NATIVE_FIELDS, decode_finish, decode_usage, message_extra
from .citations import decode_citation
from .decode_blocks import with_id
from .errors import decode_exception, malformed
from .frames import ordinary
from .media import media_type_of
from .open_block import Kind, OpenBlock
from .wire import PADDING, Json, beside, union

__all__ = ["ConverseDecoder"]


class ConverseDecoder(Decoder):
    """Decodes one streamed answer; `ordinary=False` sends every event the general way."""

    def __init__(self, origin: Origin, *, ordinary: bool = True) -> None:
        self._origin = origin
        self._ordinary = ordinary
        self._open: dict[Any, OpenBlock] = {}
        self._count = 0
        self._begun = False
        self._reason: str | None = None
        self._native: Any = None
        self._stopped = False
        self._counted = False
        self._called = False
        self._done = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        events: list[Event] = []
        if self._done:
            return events
        append, opened, strict = events.append, self._open.get, self._ordinary
        for name, data in frames:
            if strict and name == b"contentBlockDelta":
                try:
                    frame = ordinary(data)
                except UNREADABLE:
                    pass
                else:
                    entry, piece = opened(frame.contentBlockIndex), frame.delta
                    if entry is not None:
                        text, call, thought = piece.text, piece.toolUse, piece.reasoningContent
                        kind = entry.kind
                        if call is None and thought is None:
                            if text is not None and kind == "text":
                                append(TextDelta(entry.index, text))
                                continue
                        elif text is None:
                            if thought is None:
                                if kind == "call":
                                    if call.input:  # type: ignore[union-attr]
                                        append(ArgumentsDelta(entry.index, call.input))  # type: ignore[union-attr]
                                    continue
                            elif call is None and kind == "thought":
                                append(ThinkingDelta(entry.index, thought.text))
                                continue
            self._frame(name.decode("utf-8", "replace"), data, events)
            if self._done:
                break
        return events

    def close(self) -> list[Event]:
        """An answer whose `messageStop` has come has ended, with or without its counts."""
        events: list[Event] = []
        if self._stopped and not self._done:
            self._finish(events)
        self._done = True
        return events

    def _frame(self, label: str, data: bytes, events: list[Event]) -> None:
        sort, colon, word = label.partition(":")
        if colon and sort in ("exception", "error"):
            self._fail(decode_exception(word, data), events)
            return
        try:
            wire = read_json(data)
        except ValueError as error:
            if label in _HANDLERS:
                self._fail(malformed(f"an event of the answer is not JSON: {error}", data), events)
            else:
                events.append(OpaqueEvent(label, data.decode("utf-8", "replace")))
            return
        handle = _HANDLERS.get(label)
        if type(wire) is not dict or handle is None or not handle(self, wire, events):
            if type(wire) is dict and PADDING in wire:
                wire = {key: value for key, value in wire.items() if key != PADDING}
            events.append(OpaqueEvent(label, wire))

    def _fail(self, failure: Any, events: list[Event]) -> None:
        events.append(Failed(failure))
        self._done = True

    def _begin(self, events: list[Event]) -> None:
        if not self._begun:
            self._begun = True
            events.append(Started())

    def _finish(self, events: list[Event]) -> None:
        self._end_all(events)
        events.append(Finished(decode_finish(self._reason, self._native, self._called)))
        self._done = True

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _start(self, index: Any, kind: Kind, block: Block, events: list[Event]) -> OpenBlock:
        self._end(index, events)
        self._begin(events)
        entry = self._open[index] = OpenBlock(self._count, kind, block)
        self._count += 1
        self._called = self._called or type(block) is ToolCall
        events.append(BlockStart(entry.index, block))
        return entry

    def _end(self, index: Any, events: list[Event]) -> bool:
        entry = self._open.pop(index, None)
        if entry is not None:
            events.append(BlockStop(entry.index, entry.final()))
        return entry is not None

    def _end_all(self, events: list[Event]) -> None:
        for index in list(self._open):
            self._end(index, events)

    def _place(self, wire: Json, *, opens: bool = False) -> Any:
        """The index of the block that an event is about; without one it is the block opened last, or a new one."""
        if wire.get("contentBlockIndex") is not None:
            return _index(wire)
        return (self._count,) if opens or not self._open else next(reversed(self._open))

    def _of_kind(self, index: Any, kind: Kind, block: Block, events: list[Event]) -> OpenBlock:
        """The open block of an index when it is of this kind, else a new one, `block`."""
        entry = self._open.get(index)
        return entry if entry is not None and entry.kind == kind else self._start(index, kind, block, events)

    # --- events of the wire, by name; False: not what its name says ---------------------------------------------------

    def _message_start(self, wire: Json, events: list[Event]) -> bool:
        if self._begun:
            return False
        self._begin(events)
        events += message_extra(beside(wire, PADDING, "role"))
        return True

    def _block_start(self, wire: Json, events: list[Event]) -> bool:
        index, start = self._place(wire, opens=True), wire.get("start")
        if index is None or type(start) is not dict:
            return False
        if start:
            self._start(index, *self._opened_by(with_id(start, self._count)), events)
        if rest := beside(wire, PADDING, "contentBlockIndex", "start"):
            events.append(OpaqueEvent("contentBlockStart", {"contentBlockIndex": index, **rest}))
        return True

    def _opened_by(self, start: Json) -> tuple[Kind, Block]:
        kind, value = union(start) or ("", None)
        match kind, value:
            case "toolUse", {"toolUseId": str(call), "name": str(name), **rest}:
                extra = beside(rest, "type", "input")
                sort = rest.get("type")
                if sort is not None:
                    return "call", ServerToolCall(call, name, kind=str(sort), extra=extra, origin=self._origin)
                return "call", ToolCall(call, name, extra=extra, origin=self._origin if extra else None)
            case "toolResult", {"toolUseId": str(call), **rest}:
                sort = rest.get("type")
                failed, extra = rest.get("status") == "error", beside(rest, "type", "content")
                sort = sort if type(sort) is str else ""
                return "result", ServerToolResult(call, sort, None, failed, extra=extra, origin=self._origin)
            case "image", {"format": str(word), **rest} if not rest:
                return "image", Image(Base64(media_type_of("image", word), ""))
            case _:
                return "opaque", Opaque(start, origin=self._origin)

    def _block_delta(self, wire: Json, events: list[Event]) -> bool:
        index, delta = self._place(wire), wire.get("delta")
        if index is None or type(delta) is not dict:
            return False
        for kind, value in delta.items():
            handle = _DELTAS.get(kind)
            if handle is None or not handle(self, index, value, events):
                self._opaque_delta(index, {kind: value}, events)
        if rest := beside(wire, PADDING, "contentBlockIndex", "delta"):
            events.append(OpaqueEvent("contentBlockDelta", {"contentBlockIndex": index, **rest}))
        return True

    def _block_stop(self, wire: Json, events: list[Event]) -> bool:
        index = self._place(wire)
        if not self._end(index, events):
            return False
        if rest := beside(wire, PADDING, "contentBlockIndex"):
            events.append(OpaqueEvent("contentBlockStop", {"contentBlockIndex": index, **rest}))
        return True

    def _message_stop(self, wire: Json, events: list[Event]) -> bool:
        if self._stopped:
            return False
        self._begin(events)
        self._end_all(events)
        self._stopped = True
        if type(reason := wire.get("stopReason")) is str:
            self._reason = reason
        self._native = wire.get(NATIVE_FIELDS)
        if rest := beside(wire, PADDING, *(("stopReason",) if self._reason is not None else ())):
            events.append(Extra(rest))
        if self._counted:
            self._finish(events)
        return True

    def _metadata(self, wire: Json, events: list[Event]) -> bool:
        usage = wire.get("usage")
        known = type(usage) is dict
        self._begin(events)
        if known and usage:
            events.append(UsageUpdate(decode_usage(usage)))
        if rest := beside(wire, PADDING, *(("usage",) if known else ())):
            events.append(Extra(rest))
        self._counted = True
        if self._stopped:
            self._finish(events)
        return True

    # --- deltas, by kind; False: the delta is not what its kind says, or its block is of another ----------------------

    def _text(self, index: Any, value: Any, events: list[Event]) -> bool:
        if type(value) is not str:
            return False
        events.append(TextDelta(self._of_kind(index, "text", Text(""), events).index, value))
        return True

    def _reasoning(self, index: Any, value: Any, events: list[Event]) -> bool:
        if type(value) is not dict or not value:
            return False
        for field, part in value.items():
            if type(part) is str and field == "text":
                entry = self._of_kind(index, "thought", Thinking(origin=self._origin), events)
                events.append(ThinkingDelta(entry.index, part))
            elif type(part) is str and field == "signature":
                entry = self._of_kind(index, "thought", Thinking(origin=self._origin), events)
                entry.signature += part
                events.append(SignatureDelta(entry.index, entry.signature))
            elif type(part) is str and field == "redactedContent":
                self._redacted(index, part, events)
            else:
                self._opaque_delta(index, {"reasoningContent": {field: part}}, events)
        return True

    def _redacted(self, index: Any, data: str, events: list[Event]) -> None:
        entry = self._open.get(index)
        if entry is None or entry.kind != "redacted":
            self._start(index, "redacted", Thinking(encrypted=data, origin=self._origin), events)
        else:
            self._opaque_delta(index, {"reasoningContent": {"redactedContent": data}}, events)

    def _arguments(self, index: Any, value: Any, events: list[Event]) -> bool:
        entry = self._open.get(index)
        if entry is None or entry.kind != "call" or type(value) is not dict or type(text := value.get("input")) is not str:
            return False
        if text:
            events.append(ArgumentsDelta(entry.index, text))
        if rest := beside(value, "input"):
            events.append(OpaqueDelta(entry.index, {"toolUse": rest}))
        return True

    def _citation(self, index: Any, value: Any, events: list[Event]) -> bool:
        if type(value) is not dict:
            return False
        entry = self._of_kind(index, "text", Text(""), events)
        events.append(CitationDelta(entry.index, decode_citation(value)))
        return True

    def _opaque_delta(self, index: Any, delta: Json, events: list[Event]) -> None:
        entry = self._open.get(index) or self._start(index, "opaque", Opaque({}, origin=self._origin), events)
        entry.take(delta)
        events.append(OpaqueDelta(entry.index, delta))


def _index(wire: Json) -> int | None:
    index = wire.get("contentBlockIndex")
    if type(index) is float and index.is_integer():
        return int(index)
    return index if type(index) is int else None


_HANDLERS: dict[str, Callable[[ConverseDecoder, Json, list[Event]], bool]] = {
    "messageStart": ConverseDecoder._message_start,
    "contentBlockStart": ConverseDecoder._block_start,
    "contentBlockDelta": ConverseDecoder._block_delta,
    "contentBlockStop": ConverseDecoder._block_stop,
    "messageStop": ConverseDecoder._message_stop,
    "metadata": ConverseDecoder._metadata,
}

_DELTAS: dict[str, Callable[[ConverseDecoder, Any, Any, list[Event]], bool]] = {
    "text": ConverseDecoder._text,
    "reasoningContent": ConverseDecoder._reasoning,
    "toolUse": ConverseDecoder._arguments,
    "citation": ConverseDecoder._citation,
}

"""Frames of a streamed answer to events (https://platform.claude.com/docs/en/build-with-claude/streaming).

Two ways lead through a frame and give the same events. The ordinary text, thinking and argument delta, which is nearly
every frame of an answer, is read by a strict typed decoder; whatever that one refuses is read as a plain object.

The wire's block indexes may be sparse or repeat: they are mapped to ours, which count up. A delta that is of another
kind than its block, and a delta of no known kind, is an `OpaqueDelta`; fields beside the known ones become an
`OpaqueDelta` or `OpaqueEvent` of their own, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import Block, Opaque, Origin, ServerToolCall, Text, Thinking, ToolCall
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
    Ping,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Failure
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder
from .answers import MESSAGE_FIELDS, MessageDelta, decode_finish, decode_usage, merge_usage, whole_block
from .citations import decode_citation
from .decode_blocks import decode_block, with_id
from .encode_blocks import Json
from .errors import clip, decode_error, malformed
from .frames import Arguments, Words, beside, changed, ordinary, wire_index

__all__ = ["MessagesDecoder"]


class _Open:
    """A block whose stop has not come."""

    __slots__ = ("block", "held", "index", "opaque")

    def __init__(self, index: int, block: Block, held: str | None = None) -> None:
        self.index = index
        self.block = block
        self.held = held
        """The arguments a call was opened with: they count unless deltas bring others."""
        self.opaque: list[Json] = []
        """The deltas of an opaque block."""


class MessagesDecoder(Decoder):
    """Decodes one streamed answer; `ordinary=False` sends every frame the general way."""

    def __init__(self, origin: Origin, *, ordinary: bool = True) -> None:
        self._origin = origin
        self._ordinary = ordinary
        self._open: dict[Any, _Open] = {}
        self._texts: dict[int, int] = {}
        self._thoughts: dict[int, int] = {}
        self._calls: dict[int, int] = {}
        self._count = 0
        self._started: Started | None = None
        self._usage: Json = {}
        self._extra: Json = {}
        self._stop = MessageDelta()
        self._content: list[Any] = []
        self._called = False
        self._done = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        events: list[Event] = []
        if self._done:
            return events
        append = events.append
        texts, thoughts, calls, strict = self._texts, self._thoughts, self._calls, self._ordinary
        for name, data in frames:
            if strict and name == b"content_block_delta":
                try:
                    frame = ordinary(data)
                except UNREADABLE:
                    pass
                else:
                    delta = frame.delta
                    if type(delta) is Words:
                        if (index := texts.get(frame.index)) is not None:
                            append(TextDelta(index, delta.text))
                            continue
                    elif type(delta) is Arguments:
                        if (index := calls.get(frame.index)) is not None:
                            if delta.partial_json:
                                append(ArgumentsDelta(index, delta.partial_json))
                            continue
                    elif (index := thoughts.get(frame.index)) is not None:
                        append(ThinkingDelta(index, delta.thinking))  # type: ignore[union-attr]
                        continue
            self._frame(name, data, events)
            if self._done:
                break
        return events

    def close(self) -> list[Event]:
        """Arguments that a call was opened with; an answer never ends without `message_stop` on this wire."""
        events: list[Event] = []
        if not self._done:
            for entry in self._open.values():
                if entry.held is not None and entry.held != "{}":
                    events.append(ArgumentsDelta(entry.index, entry.held))
        self._done = True
        return events

    def _frame(self, name: bytes, data: bytes, events: list[Event]) -> None:
        label = name.decode("utf-8", "replace")
        try:
            wire = read_json(data)
        except ValueError as error:
            if data.strip() == b"[DONE]":
                return  # gateways that also speak OpenAI's protocol end with it, after message_stop
            if label == "error":
                self._fail(Failure(clip(data), body=clip(data)), events)
            elif not label or label in _HANDLERS:
                self._fail(malformed(f"an event of the answer is not JSON: {error}", data), events)
            else:
                events.append(OpaqueEvent(label, data.decode("utf-8", "replace")))
            return
        if type(wire) is not dict:
            events.append(OpaqueEvent(label, wire))
            return
        kind = wire.get("type")
        if type(kind) is not str:
            kind = label or ("error" if wire.get("error") else "")
        handler = _HANDLERS.get(kind)
        if handler is None or not handler(self, wire, events):
            events.append(OpaqueEvent(label or kind, wire))

    def _fail(self, failure: Failure, events: list[Event]) -> None:
        events.append(Failed(failure))
        self._done = True

    def _begin(self, started: Started, events: list[Event]) -> None:
        if started != self._started:
            self._started = started
            events.append(started)

    def _say_extra(self, fields: Json, events: list[Event]) -> None:
        """Give the fields that are new or have changed."""
        known = self._extra
        found = {key: value for key, value in fields.items() if value is not None and known.get(key) != value}
        if found:
            known.update(found)
            events.append(Extra(found))

    def _say_usage(self, wire: Any, events: list[Event]) -> None:
        usage = merge_usage(self._usage, wire)
        if usage != self._usage:
            self._usage = usage
            events.append(UsageUpdate(decode_usage(usage)))

    # --- blocks -------------------------------------------------------------------------------------------------------

    def _start(self, index: Any, block: Block, events: list[Event]) -> _Open:
        if self._started is None:
            self._begin(Started(), events)
        if index in self._open:
            self._end(index, events)
        held = None
        if type(block) is ToolCall or type(block) is ServerToolCall:
            held = block.arguments
            block = msgspec.structs.replace(block, arguments="")
            self._called = self._called or type(block) is ToolCall
        elif type(block) is Text:
            self._texts[index] = self._count
        elif type(block) is Thinking and block.encrypted is None:
            self._thoughts[index] = self._count
        entry = self._open[index] = _Open(self._count, block, held)
        self._count += 1
        events.append(BlockStart(entry.index, block))
        return entry

    def _end(self, index: Any, events: list[Event]) -> _Open:
        entry = self._open.pop(index)
        for table in (self._texts, self._thoughts, self._calls):
            table.pop(index, None)
        if entry.held is not None:
            events.append(ArgumentsDelta(entry.index, entry.held))
        block = entry.block
        if entry.opaque and type(block) is Opaque:
            events.append(BlockStop(entry.index, msgspec.structs.replace(block, data=changed(block.data, entry.opaque))))
        else:
            events.append(BlockStop(entry.index))
        return entry

    def _index(self, wire: Json) -> Any:
        """The wire's index, or where it gives none that of the block opened last."""
        index = wire_index(wire)
        return next(reversed(self._open), None) if index is None else index

    # --- frames, by type; False: the frame is not what its type says --------------------------------------------------

    def _message_start(self, wire: Json, events: list[Event]) -> bool:
        message = wire.get("message")
        if type(message) is not dict:
            return False
        answer_id, model, content = message.get("id"), message.get("model"), message.get("content")
        # Retrying gateways repeat this frame: what it says again is not said twice.
        self._begin(
            Started(answer_id if type(answer_id) is str and answer_id else None, model if type(model) is str and model else None),
            events,
        )
        self._stop.update(message)
        fields = {key: value for key, value in message.items() if key not in MESSAGE_FIELDS}
        self._say_extra({**fields, **beside(wire, "message")}, events)
        self._say_usage(message.get("usage"), events)
        if type(content) is list and content != self._content:
            self._content = content
            for item in content:
                self._whole(item, events)
        return True

    def _whole(self, item: Any, events: list[Event]) -> None:
        """Give a block that stands in the message itself."""
        if type(item) is not dict:
            events.append(OpaqueEvent("content", item))
            return
        block = decode_block(with_id(item, self._count), self._origin)
        self._called = self._called or type(block) is ToolCall
        events += whole_block(self._count, block)
        self._count += 1

    def _block_start(self, wire: Json, events: list[Event]) -> bool:
        block = wire.get("content_block")
        if type(block) is not dict:
            return False
        index = wire_index(wire)
        block = with_id(block, self._count)
        entry = self._start((self._count,) if index is None else index, decode_block(block, self._origin), events)
        self._say_beside(wire, entry.index, "content_block", events)
        return True

    def _block_delta(self, wire: Json, events: list[Event]) -> bool:
        delta = wire.get("delta")
        if type(delta) is not dict:
            return False
        index = self._index(wire)
        kind = delta.get("type")
        entry = self._open.get(index)
        if entry is None:
            opened = _OPENED_BY.get(kind) if type(kind) is str else None
            if opened is None:
                return False
            index = (self._count,) if index is None else index
            entry = self._start(index, decode_block(opened, self._origin), events)
        read = _DELTAS.get(kind) if type(kind) is str else None
        if type(entry.block) is Opaque:
            entry.opaque.append(delta)
            events.append(OpaqueDelta(entry.index, delta))
        elif read is None or not read(self, index, entry, delta, events):
            events.append(OpaqueDelta(entry.index, delta))
        self._say_beside(wire, entry.index, "delta", events)
        return True

    def _block_stop(self, wire: Json, events: list[Event]) -> bool:
        index = self._index(wire)
        if index not in self._open:
            return False
        entry = self._end(index, events)
        self._say_beside(wire, entry.index, "index", events)
        return True

    def _message_delta(self, wire: Json, events: list[Event]) -> bool:
        delta, usage = wire.get("delta"), wire.get("usage")
        if not all(part is None or type(part) is dict for part in (delta, usage)):
            return False
        fields: Json = {}
        if delta is not None:
            self._stop.update(delta)
            fields = {key: value for key, value in delta.items() if key not in MESSAGE_FIELDS}
        self._say_extra({**fields, **beside(wire, "delta", "usage")}, events)
        self._say_usage(usage, events)
        return True

    def _message_stop(self, wire: Json, events: list[Event]) -> bool:
        if self._started is None:
            self._begin(Started(), events)
        for index in list(self._open):
            self._end(index, events)
        self._say_extra(beside(wire), events)
        events.append(Finished(decode_finish(self._stop, self._called)))
        self._done = True
        return True

    def _ping(self, wire: Json, events: list[Event]) -> bool:
        if beside(wire):
            return False
        events.append(Ping())
        return True

    def _error(self, wire: Json, events: list[Event]) -> bool:
        self._fail(decode_error(wire), events)
        return True

    def _say_beside(self, wire: Json, index: int, known: str, events: list[Event]) -> None:
        """Give what stands beside the known fields of a block's frame as a frame of its own."""
        if len(wire) > 3 or (len(wire) == 3 and known == "index"):
            rest = beside(wire, known, "index")
            if rest:
                events.append(OpaqueEvent(str(wire.get("type")), {"type": wire.get("type"), "index": index, **rest}))

    # --- deltas, by type; False: the delta is not what its type says, or its block is of another kind -----------------

    def _text(self, index: Any, entry: _Open, delta: Json, events: list[Event]) -> bool:
        if index not in self._texts or type(text := delta.get("text")) is not str:
            return False
        events.append(TextDelta(entry.index, text))
        _say_rest(entry, delta, "text", events)
        return True

    def _thinking(self, index: Any, entry: _Open, delta: Json, events: list[Event]) -> bool:
        if index not in self._thoughts or type(text := delta.get("thinking")) is not str:
            return False
        events.append(ThinkingDelta(entry.index, text))
        _say_rest(entry, delta, "thinking", events)
        return True

    def _signature(self, index: Any, entry: _Open, delta: Json, events: list[Event]) -> bool:
        if index not in self._thoughts or type(signature := delta.get("signature")) is not str:
            return False
        events.append(SignatureDelta(entry.index, signature))
        _say_rest(entry, delta, "signature", events)
        return True

    def _arguments(self, index: Any, entry: _Open, delta: Json, events: list[Event]) -> bool:
        if type(text := delta.get("partial_json")) is not str:
            return False
        if type(entry.block) is not ToolCall and type(entry.block) is not ServerToolCall:
            return False
        if text:
            entry.held = None
            self._calls[index] = entry.index
            events.append(ArgumentsDelta(entry.index, text))
        _say_rest(entry, delta, "partial_json", events)
        return True

    def _citation(self, index: Any, entry: _Open, delta: Json, events: list[Event]) -> bool:
        if index not in self._texts or type(citation := delta.get("citation")) is not dict:
            return False
        events.append(CitationDelta(entry.index, decode_citation(citation)))
        _say_rest(entry, delta, "citation", events)
        return True


def _say_rest(entry: _Open, delta: Json, field: str, events: list[Event]) -> None:
    """Give what stands beside the known field of a delta as a delta of its own."""
    if len(delta) > 2 and (rest := beside(delta, field)):
        events.append(OpaqueDelta(entry.index, {"type": delta["type"], **rest}))


_HANDLERS: dict[str, Callable[[MessagesDecoder, Json, list[Event]], bool]] = {
    "message_start": MessagesDecoder._message_start,
    "content_block_start": MessagesDecoder._block_start,
    "content_block_delta": MessagesDecoder._block_delta,
    "content_block_stop": MessagesDecoder._block_stop,
    "message_delta": MessagesDecoder._message_delta,
    "message_stop": MessagesDecoder._message_stop,
    "ping": MessagesDecoder._ping,
    "error": MessagesDecoder._error,
}

_DELTAS: dict[str, Callable[[MessagesDecoder, Any, _Open, Json, list[Event]], bool]] = {
    "text_delta": MessagesDecoder._text,
    "thinking_delta": MessagesDecoder._thinking,
    "signature_delta": MessagesDecoder._signature,
    "input_json_delta": MessagesDecoder._arguments,
    "citations_delta": MessagesDecoder._citation,
}

_OPENED_BY: dict[str, Json] = {
    "text_delta": {"type": "text", "text": ""},
    "thinking_delta": {"type": "thinking", "thinking": ""},
}
"""What a delta opens when its block's start never came."""

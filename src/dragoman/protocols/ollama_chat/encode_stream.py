"""Events to a streamed answer: one line an event, so that a decoder finds the same events again.

A call is whole in one line, so its arguments are gathered and said when it is complete. The line with `done` says the
end and the counts. This wire has no pings, and its clients read every line as part of the answer: events it has no word
for are not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.content import Image, Opaque, Refusal, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finished,
    OpaqueEvent,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Usage
from ..base import Encoder
from .errors import encode_error
from .say import call_said, opaque_call, picture
from .wire import encode_finish, encode_time, encode_usage

__all__ = ["StreamEncoder"]

Json = dict[str, Any]

_json: Final = msgspec.json.encode
_GOES_ON: Final = b'},"done":false}\n'


class StreamEncoder(Encoder):
    """One streamed answer, of which this wire says the first choice."""

    content_type = "application/x-ndjson"

    def __init__(self) -> None:
        self._head = _head(Started())
        self._calls: dict[int, tuple[ToolCall, list[str]]] = {}
        self._others: set[int] = set()
        self._usage: Usage | None = None
        self._out: list[bytes] = []

    def feed(self, events: Sequence[Event]) -> bytes:
        out = self._out
        for event in events:
            kind = type(event)
            if self._usage is not None and kind is not Finished:
                usage, self._usage = self._usage, None
                self._line(rest=encode_usage(usage))
            if kind is TextDelta:
                self._text(event)  # type: ignore[arg-type]
            elif kind is ThinkingDelta:
                self._think(event)  # type: ignore[arg-type]
            else:
                self._rare(event)
        found = b"".join(out)
        out.clear()
        return found

    # --- lines ---------------------------------------------------------------------------------------------------------

    def _line(self, message: Json | None = None, rest: Json | None = None, *, done: bool = False) -> None:
        """One line; a message without a text of its own has an empty one, which clients expect."""
        said = _json({"content": "", **message} if message else {"content": ""})[len(b'{"content":') : -1]
        tail = b"" if not rest else b"," + _json(rest)[1:-1]
        self._out.append(b"".join([self._head, said, b'},"done":', b"true" if done else b"false", tail, b"}\n"]))

    def _text(self, event: TextDelta | RefusalDelta) -> None:
        if event.index in self._others:
            return
        if event.logprobs:
            self._line({"content": event.text}, {"logprobs": event.logprobs})
        else:
            self._out.append(b"".join([self._head, _json(event.text), _GOES_ON]))

    def _think(self, event: ThinkingDelta) -> None:
        if event.index not in self._others:
            self._out.append(b"".join([self._head, b'"","thinking":', _json(event.text), _GOES_ON]))

    # --- events --------------------------------------------------------------------------------------------------------

    def _rare(self, event: Event) -> None:
        match event:
            case Started():
                self._head = _head(event)
                self._line()
            case BlockStart():
                self._begin(event)
            case ArgumentsDelta(index=index, text=text):
                if index in self._calls:
                    self._calls[index][1].append(text)
            case BlockStop(index=index, block=final):
                if index in self._calls:
                    self._call(index, final)
            case RefusalDelta():
                self._text(event)
            case UsageUpdate(usage=usage):
                self._usage = usage
            case Extra(data=data):
                self._extra(data)
            case OpaqueEvent(name="", data=dict() as data):
                self._out.append(_json(data) + b"\n")
            case Finished(finish=finish):
                rest = encode_finish(finish)
                if self._usage is not None:
                    rest = {**rest, **encode_usage(self._usage)}
                    self._usage = None
                self._line(rest=rest, done=True)
            case Failed(failure=failure):
                self._out.append(_json(encode_error(failure)) + b"\n")
            case _:
                pass  # pings, signatures, citations and events of other wires, which have no line here

    def _begin(self, event: BlockStart) -> None:
        block, index = event.block, event.index
        if event.choice:
            self._others.add(index)
            return
        match block:
            case Text() | Refusal():
                if block.text or block.logprobs:
                    self._text(TextDelta(index, block.text, block.logprobs))
            case Thinking(text=text):
                if text:
                    self._think(ThinkingDelta(index, text))
            case ToolCall():
                self._calls[index] = (block, [block.arguments])
            case Image():
                if (data := picture(block)) is not None:
                    self._line({"images": [data]})
            case Opaque():
                if (entry := opaque_call(block)) is not None:
                    self._line({"tool_calls": [entry]})
            case _:
                pass  # what the provider's own tools did has no place in this wire

    def _call(self, index: int, final: Any) -> None:
        began, pieces = self._calls.pop(index)
        call = final if isinstance(final, ToolCall) else msgspec.structs.replace(began, arguments="".join(pieces))
        self._line({"tool_calls": [call_said(call)]})

    def _extra(self, data: Json) -> None:
        """Vendor fields of the answer beside an empty text, those of the message inside it."""
        fields = dict(data)
        message = fields.pop("message", None)
        self._line(message if isinstance(message, dict) else None, fields)


def _head(started: Started) -> bytes:
    """A line up to its text."""
    fields = _json({"model": started.model or "", "created_at": encode_time(started.created)})
    return fields[:-1] + b',"message":{"role":"assistant","content":'

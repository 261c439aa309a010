"""Events to the frames of a streamed answer, as the API itself sends them.

`message_start` wants the model and the first counts, so it is held until a count or the first block comes; counts that
come later are said in `message_delta`, at the end or as soon as they matter. The blocks are numbered as they start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import Audio, Block, Refusal, ServerToolCall, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    AudioDelta,
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
    RefusalDelta,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Failure, Usage
from ...wire.sse import sse_frame
from ..base import Encoder
from .answers import MESSAGE_FIELDS, encode_stop, encode_usage
from .citations import encode_citation
from .encode_blocks import Json, encode_block
from .errors import error_body

__all__ = ["MessagesEncoder"]

_OWN_FIELDS = MESSAGE_FIELDS | {"delta", "message"}
"""What frames say themselves: fields of that name in an `Extra` are another wire's."""

_dump = msgspec.json.encode
_DELTA = b'{"type":"content_block_delta","index":%d,"delta":%b}'


class _Said:
    """What the frames of an open block have said so far."""

    __slots__ = ("block", "index", "signature", "words")

    def __init__(self, index: int, block: Block) -> None:
        self.index = index
        self.block = block
        self.words = bool(_words(block))
        self.signature = block.signature if type(block) is Thinking else None


class MessagesEncoder(Encoder):
    """Encodes one streamed answer; alternatives beyond the first have no place on this wire and are not said.

    How frames become bytes is said in `_frame`, `_foreign_frame` and `_error_frame` alone: another framing of the same
    events overrides these three.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._head: Started | None = None
        self._begun = False
        self._usage: Usage | None = None
        self._counts: Usage | None = None
        self._fields: Json = {}
        self._last_fields: Json = {}
        self._open: dict[int, _Said] = {}
        self._count = 0
        self._done = False

    def feed(self, events: Sequence[Event]) -> bytes:
        out: list[bytes] = []
        for event in events:
            if self._done:
                break
            _SAY[type(event)](self, event, out)
        return b"".join(out)

    def _frame(self, name: str, data: bytes) -> bytes:
        """The bytes of one frame, by its type and its JSON."""
        return sse_frame(data, name)

    def _foreign_frame(self, name: str, data: Any) -> bytes:
        """The bytes of a frame that this library does not know; its name may be any text."""
        return sse_frame(_dump(data), name.replace("\r", " ").replace("\n", " "))

    def _error_frame(self, failure: Failure) -> bytes:
        """The bytes that end an answer with an error."""
        return self._say("error", error_body(failure))

    def _say(self, name: str, fields: Json) -> bytes:
        return self._frame(name, _dump({"type": name, **fields}))

    def _say_delta(self, said: _Said, delta: bytes) -> bytes:
        return self._frame("content_block_delta", _DELTA % (said.index, delta))

    def _begin(self, out: list[bytes]) -> None:
        """Say `message_start`, if it is still to say."""
        if self._begun and self._head is None:
            return
        head = self._head or Started()
        message: Json = {
            "id": head.id or "",
            "type": "message",
            "role": "assistant",
            "model": head.model or self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            **self._fields,
            "usage": encode_usage(self._counts or self._usage),
        }
        out.append(self._say("message_start", {"message": message}))
        self._begun = True
        self._usage = self._counts or self._usage
        self._head = self._counts = None
        self._fields = {}

    def _before(self, out: list[bytes]) -> None:
        """Say what has to stand before the next event of a block."""
        self._begin(out)
        if not self._open and (self._counts is not None or self._fields or self._last_fields):
            self._message_delta({"stop_reason": None, "stop_sequence": None}, {**self._fields, **self._last_fields}, out)
            self._last_fields = {}

    def _between(self, out: list[bytes]) -> None:
        """Say what has to stand before an event that may also come before the answer begins."""
        if self._begun or self._head is not None:
            self._before(out)

    def _message_delta(self, delta: Json, fields: Json, out: list[bytes]) -> None:
        if "container" in fields:
            delta["container"] = fields.pop("container")
        self._usage = self._counts or self._usage
        out.append(self._say("message_delta", {"delta": delta, "usage": encode_usage(self._usage), **fields}))
        self._counts = None
        self._fields = {}

    # --- events -------------------------------------------------------------------------------------------------------

    def _started(self, event: Started, out: list[bytes]) -> None:
        self._between(out)
        self._head = event
        if self._begun:
            self._begin(out)  # an answer that begins anew may stand between the deltas of a block

    def _extra(self, event: Extra, out: list[bytes]) -> None:
        fields = {key: value for key, value in event.data.items() if key not in _OWN_FIELDS}
        if self._last_fields:
            self._before(out)
        if self._begun and not self._open and (self._counts is not None or self._fields):
            self._last_fields = fields
        else:
            self._fields = {**self._fields, **fields}

    def _counted(self, event: UsageUpdate, out: list[bytes]) -> None:
        if self._counts is not None or self._last_fields:
            self._before(out)
        self._counts = event.usage
        if not self._begun or self._head is not None:
            self._begin(out)

    def _start(self, event: BlockStart, out: list[bytes]) -> None:
        if event.choice:
            return
        self._before(out)
        block = event.block
        said = self._open[event.index] = _Said(self._count, block)
        self._count += 1
        wire = encode_block(block)
        arguments = ""
        if type(block) is ToolCall or type(block) is ServerToolCall:
            wire["input"], arguments = {}, block.arguments
        out.append(self._say("content_block_start", {"index": said.index, "content_block": wire}))
        if arguments:
            self._delta(said, {"type": "input_json_delta", "partial_json": arguments}, out)

    def _delta(self, said: _Said, delta: Json, out: list[bytes]) -> None:
        out.append(self._say_delta(said, _dump(delta)))

    def _text(self, event: TextDelta | RefusalDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.words = True
            out.append(self._say_delta(said, b'{"type":"text_delta","text":%b}' % _dump(event.text)))

    def _thinking(self, event: ThinkingDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.words = True
            out.append(self._say_delta(said, b'{"type":"thinking_delta","thinking":%b}' % _dump(event.text)))

    def _arguments(self, event: ArgumentsDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.words = True
            out.append(self._say_delta(said, b'{"type":"input_json_delta","partial_json":%b}' % _dump(event.text)))

    def _signature(self, event: SignatureDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.signature = event.signature
            self._delta(said, {"type": "signature_delta", "signature": event.signature}, out)

    def _citation(self, event: CitationDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, {"type": "citations_delta", "citation": encode_citation(event.citation)}, out)

    def _audio(self, event: AudioDelta, out: list[bytes]) -> None:
        if event.transcript:
            self._text(TextDelta(event.index, event.transcript), out)

    def _opaque_delta(self, event: OpaqueDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, event.data, out)

    def _stop(self, event: BlockStop, out: list[bytes]) -> None:
        if said := self._open.pop(event.index, None):
            if event.block is not None:
                self._complete(said, event.block, out)
            out.append(self._say("content_block_stop", {"index": said.index}))

    def _complete(self, said: _Said, block: Block, out: list[bytes]) -> None:
        """Say of a final value what start and deltas have not."""
        field = _WORDS.get(type(block))
        if field is not None and not said.words and (words := _words(block)):
            self._delta(said, {"type": field[0], field[1]: words}, out)
        if type(block) is Thinking and block.signature and block.signature != said.signature:
            self._delta(said, {"type": "signature_delta", "signature": block.signature}, out)

    def _pinged(self, event: Ping, out: list[bytes]) -> None:
        self._between(out)
        out.append(self._say("ping", {}))

    def _opaque(self, event: OpaqueEvent, out: list[bytes]) -> None:
        self._between(out)
        out.append(self._foreign_frame(event.name, event.data))

    def _finished(self, event: Finished, out: list[bytes]) -> None:
        self._begin(out)
        self._message_delta(encode_stop(event.finish), self._fields, out)
        out.append(self._say("message_stop", self._last_fields))
        self._done = True

    def _failed(self, event: Failed, out: list[bytes]) -> None:
        self._between(out)
        out.append(self._error_frame(event.failure))
        self._done = True


_WORDS: dict[type, tuple[str, str]] = {
    Text: ("text_delta", "text"),
    Refusal: ("text_delta", "text"),
    Audio: ("text_delta", "text"),
    Thinking: ("thinking_delta", "thinking"),
    ToolCall: ("input_json_delta", "partial_json"),
    ServerToolCall: ("input_json_delta", "partial_json"),
}


def _words(block: Block) -> str:
    match block:
        case Text() | Refusal() | Thinking():
            return block.text
        case ToolCall() | ServerToolCall():
            return block.arguments
        case Audio():
            return block.transcript or ""
        case _:
            return ""


_SAY: dict[type, Callable[[MessagesEncoder, Any, list[bytes]], None]] = {
    Started: MessagesEncoder._started,
    BlockStart: MessagesEncoder._start,
    TextDelta: MessagesEncoder._text,
    RefusalDelta: MessagesEncoder._text,
    ThinkingDelta: MessagesEncoder._thinking,
    SignatureDelta: MessagesEncoder._signature,
    ArgumentsDelta: MessagesEncoder._arguments,
    CitationDelta: MessagesEncoder._citation,
    AudioDelta: MessagesEncoder._audio,
    OpaqueDelta: MessagesEncoder._opaque_delta,
    BlockStop: MessagesEncoder._stop,
    UsageUpdate: MessagesEncoder._counted,
    Extra: MessagesEncoder._extra,
    Ping: MessagesEncoder._pinged,
    OpaqueEvent: MessagesEncoder._opaque,
    Finished: MessagesEncoder._finished,
    Failed: MessagesEncoder._failed,
}

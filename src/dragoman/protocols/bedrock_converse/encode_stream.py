"""Events to the messages of a stream, as the API itself sends them.

Blocks of text and reasoning have no start on the wire, so one that says nothing is opened by an empty delta. What an
`Extra` holds is said where the API says it: in `messageStart` (fields of the message), `messageStop` or `metadata`,
which follows the end. Ids, models and alternatives have no place on this wire.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import (
    Audio,
    Base64,
    Block,
    Image,
    Opaque,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
)
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
from ...types.response import Usage
from ...wire.eventstream import eventstream_frame
from ..base import Encoder
from .answers import METADATA_FIELDS, NATIVE_FIELDS, encode_stop, encode_usage
from .citations import encode_citation
from .encode_blocks import call_object, encode_block, opaque_object
from .errors import encode_exception
from .media import format_of
from .wire import Json

__all__ = ["ConverseEncoder"]

_dump = msgspec.json.encode
_OWN_FIELDS = frozenset({"output", "stopReason", "usage", "role"})
"""What messages say themselves: fields of that name in an `Extra` are another wire's, or the message's own."""


class _Said:
    """What has been said of an open block."""

    __slots__ = ("block", "index", "signature", "words")

    def __init__(self, index: int, block: Block) -> None:
        self.index = index
        self.block = block
        self.words = False
        self.signature = ""


class ConverseEncoder(Encoder):
    """Encodes one streamed answer."""

    content_type = "application/vnd.amazon.eventstream"

    def __init__(self) -> None:
        self._begun = False
        self._held = False
        self._head: Json = {}
        self._stop_fields: Json = {}
        self._metadata: Json = {}
        self._usage: Usage | None = None
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

    def _begin(self, out: list[bytes]) -> None:
        if not self._begun:
            self._begun = True
            out.append(eventstream_frame("messageStart", _dump({"role": "assistant", **self._head})))

    def _delta(self, said: _Said, delta: Json, out: list[bytes]) -> None:
        said.words = True
        out.append(eventstream_frame("contentBlockDelta", _dump({"contentBlockIndex": said.index, "delta": delta})))

    # --- events -------------------------------------------------------------------------------------------------------

    def _started(self, event: Started, out: list[bytes]) -> None:
        """Held until something follows: fields of the message stand in its first event."""
        self._held = True

    def _extra(self, event: Extra, out: list[bytes]) -> None:
        output = event.data.get("output")
        message = output.get("message") if type(output) is dict else None
        if type(message) is dict and not self._begun:
            self._head = {**self._head, **message}
        for key, value in event.data.items():
            if key in _OWN_FIELDS:
                continue
            if key in METADATA_FIELDS or (self._usage is not None and key != NATIVE_FIELDS):
                self._metadata[key] = value
            else:
                self._stop_fields[key] = value

    def _counted(self, event: UsageUpdate, out: list[bytes]) -> None:
        self._usage = event.usage

    def _start(self, event: BlockStart, out: list[bytes]) -> None:
        if event.choice:
            return
        block = event.block
        if not isinstance(block, _SAYABLE):
            return
        self._begin(out)
        said = self._open[event.index] = _Said(self._count, block)
        self._count += 1
        match block:
            case Text() | Refusal() if block.text:
                self._delta(said, {"text": block.text}, out)
            case Thinking(encrypted=str(data)) if not block.text:
                self._delta(said, {"reasoningContent": {"redactedContent": data}}, out)
            case Thinking():
                if block.text:
                    self._delta(said, {"reasoningContent": {"text": block.text}}, out)
                if block.signature:
                    self._sign(said, block.signature, out)
            case ToolCall() | ServerToolCall():
                extra = encode_block(block)["toolUse"]
                self._open_block(said, {"toolUse": {key: value for key, value in extra.items() if key != "input"}}, out)
                if block.arguments:
                    self._delta(said, {"toolUse": {"input": _text_of_arguments(block)}}, out)
            case ServerToolResult():
                result = dict(encode_block(block)["toolResult"])
                content = result.pop("content", None)
                self._open_block(said, {"toolResult": result}, out)
                if content:
                    self._delta(said, {"toolResult": content}, out)
            case Image(source=Base64() as source):
                self._open_block(said, {"image": {"format": format_of("image", source.media_type) or "png"}}, out)
                if source.data:
                    self._delta(said, {"image": {"source": {"bytes": source.data}}}, out)
            case Opaque() if block.data:
                self._open_block(said, opaque_object(block), out)
            case _:
                pass

    def _open_block(self, said: _Said, start: Json, out: list[bytes]) -> None:
        said.words = True
        out.append(eventstream_frame("contentBlockStart", _dump({"contentBlockIndex": said.index, "start": start})))

    def _sign(self, said: _Said, signature: str, out: list[bytes]) -> None:
        piece = signature[len(said.signature) :] if signature.startswith(said.signature) else signature
        said.signature = signature
        self._delta(said, {"reasoningContent": {"signature": piece}}, out)

    def _text(self, event: TextDelta | RefusalDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, {"text": event.text}, out)

    def _thinking(self, event: ThinkingDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, {"reasoningContent": {"text": event.text}}, out)

    def _signature(self, event: SignatureDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._sign(said, event.signature, out)

    def _arguments(self, event: ArgumentsDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, {"toolUse": {"input": event.text}}, out)

    def _citation(self, event: CitationDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, {"citation": encode_citation(event.citation)}, out)

    def _audio(self, event: AudioDelta, out: list[bytes]) -> None:
        if event.transcript:
            self._text(TextDelta(event.index, event.transcript), out)

    def _opaque_delta(self, event: OpaqueDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            self._delta(said, event.data, out)

    def _stop(self, event: BlockStop, out: list[bytes]) -> None:
        said = self._open.pop(event.index, None)
        if said is None:
            return
        if event.block is not None:
            self._complete(said, event.block, out)
        if not said.words:
            self._delta(said, _EMPTY.get(type(said.block), {"text": ""}), out)
        out.append(eventstream_frame("contentBlockStop", _dump({"contentBlockIndex": said.index})))

    def _complete(self, said: _Said, block: Block, out: list[bytes]) -> None:
        """Say of a final value what start and deltas have not."""
        match block:
            case Text() | Refusal() if not said.words and block.text:
                self._delta(said, {"text": block.text}, out)
            case Thinking() if not said.words and block.text:
                self._delta(said, {"reasoningContent": {"text": block.text}}, out)
            case Audio() if not said.words and block.transcript:
                self._delta(said, {"text": block.transcript}, out)
            case _:
                pass
        if isinstance(block, Thinking) and block.signature and block.signature != said.signature:
            self._sign(said, block.signature, out)

    def _pinged(self, event: Ping, out: list[bytes]) -> None:
        """The wire has no sign of life."""

    def _opaque(self, event: OpaqueEvent, out: list[bytes]) -> None:
        if self._held:
            self._begin(out)
        out.append(eventstream_frame(event.name, _dump(event.data)))

    def _finished(self, event: Finished, out: list[bytes]) -> None:
        self._begin(out)
        stop: Json = {"stopReason": encode_stop(event.finish)}
        if event.finish.stop_sequence is not None and NATIVE_FIELDS not in self._stop_fields:
            stop[NATIVE_FIELDS] = {"stop_sequence": event.finish.stop_sequence}
        out.append(eventstream_frame("messageStop", _dump({**stop, **self._stop_fields})))
        self._say_metadata(self._metadata, out)
        self._done = True

    def _say_metadata(self, metadata: Json, out: list[bytes]) -> None:
        if self._usage is not None:
            metadata = {"usage": encode_usage(self._usage), **metadata}
        if metadata:
            out.append(eventstream_frame("metadata", _dump(metadata)))

    def _failed(self, event: Failed, out: list[bytes]) -> None:
        if self._held:
            self._begin(out)
        self._say_metadata({**self._stop_fields, **self._metadata}, out)
        out.append(eventstream_frame(*encode_exception(event.failure)))
        self._done = True


def _text_of_arguments(block: ToolCall | ServerToolCall) -> str:
    """The text itself; a free-text tool's is one field of an object."""
    if isinstance(block, ToolCall) and block.custom:
        return _dump(call_object(block)["input"]).decode()
    return block.arguments


_SAYABLE = (Text, Refusal, Thinking, ToolCall, ServerToolCall, ServerToolResult, Image, Audio, Opaque)
"""Blocks that a stream can say."""

_EMPTY: dict[type, Json] = {Thinking: {"reasoningContent": {"text": ""}}}

_SAY: dict[type, Callable[[ConverseEncoder, Any, list[bytes]], None]] = {
    Started: ConverseEncoder._started,
    BlockStart: ConverseEncoder._start,
    TextDelta: ConverseEncoder._text,
    RefusalDelta: ConverseEncoder._text,
    ThinkingDelta: ConverseEncoder._thinking,
    SignatureDelta: ConverseEncoder._signature,
    ArgumentsDelta: ConverseEncoder._arguments,
    CitationDelta: ConverseEncoder._citation,
    AudioDelta: ConverseEncoder._audio,
    OpaqueDelta: ConverseEncoder._opaque_delta,
    BlockStop: ConverseEncoder._stop,
    UsageUpdate: ConverseEncoder._counted,
    Extra: ConverseEncoder._extra,
    Ping: ConverseEncoder._pinged,
    OpaqueEvent: ConverseEncoder._opaque,
    Finished: ConverseEncoder._finished,
    Failed: ConverseEncoder._failed,
}

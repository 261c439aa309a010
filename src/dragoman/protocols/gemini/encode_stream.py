"""Events to the frames of a streamed answer, as the API itself sends them: each a response object with the next piece.

What every chunk says (id, model) is repeated in each; fields and counts wait for the next chunk that has something to
say. Parts that come whole (calls, media, text with a signature) are said when they are complete. There is no end signal:
the last chunk names the reasons, and then the body ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ...types.content import (
    Audio,
    Base64,
    Block,
    Citation,
    Refusal,
    ServerToolCall,
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
from ...wire.sse import sse_frame
from ..base import Encoder
from .answers import Json, encode_finish, encode_logprobs, encode_time, encode_usage, split_extra
from .encode_parts import encode_part, own_block
from .errors import error_body
from .grounding import encode_grounding, is_foreign

__all__ = ["GeminiEncoder"]

_dump = msgspec.json.encode
_TEXT = b'{"candidates":[{"content":{"parts":[{"text":%b%b}],"role":"model"},"index":%d}]%b'
_JSON_TYPE = "application/json; charset=UTF-8"


class _Said:
    """An open block: what it is, whose, and what of it waits to be said."""

    __slots__ = ("block", "choice", "citations", "in_pieces", "media", "pieces", "signature", "whole")

    def __init__(self, block: Block, choice: int) -> None:
        self.block = block
        self.choice = choice
        self.pieces: list[str] = []
        self.media: list[str] = []
        self.citations = [cited for cited in block.citations if is_foreign(cited)] if isinstance(block, Text) else []
        self.signature: str | None = None
        self.in_pieces = False
        plain = isinstance(block, Text | Refusal | Thinking) and not block.extra
        self.whole = not plain or (isinstance(block, Thinking) and block.signature is not None)
        """Whether it is one part, said when it is complete."""


class GeminiEncoder(Encoder):
    """Encodes one streamed answer; `array` makes it the JSON array that is sent without `alt=sse`."""

    def __init__(self, *, array: bool = False) -> None:
        self._array = array
        self._sent = 0
        if array:
            self.content_type = _JSON_TYPE
        self._head: Json = {}
        self._tail = b"}"
        """What ends a chunk that says nothing but text: the head's fields."""
        self._begun: Started | None = None
        self._top: Json = {}
        self._dated = False
        """Whether vendor fields wait that went into the head."""
        self._fields: dict[int, Json] = {}
        self._usage: Usage | None = None
        self._last_usage: Usage | None = None
        self._grounded: set[int] = set()
        self._texts: dict[int, dict[int, tuple[str, list[Citation]]]] = {}
        """The texts of each choice, with the citations of other wires, by their blocks."""
        self._open: dict[int, _Said] = {}
        self._speaking: dict[int, type] = {}
        """The kind of the text block that a reader would let the next piece of that kind go on with, by choice."""
        self._border: set[int] = set()
        """The blocks whose first piece must not go on with the block before."""
        self._done = False

    def feed(self, events: Sequence[Event]) -> bytes:
        out: list[bytes] = []
        for event in events:
            if self._done:
                break
            _SAY[type(event)](self, event, out)
        return b"".join(out)

    # --- chunks ----------------------------------------------------------------------------------------------------------

    def _write(self, data: bytes, out: list[bytes]) -> None:
        if self._array:
            out.append((b",\n" if self._sent else b"[") + data)
        else:
            out.append(sse_frame(data))
        self._sent += 1

    def _chunk(self, candidates: dict[int, Json], out: list[bytes]) -> None:
        """Say candidates, and with them whatever waits."""
        for choice, fields in self._fields.items():
            candidates[choice] = {**candidates.get(choice, {}), **fields}
        listed = [{**fields, "index": choice} for choice, fields in sorted(candidates.items())]
        wire: Json = {"candidates": listed} if listed else {}
        if self._usage is not None:
            wire["usageMetadata"] = encode_usage(self._usage)
        self._write(_dump({**wire, **self._head, **self._top}), out)
        self._begun = None
        self._dated = False
        self._top, self._fields, self._usage = {}, {}, None

    def _flush(self, out: list[bytes]) -> None:
        """Say what waits, in a chunk without parts."""
        if self._begun is not None or self._top or self._fields or self._usage is not None:
            self._chunk({0: {"content": {"role": "model"}}}, out)

    def _parts(self, choice: int, parts: list[Json], out: list[bytes], more: Json | None = None) -> None:
        self._chunk({choice: {"content": {"parts": parts, "role": "model"}, **(more or {})}}, out)

    # --- events ----------------------------------------------------------------------------------------------------------

    def _started(self, event: Started, out: list[bytes]) -> None:
        self._flush(out)
        head: Json = {} if event.model is None else {"modelVersion": event.model}
        if event.id is not None:
            head["responseId"] = event.id
        if event.created is not None and (time := encode_time(event.created)) is not None:
            head["createTime"] = time
        self._set_head(head)
        self._begun = event

    def _set_head(self, head: Json) -> None:
        self._head = head
        self._tail = b"," + _dump(head)[1:] if head else b"}"

    def _extra(self, event: Extra, out: list[bytes]) -> None:
        if self._top or self._fields or self._usage is not None or self._dated:
            self._flush(out)
        self._top, self._fields = split_extra(event.data)
        self._dated = "createTime" in self._top
        if self._dated:
            self._set_head({**self._head, "createTime": self._top.pop("createTime")})
            self._begun = self._begun or Started()
        self._grounded |= {choice for choice, fields in self._fields.items() if "groundingMetadata" in fields}

    def _counted(self, event: UsageUpdate, out: list[bytes]) -> None:
        if self._usage is not None:
            self._flush(out)
        self._usage = self._last_usage = event.usage

    def _start(self, event: BlockStart, out: list[bytes]) -> None:
        block = own_block(event.block)
        if block is None:
            return
        said = self._open[event.index] = _Said(block, event.choice)
        kind = Thinking if isinstance(block, Thinking) else Text
        if said.whole:
            self._speaking.pop(event.choice, None)
            extra = block.extra.get("functionCall") if isinstance(block, ToolCall) else None
            if isinstance(extra, dict) and extra.get("willContinue") is True:
                said.in_pieces = True
                self._parts(event.choice, [encode_part(block)], out)
            return
        if self._speaking.get(event.choice) is kind:
            self._border.add(event.index)
        self._speaking[event.choice] = kind
        if isinstance(block, Text | Refusal | Thinking) and block.text:
            self._speak(event.index, block.text, block.logprobs if isinstance(block, Text) else None, out)

    def _speak(self, index: int, text: str, logprobs: Any, out: list[bytes]) -> None:
        said = self._open.get(index)
        if said is None:
            return
        said.pieces.append(text)
        if said.whole:
            return
        if self._begun is None and not (self._top or self._fields or self._usage or logprobs or index in self._border):
            thinks = b',"thought":true' if isinstance(said.block, Thinking) else b""
            self._write(_TEXT % (_dump(text), thinks, said.choice, self._tail), out)
            return
        thought: Json = {"thought": True} if isinstance(said.block, Thinking) else {}
        parts = [{"text": text, **thought}]
        if index in self._border:
            self._border.discard(index)
            parts.insert(0, {"text": "", **thought})
        self._parts(said.choice, parts, out, {"logprobsResult": encode_logprobs(logprobs)} if logprobs else None)

    def _text(self, event: TextDelta | RefusalDelta, out: list[bytes]) -> None:
        said = self._open.get(event.index)
        if said is not None and said.whole and event.logprobs:
            fields = self._fields.setdefault(said.choice, {})
            fields["logprobsResult"] = encode_logprobs(event.logprobs)
        self._speak(event.index, event.text, event.logprobs, out)

    def _thinking(self, event: ThinkingDelta, out: list[bytes]) -> None:
        self._speak(event.index, event.text, None, out)

    def _arguments(self, event: ArgumentsDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.pieces.append(event.text)

    def _signature(self, event: SignatureDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.signature = event.signature

    def _citation(self, event: CitationDelta, out: list[bytes]) -> None:
        if (said := self._open.get(event.index)) and is_foreign(event.citation):
            said.citations.append(event.citation)

    def _audio(self, event: AudioDelta, out: list[bytes]) -> None:
        if said := self._open.get(event.index):
            said.media.append(event.data)

    def _opaque_delta(self, event: OpaqueDelta, out: list[bytes]) -> None:
        said = self._open.get(event.index)
        if said is not None and said.in_pieces:
            self._parts(said.choice, [{"functionCall": event.data}], out)

    def _stop(self, event: BlockStop, out: list[bytes]) -> None:
        said = self._open.pop(event.index, None)
        if said is None:
            return
        text = "".join(said.pieces)
        if isinstance(said.block, Text | Refusal):
            texts = self._texts.setdefault(said.choice, {})
            texts[event.index] = (said.block.text + text if said.whole else text, said.citations)
        if said.in_pieces:
            return
        final = None if event.block is None else own_block(event.block)
        block = said.block if final is None else final
        if not said.whole:
            if isinstance(block, Thinking) and (signature := block.signature or said.signature) is not None:
                self._speaking.pop(said.choice, None)
                self._parts(said.choice, [{"text": "", "thought": True, "thoughtSignature": signature}], out)
            return
        if final is None:
            block = _complete(block, text, "".join(said.media), said.signature)
        self._parts(said.choice, [encode_part(block)], out)

    def _pinged(self, event: Ping, out: list[bytes]) -> None:
        if not self._array:
            out.append(b": ping\n\n")

    def _opaque(self, event: OpaqueEvent, out: list[bytes]) -> None:
        if event.name == "part":
            self._parts(0, [event.data], out)
        elif not isinstance(event.data, dict):  # an object is another wire's event, which a reader would take for a chunk
            self._flush(out)
            self._write(_dump(event.data), out)

    def _finished(self, event: Finished, out: list[bytes]) -> None:
        candidates = {choice: encode_finish(finish) for choice, finish in enumerate([event.finish, *event.others])}
        for choice, texts in self._texts.items():
            cited = [cited for _, cited in sorted(texts.items(), key=lambda item: item[0])]
            if choice not in self._grounded and (metadata := encode_grounding(cited)):
                candidates.setdefault(choice, {})["groundingMetadata"] = metadata
        self._usage = self._usage or self._last_usage
        self._chunk({choice: {"content": {"role": "model"}, **fields} for choice, fields in candidates.items()}, out)
        self._end(out)

    def _failed(self, event: Failed, out: list[bytes]) -> None:
        failure = event.failure
        body = failure.body
        if failure.code == "prompt_blocked" and isinstance(body, dict) and "promptFeedback" in body:
            self._write(_dump(body), out)
        else:
            self._flush(out)
            self._write(_dump(error_body(failure)), out)
        self._end(out)

    def _end(self, out: list[bytes]) -> None:
        if self._array:
            out.append(b"]")
        self._done = True


def _complete(block: Block, text: str, media: str, signature: str | None) -> Block:
    """A block with what its deltas added."""
    replace = msgspec.structs.replace
    match block:
        case Text() | Refusal():
            return replace(block, text=block.text + text)
        case Thinking():
            return replace(block, text=block.text + text, signature=block.signature if signature is None else signature)
        case ToolCall() | ServerToolCall():
            return replace(block, arguments=block.arguments + text)
        case Audio(source=Base64(media_type=kind, data=data)) if media:
            return replace(block, source=Base64(kind, data + media))
        case _:
            return block


_SAY: dict[type, Callable[[GeminiEncoder, Any, list[bytes]], None]] = {
    Started: GeminiEncoder._started,
    BlockStart: GeminiEncoder._start,
    TextDelta: GeminiEncoder._text,
    RefusalDelta: GeminiEncoder._text,
    ThinkingDelta: GeminiEncoder._thinking,
    SignatureDelta: GeminiEncoder._signature,
    ArgumentsDelta: GeminiEncoder._arguments,
    CitationDelta: GeminiEncoder._citation,
    AudioDelta: GeminiEncoder._audio,
    OpaqueDelta: GeminiEncoder._opaque_delta,
    BlockStop: GeminiEncoder._stop,
    UsageUpdate: GeminiEncoder._counted,
    Extra: GeminiEncoder._extra,
    Ping: GeminiEncoder._pinged,
    OpaqueEvent: GeminiEncoder._opaque,
    Finished: GeminiEncoder._finished,
    Failed: GeminiEncoder._failed,
}

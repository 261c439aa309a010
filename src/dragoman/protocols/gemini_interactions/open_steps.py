"""Steps under construction: what their deltas say, and how each is completed.

| step | delta | event |
|---|---|---|
| `model_output` | `text`, `text_annotation_delta`, `audio` | deltas of the block that is open, which opens where there is none |
| | `image`, `video`, `document`, any other kind | a block of its own, whole |
| `thought` | `thought_summary`, `thought_signature` | `ThinkingDelta`, `SignatureDelta` |
| `function_call` | `arguments_delta` | `ArgumentsDelta` |
| any other | one of the step's own type | joins the step; its arguments are an `ArgumentsDelta` |
| any | what is not listed | `OpaqueDelta` |

Source: https://ai.google.dev/gemini-api/docs/interactions/streaming and the delta types of
https://ai.google.dev/api/interactions-api.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

import msgspec

from ...types.content import Audio, Base64, Block, Opaque, Origin, ServerToolCall, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    OpaqueDelta,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)
from ..byte_spans import ByteText
from .content import read_content
from .json_text import Json, arguments_text
from .steps import single, step_fields, summary_cuts
from .wire import bytes_of, decode_citation

__all__ = ["Indices", "OpenStep", "open_step"]

_replace: Final = msgspec.structs.replace
_ANNOTATIONS: Final = ("text_annotation_delta", "text_annotation")


class Indices:
    """Gives block indices in order, and knows whose blocks they are."""

    __slots__ = ("called", "count", "origin")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.count = 0
        self.called = False
        """Whether a call that waits for the caller was among the blocks."""

    def start(self, block: Block, out: list[Event]) -> int:
        """Open a block."""
        index = self.count
        self.count += 1
        self.called = self.called or type(block) is ToolCall
        out.append(BlockStart(index, block))
        return index


class OpenStep(ABC):
    """A step whose stop has not come. `open` is the block that plain deltas go on with, None when there is none."""

    __slots__ = ("indices", "kind", "open", "pieces")

    def __init__(self, kind: Any, indices: Indices) -> None:
        self.kind = kind
        self.indices = indices
        self.open: tuple[type, int] | None = None
        self.pieces: list[str] = []
        """What was told of a text, of a thought or of arguments, piece by piece."""

    @abstractmethod
    def delta(self, delta: Json, out: list[Event]) -> None:
        """Take one delta."""

    @abstractmethod
    def stop(self, out: list[Event]) -> None:
        """Complete the step."""


class _Output(OpenStep):
    """Content, one block after the other."""

    __slots__ = ("_counted", "_fields", "_follows", "_media", "_part", "_step", "_waiting")

    def __init__(self, step: Json, indices: Indices, follows: bool, out: list[Event]) -> None:
        super().__init__("model_output", indices)
        self._step = step
        self._fields = step_fields(step, ("content",))
        self._follows = follows
        self._part = 0
        self._media: Json = {}
        self._counted = ByteText()
        """The text of the block that is open, but for what waits in `pieces`."""
        self._waiting: list[Json] = []
        """Annotations of words that have not come yet."""
        contents = step.get("content")
        for item in contents if isinstance(contents, list) else ():
            self._item(item, out)

    def _item(self, item: Any, out: list[Event]) -> None:
        """A content that the step begins with: each is a block of its own."""
        self._close(out)
        block = read_content(item, self.indices.origin, answer=True)
        if isinstance(block, Text):
            index = self._start(_replace(block, text="", citations=()), out)
            if block.text:
                self.pieces.append(block.text)
                out.append(TextDelta(index, block.text))
            out += [CitationDelta(index, citation) for citation in block.citations]
        elif isinstance(block, Audio) and isinstance(block.source, Base64):
            self._sound(item, block, block.source, out)
        else:
            self._start(block, out)

    def delta(self, delta: Json, out: list[Event]) -> None:
        kind = delta.get("type")
        if kind == "text" and isinstance(text := delta.get("text"), str):
            index = self._text(out)
            if text:
                self.pieces.append(text)
                out.append(TextDelta(index, text))
            if left := step_fields(delta, ("text",)):
                out.append(OpaqueDelta(index, {"type": "text", **left}))
        elif kind in _ANNOTATIONS and _are_objects(annotations := delta.get("annotations") or []):
            index = self._text(out)
            self._count()
            for annotation in annotations:
                if (bytes_of(annotation)[1] or 0) > self._counted.size:
                    self._waiting.append(annotation)
                else:
                    out.append(CitationDelta(index, decode_citation(annotation, self._counted)))
            if left := step_fields(delta, ("annotations",)):
                out.append(OpaqueDelta(index, {"type": kind, **left}))
        elif kind in ("text", *_ANNOTATIONS):
            out.append(OpaqueDelta(self._text(out), delta))
        else:
            block = read_content(delta, self.indices.origin, answer=True)
            if isinstance(block, Audio) and isinstance(block.source, Base64):
                self._sound(delta, block, block.source, out)
            else:
                self._close(out)
                self._start(block, out)
                self._close(out)

    def stop(self, out: list[Event]) -> None:
        self._close(out)
        if not self._part:
            out.append(BlockStop(self.indices.start(Opaque(self._step, origin=self.indices.origin), out)))

    def _text(self, out: list[Event]) -> int:
        if self.open is not None and self.open[0] is Text:
            return self.open[1]
        self._close(out)
        return self._start(Text("", origin=self.indices.origin), out)

    def _sound(self, item: Json, block: Audio, source: Base64, out: list[Event]) -> None:
        """More of the sound that is open, where it is of one form and its base64 can go on."""
        form = {name: value for name, value in item.items() if name != "data"}
        if self.open is None or self.open[0] is not Audio or self._media != form:
            self._close(out)
            self._start(_replace(block, source=Base64(source.media_type, "")), out)
            self._media = form
        assert self.open is not None
        if source.data:
            out.append(AudioDelta(self.open[1], source.data))
        if source.data.endswith("=") or len(source.data) % 4:
            self._media = {}  # padded: what follows cannot be appended

    def _start(self, block: Any, out: list[Event]) -> int:
        marks: Json = {"part": self._part} if self._part or self._follows else {}
        if self._fields and not self._part:
            marks["step"] = self._fields
        self._part += 1
        index = self.indices.start(_replace(block, extra={**block.extra, **marks}) if marks else block, out)
        self.open = (type(block), index)
        self._counted = ByteText()
        self.pieces.clear()
        return index

    def _count(self) -> None:
        for piece in self.pieces:
            self._counted.add(piece)
        self.pieces.clear()

    def _close(self, out: list[Event]) -> None:
        if self.open is not None:
            if self._waiting:
                self._count()
                out += [CitationDelta(self.open[1], decode_citation(annotation, self._counted)) for annotation in self._waiting]
                self._waiting = []
            out.append(BlockStop(self.open[1]))
            self.open = None


class _Thought(OpenStep):
    """Reasoning: its visible words, pictures among them, and its signature."""

    __slots__ = ("_block", "_index", "_signature", "_summary")

    def __init__(self, step: Json, block: Thinking, indices: Indices, out: list[Event]) -> None:
        super().__init__("thought", indices)
        self._block = _replace(block, text="", signature=None)
        self._signature: str | None = None
        self._summary: list[Any] = list(step.get("summary") or ())
        self._index = indices.start(self._block, out)
        self.open = (Thinking, self._index)
        if block.text:
            out.append(ThinkingDelta(self._index, block.text))
        self._sign(block.signature, out)

    def _sign(self, signature: str | None, out: list[Event]) -> None:
        if signature:
            self._signature = signature
            out.append(SignatureDelta(self._index, signature))

    def delta(self, delta: Json, out: list[Event]) -> None:
        kind = delta.get("type")
        content = delta.get("content")
        if kind == "thought_signature" and isinstance(delta.get("signature", ""), str) and len(delta) <= 2:
            self._sign(delta.get("signature"), out)
        elif kind == "thought_summary" and isinstance(content, dict) and len(delta) == 2:
            text = content.get("text")
            if content.get("type") == "text" and isinstance(text, str) and len(content) == 2:
                if text:
                    self.pieces.append(text)
                    out.append(ThinkingDelta(self._index, text))
                return
            self._join()
            self._summary.append(content)
            out.append(OpaqueDelta(self._index, delta))
        else:
            out.append(OpaqueDelta(self._index, delta))

    def _join(self) -> None:
        if self.pieces:
            self._summary.append({"type": "text", "text": "".join(self.pieces)})
            self.pieces.clear()

    def stop(self, out: list[Event]) -> None:
        self._join()
        cuts = summary_cuts(self._summary)
        final: Block | None = None
        if cuts != self._block.extra.get("summary"):
            step = {"type": "thought", "signature": self._signature, "summary": self._summary}
            final = single({**step, **self._block.extra.get("step", {})}, self.indices.origin)
        out.append(BlockStop(self._index, final))


class _Joined(OpenStep):
    """A step whose deltas add fields to it: calls of functions and of the vendor's tools, results, unknown steps."""

    __slots__ = ("_arguments", "_block", "_index", "_others", "_step")

    def __init__(self, step: Json, block: Block, indices: Indices, out: list[Event]) -> None:
        super().__init__(step.get("type"), indices)
        self._step = dict(step)
        self._arguments = isinstance(block, ToolCall | ServerToolCall)
        self._block = _replace(block, arguments="") if isinstance(block, ToolCall | ServerToolCall) else block
        self._others: list[Json] = []
        self._index = indices.start(self._block, out)
        if self._arguments:
            self.open = (ToolCall, self._index)

    def delta(self, delta: Json, out: list[Event]) -> None:
        kind, arguments = delta.get("type"), delta.get("arguments")
        if kind == "arguments_delta" and self._arguments and isinstance(arguments, str):
            if arguments:
                self.pieces.append(arguments)
                out.append(ArgumentsDelta(self._index, arguments))
            self._step.update(step_fields(delta, ("arguments",)))
        elif kind == self.kind:
            self._step.update(step_fields(delta, ()))
            if self._arguments and arguments is not None and not self.pieces:
                self._tell(arguments_text(arguments), out)
        else:
            out.append(OpaqueDelta(self._index, delta))
            if isinstance(self._block, Opaque):
                self._others.append(delta)

    def _tell(self, text: str, out: list[Event]) -> None:
        if text:
            self.pieces.append(text)
            out.append(ArgumentsDelta(self._index, text))

    def stop(self, out: list[Event]) -> None:
        final: Any = single(self._step, self.indices.origin)
        if isinstance(final, ToolCall | ServerToolCall) and self._arguments:
            if not self.pieces:
                self._tell(final.arguments, out)
            if isinstance(final, ToolCall):  # what was streamed counts, byte for byte
                final = _replace(final, arguments="".join(self.pieces))
            said: Block = _replace(self._block, arguments="".join(self.pieces))
        else:
            said = self._block
        if self._others:
            final = _replace(final, extra={**final.extra, "deltas": self._others})
        out.append(BlockStop(self._index, None if said == final else final))


def open_step(step: Json, indices: Indices, follows: bool, out: list[Event]) -> OpenStep:
    """Open a step, giving what it says at once; `follows` says that the step before it was one of content, too."""
    if step.get("type") == "model_output":
        return _Output(step, indices, follows, out)
    block = single(step, indices.origin)
    return _Thought(step, block, indices, out) if isinstance(block, Thinking) else _Joined(step, block, indices, out)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)

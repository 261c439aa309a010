"""Blocks that an encoder is saying: how each kind begins, goes on and ends."""

from __future__ import annotations

from typing import Any, Final, Protocol

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
from .content import is_content, write_content
from .json_text import Json, arguments_object, dump
from .say import say_step
from .wire import encode_citation

__all__ = ["SaidBlock", "SaidOutput", "said_block"]

_replace: Final = msgspec.structs.replace


class Speaker(Protocol):
    """What a block needs of the encoder that says it."""

    def start(self, step: Json) -> int:
        """Begin a step; gives its index."""

    def delta(self, step: int, delta: Json) -> None:
        """One delta of a step."""

    def stop(self, step: int) -> None:
        """End a step."""


class SaidOutput:
    """A step of content: its index, whether a block of it is open, the kind of the last, and whether it has been left.

    `form` is the sound that more sound of the same form would go on, None where none would.
    """

    __slots__ = ("form", "last", "left", "open", "step")

    def __init__(self, step: int) -> None:
        self.step = step
        self.open = False
        self.left = False
        self.last: type | None = None
        self.form: Json | None = None

    def takes(self, block: Block) -> bool:
        """Whether a block can follow in this step: text would go on the text before it, and sound the sound."""
        if isinstance(block, Audio):
            return self.form is None or self.form != _form(block)
        return not (isinstance(block, Text | Refusal) and self.last in (Text, Refusal))

    def begin(self, block: Block) -> None:
        """A block of the step opens."""
        self.open, self.last, self.form = True, type(block), None


class SaidBlock:
    """A block that is being said."""

    __slots__ = ("block", "mine", "output", "pieces", "plain", "speaker", "step")

    def __init__(self, speaker: Speaker, block: Block, mine: bool, step: int | None) -> None:
        self.speaker = speaker
        self.block = block
        self.mine = mine
        self.step: int = -1 if step is None else step
        self.output: SaidOutput | None = None
        self.pieces: list[str] = []
        self.plain = False
        """Whether more text needs nothing but a delta: it has begun."""

    def begin(self) -> None:
        """Say what is known at once."""
        self.step = self.speaker.start(say_step(self.block, self.mine))

    def words(self, text: str) -> None:
        """More text, reasoning or arguments."""

    def sign(self, signature: str) -> None:
        """A signature."""

    def cite(self, citation: Citation) -> None:
        """A citation."""

    def sound(self, data: str, transcript: str) -> None:
        """More sound."""

    def raw(self, delta: Json) -> None:
        """A delta of an unknown kind, as it came from this wire."""
        if self.mine and isinstance(delta.get("type"), str):
            self.speaker.delta(self.step, delta)

    def end(self, final: Block | None) -> None:
        """Say what is left, and end the step where the block is all of it."""
        before = say_step(self.block, self.mine)
        self._update(before, before if final is None else say_step(final, self.mine))
        self.speaker.stop(self.step)

    def _update(self, before: Json, after: Json) -> None:
        """The delta that makes one form of a step the other."""
        news = {name: value for name, value in after.items() if name not in before or before[name] != value}
        if news and "type" in before and before["type"] == after.get("type"):
            self.speaker.delta(self.step, {"type": before["type"], **news})


class _Words(SaidBlock):
    """Text of the model; a refusal is text here. `late` are citations of words that have not been said yet."""

    __slots__ = ("late",)

    def begin(self) -> None:
        self.late: list[Citation] = []
        block = self.block
        if isinstance(block, Text | Refusal) and block.text:
            self.words(block.text)
        for citation in block.citations if isinstance(block, Text) else ():
            self.cite(citation)

    def words(self, text: str) -> None:
        self.plain = True
        self.pieces.append(text)
        self.speaker.delta(self.step, {"type": "text", "text": text})

    def cite(self, citation: Citation) -> None:
        self.plain = True
        own = self.mine and bool(citation.raw)
        said = "" if own else self._said()
        if not own and citation.end is not None and citation.end > len(said):
            self.late.append(citation)
            return
        annotation = encode_citation(citation, self.mine, said)
        self.speaker.delta(self.step, {"type": "text_annotation_delta", "annotations": [annotation]})

    def _said(self) -> str:
        self.pieces = ["".join(self.pieces)]
        return self.pieces[0]

    def end(self, final: Block | None) -> None:
        if not self.plain:
            self.words("")  # a step without any delta would be one without content
        if self.late:
            annotations = [encode_citation(citation, self.mine, self._said()) for citation in self.late]
            self.speaker.delta(self.step, {"type": "text_annotation_delta", "annotations": annotations})


class _Whole(SaidBlock):
    """Content that comes whole."""

    __slots__ = ()

    def begin(self) -> None:
        self.speaker.delta(self.step, write_content(self.block, own=self.mine))

    def end(self, final: Block | None) -> None:
        pass


class _Sound(SaidBlock):
    """Sound, piece by piece; what is said in it follows as text."""

    __slots__ = ()

    def begin(self) -> None:
        block = self.block
        assert isinstance(block, Audio)
        source = block.source
        if not isinstance(source, Base64):
            self.plain = True
            self.speaker.delta(self.step, write_content(block, own=self.mine))
        self.sound(source.data if isinstance(source, Base64) else "", block.transcript or "")

    def sound(self, data: str, transcript: str) -> None:
        if transcript:
            self.pieces.append(transcript)
        if data and isinstance(self.block, Audio) and isinstance(self.block.source, Base64):
            piece = _replace(self.block, source=Base64(self.block.source.media_type, data))
            self.plain = True
            self.speaker.delta(self.step, write_content(piece, own=self.mine))
            if self.output is not None:
                self.output.form = None if data.endswith("=") or len(data) % 4 else _form(self.block)

    def end(self, final: Block | None) -> None:
        if self.pieces:
            self.speaker.delta(self.step, {"type": "text", "text": "".join(self.pieces)})
            if self.output is not None:
                self.output.begin(Text(""))
        elif not self.plain:
            self.speaker.delta(self.step, write_content(self.block, own=self.mine))


def _form(block: Audio) -> Json:
    """What all pieces of a sound have in common."""
    return {name: value for name, value in write_content(block, own=True).items() if name != "data"}


class _Thought(SaidBlock):
    """Reasoning. A summary that is cut is said whole, when it is known."""

    __slots__ = ("held", "signature")

    def begin(self) -> None:
        block = self.block
        assert isinstance(block, Thinking)
        self.held = self.mine and "summary" in block.extra
        self.signature: str | None = None
        if not self.held:
            self.step = self.speaker.start(say_step(_replace(block, text="", signature=None), self.mine))
        if block.text:
            self.words(block.text)
        if block.signature is not None:
            self.sign(block.signature)

    def words(self, text: str) -> None:
        self.pieces.append(text)
        if not self.held:
            self.speaker.delta(self.step, {"type": "thought_summary", "content": {"type": "text", "text": text}})

    def sign(self, signature: str) -> None:
        self.signature = signature
        if not self.held:
            self.speaker.delta(self.step, {"type": "thought_signature", "signature": signature})

    def raw(self, delta: Json) -> None:
        if not self.held:
            super().raw(delta)

    def end(self, final: Block | None) -> None:
        signature = final.signature if isinstance(final, Thinking) else None
        if self.held:
            block = final if isinstance(final, Thinking) else _replace(self.block, text="".join(self.pieces))
            self.step = self.speaker.start(say_step(_replace(block, signature=None), self.mine))
            self.held = False
            signature = self.signature if signature is None else signature
            if signature is not None:
                self.sign(signature)
        elif signature is not None and signature != self.signature:
            self.sign(signature)
        self.speaker.stop(self.step)


class _Call(SaidBlock):
    """A call of a function: its arguments are streamed as text, but for free text, which becomes an object at the end."""

    __slots__ = ()

    def begin(self) -> None:
        block = self.block
        assert isinstance(block, ToolCall)
        self.step = self.speaker.start(say_step(_replace(block, arguments="", custom=False), self.mine))
        if block.arguments:
            self.words(block.arguments)

    def words(self, text: str) -> None:
        self.pieces.append(text)
        if not (isinstance(self.block, ToolCall) and self.block.custom):
            self.speaker.delta(self.step, {"type": "arguments_delta", "arguments": text})

    def end(self, final: Block | None) -> None:
        block, said = self.block, "".join(self.pieces)
        assert isinstance(block, ToolCall)
        more: Json = {}
        left = ""
        if isinstance(final, ToolCall):
            if final.arguments.startswith(said):
                left = final.arguments[len(said) :]
            before, after = (one.extra.get("step", {}) for one in (block, final))
            more = {name: value for name, value in after.items() if self.mine and before.get(name) != value}
        if block.custom:
            left = dump(arguments_object(said + left, custom=True))
        if left or more:
            self.speaker.delta(self.step, {"type": "arguments_delta", "arguments": left, **more})
        self.speaker.stop(self.step)


class _ServerCall(SaidBlock):
    """A call of the vendor's own tool: its arguments are an object, so they are said at the end."""

    __slots__ = ()

    def begin(self) -> None:
        block = self.block
        assert isinstance(block, ServerToolCall)
        self.pieces.append(block.arguments)
        self.block = _replace(block, arguments="")
        self.step = self.speaker.start(say_step(self.block, self.mine))

    def words(self, text: str) -> None:
        self.pieces.append(text)

    def end(self, final: Block | None) -> None:
        before, self.block = self.block, _replace(self.block, arguments="".join(self.pieces))
        self._update(say_step(before, self.mine), say_step(self.block, self.mine))
        super().end(final)


def said_block(speaker: Speaker, block: Any, mine: bool, step: int | None) -> SaidBlock:
    """What says a block; `step` is the step of content it stands in, None for one that is a step itself."""
    return _SAID.get(type(block), _Whole if is_content(block) else SaidBlock)(speaker, block, mine, step)


_SAID: Final[dict[type, type[SaidBlock]]] = {
    Text: _Words,
    Refusal: _Words,
    Audio: _Sound,
    Thinking: _Thought,
    ToolCall: _Call,
    ServerToolCall: _ServerCall,
}

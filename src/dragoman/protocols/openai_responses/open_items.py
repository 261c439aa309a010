"""Items and blocks under construction, and how a block is completed by what an item says in the end."""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Block, Citation, Opaque, Refusal, ServerToolCall, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStop,
    CitationDelta,
    Event,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
)
from .json_text import Json

__all__ = ["OpenBlock", "OpenItem", "stripped"]

_replace = msgspec.structs.replace


class OpenBlock:
    """A block whose stop has not come: the block as it was opened, and what deltas have added."""

    __slots__ = ("block", "citations", "final", "index", "logprobs", "pieces")

    def __init__(self, index: int, block: Block) -> None:
        self.index = index
        self.block = block
        self.pieces: list[str] = []
        self.citations: list[Citation] = []
        self.logprobs: list[Json] = []
        self.final: Json | None = None
        """The part as `content_part.done` or `output_text.done` gives it, for items that never say it whole."""

    def built(self) -> Block:
        """The block that start and deltas add up to."""
        block, text = self.block, "".join(self.pieces)
        match block:
            case Text():
                return _replace(block, text=text, citations=tuple(self.citations), logprobs=tuple(self.logprobs) or None)
            case Refusal():
                return _replace(block, text=text, logprobs=tuple(self.logprobs) or None)
            case Thinking():
                return _replace(block, text=text)
            case ToolCall() | ServerToolCall() if text:
                return _replace(block, arguments=block.arguments + text)
            case _:
                return block

    def as_part(self) -> Json:
        """A part of a message as it stands: what its end said of it, else what deltas did."""
        if self.final is not None:
            return self.final
        text = "".join(self.pieces)
        if isinstance(self.block, Refusal):
            return {"type": "refusal", "refusal": text}
        if isinstance(self.block, Opaque):
            return self.block.data
        cited = [citation.raw for citation in self.citations]
        return {"type": "output_text", "text": text, "annotations": cited, "logprobs": self.logprobs}

    def complete(self, final: Block | None, out: list[Event]) -> None:
        """Give what deltas have left out of the final value, which counts, and the stop."""
        if final is not None:
            self._rest(final, out)
            if self.built() != final:
                out.append(BlockStop(self.index, final))
                return
        out.append(BlockStop(self.index))

    def _rest(self, final: Block, out: list[Event]) -> None:
        if type(final) is not type(self.block):
            return
        said = "".join(self.pieces)
        if type(final) is Text:
            if (text := _more(said, final.text)) is not None:
                tokens = None if self.logprobs or said else final.logprobs
                self.pieces.append(text)
                self.logprobs.extend(tokens or ())
                out.append(TextDelta(self.index, text, tokens))
            cited = final.citations
            if len(cited) > len(self.citations) and list(cited[: len(self.citations)]) == self.citations:
                for citation in cited[len(self.citations) :]:
                    self.citations.append(citation)
                    out.append(CitationDelta(self.index, citation))
        elif type(final) is Refusal:
            if (text := _more(said, final.text)) is not None:
                self.pieces.append(text)
                out.append(RefusalDelta(self.index, text))
        elif type(final) is Thinking:
            if (text := _more(said, final.text)) is not None:
                self.pieces.append(text)
                out.append(ThinkingDelta(self.index, text))
        elif type(final) is ToolCall or (type(final) is ServerToolCall and said):
            text = _more(said, final.arguments)
            if text is not None and "type" not in final.extra.get("item", {}):
                self.pieces.append(text)
                out.append(ArgumentsDelta(self.index, text))


class OpenItem:
    """An item whose `done` has not come, with its blocks by their place in a message (0 for items of other kinds)."""

    __slots__ = ("blocks", "fields", "id", "implied", "kind")

    def __init__(self, kind: Any, id: Any, fields: Json, implied: bool = False) -> None:
        self.kind = kind
        self.id = id
        self.fields = fields
        """What the blocks of a message carry of it."""
        self.blocks: dict[int, OpenBlock] = {}
        self.implied = implied


def _more(said: str, whole: str) -> str | None:
    """What the whole has beyond what was said, None when it is nothing or something else was said."""
    return whole[len(said) :] if len(whole) > len(said) and whole.startswith(said) else None


def stripped(block: Block) -> Block:
    """A part of a message as it opens, without what comes in deltas."""
    match block:
        case Text():
            return _replace(block, text="", citations=(), logprobs=None)
        case Refusal():
            return _replace(block, text="", logprobs=None)
        case _:
            return block

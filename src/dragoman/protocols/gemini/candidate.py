"""One candidate of an answer under way: which block is open, what was said in it, how it ends.

Text of one kind is one block while it comes without modifiers, over any number of chunks. A part with a signature or
any other modifier is a block of its own, and so is every part but the first of a chunk: sent back, each has to be the
part it was, in its place (https://ai.google.dev/gemini-api/docs/thought-signatures).

What a streamed answer rests on is told at its end. Where the vendor's own tools were at work, a text that something else follows
therefore stays open until then, so that it can be cited.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Block, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    OpaqueDelta,
    OpaqueEvent,
    TextDelta,
    ThinkingDelta,
)
from .answers import Json, decode_logprobs
from .decode_parts import PartDecoder
from .grounding import Sources
from .partial_args import PartialArgs

__all__ = ["Candidate"]


class Candidate:
    """A candidate as its chunks come; `begin` numbers a new block."""

    __slots__ = (
        "_args",
        "_call",
        "_count",
        "_held",
        "_index",
        "_parts",
        "_rest",
        "_tooled",
        "_whole",
        "called",
        "choice",
        "extra",
        "finish",
        "message",
        "pieces",
        "sources",
        "text",
        "thought",
    )

    def __init__(self, choice: int, parts: PartDecoder, count: list[int], *, whole: bool = False) -> None:
        self.choice = choice
        self.extra: Json = {}
        self.finish: str | None = None
        self.message: str | None = None
        self.called = False
        self.text: int | None = None
        """The index of the open text block."""
        self.thought: int | None = None
        """The index of the open thinking block."""
        self.pieces: list[str] = []
        self.sources = Sources()
        self._parts = parts
        self._count = count
        self._whole = whole
        self._tooled = False
        """Whether the vendor's own tools were at work."""
        self._held: list[tuple[int, int]] = []
        """Texts that are complete and may yet be cited: their blocks, and their places among the texts."""
        self._rest: int | None = None
        """How many texts the answer has from the part on that is read; None where that is not known."""
        self._call: ToolCall | None = None
        self._index = 0
        self._args = PartialArgs()

    def take(self, wire: Json, events: list[Event]) -> None:
        """Give the events of a candidate's parts."""
        content = wire.get("content")
        parts = content.get("parts") if type(content) is dict else None
        if parts is None:
            return
        if type(parts) is not list:
            parts = [parts]
        logprobs = self._logprobs(wire.get("logprobsResult"), parts)
        ends = self.sources.waiting and (self._whole or wire.get("finishReason") is not None)
        self._rest = len(_texts(parts)) if ends else None
        for place, part in enumerate(parts):
            if type(part) is dict:
                self._part(part, place == 0, logprobs, events)
            else:
                events.append(OpaqueEvent("part", part))
            if self._rest is not None and _is_text(part):
                self._rest -= 1
        self._rest = None

    def _logprobs(self, wire: Any, parts: list[Any]) -> tuple[Json, ...] | None:
        """The token probabilities, where one text is all they can be about."""
        return decode_logprobs(wire) if wire is not None and one_text(parts) else None

    def _part(self, part: Json, first: bool, logprobs: tuple[Json, ...] | None, events: list[Event]) -> None:
        text = part.get("text")
        if type(text) is str and part.keys() <= {"text", "thought"} and type(part.get("thought", False)) is bool:
            if text:
                self._speak(text, part.get("thought") is True, first, logprobs, events)
            return
        call = part.get("functionCall")
        if type(call) is dict and self._is_piece(call):
            self._piece(part, call, events)
            return
        block = self._parts.decode(part)
        self._tooled = self._tooled or isinstance(block, ServerToolCall | ServerToolResult)
        self.end_block(events)
        if type(block) is ToolCall:
            self.called = True
        self._complete(block, logprobs, events)

    def _speak(self, text: str, thought: bool, first: bool, logprobs: tuple[Json, ...] | None, events: list[Event]) -> None:
        index = self.thought if thought else self.text
        if index is None or not first:
            self.end_block(events)
            index = self._count[0]
            origin = self._parts.origin
            self._begin(Thinking(origin=origin) if thought else Text(""), events)
            if thought:
                self.thought = index
            else:
                self.text = index
        if thought:
            events.append(ThinkingDelta(index, text))
        else:
            self.pieces.append(text)
            events.append(TextDelta(index, text, logprobs))

    def _begin(self, block: Block, events: list[Event]) -> int:
        index = self._count[0]
        self._count[0] += 1
        events.append(BlockStart(index, block, self.choice))
        return index

    def _complete(self, block: Block, logprobs: tuple[Json, ...] | None, events: list[Event]) -> None:
        replace = msgspec.structs.replace
        match block:
            case Text(text=text):
                index = self._begin(replace(block, text=""), events)
                if text:
                    events.append(TextDelta(index, text, logprobs))
                self._cite(index, self.sources.add([text]), events, last=self._rest == len(text[:1]))
            case Thinking(text=text):
                index = self._begin(replace(block, text=""), events)
                if text:
                    events.append(ThinkingDelta(index, text))
            case ToolCall(arguments=text) | ServerToolCall(arguments=text):
                index = self._begin(replace(block, arguments=""), events)
                if text:
                    events.append(ArgumentsDelta(index, text))
            case _:
                index = self._begin(block, events)
        events.append(BlockStop(index))

    def opened(self) -> int:
        """The index of the open block; 0 where none is."""
        if self._call is not None:
            return self._index
        return self.text or self.thought or 0

    def _cite(self, index: int, place: int, events: list[Event], *, last: bool) -> None:
        if self.sources.waiting:
            events += [CitationDelta(index, citation) for citation in self.sources.of(place, last=last)]

    def end(self, events: list[Event]) -> None:
        """Close what is open; nothing more comes."""
        self._rest = 0
        held = self._held
        if self.text is not None:
            held.append((self.text, self.sources.add(self.pieces)))
            self.text = None
        for index, place in held:
            self._cite(index, place, events, last=(index, place) == held[-1])
            events.append(BlockStop(index))
        self.end_block(events)

    def end_block(self, events: list[Event]) -> None:
        """Close what is open, but for texts that may yet be cited."""
        if self._call is not None:
            self._end_call(events)
        if self.text is not None:
            place = self.sources.add(self.pieces)
            if self._tooled and not (self._whole or self.sources.waiting):
                self._held.append((self.text, place))
            else:
                self._cite(self.text, place, events, last=self._rest == 0)
                events.append(BlockStop(self.text))
            self.text = None
            self.pieces = []
        elif self.thought is not None:
            events.append(BlockStop(self.thought))
            self.thought = None

    # --- calls whose arguments come in pieces ----------------------------------------------------------------------------

    def _is_piece(self, call: Json) -> bool:
        if type(call.get("name")) is str and call["name"]:
            return call.get("willContinue") is True
        return self._call is not None and "args" not in call

    def _piece(self, part: Json, call: Json, events: list[Event]) -> None:
        """A part that begins a call, goes on with it, or ends it."""
        if type(call.get("name")) is str and call["name"]:
            self.end_block(events)
            rest = {key: value for key, value in part.items() if key != "functionCall"}
            known = {key: value for key, value in call.items() if key != "partialArgs"}
            self._call = self._parts.call(known, rest, "")
            self._args = PartialArgs()
            self.called = True
            self._index = self._begin(self._call, events)
            if "partialArgs" not in call:
                return
            call = {key: value for key, value in call.items() if key not in ("name", "id")}
        events.append(OpaqueDelta(self._index, call))
        self._args.take(call.get("partialArgs"))
        if call.get("willContinue") is not True:
            self._end_call(events)

    def _end_call(self, events: list[Event]) -> None:
        """The arguments are complete: the block as it is sent back says nothing of pieces."""
        call = self._call
        assert call is not None
        self._call = None
        nested = {key: value for key, value in call.extra.get("functionCall", {}).items() if key != "willContinue"}
        extra = {key: value for key, value in call.extra.items() if key != "functionCall"}
        if nested:
            extra["functionCall"] = nested
        text = self._args.text(complete=True)
        events.append(ArgumentsDelta(self._index, text))
        events.append(BlockStop(self._index, msgspec.structs.replace(call, arguments=text, extra=extra)))

    def cut(self, events: list[Event]) -> None:
        """The body has ended in the middle: what there is of a call's arguments, such that they do not parse."""
        if self._call is not None:
            events.append(ArgumentsDelta(self._index, self._args.text(complete=False)))
            self._call = None


def one_text(parts: list[Any]) -> bool:
    """Whether exactly one part is text of the answer, so that token probabilities are about it."""
    return len(_texts(parts)) == 1


def _texts(parts: list[Any]) -> list[Json]:
    """The parts that are text of the answer."""
    return [part for part in parts if _is_text(part)]


def _is_text(part: Any) -> bool:
    if type(part) is not dict or part.get("thought") is True:
        return False
    return type(text := part.get("text")) is str and bool(text)

"""Events to a response: one accumulator for streamed and whole answers, so the two cannot disagree.

Events are only collected as they pass; they are folded into blocks when somebody asks for the response, and from
time to time so that a long stream keeps its text and not its events. Pieces are joined once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ..types.content import Audio, Base64, Block, Opaque, Origin, Refusal, ServerToolCall, Text, Thinking, ToolCall
from ..types.events import (
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
    RefusalDelta,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ..types.messages import Message
from ..types.response import Choice, Failure, Finish, Response, Usage
from ..wire.frames import TooLarge
from ..wire.limits import BLOCKS

__all__ = ["Accumulator", "accumulate"]

_FOLD_AT = 4096


class _Open:
    """A block under construction."""

    __slots__ = ("block", "choice", "citations", "final", "logprobs", "media", "pieces", "signature")

    def __init__(self, block: Block, choice: int) -> None:
        self.block = block
        self.choice = choice
        self.pieces: list[str] = []
        self.media: list[str] = []
        self.citations: list[Any] = []
        self.logprobs: list[Any] = []
        self.signature: str | None = None
        self.final: Block | None = None

    def build(self) -> Block:
        if self.final is not None:
            return self.final
        block = self.block
        text = "".join(self.pieces)
        replace = msgspec.structs.replace
        match block:
            case Text():
                if not (text or self.citations or self.logprobs):
                    return block
                logprobs = (*(block.logprobs or ()), *self.logprobs) if self.logprobs else block.logprobs
                return replace(block, text=block.text + text, citations=(*block.citations, *self.citations), logprobs=logprobs)
            case Refusal():
                logprobs = (*(block.logprobs or ()), *self.logprobs) if self.logprobs else block.logprobs
                return replace(block, text=block.text + text, logprobs=logprobs) if text or self.logprobs else block
            case Thinking():
                signature = block.signature if self.signature is None else self.signature
                return replace(block, text=block.text + text, signature=signature)
            case ToolCall() | ServerToolCall():
                return replace(block, arguments=block.arguments + text) if text else block
            case Audio() if self.media or text:
                source = block.source
                if self.media and isinstance(source, Base64):
                    source = Base64(source.media_type, source.data + "".join(self.media))
                return replace(block, source=source, transcript=(block.transcript or "") + text)
            case Opaque() | _:
                return block


class Accumulator:
    """Collects the events of one answer."""

    __slots__ = ("_blocks", "_extra", "_failure", "_finished", "_pending", "_started", "_usage", "origin")

    def __init__(self, origin: Origin | None = None) -> None:
        self.origin = origin
        self._pending: list[Event] = []
        self._blocks: dict[int, _Open] = {}
        self._started = Started()
        self._usage: Usage | None = None
        self._extra: dict[str, Any] = {}
        self._finished: Finished | None = None
        self._failure: Failure | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take events as they come. Raises TooLarge past the number of blocks that an answer may have."""
        self._pending.extend(events)
        if len(self._pending) > _FOLD_AT:
            self._fold()
            if len(self._blocks) > BLOCKS:
                raise TooLarge(BLOCKS, "the answer", "blocks")

    @property
    def finished(self) -> Finished | None:
        """The terminal event, when it has come."""
        self._fold()
        return self._finished

    @property
    def usage(self) -> Usage | None:
        """The tokens as far as they have been counted."""
        self._fold()
        return self._usage

    @property
    def failure(self) -> Failure | None:
        """The facts of the error that ended the answer, if one did."""
        self._fold()
        return self._failure

    @property
    def empty(self) -> bool:
        """True while nothing has come, or nothing but a failure."""
        said = any(type(event) is not Failed for event in self._pending)
        return not said and not self._blocks and self._started == Started()

    def response(self) -> Response:
        """What has arrived so far; `finish` is None until the answer is complete."""
        self._fold()
        by_choice: dict[int, list[Block]] = {0: []}
        for entry in self._blocks.values():
            by_choice.setdefault(entry.choice, []).append(entry.build())
        others = self._finished.others if self._finished is not None else ()
        finish = self._finished.finish if self._finished is not None else None
        count = max([*by_choice, len(others)]) + 1
        finishes: list[Finish | None] = [finish, *others, *[None] * count]
        messages = [Message("assistant", tuple(by_choice.get(choice, ())), origin=self.origin) for choice in range(count)]
        return Response(
            message=messages[0],
            id=self._started.id,
            model=self._started.model,
            created=self._started.created,
            finish=finish,
            usage=self._usage if self._usage is not None else Usage(),
            choices=tuple([Choice(*pair) for pair in zip(messages, finishes, strict=False)]) if count > 1 else (),
            provider=self.origin.provider or None if self.origin is not None else None,
            extra=dict(self._extra),
        )

    def _fold(self) -> None:
        blocks = self._blocks
        for event in self._pending:
            kind = type(event)
            if kind is TextDelta or kind is RefusalDelta:
                entry = blocks[event.index]  # type: ignore[union-attr]
                entry.pieces.append(event.text)  # type: ignore[union-attr]
                if event.logprobs:  # type: ignore[union-attr]
                    entry.logprobs.extend(event.logprobs)  # type: ignore[union-attr]
            elif kind is ArgumentsDelta or kind is ThinkingDelta:
                blocks[event.index].pieces.append(event.text)  # type: ignore[union-attr]
            else:
                self._fold_rare(event)
        self._pending.clear()

    def _fold_rare(self, event: Event) -> None:
        match event:
            case BlockStart(index=index, block=block, choice=choice):
                self._blocks[index] = _Open(block, choice)
            case BlockStop(index=index, block=block):
                self._blocks[index].final = block
            case SignatureDelta(index=index, signature=signature):
                self._blocks[index].signature = signature
            case CitationDelta(index=index, citation=citation):
                self._blocks[index].citations.append(citation)
            case AudioDelta(index=index, data=data, transcript=transcript):
                self._blocks[index].media.append(data)
                self._blocks[index].pieces.append(transcript)
            case Started():
                self._started = event
            case UsageUpdate(usage=usage):
                self._usage = usage
            case Extra(data=data):
                self._extra.update(data)
            case Finished():
                self._finished = event
            case Failed(failure=failure):
                self._failure = failure
            case OpaqueDelta():
                pass  # the decoder that met it gives the block it led to in BlockStop
            case _:
                pass  # pings and unknown events leave no trace in the response


def accumulate(events: Sequence[Event], origin: Origin | None = None) -> Response:
    """The response of a finished list of events."""
    accumulator = Accumulator(origin)
    accumulator.add(events)
    return accumulator.response()

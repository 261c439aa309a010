"""Events to a streamed answer, in the events that Google sends, so that a decoder finds the same ones again.

The bytes of `feed` may lag behind its events: a step of content is stopped when it is known that no more content follows in it,
what the answer says about itself waits for the event that it can stand in, and arguments of the vendor's own tools, which are
objects on this wire, wait for their end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

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
from .content import is_content
from .encode_response import interaction_object, own
from .errors import error_event
from .json_text import Json
from .said import SaidBlock, SaidOutput, said_block
from .say import continues, new_output
from .wire import encode_finish, encode_usage

__all__ = ["StreamEncoder"]

_dump: Final = msgspec.json.encode

_DELTA: Final = b'event: step.delta\ndata: {"event_type":"step.delta","index":%d,"delta":{"type":"text","text":%b}}\n\n'


class StreamEncoder(Encoder):
    """Says one answer."""

    def __init__(self) -> None:
        self._out: list[bytes] = []
        self._head = Started()
        self._begun = False
        self._fields: Json = {}
        self._usage: Usage | None = None
        self._news: set[str] = set()
        """What of head, fields and counts has not been said yet: `head`, `fields`, `token`, `usage`."""
        self._steps = 0
        self._blocks: dict[int, SaidBlock] = {}
        self._output: SaidOutput | None = None
        """The step of content that may still go on."""
        self._over = False

    def feed(self, events: Sequence[Event]) -> bytes:
        for event in events:
            if self._over:
                break
            kind = type(event)
            if kind is TextDelta and not self._news and (said := self._blocks.get(event.index)) is not None and said.plain:  # type: ignore[union-attr]
                said.pieces.append(event.text)  # type: ignore[union-attr]
                self._out.append(_DELTA % (said.step, _dump(event.text)))  # type: ignore[union-attr]
                continue
            if kind not in _ABOUT:
                self._tell()
                if kind is not BlockStart:
                    self._settle()
            _SAY[kind](self, event)
        found = b"".join(self._out)
        self._out.clear()
        return found

    # --- events of the stream ----------------------------------------------------------------------------------------------

    def _event(self, kind: str, fields: Json) -> None:
        self._out.append(sse_frame(_dump({"event_type": kind, **fields}), kind))

    def delta(self, step: int, delta: Json) -> None:
        """One delta of a step."""
        self._event("step.delta", {"index": step, "delta": delta})

    def start(self, step: Json) -> int:
        """Begin a step; gives its index."""
        index = self._steps
        self._steps += 1
        self._event("step.start", {"index": index, "step": step})
        return index

    def stop(self, step: int) -> None:
        """End a step."""
        self._event("step.stop", {"index": step})

    # --- the answer ----------------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Say what the answer has said about itself, before something else is said; what only the end can say waits for it."""
        if not self._begun:
            if not self._news:
                return
            self._begun = True
            self._news.clear()
            self._event(
                "interaction.created",
                {"interaction": {"id": "", **interaction_object(self._head, "in_progress", self._usage, self._fields)}},
            )
            return
        told = self._news & {"token", "usage"}
        if told:
            update: Json = {"interaction_id": self._head.id or "", "status": "in_progress"}
            if "token" in told:
                update["continuation_token"] = self._fields["continuation_token"]
            if "usage" in told and self._usage is not None:
                update["usage"] = encode_usage(self._usage)
            self._event("interaction.status_update", update)
            self._news -= told

    def _settle(self) -> None:
        """Stop the step of content that is done."""
        if self._output is not None and not self._output.open:
            self.stop(self._output.step)
            self._output = None

    def _started(self, event: Started) -> None:
        if self._begun or self._news:
            self._tell()
        self._head = event
        self._news.add("head")

    def _extra(self, event: Extra) -> None:
        if self._news & {"usage", "token"}:
            self._tell()
        self._fields = {**self._fields, **event.data}
        self._news.add("token" if event.data.keys() == {"continuation_token"} else "fields")

    def _counted(self, event: UsageUpdate) -> None:
        if "usage" in self._news:
            self._tell()
        self._usage = event.usage
        self._news.add("usage")

    def _interaction(self, status: str, more: Json) -> Json:
        return {"interaction": {"id": "", **interaction_object(self._head, status, self._usage, self._fields), **more}}

    def _close(self) -> None:
        for index in list(self._blocks):
            self._stop(BlockStop(index))
        self._settle()
        if not self._begun:
            self._news.add("head")
            self._tell()

    def _finished(self, event: Finished) -> None:
        self._close()
        self._event("interaction.completed", self._interaction(encode_finish(event.finish), {}))
        self._out.append(sse_frame(b"[DONE]", "done"))
        self._over = True

    def _failed(self, event: Failed) -> None:
        self._settle()
        error = error_event(event.failure)
        if error.get("event_type") == "error":
            self._tell()
            self._event("error", error)
        else:
            self._close()
            self._event("interaction.completed", self._interaction("failed", error))
        self._over = True

    def _pinged(self, event: Ping) -> None:
        self._out.append(b": ping\n\n")

    def _opaque(self, event: OpaqueEvent) -> None:
        name = event.name.replace("\r", " ").replace("\n", " ")
        if isinstance(event.data, dict):
            self._event(name, event.data)
        else:
            self._out.append(sse_frame(_dump(event.data), name))

    # --- blocks ----------------------------------------------------------------------------------------------------------------

    def _start(self, event: BlockStart) -> None:
        if event.choice:
            self._settle()
            return
        if not self._begun:
            self._news.add("head")
            self._tell()
        block = event.block
        mine = own(block)
        if is_content(block):
            output = self._output
            if output is None or output.open or not continues(block, mine) or not output.takes(block):
                self._leave()
                output = self._output = SaidOutput(self.start(new_output(block, mine)))
            output.begin(block)
            step: int | None = output.step
        else:
            self._leave()
            output, step = None, None
        said = said_block(self, block, mine, step)
        said.output = output
        self._blocks[event.index] = said
        said.begin()

    def _leave(self) -> None:
        """Let go of the step of content: another follows."""
        self._settle()
        if self._output is not None:
            self._output.left = True
            self._output = None

    def _words(self, event: Any) -> None:
        if said := self._blocks.get(event.index):
            said.words(event.text)

    def _sign(self, event: SignatureDelta) -> None:
        if said := self._blocks.get(event.index):
            said.sign(event.signature)

    def _cite(self, event: CitationDelta) -> None:
        if said := self._blocks.get(event.index):
            said.cite(event.citation)

    def _sound(self, event: AudioDelta) -> None:
        if said := self._blocks.get(event.index):
            said.sound(event.data, event.transcript)

    def _raw(self, event: OpaqueDelta) -> None:
        if said := self._blocks.get(event.index):
            said.raw(event.data)

    def _stop(self, event: BlockStop) -> None:
        said = self._blocks.pop(event.index, None)
        if said is None:
            return
        said.end(event.block)
        output = said.output
        if output is not None:
            output.open = False
            if output.left:
                self.stop(output.step)


_ABOUT: Final = frozenset({Started, Extra, UsageUpdate, Finished, Failed})
"""Events that say what the answer says about itself, or may say it with themselves."""

_SAY: Final[dict[type, Callable[[StreamEncoder, Any], None]]] = {
    Started: StreamEncoder._started,
    BlockStart: StreamEncoder._start,
    TextDelta: StreamEncoder._words,
    RefusalDelta: StreamEncoder._words,
    ThinkingDelta: StreamEncoder._words,
    ArgumentsDelta: StreamEncoder._words,
    SignatureDelta: StreamEncoder._sign,
    CitationDelta: StreamEncoder._cite,
    AudioDelta: StreamEncoder._sound,
    OpaqueDelta: StreamEncoder._raw,
    BlockStop: StreamEncoder._stop,
    UsageUpdate: StreamEncoder._counted,
    Extra: StreamEncoder._extra,
    Ping: StreamEncoder._pinged,
    OpaqueEvent: StreamEncoder._opaque,
    Finished: StreamEncoder._finished,
    Failed: StreamEncoder._failed,
}

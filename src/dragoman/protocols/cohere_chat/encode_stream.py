"""Events to a streamed answer: one frame an event, so that a decoder finds the same events again.

The first frame waits for the event behind `Started`, since fields of the answer stand in it; counts and later fields wait
for the last one. `[DONE]` follows it, as the vendor's own servers have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.content import Citation, Opaque, Refusal, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
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
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Finish, Usage
from ...wire.sse import sse_frame
from ..base import Encoder
from .errors import encode_end
from .say import call_said, content_said, is_plan
from .wire import PLAN, encode_citation, encode_finish, encode_usage, own_citation

__all__ = ["StreamEncoder"]

Json = dict[str, Any]

_json: Final = msgspec.json.encode


class StreamEncoder(Encoder):
    """One streamed answer, of which this wire says the first choice."""

    def __init__(self) -> None:
        self._started: Started | None = None
        self._places: dict[int, tuple[str, int]] = {}
        self._contents = 0
        self._calls = 0
        self._citations = 0
        self._texts: dict[int, list[str]] = {}
        """The texts that are open, piece by piece: a citation of another wire is said when its text is known."""
        self._foreign: dict[int, list[Citation]] = {}
        self._usage: Usage | None = None
        self._extra: Json = {}
        self._out: list[bytes] = []

    def feed(self, events: Sequence[Event]) -> bytes:
        out = self._out
        for event in events:
            if self._started is not None:
                self._begin(event.data if isinstance(event, Extra) else {})
                if isinstance(event, Extra):
                    continue
            self._say(event)
        found = b"".join(out)
        out.clear()
        return found

    def _frame(self, kind: str, fields: Json) -> None:
        self._out.append(sse_frame(_json({"type": kind, **fields}), kind))

    def _message(self, kind: str, index: int | None, message: Json, beside: Json | None = None) -> None:
        place = {} if index is None else {"index": index}
        self._frame(kind, {**place, "delta": {"message": message}, **(beside or {})})

    def _begin(self, extra: Json) -> None:
        started, self._started = self._started, None
        known = {} if started is None else {"id": started.id, "model": started.model}
        message = {"role": "assistant", "content": [], PLAN: "", "tool_calls": [], "citations": []}
        known = {name: value for name, value in known.items() if value is not None}
        self._frame("message-start", {**known, "delta": {"message": message}, **extra})

    def _say(self, event: Event) -> None:
        match event:
            case TextDelta(index=index, text=text, logprobs=logprobs) | RefusalDelta(index=index, text=text, logprobs=logprobs):
                self._delta(index, text, logprobs)
            case ThinkingDelta(index=index, text=text) | ArgumentsDelta(index=index, text=text):
                self._delta(index, text)
            case Started():
                self._started = event
            case BlockStart():
                self._start(event)
            case BlockStop(index=index):
                self._cite_late(index)
                kind, place = self._places.pop(index, ("", 0))
                if kind and kind != PLAN:
                    self._frame("tool-call-end" if kind == "call" else "content-end", {"index": place})
            case CitationDelta(index=index, citation=citation):
                kind, place = self._places.get(index, ("", 0))
                if kind == "text":
                    self._cite(index, place, citation)
            case OpaqueDelta(index=index, data=data):
                kind, place = self._places.get(index, ("", 0))
                if kind == "opaque":
                    self._message("content-delta", place, {"content": data})
            case UsageUpdate(usage=usage):
                self._usage = usage
            case Extra(data=data):
                self._extra.update(data)
            case Ping():
                self._out.append(b": ping\n\n")
            case OpaqueEvent(name=name, data=data):
                self._out.append(sse_frame(_json(data), name))
            case Finished(finish=finish):
                self._finish(finish)
            case Failed(failure=failure):
                self._out.append(sse_frame(_json(encode_end(failure)), "message-end"))
            case _:
                pass  # signatures and sound of other wires, which have no frame here

    def _cite(self, index: int, place: int, citation: Citation) -> None:
        if (own := own_citation(citation, place)) is not None:
            self._cited(own)
        else:
            self._foreign.setdefault(index, []).append(citation)

    def _cite_late(self, index: int) -> None:
        """Say the citations of other wires that a text has, now that it is complete."""
        text = "".join(self._texts.pop(index, ()))
        for citation in self._foreign.pop(index, ()):
            self._cited(encode_citation(citation, self._places[index][1], text))

    def _cited(self, citation: Json) -> None:
        self._message("citation-start", self._citations, {"citations": citation})
        self._frame("citation-end", {"index": self._citations})
        self._citations += 1

    def _start(self, event: BlockStart) -> None:
        block, index = event.block, event.index
        if event.choice:
            return
        if isinstance(block, ToolCall):
            self._places[index] = ("call", self._calls)
            self._message("tool-call-start", self._calls, {"tool_calls": call_said(block)})
            self._calls += 1
        elif isinstance(block, Thinking) and is_plan(block):
            self._places[index] = (PLAN, 0)
            self._delta(index, block.text)
        elif isinstance(block, Text | Refusal | Thinking | Opaque) and (part := content_said(block)) is not None:
            kind = "opaque" if isinstance(block, Opaque) else "thinking" if isinstance(block, Thinking) else "text"
            self._places[index] = (kind, self._contents)
            self._message("content-start", self._contents, {"content": part})
            self._contents += 1
            if isinstance(block, Text | Refusal):
                self._texts[index] = [block.text]
            for citation in block.citations if isinstance(block, Text) else ():
                self._cite(index, self._places[index][1], citation)

    def _delta(self, index: int, text: str, logprobs: tuple[Json, ...] | None = None) -> None:
        """More of a block; tokens stand beside the piece they are of, one object a frame."""
        kind, place = self._places.get(index, ("", 0))
        if kind == "call":
            self._message("tool-call-delta", place, {"tool_calls": {"function": {"arguments": text}}})
        elif kind == PLAN and text:
            self._message("tool-plan-delta", None, {PLAN: text})
        elif kind in ("text", "thinking"):
            if kind == "text":
                self._texts[index].append(text)
            first, *others = logprobs or (None,)
            self._message("content-delta", place, {"content": {kind: text}}, None if first is None else {"logprobs": first})
            for other in others:
                self._message("content-delta", place, {"content": {kind: ""}}, {"logprobs": other})

    def _finish(self, finish: Finish) -> None:
        delta: Json = {**self._extra, **encode_finish(finish)}
        if self._usage is not None:
            delta["usage"] = encode_usage(self._usage)
        self._frame("message-end", {"delta": delta})
        self._out.append(b"data: [DONE]\n\n")

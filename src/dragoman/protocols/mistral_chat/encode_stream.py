"""Events to a streamed answer: one chunk an event, so that a decoder finds the same events again.

Text goes as a string, thinking as a list of one chunk, as the vendor sends them. Clients of this wire take a call for
whole when they see it, so its arguments are gathered and said at once, when anything else comes; usage stands beside the
finish, `[DONE]` comes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.content import Block, Opaque, Refusal, Text, Thinking, ToolCall
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
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Finish, Usage
from ...wire.sse import sse_frame
from ..base import Encoder
from .chunks import encode_chunks
from .errors import encode_error
from .say import call_fields, opaque_call
from .wire import BEGINS, MESSAGE_KEY, PIECES, encode_finish, encode_usage, own_extra

__all__ = ["StreamEncoder"]

Json = dict[str, Any]

_json: Final = msgspec.json.encode


class _Said:
    """A block that has begun: what it is, where it stands, and whether its first chunk must say that it begins."""

    __slots__ = ("begins", "block", "choice", "place")

    def __init__(self, block: Block, choice: int) -> None:
        self.block = block
        self.choice = choice
        self.begins = False
        self.place = 0


class StreamEncoder(Encoder):
    """One streamed answer."""

    def __init__(self) -> None:
        self._head = _head(Started())
        self._blocks: dict[int, _Said] = {}
        self._last: dict[int, str] = {}
        self._called: dict[int, int] = {}
        self._spoken: set[int] = set()
        self._held: tuple[int, list[str]] | None = None
        self._usage: Usage | None = None
        self._out: list[bytes] = []

    def feed(self, events: Sequence[Event]) -> bytes:
        out = self._out
        for event in events:
            kind = type(event)
            if self._held is not None and kind is not Ping:
                if kind is ArgumentsDelta and event.index == self._held[0]:  # type: ignore[union-attr]
                    self._held[1].append(event.text)  # type: ignore[union-attr]
                    continue
                self._tell_call(self._held)
            if kind is TextDelta:
                self._text(event)  # type: ignore[arg-type]
            elif kind is ThinkingDelta:
                self._think(event.index, {"thinking": [{"type": "text", "text": event.text}]})  # type: ignore[union-attr]
            else:
                self._rare(event)
        found = b"".join(out)
        out.clear()
        return found

    # --- chunks --------------------------------------------------------------------------------------------------------

    def _chunk(self, choices: list[Json], rest: Json | None = None) -> None:
        self._tell_usage()
        tail = b"" if not rest else b"," + _json(rest)[1:-1]
        self._out.append(b"".join([self._head, _json(choices), tail, b"}\n\n"]))

    def _tell_usage(self) -> None:
        """Say counts that something else than the finish follows."""
        if self._usage is not None:
            usage, self._usage = self._usage, None
            self._neutral({"usage": encode_usage(usage)})

    def _neutral(self, fields: Json) -> None:
        """Fields of the answer, in a chunk that also a client which always reads the first choice can take."""
        self._chunk([{"index": 0, "delta": {}, "finish_reason": None}], fields)

    def _delta(self, choice: int, delta: Json, **beside: Any) -> None:
        self._chunk([{"index": choice, "delta": delta, "finish_reason": None, **beside}])

    def _content(self, said: _Said, chunk: Json) -> None:
        if said.begins:
            said.begins = False
            chunk = {**chunk, BEGINS: True}
        self._delta(said.choice, {"content": [chunk]})

    # --- text and thinking ---------------------------------------------------------------------------------------------

    def _text(self, event: TextDelta | RefusalDelta) -> None:
        said = self._blocks[event.index]
        beside = {"logprobs": {"content": event.logprobs}} if event.logprobs else {}
        if said.begins:
            self._content(said, {"type": "text", "text": "" if beside else event.text})
            if not beside:
                return
        self._delta(said.choice, {"content": event.text}, **beside)

    def _think(self, index: int, fields: Json) -> None:
        self._content(self._blocks[index], {"type": "thinking", "thinking": [], **fields})

    # --- calls ---------------------------------------------------------------------------------------------------------

    def _tell_call(self, held: tuple[int, list[str]]) -> None:
        """Say the call whose arguments were gathered."""
        self._held = None
        index, pieces = held
        said = self._blocks[index]
        call = said.block
        assert isinstance(call, ToolCall)
        extra = own_extra(call)
        whole = msgspec.structs.replace(call, arguments="".join(pieces))
        fields = {"index": said.place, **call_fields(whole, own=bool(extra))}
        if len(pieces) > 1:
            fields[PIECES] = [len(piece) for piece in pieces]
        if extra.get("synthetic_id"):
            fields["synthetic_id"] = True
        self._delta(said.choice, {"content": "", "tool_calls": [fields]})

    def _more_of_call(self, index: int, fields: Json, arguments: str = "") -> None:
        """What comes to a call after it was said."""
        said = self._blocks[index]
        if isinstance(said.block, ToolCall):
            entry = {"index": said.place, "id": said.block.id, "function": {"name": "", "arguments": arguments}, **fields}
            self._delta(said.choice, {"tool_calls": [entry]})

    # --- events --------------------------------------------------------------------------------------------------------

    def _rare(self, event: Event) -> None:
        match event:
            case Started():
                self._head = _head(event)
                self._open(0)
            case BlockStart():
                self._begin(event)
            case BlockStop():
                self._stop(event)
            case ArgumentsDelta(index=index, text=text):
                self._more_of_call(index, {}, text)
            case RefusalDelta():
                self._text(event)
            case CitationDelta(index=index, citation=citation):
                if citation.raw.get("type") == "reference":
                    self._content(self._blocks[index], citation.raw)
            case SignatureDelta(index=index, signature=signature):
                self._think(index, {"signature": signature})
            case OpaqueDelta(index=index, data=data):
                if data.keys() == {"thinking"}:
                    self._think(index, data)
            case UsageUpdate(usage=usage):
                self._tell_usage()
                self._usage = usage
            case Extra(data=data):
                self._extra(data)
            case Ping():
                self._out.append(b": ping\n\n")
            case OpaqueEvent(name=name, data=data):
                self._tell_usage()
                self._out.append(sse_frame(_json(data), name))
            case Finished(finish=finish, others=others):
                self._finish([finish, *others])
            case Failed(failure=failure):
                self._tell_usage()
                self._out.append(sse_frame(_json(encode_error(failure))))
            case _:
                pass  # sound of other wires, which has no place in an answer here

    def _open(self, choice: int) -> None:
        if choice not in self._spoken:
            self._spoken.add(choice)
            self._delta(choice, {"role": "assistant", "content": ""})

    def _begin(self, event: BlockStart) -> None:
        choice, block = event.choice, event.block
        self._open(choice)
        said = self._blocks[event.index] = _Said(block, choice)
        kind = "text" if isinstance(block, Text | Refusal) else type(block).__name__
        said.begins = self._last.get(choice) == kind and kind in ("text", "Thinking")
        self._last[choice] = kind
        match block:
            case Text(text="", citations=()) | Refusal(text=""):
                pass  # its words come as deltas
            case Text() | Refusal():
                self._text(TextDelta(event.index, block.text, block.logprobs))
            case Thinking():
                if block.text or block.signature is not None:
                    for chunk in encode_chunks(block) or ():
                        self._content(said, chunk)
            case ToolCall():
                said.place = self._called.get(choice, 0)
                self._called[choice] = said.place + 1
                self._held = (event.index, [block.arguments] if block.arguments else [])
            case Opaque() if (entry := opaque_call(block)) is not None:
                self._delta(choice, {"tool_calls": [entry]})
            case _:
                for chunk in encode_chunks(block) or ():
                    self._delta(choice, {"content": [chunk]})

    def _stop(self, event: BlockStop) -> None:
        """Say what only the final value of a block holds."""
        said, final = self._blocks[event.index], event.block
        if final is None or type(final) is not type(said.block):
            return
        known, now = own_extra(said.block), own_extra(final)
        fields = {name: value for name, value in now.items() if name != "thinking" and known.get(name) != value}
        if not fields:
            return
        if isinstance(final, Thinking):
            self._think(event.index, fields)
        elif isinstance(final, Text):
            self._content(said, {"type": "text", "text": "", **fields})
        elif isinstance(final, ToolCall):
            self._more_of_call(event.index, fields)

    def _extra(self, data: Json) -> None:
        fields: Json = {}
        for name, value in data.items():
            if (found := MESSAGE_KEY.fullmatch(name)) is not None:
                self._delta(int(found[1]), value)
            else:
                fields[name] = value
        if fields:
            self._neutral(fields)

    def _finish(self, finishes: list[Finish]) -> None:
        usage, self._usage = self._usage, None
        last = len(finishes) - 1
        for index, finish in enumerate(finishes):
            rest = {"usage": encode_usage(usage)} if usage is not None and index == last else None
            self._chunk([{"index": index, "delta": {"content": ""}, **encode_finish(finish)}], rest)
        self._out.append(b"data: [DONE]\n\n")


def _head(started: Started) -> bytes:
    """A chunk up to its choices."""
    fields = {"id": started.id or "", "object": "chat.completion.chunk", "created": started.created or 0}
    return b"data: " + _json({**fields, "model": started.model or ""})[:-1] + b',"choices":'

"""Events to a streamed answer: one chunk an event, so that a decoder finds the same events again.

The role comes first, the finish chunk before the usage, `[DONE]` last. Usage is told in a chunk of its own with empty
`choices` where the client asked for it (`stream_options.include_usage`); a client that did not ask may not expect such
a chunk, so there it stands beside the finish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.content import Audio, Base64, Block, Citation, Image, Opaque, Refusal, Text, Thinking, ToolCall
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
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.request import Request
from ...types.response import Finish, Usage
from ...wire.sse import sse_frame
from ..base import Encoder
from .details import DETAILS, SILENT_FIELDS
from .errors import encode_error
from .say import (
    annotation,
    audio_object,
    call_fields,
    closing_tag,
    finish_fields,
    image_part,
    opaque_fields,
    opening_tag,
    own_extra,
    thinking_field,
)
from .sources import sources
from .wire import encode_usage

__all__ = ["StreamEncoder"]

_json: Final = msgspec.json.encode
_MESSAGE_KEY: Final = re.compile(r"choices\[(\d{1,3})\]\.message")


class _Said:
    """A block that has begun: what it is, where it stands, and under which name its text goes."""

    __slots__ = ("before", "block", "choice", "details", "field", "place")

    def __init__(self, block: Block, choice: int, before: int) -> None:
        self.block = block
        self.choice = choice
        self.before = before
        self.field = ""
        self.place = 0
        self.details = False


class StreamEncoder(Encoder):
    """One streamed answer."""

    def __init__(self, request: Request) -> None:
        options = request.extra.get("stream_options")
        self._apart = isinstance(options, dict) and bool(options.get("include_usage"))
        self._head = self._envelope(Started())
        self._blocks: dict[int, _Said] = {}
        self._places: dict[int, int] = {}
        self._choices: set[int] = set()
        self._usage: Usage | None = None
        self._lengths: dict[int, int] = {}
        """How many characters of content each choice has said."""
        self._fields: dict[str, Any] = {}
        self._out: list[bytes] = []

    def feed(self, events: Sequence[Event]) -> bytes:
        out = self._out
        for event in events:
            kind = type(event)
            if kind is TextDelta:
                self._text("content", event)  # type: ignore[arg-type]
            elif kind is ThinkingDelta:
                self._think(event)  # type: ignore[arg-type]
            elif kind is ArgumentsDelta:
                self._arguments(event)  # type: ignore[arg-type]
            else:
                self._rare(event)
        found = b"".join(out)
        out.clear()
        return found

    # --- chunks --------------------------------------------------------------------------------------------------------

    def _envelope(self, started: Started) -> bytes:
        fields = {"id": started.id or "", "object": "chat.completion.chunk", "created": started.created or 0}
        return b"data: " + _json({**fields, "model": started.model or ""})[:-1] + b',"choices":'

    def _chunk(self, choices: list[dict[str, Any]], rest: dict[str, Any] | None = None) -> None:
        if self._usage is not None:
            usage, self._usage = self._usage, None
            self._neutral({"usage": encode_usage(usage)})
        tail = b"" if not rest else b"," + _json(rest)[1:-1]
        self._out.append(b"".join([self._head, _json(choices), tail, b"}\n\n"]))

    def _neutral(self, fields: dict[str, Any]) -> None:
        """Fields of the answer, in a chunk that also a client which always reads the first choice can take."""
        self._chunk([{"index": 0, "delta": {}, "finish_reason": None}], fields)

    def _delta(self, choice: int, delta: dict[str, Any], logprobs: Any = None) -> None:
        if type(content := delta.get("content")) is str:
            self._lengths[choice] = self._lengths.get(choice, 0) + len(content)
        self._chunk([{"index": choice, "delta": delta, "logprobs": logprobs, "finish_reason": None}])

    def _speak(self, choice: int) -> None:
        if choice not in self._choices:
            self._choices.add(choice)
            self._delta(choice, {"role": "assistant", "content": ""})

    # --- events --------------------------------------------------------------------------------------------------------

    def _text(self, field: str, event: TextDelta | RefusalDelta) -> None:
        logprobs = None
        if event.logprobs is not None:
            logprobs = {"content": None, "refusal": None, "content" if field == "content" else "refusal": event.logprobs}
        said = self._blocks.get(event.index)
        self._delta(0 if said is None else said.choice, {field: event.text}, logprobs)

    def _think(self, event: ThinkingDelta) -> None:
        said = self._blocks[event.index]
        if said.field not in SILENT_FIELDS:
            self._delta(said.choice, {said.field: event.text})

    def _arguments(self, event: ArgumentsDelta) -> None:
        said = self._blocks[event.index]
        block = said.block
        if not isinstance(block, ToolCall):
            return  # a call that the provider answered itself has no place in this wire
        if own_extra(block).get("function_call"):
            self._delta(said.choice, {"function_call": {"arguments": event.text}})
        elif block.custom:
            self._delta(said.choice, {"tool_calls": [{"index": said.place, "custom": {"input": event.text}}]})
        else:
            self._delta(said.choice, {"tool_calls": [{"index": said.place, "function": {"arguments": event.text}}]})

    def _rare(self, event: Event) -> None:
        match event:
            case Started():
                self._head = self._envelope(event)
                self._speak(0)
            case BlockStart():
                self._begin(event)
            case BlockStop():
                self._stop(event)
            case RefusalDelta():
                self._text("refusal", event)
            case CitationDelta(index=index, citation=citation):
                self._cite(self._blocks[index], citation)
            case AudioDelta(index=index, data=data, transcript=transcript):
                pieces = {name: text for name, text in (("data", data), ("transcript", transcript)) if text}
                self._delta(self._blocks[index].choice, {"audio": pieces})
            case OpaqueDelta(index=index, data=data):
                said = self._blocks[index]
                if isinstance(said.block, Thinking) and data.keys() <= {DETAILS, "content"}:
                    said.details = True
                    self._delta(said.choice, data)
            case UsageUpdate(usage=usage):
                if self._usage is not None:
                    self._neutral({})
                self._usage = usage
            case Extra(data=data):
                self._extra(data)
            case Ping():
                self._out.append(b": ping\n\n")
            case OpaqueEvent(name=name, data=data):
                self._out.append(sse_frame(_json(data), name))
            case Finished(finish=finish, others=others):
                self._finish([finish, *others])
            case Failed(failure=failure):
                self._out.append(sse_frame(_json(encode_error(failure))))
            case _:
                pass  # signatures of other wires, which have no field here

    def _begin(self, event: BlockStart) -> None:
        self._speak(event.choice)
        block = event.block
        said = self._blocks[event.index] = _Said(block, event.choice, self._lengths.get(event.choice, 0))
        match block:
            case Text(text=text, logprobs=logprobs):
                if text or logprobs:
                    self._text("content", TextDelta(event.index, text, logprobs))
                for citation in block.citations:
                    self._cite(said, citation)
            case Refusal(text=text, logprobs=logprobs):
                if text or logprobs:
                    self._text("refusal", RefusalDelta(event.index, text, logprobs))
            case Thinking(text=text):
                said.field = thinking_field(block)
                if said.field == "content":
                    self._delta(event.choice, {"content": opening_tag(own_extra(block))})
                if text:
                    self._think(ThinkingDelta(event.index, text))
            case ToolCall():
                self._call(said, block)
            case Audio():
                if about := audio_object(block):
                    self._delta(event.choice, {"audio": about})
            case Image():
                if (part := image_part(block)) is not None:
                    self._delta(event.choice, {"images": [part]})
            case Opaque():
                if fields := opaque_fields(block):
                    self._delta(event.choice, fields)
            case _:
                pass  # what the provider's own tools did has no place in this wire

    def _cite(self, said: _Said, citation: Citation) -> None:
        if citation not in sources(self._fields):  # else it stands in a field of the answer
            self._delta(said.choice, {"annotations": [annotation(citation, said.before)]})

    def _call(self, said: _Said, block: ToolCall) -> None:
        if own_extra(block).get("function_call"):
            self._delta(said.choice, {"function_call": {"name": block.name, "arguments": block.arguments}})
            return
        said.place = self._places.get(said.choice, 0)
        self._places[said.choice] = said.place + 1
        self._delta(said.choice, {"tool_calls": [{"index": said.place, **call_fields(block)}]})

    def _stop(self, event: BlockStop) -> None:
        """Say what only the final value of a block holds."""
        said = self._blocks.pop(event.index)
        final, began = event.block, said.block
        if isinstance(began, Thinking):
            extra = own_extra(final if isinstance(final, Thinking) else began)
            if said.field == "content" and (closing := closing_tag(extra)):
                self._delta(said.choice, {"content": closing})
            if not said.details and isinstance(details := extra.get(DETAILS), list):
                self._delta(said.choice, {DETAILS: details})
        elif isinstance(final, Thinking):
            self._delta(said.choice, {"content": closing_tag({})})
        elif isinstance(final, ToolCall) and isinstance(began, ToolCall):
            before, after = call_fields(began), call_fields(final)
            changed = {name: value for name, value in after.items() if before.get(name) != value}
            changed = {name: value for name, value in changed.items() if name not in ("function", "custom")}
            kind = "custom" if final.custom else "function"  # what makes the fragment one of a call
            self._delta(said.choice, {"tool_calls": [{"index": said.place, kind: {}, **changed}]})
        elif isinstance(final, Audio) and isinstance(began, Audio):
            known = own_extra(began)
            changed = {name: value for name, value in own_extra(final).items() if known.get(name) != value}
            if isinstance(began.source, Base64) and changed:
                self._delta(said.choice, {"audio": changed})

    def _extra(self, data: dict[str, Any]) -> None:
        fields = {}
        for name, value in data.items():
            if (found := _MESSAGE_KEY.fullmatch(name)) is not None:
                self._delta(int(found[1]), value)
            else:
                fields[name] = value
        if fields:
            self._fields.update(fields)
            self._neutral(fields)

    def _finish(self, finishes: list[Finish]) -> None:
        usage, self._usage = self._usage, None
        rest = None if usage is None else {"usage": encode_usage(usage)}
        last = len(finishes) - 1
        for index, finish in enumerate(finishes):
            beside = rest if index == last and not self._apart else None
            self._chunk([{"index": index, "delta": {}, "logprobs": None, **finish_fields(finish)}], beside)
        if rest is not None and self._apart:
            self._chunk([], rest)
        self._out.append(b"data: [DONE]\n\n")

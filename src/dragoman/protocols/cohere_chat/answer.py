"""The state of one answer, streamed or whole: frames or one body in, events out.

The wire says when content parts and calls begin and end, each kind under indexes of its own. A plan (`tool_plan`) has no
borders: it begins when it speaks and ends when anything else begins; it is thinking, marked by its field. A citation is
told of the text part it names, or of the one that is open; one of anything else (of thinking, of the plan, of a part that
has ended) is a field of the message. What a piece holds beside its words is gathered there too, as `content_pieces`.

The vendor does not say which model answers; a server that does is understood.

Where vendor fields go: of the answer into `Extra` under their own names; of the message into `Extra` under `message`,
just before the end; of a content part or a call onto its block.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ...types.content import Block, Opaque, Origin, Text, Thinking, ToolCall
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
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Failure
from .errors import decode_end, decode_error
from .wire import PLAN, RAW_FINISH, decode_citation, decode_finish, decode_usage

__all__ = ["Answer", "Open", "decode_call", "decode_content"]

Json = dict[str, Any]

_MESSAGE: Final = frozenset({"role", "content", "tool_calls", "citations", PLAN})
_FRAME: Final = frozenset({"id", "model", "type", "delta"})
_END: Final = frozenset({"finish_reason", "usage", "error", "message", RAW_FINISH})
_WORDS: Final = ("thinking", "text")


class Open:
    """A block that has begun; `data` is what an unknown part holds so far, and `grown` whether it began with less."""

    __slots__ = ("data", "grown", "index", "kind")

    def __init__(self, index: int, kind: str, data: Json) -> None:
        self.index = index
        self.kind = kind
        self.data = data
        self.grown = False


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _index(data: Json) -> int:
    """The place of a frame's part among those of its kind."""
    index = data.get("index")
    if type(index) is float and index.is_integer():
        return int(index)
    return index if type(index) is int else 0


def _cited(citation: Any, default: int) -> Any:
    """The content part a citation is of."""
    place = citation.get("content_index") if isinstance(citation, dict) and citation else -1
    return default if place is None else place


def decode_call(entry: Json, taken: set[str], origin: Origin) -> ToolCall:
    """An entry of `tool_calls`. A call without an id of its own gets one and is marked."""
    fields = {name: value for name, value in entry.items() if value is not None}
    about = _object(fields.pop("function", None))
    name, arguments, id = about.get("name"), about.get("arguments"), fields.pop("id", None)
    if fields.get("type") == "function":
        del fields["type"]
    if not isinstance(id, str) or not id or id in taken:
        number = len(taken)
        while (id := f"call_{number}") in taken:
            number += 1
        fields["synthetic_id"] = True
    taken.add(id)
    if inner := {key: value for key, value in about.items() if key not in ("name", "arguments") and value is not None}:
        fields["function"] = inner
    arguments = _written(arguments)
    return ToolCall(id, name if isinstance(name, str) else "", arguments, origin=origin if fields else None, extra=fields)


def _written(arguments: Any) -> str:
    """Arguments as text, also where a server gives them as the object they are."""
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else msgspec.json.encode(arguments).decode()


def decode_content(part: Json, origin: Origin) -> Text | Thinking | Opaque:
    """A content part of an assistant as a block."""
    kind = part.get("type")
    word = part.get(kind) if isinstance(kind, str) and kind in _WORDS else None
    if not isinstance(word, str):
        return Opaque(part, origin=origin)
    fields = {name: value for name, value in part.items() if name not in ("type", kind) and value is not None}
    if kind == "thinking":
        return Thinking(word, origin=origin, extra=fields)
    return Text(word, origin=origin if fields else None, extra=fields)


class Answer:
    """Reads one answer. After `over` nothing more is to be read."""

    __slots__ = ("_called", "_gathered", "_ids", "calls", "contents", "count", "origin", "over", "plan", "started")

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.count = 0
        self.contents: dict[int, Open] = {}
        self.calls: dict[int, Open] = {}
        self.plan: Open | None = None
        self.started = False
        self.over = False
        self._called = False
        self._ids: set[str] = set()
        self._gathered: Json = {}

    # --- streamed ------------------------------------------------------------------------------------------------------

    def frame(self, kind: str, data: Json, out: list[Event]) -> None:
        """Take one frame of a stream."""
        message = _object(_object(data.get("delta")).get("message"))
        index = _index(data)
        match kind:
            case "message-start":
                self._begin(data, message, out)
            case "tool-plan-delta":
                self._plan(message.get(PLAN), out)
            case "content-start":
                self._content_start(index, message.get("content"), out)
            case "content-delta":
                self._content_delta(index, message.get("content"), data.get("logprobs"), out)
            case "content-end":
                self._stop(self.contents.pop(index, None), out)
            case "tool-call-start":
                self._call_start(index, message.get("tool_calls"), out)
            case "tool-call-delta":
                self._call_delta(index, message.get("tool_calls"), out)
            case "tool-call-end":
                self._stop(self.calls.pop(index, None), out)
            case "citation-start":
                self._cite(message.get("citations"), out)
            case "citation-end":
                pass  # a citation is whole in its start
            case "message-end":
                self._end_frame(data, message, out)
            case _:
                out.append(OpaqueEvent(kind, data))

    def _begin(self, data: Json, message: Json, out: list[Event]) -> None:
        if not self.started:
            self._start(data, out)
        rest = {name: value for name, value in data.items() if name not in _FRAME and value is not None}
        rest |= {name: value for name, value in _object(data.get("delta")).items() if name != "message" and value is not None}
        if rest:
            out.append(Extra(rest))
        self._message(message, (), out)

    def _end_frame(self, data: Json, message: Json, out: list[Event]) -> None:
        delta = _object(data.get("delta"))
        failure = decode_end(delta, data)
        if failure is None:
            rest = {name: value for name, value in data.items() if name not in _FRAME and value is not None}
            rest |= {name: value for name, value in delta.items() if name not in _END and value is not None}
            self._gather(message)
            for citation in _listed(message.get("citations")):
                self._uncited(citation)
            self.end(out, delta, rest)
            return
        if isinstance(usage := delta.get("usage"), dict):
            out.append(UsageUpdate(decode_usage(usage)))
        self.fail(failure, out)

    # --- whole ---------------------------------------------------------------------------------------------------------

    def whole(self, body: Json, out: list[Event]) -> None:
        """Take a whole answer."""
        self._start(body, out)
        known = {"logprobs", *_FRAME, *_END}
        if rest := {name: value for name, value in body.items() if name not in known and value is not None}:
            out.append(Extra(rest))
        self._message(_object(body.get("message")), _listed(body.get("logprobs")), out)
        failure = decode_end(body, body)
        if failure is None:
            self.end(out, body, {})
            return
        if isinstance(usage := body.get("usage"), dict):
            out.append(UsageUpdate(decode_usage(usage)))
        self.fail(failure, out)

    def _message(self, message: Json, tokens: Any, out: list[Event]) -> None:
        """A message, whole: plan, content with its citations, calls."""
        self._plan(message.get(PLAN), out)
        content = message.get("content")
        parts = [{"type": "text", "text": content}] if isinstance(content, str) and content else _listed(content)
        first = next((place for place, part in enumerate(parts) if _object(part).get("type") == "text"), -1)
        citations: list[Any] = _listed(message.get("citations"))
        for place, part in enumerate(parts):
            self._content_start(place, part, out, tokens if place == first else ())
            for citation in citations:
                if _cited(citation, first) == place:
                    self._cite(citation, out, self.contents.get(place))
            self._stop(self.contents.pop(place, None), out)
        for citation in citations:
            if _cited(citation, first) not in range(len(parts)):
                self._cite(citation, out, None)
        for place, entry in enumerate(_listed(message.get("tool_calls"))):
            self._call_start(place, entry, out)
            self._stop(self.calls.pop(place, None), out)
        self._gather(message)

    # --- ends ----------------------------------------------------------------------------------------------------------

    def end(self, out: list[Event], end: Json, rest: Json) -> None:
        """End the answer well."""
        self._start({}, out)
        for opened in sorted([*self.contents.values(), *self.calls.values()], key=lambda opened: opened.index):
            self._stop(opened, out)
        self._end_plan(out)
        self.cut(out, rest)
        usage = end.get("usage")
        if isinstance(usage, dict) and usage:
            out.append(UsageUpdate(decode_usage(usage)))
        word = end.get("finish_reason")
        out.append(Finished(decode_finish(word, end.get(RAW_FINISH, word), calls=self._called)))

    def cut(self, out: list[Event], rest: Json) -> None:
        """Nothing more comes: tell what was gathered."""
        self.over = True
        if self._gathered:
            rest = {**rest, "message": self._gathered}
            self._gathered = {}
        if rest:
            out.append(Extra(rest))

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    def stated(self, data: Json, out: list[Event]) -> bool:
        """Whether an object that is no frame states an error, which then ends the answer."""
        failure = decode_error(data)
        if failure is not None:
            self.fail(failure, out)
        return failure is not None

    def _start(self, data: Json, out: list[Event]) -> None:
        if not self.started:
            self.started = True
            id, model = [value if isinstance(value := data.get(name), str) and value else None for name in ("id", "model")]
            out.append(Started(id, model))

    def _gather(self, message: Json) -> None:
        for name, value in message.items():
            if name not in _MESSAGE and value is not None:
                self._gathered[name] = value

    # --- blocks --------------------------------------------------------------------------------------------------------

    def _open(self, kind: str, block: Block, out: list[Event]) -> Open:
        self._start({}, out)
        self._end_plan(out)
        opened = Open(self.count, kind, block.data if isinstance(block, Opaque) else {})
        self.count += 1
        out.append(BlockStart(opened.index, block))
        return opened

    def _stop(self, opened: Open | None, out: list[Event]) -> None:
        if opened is not None:
            final = Opaque(opened.data, origin=self.origin) if opened.grown else None
            out.append(BlockStop(opened.index, final))

    def _end_plan(self, out: list[Event]) -> None:
        plan, self.plan = self.plan, None
        self._stop(plan, out)

    def _plan(self, text: Any, out: list[Event]) -> None:
        if isinstance(text, str) and text:
            if self.plan is None:
                self.plan = self._open("plan", Thinking(origin=self.origin, extra={"field": PLAN}), out)
            out.append(ThinkingDelta(self.plan.index, text))

    def _content_start(self, index: int, part: Any, out: list[Event], tokens: Any = ()) -> None:
        self._stop(self.contents.pop(index, None), out)
        block = decode_content(_object(part), self.origin)
        match block:
            case Text(text=text):
                opened = self._open("text", Text("", origin=block.origin, extra=block.extra), out)
                logprobs = tuple([item for item in tokens if isinstance(item, dict)]) or None
                if text or logprobs:
                    out.append(TextDelta(opened.index, text, logprobs))
            case Thinking(text=text):
                opened = self._open("thinking", Thinking(origin=block.origin, extra=block.extra), out)
                if text:
                    out.append(ThinkingDelta(opened.index, text))
            case Opaque():
                opened = self._open("opaque", block, out)
        self.contents[index] = opened

    def _content_delta(self, index: int, piece: Any, logprobs: Any, out: list[Event]) -> None:
        piece = _object(piece)
        opened = self.contents.get(index)
        kinds = [name for name in _WORDS if isinstance(piece.get(name), str)]
        if opened is not None and opened.kind == "opaque":
            data = dict(opened.data)
            for name, value in piece.items():
                before = data.get(name)
                data[name] = before + value if isinstance(before, str) and isinstance(value, str) else value
            opened.data, opened.grown = data, True
            out.append(OpaqueDelta(opened.index, piece))
            return
        if opened is None and not kinds:
            self._content_start(index, piece, out)
            return
        for kind in [name for name in kinds if piece[name]] or kinds[:1]:
            text = piece[kind]
            tokens = (logprobs,) if kind == "text" and isinstance(logprobs, dict) else None
            if opened is None or opened.kind != kind:
                if opened is not None and not text and not tokens:
                    continue
                self._content_start(index, {"type": kind, kind: ""}, out)
                opened = self.contents[index]
            if kind == "thinking" and text:
                out.append(ThinkingDelta(opened.index, text))
            elif text or tokens:
                out.append(TextDelta(opened.index, text, tokens))
        rest = {name: value for name, value in piece.items() if name not in kinds and value is not None}
        if rest and opened is not None:
            self._gathered.setdefault("content_pieces", []).append({"block": opened.index, **rest})

    def _call_start(self, index: int, entry: Any, out: list[Event]) -> None:
        self._stop(self.calls.pop(index, None), out)
        call = decode_call(_object(entry), self._ids, self.origin)
        self._called = True
        opened = self._open("call", ToolCall(call.id, call.name, origin=call.origin, extra=call.extra), out)
        if call.arguments:
            out.append(ArgumentsDelta(opened.index, call.arguments))
        self.calls[index] = opened

    def _call_delta(self, index: int, entry: Any, out: list[Event]) -> None:
        opened = self.calls.get(index)
        if opened is None:
            self._call_start(index, entry, out)
            return
        if text := _written(_object(_object(entry).get("function")).get("arguments")):
            out.append(ArgumentsDelta(opened.index, text))

    def _cite(self, raw: Any, out: list[Event], cited: Open | None = None) -> None:
        for item in raw if isinstance(raw, list) else [raw]:
            if not isinstance(item, dict) or not item:
                self._uncited(item)
                continue
            opened = cited
            if opened is None:
                texts = [entry for entry in self.contents.values() if entry.kind == "text"]
                place = item.get("content_index")
                opened = (texts[-1] if texts else None) if place is None else self.contents.get(_index({"index": place}))
            if opened is not None and opened.kind == "text" and item.get("type", "TEXT_CONTENT") == "TEXT_CONTENT":
                out.append(CitationDelta(opened.index, decode_citation(item)))
            else:
                self._uncited(item)

    def _uncited(self, item: Any) -> None:
        """A citation of nothing that is open."""
        if item is not None:
            self._gathered.setdefault("citations", []).append(item)

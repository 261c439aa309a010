"""The state of one answer, streamed or whole: JSON objects in, events out.

A line of a stream and a whole answer have the same fields, so both take the same way, and a whole answer gives the
events of a stream of one line. The wire has no block boundaries: a thinking or text block begins when its kind speaks
and ends when another does; a tool call is whole in one line. Within one object the order is thinking, text, pictures,
calls.

Where vendor fields go: of the answer (`remote_model`, ...) into `Extra` under their own names, when they are new or have
changed; of a message, gathered, into `Extra` under `message` just before the end, and beside them the `logprobs` of lines
without text; of a call onto its block.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from ...types.content import Block, Image, Opaque, Origin, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finished,
    OpaqueEvent,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Failure
from .errors import decode_error
from .wire import METRICS, RAW_FINISH, arguments_text, decode_finish, decode_picture, decode_time, decode_usage

__all__ = ["Answer", "decode_call"]

Json = dict[str, Any]
Kind = Literal["text", "thinking"]

_METRICS: Final = frozenset(METRICS)
_ENVELOPE: Final = _METRICS | {"model", "created_at", "message", "done", "done_reason", RAW_FINISH, "logprobs", "error"}
_MESSAGE: Final = frozenset({"role", "content", "thinking", "tool_calls", "images"})
_NO_TEXT: Final = Text("")
_MISSING: Final[Any] = object()


def decode_call(entry: Json, taken: set[str], origin: Origin) -> ToolCall | None:
    """An entry of `tool_calls`, None when it names no tool. A call without an id of its own gets one and is marked."""
    fields = {name: value for name, value in entry.items() if value is not None}
    about = fields.pop("function", None)
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return None
    id = fields.pop("id", None)
    if not isinstance(id, str) or not id or id in taken:
        number = len(taken)
        while (id := f"call_{number}") in taken:
            number += 1
        fields["synthetic_id"] = True
    taken.add(id)
    if inner := {name: value for name, value in about.items() if name not in ("name", "arguments") and value is not None}:
        fields["function"] = inner
    return ToolCall(id, about["name"], arguments_text(about.get("arguments")), origin=origin if fields else None, extra=fields)


class Answer:
    """Reads the objects of one answer. After `over` nothing more is to be read."""

    __slots__ = (
        "_called",
        "_gathered",
        "_ids",
        "_logprobs",
        "_metrics",
        "count",
        "extra",
        "index",
        "origin",
        "over",
        "started",
        "voice",
    )

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.voice: Kind | None = None
        self.index = 0
        self.count = 0
        self.extra: Json = {}
        self.started = False
        self.over = False
        self._called = False
        self._ids: set[str] = set()
        self._metrics: Json = {}
        self._gathered: Json = {}
        self._logprobs: list[Any] = []

    def read(self, data: Json, out: list[Event]) -> None:
        """Take one line, or one whole answer."""
        failure = decode_error(data, status=500 if self.started else None)
        if failure is None and data.keys().isdisjoint(_ENVELOPE):
            out.append(OpaqueEvent("", data))
            return
        message = data.get("message")
        if failure is None or isinstance(message, dict):
            self._envelope(data, out)
        if isinstance(message, dict):
            self._message(message, data.get("logprobs"), out)
        if failure is not None:
            self.fail(failure, out)
            return
        metrics = {name: data[name] for name in METRICS if data.get(name) is not None}
        if data.get("done") is True:
            self._hush(out)
            self._tell_gathered(out)
        if metrics and metrics != self._metrics:
            self._metrics = metrics
            out.append(UsageUpdate(decode_usage(metrics)))
        if data.get("done") is True:
            word = data.get("done_reason")
            self.over = True
            out.append(Finished(decode_finish(word, data.get(RAW_FINISH, word), calls=self._called)))

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    def cut(self, out: list[Event]) -> None:
        """The answer was cut: give what is certain, without an end."""
        self.over = True
        self._tell_gathered(out)

    # --- the envelope --------------------------------------------------------------------------------------------------

    def _envelope(self, data: Json, out: list[Event]) -> None:
        if not self.started:
            self.started = True
            model = data.get("model")
            out.append(Started(None, model if isinstance(model, str) and model else None, decode_time(data.get("created_at"))))
        extra = self.extra
        found: Json = {}
        for name, value in data.items():
            if name not in _ENVELOPE and value is not None and extra.get(name, _MISSING) != value:
                extra[name] = found[name] = value
        if found:
            out.append(Extra(found))

    def _tell_gathered(self, out: list[Event]) -> None:
        found: Json = {}
        if self._gathered:
            found["message"] = {
                name: "".join(value) if isinstance(value, _Pieces) else value for name, value in self._gathered.items()
            }
        if self._logprobs:
            found["logprobs"] = self._logprobs
        if found:
            self._gathered, self._logprobs = {}, []
            out.append(Extra(found))

    def _gather(self, name: str, value: Any) -> None:
        """A field of the message that has no word here: text is joined, lists are extended, else the last value counts."""
        old = self._gathered.get(name)
        if isinstance(value, str):
            value = _Pieces([value])
        if isinstance(old, list) and type(old) is type(value):
            old += value
        elif value is not None:
            self._gathered[name] = value.copy() if type(value) is list else value

    # --- the message ---------------------------------------------------------------------------------------------------

    def _message(self, message: Json, logprobs: Any, out: list[Event]) -> None:
        thinking, content = message.get("thinking"), message.get("content")
        for name, value in message.items():
            if name not in _MESSAGE:
                self._gather(name, value)
        if isinstance(thinking, str):
            if thinking:
                self._speak("thinking", out)
                out.append(ThinkingDelta(self.index, thinking))
        else:
            self._gather("thinking", thinking)
        tokens = [item for item in logprobs if isinstance(item, dict)] if isinstance(logprobs, list) else []
        if isinstance(content, str):
            if content:
                self._speak("text", out)
                out.append(TextDelta(self.index, content, tuple(tokens) or None))
                tokens = []
        else:
            self._gather("content", content)
        self._logprobs += tokens
        for picture in self._listed(message, "images"):
            if isinstance(picture, str):
                self._whole(Image(decode_picture(picture)), out)
            else:
                self._gather("images", [picture])
        for entry in self._listed(message, "tool_calls"):
            self._call(entry, out)

    def _listed(self, message: Json, name: str) -> list[Any]:
        value = message.get(name)
        if isinstance(value, list):
            return value
        self._gather(name, value)
        return []

    def _call(self, entry: Any, out: list[Event]) -> None:
        if not isinstance(entry, dict):
            self._gather("tool_calls", [entry])
            return
        call = decode_call(entry, self._ids, self.origin)
        if call is None:
            self._whole(Opaque(entry, origin=self.origin, extra={"field": "tool_calls"}), out)
            return
        self._called = True
        self._whole(ToolCall(call.id, call.name, origin=call.origin, extra=call.extra), out, call.arguments)

    # --- blocks --------------------------------------------------------------------------------------------------------

    def _speak(self, kind: Kind, out: list[Event]) -> None:
        if self.voice != kind:
            self._begin(_NO_TEXT if kind == "text" else Thinking(origin=self.origin), out)
            self.voice = kind

    def _whole(self, block: Block, out: list[Event], arguments: str = "") -> None:
        self._begin(block, out)
        if arguments:
            out.append(ArgumentsDelta(self.index, arguments))
        out.append(BlockStop(self.index))

    def _begin(self, block: Block, out: list[Event]) -> None:
        self._hush(out)
        self.index = self.count
        self.count += 1
        out.append(BlockStart(self.index, block))

    def _hush(self, out: list[Event]) -> None:
        if self.voice is not None:
            self.voice = None
            out.append(BlockStop(self.index))


class _Pieces(list[str]):
    """Text of a field as it came, to be joined once."""

"""Streamed answers: frames to events.

Nearly every frame of a long answer is a delta of text, of reasoning or of arguments. Such a frame fits a strict type, which
msgspec reads about as fast as anything can, and gives one event. All others, with any field or form these types do not know,
take the general way, which knows everything. Both ways give the same events, and a test holds them to it.

`answer.py` says what ends a stream. The id of the last event (`event_id`), from which the vendor lets a stream be resumed
(`GET .../interactions/{id}?stream=true&last_event_id=...`), is given with an answer that was cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ...types.content import Text, Thinking, ToolCall
from ...types.events import ArgumentsDelta, Event, OpaqueEvent, TextDelta, ThinkingDelta
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder, Target
from .answer import Answer
from .errors import failure_of, unreadable
from .json_text import Json
from .open_steps import OpenStep
from .wire import answer_fields

__all__ = ["StreamDecoder"]


class _Words(msgspec.Struct, gc=False, tag_field="type", tag="text", forbid_unknown_fields=True):
    text: str


class _Summary(msgspec.Struct, tag_field="type", tag="thought_summary", forbid_unknown_fields=True):
    content: _Words


class _Arguments(msgspec.Struct, gc=False, tag_field="type", tag="arguments_delta", forbid_unknown_fields=True):
    arguments: str


_Number = int | float | str | None


class _Counted(msgspec.Struct, forbid_unknown_fields=True):
    usage: dict[str, _Number | list[dict[str, _Number]]]


class _Delta(msgspec.Struct, tag_field="event_type", tag="step.delta", forbid_unknown_fields=True):
    index: int
    delta: _Words | _Summary | _Arguments
    event_id: str | None = None
    metadata: _Counted | None = None


_read: Final = msgspec.json.Decoder(_Delta).decode

_USUAL: Final = frozenset({b"", b"step.delta"})


class StreamDecoder(Decoder):
    """One streamed answer. `fast=False` sends every frame the general way."""

    __slots__ = ("_answer", "_event_id", "_fast")

    def __init__(self, target: Target, *, fast: bool = True) -> None:
        self._answer = Answer(target)
        self._fast = fast
        self._event_id: str | None = None

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        if answer.over:
            return out
        say, find, usual = out.append, answer.steps.get, _USUAL if self._fast else ()
        for name, data in frames:
            if name in usual:
                try:
                    frame = _read(data)
                except UNREADABLE:
                    pass
                else:
                    delta, step = frame.delta, find(frame.index)
                    if frame.event_id:
                        self._event_id = frame.event_id
                    if step is not None and step.open is not None:
                        block, index = step.open
                        if type(delta) is _Words:
                            if block is Text and delta.text:
                                step.pieces.append(delta.text)
                                say(TextDelta(index, delta.text))
                                if frame.metadata is not None:
                                    answer.count(frame.metadata.usage, out)
                                continue
                        elif type(delta) is _Summary:
                            if block is Thinking and (text := delta.content.text):
                                step.pieces.append(text)
                                say(ThinkingDelta(index, text))
                                if frame.metadata is not None:
                                    answer.count(frame.metadata.usage, out)
                                continue
                        elif type(delta) is _Arguments and block is ToolCall and (text := delta.arguments):
                            step.pieces.append(text)
                            say(ArgumentsDelta(index, text))
                            if frame.metadata is not None:
                                answer.count(frame.metadata.usage, out)
                            continue
            self._general(name, data, out)
            if answer.over:
                break
        return out

    def close(self) -> list[Event]:
        """Ends the answer where its status is final, though `interaction.completed` did not come."""
        out: list[Event] = []
        answer = self._answer
        if answer.over:
            return out
        if answer.settled:
            answer.end({"status": answer.status}, out)
        elif self._event_id is not None:
            answer.tell({"last_event_id": self._event_id}, out)
        answer.over = True
        return out

    def _general(self, name: bytes, data: bytes, out: list[Event]) -> None:
        answer = self._answer
        label = name.decode("utf-8", "replace")
        if data.strip() == b"[DONE]":
            if answer.settled:
                answer.end({"status": answer.status}, out)
            return
        try:
            wire = read_json(data)
        except ValueError as error:
            if label == "error":
                answer.fail(failure_of({"error": data.decode("utf-8", "replace")}), out)
            else:
                answer.fail(unreadable(data, f"an event of the answer is not JSON: {error}"), out)
            return
        if isinstance(wire, list) and len(wire) == 1 and isinstance(wire[0], dict) and wire[0].get("error"):
            wire = wire[0]
        if not isinstance(wire, dict):
            out.append(OpaqueEvent(label, wire))
            return
        kind = wire.get("event_type")
        if not isinstance(kind, str) or not kind:
            kind = "error" if wire.get("error") else label
        if isinstance(id := wire.get("event_id"), str) and id:
            self._event_id = id
        _read_event(answer, kind, wire, out)


# --- events of the stream, by type; False: the event is not what its type says -------------------------------------------


def _read_event(answer: Answer, kind: str, wire: Json, out: list[Event]) -> None:
    """Take one event; what stands beside its own fields is given as an event of the same name."""
    handler, own = _HANDLERS.get(kind, (_unknown, None))
    if not handler(answer, wire, out):
        out.append(OpaqueEvent(kind, {name: value for name, value in wire.items() if name not in _ENVELOPE}))
        return
    beside: Json = {}
    for name, value in wire.items():
        if name == "metadata" and isinstance(value, dict):
            value = _metadata(answer, value, out)
        if own is not None and name not in own and name not in _ENVELOPE and value is not None:
            beside[name] = value
    if beside and not answer.over:
        out.append(OpaqueEvent(kind, beside))


def _metadata(answer: Answer, metadata: Json, out: list[Event]) -> Json | None:
    """The counts so far, which any event may have with it; what else there is."""
    left = dict(metadata)
    for name in ("usage", "total_usage"):
        if isinstance(usage := left.get(name), dict):
            del left[name]
            if not answer.over:
                answer.count(usage, out)
    return left or None


def _unknown(answer: Answer, wire: Json, out: list[Event]) -> bool:
    return False


def _created(answer: Answer, wire: Json, out: list[Event]) -> bool:
    interaction = wire.get("interaction")
    if not isinstance(interaction, dict):
        return False
    answer.note(interaction.get("status"))
    answer.begin(interaction, out)
    answer.tell(answer_fields(interaction), out)
    answer.count(interaction.get("usage"), out)
    return True


def _completed(answer: Answer, wire: Json, out: list[Event]) -> bool:
    interaction = wire.get("interaction")
    if not isinstance(interaction, dict):
        return False
    metadata = wire.get("metadata")
    if isinstance(metadata, dict) and interaction.get("usage") is None:
        _metadata(answer, metadata, out)
    answer.end(interaction, out)
    return True


def _status(answer: Answer, wire: Json, out: list[Event]) -> bool:
    if not isinstance(wire.get("status"), str):
        return False
    answer.note(wire["status"])
    if (token := wire.get("continuation_token")) is not None:
        answer.tell({"continuation_token": token}, out)
    answer.count(wire.get("usage"), out)
    return True


def _key(answer: Answer, wire: Json) -> int | None:
    """The index of the step that an event is about; without one it is the last that is open."""
    index = wire.get("index")
    return index if type(index) is int else next(reversed(answer.steps), None) if index is None else None


def _step_started(answer: Answer, wire: Json, out: list[Event]) -> bool:
    index, step = wire.get("index"), wire.get("step")
    if index is None:
        index = answer.free
    if type(index) is not int or not isinstance(step, dict):
        return False
    answer.start(index, step, out)
    return True


def _step_went_on(answer: Answer, wire: Json, out: list[Event]) -> bool:
    key, delta = _key(answer, wire), wire.get("delta")
    if key is None or not isinstance(delta, dict):
        return False
    step: OpenStep | None = answer.implied(key, delta, out)
    if step is None:
        return False
    step.delta(delta, out)
    return True


def _step_stopped(answer: Answer, wire: Json, out: list[Event]) -> bool:
    key = _key(answer, wire)
    left = {name: value for name, value in wire.items() if name not in _STOP and value is not None}
    if key is None or (left and key not in answer.steps):
        return False  # what is said of a step that is closed
    if key in answer.steps:
        answer.stop(key, out)
    answer.count(wire.get("usage"), out)
    if left:
        out.append(OpaqueEvent("step.stop", {"index": key, **left}))
    return True


def _error(answer: Answer, wire: Json, out: list[Event]) -> bool:
    answer.fail(failure_of({name: value for name, value in wire.items() if name != "event_id"}), out)
    return True


_ENVELOPE: Final = frozenset({"event_type", "event_id"})
_STOP: Final = frozenset({*_ENVELOPE, "index", "usage", "metadata"})

_Handler = Callable[[Answer, Json, list[Event]], bool]

_HANDLERS: Final[dict[str, tuple[_Handler, tuple[str, ...] | None]]] = {
    "interaction.created": (_created, ("interaction",)),
    "interaction.status_update": (_status, ("interaction_id", "status", "usage", "continuation_token")),
    "interaction.completed": (_completed, ("interaction",)),
    "step.start": (_step_started, ("index", "step")),
    "step.delta": (_step_went_on, ("index", "delta")),
    "step.stop": (_step_stopped, None),
    "error": (_error, None),
}
"""What reads each event, and the fields it reads, None for all."""

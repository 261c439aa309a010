"""Streamed answers: lines to events.

Nearly every line of a long answer says one thing, more text or more reasoning. Such a line fits a strict type, which
msgspec reads about as fast as anything can, and gives one event. All others take the general way (`Answer`), which knows
everything; a stream that keeps missing the type is spared the trial. Both ways give the same events, and a test holds
them to it.

A line that ends in the middle of its JSON is kept: at the end of the body it is where the answer was cut, and before
it the first line of an object that somebody has laid out over several (an error page of a proxy, say).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.events import Event, TextDelta, ThinkingDelta
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder, Target
from .answer import Answer
from .errors import unreadable

__all__ = ["StreamDecoder"]


class _Message(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str = ""
    role: Any = None
    thinking: str | None = None


class _Line(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    message: _Message
    model: Any = None
    created_at: Any = None
    done: bool = False
    remote_model: str | None = None
    remote_host: str | None = None


_read_line: Final = msgspec.json.Decoder(_Line).decode

_PATIENCE: Final = 8
"""So many lines in a row that do not fit, and the stream is one of another kind."""

_BOM: Final = b"\xef\xbb\xbf"
_UNENDED: Final = "Input data was truncated"
_MOST_LINES: Final = 256
"""More lines than an object of this wire is ever laid out over."""


class StreamDecoder(Decoder):
    """One streamed answer. `fast=False` sends every line the general way."""

    __slots__ = ("_answer", "_held", "_missed")

    def __init__(self, target: Target, *, fast: bool = True) -> None:
        self._answer = Answer(target.origin())
        self._missed = 0 if fast else _PATIENCE
        self._held: list[bytes] = []

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        say = out.append
        for _, data in frames:
            if answer.over:
                break
            if self._missed < _PATIENCE and not self._held:
                try:
                    line = _read_line(data)
                except UNREADABLE:
                    pass
                else:
                    message, voice = line.message, answer.voice
                    if (
                        voice is not None
                        and not line.done
                        and (line.remote_model is None or line.remote_model == answer.extra.get("remote_model"))
                        and (line.remote_host is None or line.remote_host == answer.extra.get("remote_host"))
                    ):
                        if voice == "text":
                            if message.content and not message.thinking:
                                say(TextDelta(answer.index, message.content))
                                self._missed = 0
                                continue
                        elif message.thinking and not message.content:
                            say(ThinkingDelta(answer.index, message.thinking))
                            self._missed = 0
                            continue
                self._missed += 1
            self._general(data, out)
        return out

    def close(self) -> list[Event]:
        out: list[Event] = []
        if not self._answer.over:
            self._answer.cut(out)
        return out

    def _general(self, data: bytes, out: list[Event]) -> None:
        answer = self._answer
        if not answer.started:
            data = data.removeprefix(_BOM)
        held = self._held
        if held:
            held.append(data)
            data = b"\n".join(held)
        try:
            value = read_json(data)
        except ValueError as error:
            if str(error) == _UNENDED and len(held) < _MOST_LINES:
                if not held:
                    held.append(data)
                return
            answer.fail(unreadable(data, f"a line of the stream is not JSON: {error}"), out)
            return
        held.clear()
        if isinstance(value, dict):
            answer.read(value, out)
        else:
            answer.fail(unreadable(data, "a line of the stream is not a JSON object"), out)

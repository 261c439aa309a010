"""Streamed answers: frames to events.

Nearly every chunk of a long answer says one thing, more text or more thinking. Such a chunk fits a strict type, which
msgspec reads about as fast as anything can, and gives one event. All others take the general way (`Answer`), which knows
everything; a stream that keeps missing the type is spared the trial. Both ways give the same events, and a test holds
them to it.

The end is `[DONE]`. A body that ends without it has an end where every choice has said how it finished.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec

from ...types.events import Event, OpaqueEvent, TextDelta, ThinkingDelta
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder, Target
from .answer import Answer
from .blocks import OpenText, OpenThinking
from .errors import decode_error, unreadable

__all__ = ["StreamDecoder"]


class _Text(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["text"]
    text: str


class _Thinking(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    type: Literal["thinking"]
    thinking: list[_Text]
    closed: bool | None = None
    signature: None = None


class _Delta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str | list[_Thinking]
    role: Any = None
    tool_calls: None = None


class _Choice(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    delta: _Delta
    index: Literal[0] = 0
    finish_reason: None = None
    logprobs: None = None


class _Chunk(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    choices: list[_Choice]
    id: Any = None
    object: Any = None
    created: Any = None
    model: Any = None
    usage: None = None
    p: Any = None


_read_chunk: Final = msgspec.json.Decoder(_Chunk).decode

_PATIENCE: Final = 8
"""So many chunks in a row that do not fit, and the stream is one of another kind."""

_DONE: Final = b"[DONE]"


class StreamDecoder(Decoder):
    """One streamed answer. `fast=False` sends every chunk the general way."""

    __slots__ = ("_answer", "_missed", "_voice")

    def __init__(self, target: Target, *, fast: bool = True) -> None:
        self._answer = Answer(target.origin())
        self._missed = 0 if fast else _PATIENCE
        self._voice: OpenText | OpenThinking | None = None

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        say = out.append
        for name, data in frames:
            if answer.over:
                break
            if not name and self._missed < _PATIENCE:
                try:
                    chunk = _read_chunk(data)
                except UNREADABLE:
                    pass
                else:
                    if len(chunk.choices) == 1 and (voice := self._voice) is not None:
                        content = chunk.choices[0].delta.content
                        if isinstance(content, str):
                            if content and type(voice) is OpenText and not voice.citations:
                                voice.pieces.append(content)
                                say(TextDelta(voice.place, content))
                                self._missed = 0
                                continue
                        elif len(content) == 1 and type(voice) is OpenThinking:
                            thinking = content[0]
                            inner = thinking.thinking
                            closed = thinking.closed
                            known = closed is None or voice.extra.get("closed") is closed
                            if known and len(inner) == 1 and (text := inner[0].text):
                                voice.say(text)
                                say(ThinkingDelta(voice.place, text))
                                self._missed = 0
                                continue
                self._missed += 1
            self._general(name, data, out)
        return out

    def close(self) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        if not answer.over:
            if answer.complete():
                answer.end(out)
            else:
                answer.cut(out)
        return out

    def _general(self, name: bytes, data: bytes, out: list[Event]) -> None:
        answer = self._answer
        if data.strip() == _DONE:
            answer.end(out)
            return
        try:
            value = read_json(data)
        except ValueError as error:
            if name == b"error":
                answer.fail(decode_error({"error": data.decode("utf-8", "replace")}), out)
            else:
                answer.fail(unreadable(data, f"a chunk of the stream is not JSON: {error}"), out)
            return
        if name == b"error":
            answer.fail(decode_error(value if isinstance(value, dict) else {"error": value}), out)
        elif not isinstance(value, dict):
            answer.fail(unreadable(data, "a chunk of the stream is not a JSON object"), out)
        elif name and name != b"message" and "choices" not in value:
            out.append(OpaqueEvent(name.decode("utf-8", "replace"), value))
        else:
            answer.read(value, out)
        first = answer.choices.get(0)
        self._voice = None if first is None or answer.over else first.voice

"""Streamed answers: frames to events.

Nearly every chunk of a long answer says one thing: more text, more reasoning, or more arguments of the call that is
open. Such a chunk fits a strict type, which msgspec reads about as fast as anything can, and gives one event. All
others, with any field or form this type does not know, take the general way (`Answer`), which knows everything; a
stream that keeps missing the type is spared the trial. Both ways give the same events, and a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.events import ArgumentsDelta, Event, OpaqueEvent, TextDelta, ThinkingDelta
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder, Target
from .answer import Answer
from .blocks import OpenCall, OpenText, OpenThinking
from .errors import failure_of, unreadable

__all__ = ["StreamDecoder"]


class _Function(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    arguments: str | None = None
    name: str | None = None


class _Call(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    index: int | None = None
    function: _Function | None = None
    id: str | None = None
    type: str | None = None


class _Delta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: str | None = None
    tool_calls: list[_Call] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    role: Any = None
    function_call: None = None
    audio: None = None
    annotations: None = None
    reasoning_details: None = None


class _Choice(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    delta: _Delta
    index: int = 0
    finish_reason: None = None
    logprobs: None = None
    native_finish_reason: None = None
    stop_reason: None = None
    matched_stop: None = None
    token_ids: None = None
    seed: None = None
    text: Any = None


class _Chunk(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    choices: list[_Choice]
    id: Any = None
    object: Any = None
    created: Any = None
    model: Any = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    provider: str | None = None
    usage: None = None
    obfuscation: Any = None
    prompt_token_ids: None = None
    x_groq: None = None


_read_chunk: Final = msgspec.json.Decoder(_Chunk).decode

_PATIENCE: Final = 8
"""So many chunks in a row that do not fit, and the stream is one of another kind."""

_DONE: Final = b"[DONE]"


class StreamDecoder(Decoder):
    """One streamed answer. `fast=False` sends every chunk the general way."""

    __slots__ = ("_answer", "_call", "_guarded", "_missed", "_tagged", "_text", "_thinking")

    def __init__(self, target: Target, *, fast: bool = True) -> None:
        self._answer = Answer(target)
        usual = self._answer.dialect.thinking_fields[:2] == ("reasoning_content", "reasoning")
        self._missed = 0 if fast and usual else _PATIENCE
        self._text: OpenText | None = None
        self._tagged: OpenThinking | None = None
        self._guarded = False
        self._thinking: OpenThinking | None = None
        self._call: OpenCall | None = None

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        say, extra = out.append, answer.extra.get
        for name, data in frames:
            if answer.over:
                break
            if not name and self._missed < _PATIENCE:
                try:
                    chunk = _read_chunk(data)
                except UNREADABLE:
                    pass
                else:
                    if (
                        len(chunk.choices) == 1
                        and (chunk.service_tier is None or chunk.service_tier == extra("service_tier"))
                        and (chunk.system_fingerprint is None or chunk.system_fingerprint == extra("system_fingerprint"))
                        and (chunk.provider is None or chunk.provider == extra("provider"))
                        and (event := self._hot(chunk.choices[0])) is not None
                    ):
                        say(event)
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
                answer.over = True
        return out

    def _hot(self, choice: _Choice) -> Event | None:
        """The one event of a chunk that only continues what is open, None where it does anything else."""
        delta = choice.delta
        if choice.index:
            return None
        text, calls = delta.content, delta.tool_calls
        if text:
            if calls or delta.reasoning_content or delta.reasoning or delta.refusal or (self._guarded and "<" in text):
                return None
            if (opened := self._text) is not None:
                opened.pieces.append(text)
                return TextDelta(opened.index, text)  # type: ignore[arg-type]
            if (tagged := self._tagged) is not None:
                tagged.pieces.append(text)
                return ThinkingDelta(tagged.index, text)  # type: ignore[arg-type]
            return None
        if delta.refusal:
            return None
        text, other = delta.reasoning_content, delta.reasoning
        if text or other:
            thinking = self._thinking
            if thinking is None or calls or (text and other):
                return None
            if thinking.field != ("reasoning_content" if text else "reasoning"):
                return None
            text = text or other
            thinking.pieces.append(text)  # type: ignore[arg-type]
            return ThinkingDelta(thinking.index, text)  # type: ignore[arg-type]
        call = self._call
        if call is None or not calls or len(calls) != 1:
            return None
        fragment = calls[0]
        function = fragment.function
        if function is None or fragment.id or function.name or not function.arguments:
            return None
        if (fragment.index is not None and fragment.index != call.slot) or fragment.type not in _CALL_TYPES:
            return None
        text = function.arguments
        if len(text) == call.size:
            return None
        call.pieces.append(text)
        call.size += len(text)
        return ArgumentsDelta(call.index, text)  # type: ignore[arg-type]

    def _general(self, name: bytes, data: bytes, out: list[Event]) -> None:
        answer = self._answer
        if data.strip() == _DONE:
            answer.end(out)
            return
        try:
            value = read_json(data)
        except ValueError as error:
            failure = failure_of({"error": data.decode("utf-8", "replace")}) if name == b"error" else None
            answer.fail(failure or unreadable(data, f"a chunk of the stream is not JSON: {error}"), out)
            return
        if name == b"error":
            answer.fail(failure_of(value), out)
        elif not isinstance(value, dict):
            answer.fail(unreadable(data, "a chunk of the stream is not a JSON object"), out)
        elif name and name != b"message" and "choices" not in value:
            out.append(OpaqueEvent(name.decode("utf-8", "replace"), value))
        else:
            answer.read(value, out)
        self._settle()

    def _settle(self) -> None:
        """What is open now in the first choice, for the chunks that only continue it."""
        answer = self._answer
        self._text = self._tagged = self._thinking = self._call = None
        self._guarded = False
        first = answer.choices.get(0)
        if first is None or answer.over or not answer.started:
            return
        voice = first.voice
        tags = first.tags if first.field is None else None
        if tags is not None and not tags.settled:
            return
        if isinstance(voice, OpenText):
            if voice.kind == "text":
                self._text = voice
                self._guarded = tags is not None and not tags.closed
        elif isinstance(voice, OpenThinking):
            if tags is None:
                self._thinking = voice
            elif tags.inside:
                self._tagged = voice
                self._guarded = True
        else:
            call = first.calls.last
            if first.tags is not None or first.held:
                return  # a fragment would let go what is held back
            if call is None or call.index is None or call.custom or answer.dialect.cumulative_arguments:
                return
            if call.slot is not None and first.calls.by_index.get(call.slot) is not call:
                return
            self._call = call


_CALL_TYPES: Final = frozenset({None, "", "function"})

"""Streamed answers: frames to events.

Nearly every frame of a long answer is a delta of text, reasoning or arguments. Such a frame fits a strict type, which
msgspec reads about as fast as anything can, and gives one event. All others, with any field or form these types do not
know, take the general way (`frames.py`), which knows everything. Both ways give the same events, and a test holds them to it.

The only ends are lifecycle frames and `error`. `[DONE]`, which OpenRouter and others send behind them, says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...types.content import ServerToolCall, Text, Thinking, ToolCall
from ...types.events import ArgumentsDelta, Event, OpaqueEvent, TextDelta, ThinkingDelta
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder, Target
from .answer import Answer
from .errors import failure_of, unreadable
from .frames import read_frame

__all__ = ["StreamDecoder"]


class _Delta(msgspec.Struct, gc=False, tag_field="type", forbid_unknown_fields=True):
    output_index: int
    delta: str
    item_id: str | None = None
    sequence_number: int | None = None
    obfuscation: str | None = None


class _Words(_Delta, gc=False, kw_only=True, tag="response.output_text.delta", forbid_unknown_fields=True):
    content_index: int
    logprobs: list[Any] | None = None


class _Summary(_Delta, gc=False, tag="response.reasoning_summary_text.delta", forbid_unknown_fields=True):
    summary_index: int | None = None


class _Reasoning(_Delta, gc=False, tag="response.reasoning_text.delta", forbid_unknown_fields=True):
    content_index: int | None = None


class _Arguments(_Delta, gc=False, tag="response.function_call_arguments.delta", forbid_unknown_fields=True):
    pass


class _Input(_Delta, gc=False, tag="response.custom_tool_call_input.delta", forbid_unknown_fields=True):
    pass


_read: Final = msgspec.json.Decoder(_Words | _Summary | _Reasoning | _Arguments | _Input).decode

_USUAL: Final = frozenset(
    {
        b"",
        b"response.output_text.delta",
        b"response.reasoning_summary_text.delta",
        b"response.reasoning_text.delta",
        b"response.function_call_arguments.delta",
        b"response.custom_tool_call_input.delta",
    }
)


class StreamDecoder(Decoder):
    """One streamed answer. `fast=False` sends every frame the general way."""

    __slots__ = ("_answer", "_fast")

    def __init__(self, target: Target, *, fast: bool = True) -> None:
        self._answer = Answer(target)
        self._fast = fast

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        if answer.over:
            return out
        say, find, usual = out.append, answer.items.get, _USUAL if self._fast else ()
        for name, data in frames:
            if name in usual:
                try:
                    frame = _read(data)
                except UNREADABLE:
                    pass
                else:
                    text, kind, item = frame.delta, type(frame), find(frame.output_index)
                    place = frame.content_index if kind is _Words else 0
                    if text and item is not None and (opened := item.blocks.get(place)) is not None:
                        block = type(opened.block)
                        if kind is _Words:
                            if block is Text and not frame.logprobs:
                                opened.pieces.append(text)
                                say(TextDelta(opened.index, text))
                                continue
                        elif kind is _Summary or kind is _Reasoning:
                            if block is Thinking:
                                opened.pieces.append(text)
                                say(ThinkingDelta(opened.index, text))
                                continue
                        elif block is ToolCall or block is ServerToolCall:
                            opened.pieces.append(text)
                            say(ArgumentsDelta(opened.index, text))
                            continue
            self._general(name, data, out)
            if answer.over:
                break
        return out

    def close(self) -> list[Event]:
        """An answer never ends without its lifecycle frame on this wire."""
        self._answer.over = True
        return []

    def _general(self, name: bytes, data: bytes, out: list[Event]) -> None:
        answer = self._answer
        if data.strip() == b"[DONE]":
            return
        label = name.decode("utf-8", "replace")
        try:
            wire = read_json(data)
        except ValueError as error:
            if label == "error":
                answer.fail(failure_of(data.decode("utf-8", "replace")), out)
            else:
                answer.fail(unreadable(data, f"an event of the answer is not JSON: {error}"), out)
            return
        if not isinstance(wire, dict):
            out.append(OpaqueEvent(label, wire))
            return
        kind = wire.get("type")
        if not isinstance(kind, str) or not kind:
            kind = "error" if wire.get("error") else label
        read_frame(answer, kind, wire, out)

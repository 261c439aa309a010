"""Streamed answers: frames to events.

Nearly every frame of a long answer says one thing: more text, thinking, plan or arguments of what is open. Such a frame
fits a strict type, which msgspec reads about as fast as anything can, and gives one event. All others take the general
way (`Answer`), which knows everything. Both ways give the same events, and a test holds them to it.

The answer ends with `message-end`, or with the `[DONE]` that some of the vendor's servers send behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ...types.events import ArgumentsDelta, Event, TextDelta, ThinkingDelta
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder, Target
from .answer import Answer
from .errors import unreadable

__all__ = ["StreamDecoder"]


class _Content(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    text: str = ""
    thinking: str = ""


class _Function(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    arguments: str


class _Call(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    function: _Function


class _Message(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    content: _Content | None = None
    tool_calls: _Call | None = None
    tool_plan: str = ""


class _Delta(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    message: _Message


class _Frame(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    type: str
    delta: _Delta
    index: int = 0


_read_frame: Final = msgspec.json.Decoder(_Frame).decode

_DONE: Final = b"[DONE]"


class StreamDecoder(Decoder):
    """One streamed answer. `fast=False` sends every frame the general way."""

    __slots__ = ("_answer", "_fast")

    def __init__(self, target: Target, *, fast: bool = True) -> None:
        self._answer = Answer(target.origin())
        self._fast = fast

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        out: list[Event] = []
        answer = self._answer
        contents, calls = answer.contents, answer.calls
        for name, data in frames:
            if answer.over:
                break
            if self._fast and name[-6:] == b"-delta":
                try:
                    frame = _read_frame(data)
                except UNREADABLE:
                    pass
                else:
                    message = frame.delta.message
                    content = message.content
                    if content is not None:
                        opened = contents.get(frame.index)
                        if opened is not None and frame.type == "content-delta" and message.tool_calls is None:
                            if opened.kind == "text":
                                if content.text and not content.thinking and not message.tool_plan:
                                    out.append(TextDelta(opened.index, content.text))
                                    continue
                            elif opened.kind == "thinking" and content.thinking and not content.text and not message.tool_plan:
                                out.append(ThinkingDelta(opened.index, content.thinking))
                                continue
                    elif message.tool_calls is not None:
                        opened = calls.get(frame.index)
                        text = message.tool_calls.function.arguments
                        if opened is not None and text and frame.type == "tool-call-delta":
                            out.append(ArgumentsDelta(opened.index, text))
                            continue
                    elif message.tool_plan and answer.plan is not None and frame.type == "tool-plan-delta":
                        out.append(ThinkingDelta(answer.plan.index, message.tool_plan))
                        continue
            self._general(name, data, out)
        return out

    def close(self) -> list[Event]:
        out: list[Event] = []
        if not self._answer.over:
            self._answer.cut(out, {})
        return out

    def _general(self, name: bytes, data: bytes, out: list[Event]) -> None:
        answer = self._answer
        if data.strip() == _DONE:
            answer.end(out, {}, {})
            return
        try:
            value = read_json(data)
        except ValueError as error:
            answer.fail(unreadable(data, f"a frame of the stream is not JSON: {error}"), out)
            return
        if not isinstance(value, dict):
            answer.fail(unreadable(data, "a frame of the stream is not a JSON object"), out)
            return
        kind = value.get("type")
        if not isinstance(kind, str) or not kind:
            kind = name.decode("utf-8", "replace")
        if kind not in ("", "error") or not answer.stated(value, out):
            answer.frame(kind, value, out)

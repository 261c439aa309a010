"""An answer given as a call of a tool that exists for that alone, told as text.

Whoever reads, stores or continues the conversation meets the JSON where every other way of asking puts it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..protocols.base import Decoder
from ..types.content import Text, ToolCall
from ..types.events import ArgumentsDelta, BlockStart, BlockStop, Event, Finished, TextDelta
from ..wire.frames import Frame

__all__ = ["AsText", "Retelling"]


class Retelling:
    """Tells the calls of one tool as text, event by event."""

    __slots__ = ("_indexes", "_name", "_others")

    def __init__(self, name: str) -> None:
        self._name = name
        self._indexes: set[int] = set()
        self._others = False

    def tell(self, events: Sequence[Event]) -> list[Event]:
        """The events, with text where the tool is called; an answer that ends in nothing else ends by itself."""
        return [self._told(event) for event in events]

    def _told(self, event: Event) -> Event:
        match event:
            case BlockStart(index=index, block=ToolCall() as call, choice=choice):
                if call.name != self._name:
                    self._others = True
                    return event
                self._indexes.add(index)
                return BlockStart(index, Text(call.arguments), choice)
            case ArgumentsDelta(index=index, text=text) if index in self._indexes:
                return TextDelta(index, text)
            case BlockStop(index=index, block=ToolCall() as call) if index in self._indexes:
                return BlockStop(index, Text(call.arguments))
            case Finished(finish=finish) if finish.reason == "tool_calls" and self._indexes and not self._others:
                return msgspec.structs.replace(event, finish=msgspec.structs.replace(finish, reason="stop"))
        return event


class AsText(Decoder):
    """A decoder whose events are told so."""

    def __init__(self, decoder: Decoder, name: str) -> None:
        self._decoder = decoder
        self._retelling = Retelling(name)

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """The events of these frames."""
        return self._retelling.tell(self._decoder.feed(frames))

    def close(self) -> list[Event]:
        """The events at the end of the body."""
        return self._retelling.tell(self._decoder.close())

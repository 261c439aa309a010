"""Reading a recorded answer with a protocol, in pieces of any size, and whether its events keep their contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...engine.accumulate import accumulate
from ...protocols.base import Protocol, Target
from ...types.events import (
    ArgumentsDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Failed,
    Finished,
    OpaqueDelta,
    RefusalDelta,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)
from ...types.response import Failure, Response
from ...wire.eventstream import EventStreamFramer
from ...wire.frames import Framer
from ...wire.jsonarray import JsonArrayFramer
from ...wire.ndjson import NdjsonFramer
from ...wire.sse import SseFramer
from ...wire.whole import WholeFramer

__all__ = ["FRAMERS", "WHOLE", "Answer", "broken_order", "chunks", "decode", "read"]

WHOLE = frozenset({"json", "text", "empty"})
"""The framings of bodies that are not streams."""

FRAMERS: dict[str, Callable[[], Framer]] = {
    "sse": SseFramer,
    "ndjson": NdjsonFramer,
    "json-array": JsonArrayFramer,
    "eventstream": EventStreamFramer,
    **dict.fromkeys(WHOLE, WholeFramer),
}
"""How the bytes of each framing are cut into frames."""

_Delta = (
    TextDelta
    | RefusalDelta
    | ThinkingDelta
    | SignatureDelta
    | ArgumentsDelta
    | CitationDelta
    | AudioDelta
    | OpaqueDelta
    | BlockStop
)


@dataclass(frozen=True)
class Answer:
    """What a body of good status decodes to: its events, and what they add up to."""

    events: list[Event]
    response: Response
    failure: Failure | None


def read(protocol: Protocol, target: Target, framing: str, body: bytes) -> Answer:
    """Decode a whole body."""
    events = decode(protocol, target, framing, [body])
    failures = [event.failure for event in events if isinstance(event, Failed)]
    return Answer(events, accumulate(events, target.origin()), failures[0] if failures else None)


def decode(protocol: Protocol, target: Target, framing: str, pieces: Iterable[bytes]) -> list[Event]:
    """The events of a body that comes in these pieces."""
    framer = FRAMERS[framing]()
    if framing in WHOLE:
        for piece in pieces:
            framer.feed(piece)
        return [event for _, body in framer.close() for event in protocol.decode_response(body, target)]
    decoder = protocol.stream_decoder(target)
    events: list[Event] = []
    for piece in pieces:
        if frames := framer.feed(piece):
            events.extend(decoder.feed(frames))
    events.extend(decoder.feed(framer.close()))
    events.extend(decoder.close())
    return events


def chunks(body: bytes, size: int) -> Iterable[bytes]:
    """The body in pieces of `size` bytes."""
    return (body[at : at + size] for at in range(0, len(body), size))


def broken_order(events: Sequence[Event]) -> list[str]:
    """Where events break their contract: one terminal at the end, block indexes from 0, deltas only of open blocks."""
    found: list[str] = []
    open_blocks: set[int] = set()
    begun = 0
    for place, event in enumerate(events):
        if isinstance(event, BlockStart):
            if event.index != begun:
                found.append(f"event {place} starts block {event.index}, expected {begun}")
            begun = max(begun, event.index + 1)
            open_blocks.add(event.index)
        elif isinstance(event, _Delta):
            if event.index not in open_blocks:
                found.append(f"event {place} ({type(event).__name__}) is of block {event.index}, which is not open")
            if isinstance(event, BlockStop):
                open_blocks.discard(event.index)
        elif isinstance(event, Finished):
            if open_blocks:
                found.append(f"the answer finishes with blocks {sorted(open_blocks)} open")
            if place != len(events) - 1:
                found.append(f"{len(events) - 1 - place} events follow Finished")
        elif isinstance(event, Failed) and place != len(events) - 1:
            found.append(f"{len(events) - 1 - place} events follow Failed")
    return found

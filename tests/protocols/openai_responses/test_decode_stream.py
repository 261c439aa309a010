"""Bytes of a stream to events."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.openai_responses.decode_stream import StreamDecoder
from dragoman.protocols.openai_responses.encode_stream import StreamEncoder
from dragoman.testing.conformance import Exchange
from dragoman.types import BlockStart, BlockStop, Event, Failed, Failure, Finished, OpaqueEvent, TextDelta
from dragoman.wire.frames import Frame
from dragoman.wire.sse import SseFramer

Recorded = list[tuple[Exchange, Target]]

CREATED = b'{"type":"response.created","response":{"id":"r"}}'
COMPLETED = b'{"type":"response.completed","response":{"status":"completed"}}'
DELTA = b'{"type":"response.output_text.delta","output_index":0,"content_index":0,"item_id":"m","delta":"Hi"}'


def read(target: Target, frames: list[Frame], *, fast: bool = True) -> list[Event]:
    decoder = StreamDecoder(target, fast=fast)
    return decoder.feed(frames) + decoder.close()


def frames_of(body: bytes) -> list[Frame]:
    framer = SseFramer()
    return framer.feed(body) + framer.close()


def test_frames_may_have_no_name(target: Target) -> None:
    """The type in the object is the one that counts."""
    bare = [(b"", data) for data in (CREATED, DELTA, DELTA, COMPLETED)]
    named = [(json.loads(data)["type"].encode(), data) for _, data in bare]

    assert read(target, bare) == read(target, named)
    assert [event for event in read(target, bare) if isinstance(event, TextDelta)] == [TextDelta(0, "Hi")] * 2


def test_done_is_no_end(target: Target) -> None:
    """Vendors that also speak Chat Completions send it; the answer ends with its lifecycle frame or not at all."""
    assert not any(isinstance(event, Finished) for event in read(target, [(b"", CREATED), (b"", b"[DONE]")]))
    assert isinstance(read(target, [(b"", CREATED), (b"", b"[DONE]"), (b"", COMPLETED)])[-1], Finished)


def test_a_body_without_its_end_has_no_terminal_event(target: Target) -> None:
    """The engine makes a cut of it; nothing is read after it."""
    decoder = StreamDecoder(target)

    events = decoder.feed([(b"", CREATED), (b"", DELTA)])

    assert decoder.close() == []
    assert not any(isinstance(event, Finished | Failed) for event in events)
    assert decoder.feed([(b"", COMPLETED)]) == []


def test_bytes_that_are_not_json_end_the_answer(target: Target) -> None:
    """After the events that came before them."""
    events = read(target, [(b"", CREATED), (b"response.output_text.delta", b'{"type": '), (b"", COMPLETED)])

    assert events[-1] == Failed(
        Failure("an event of the answer is not JSON: Input data was truncated", reason="decode", body='{"type":')
    )
    assert len(events) == 2


def test_an_error_in_plain_text(target: Target) -> None:
    """An `error` event need not hold JSON."""
    (failed,) = read(target, [(b"error", b"upstream died")])

    assert isinstance(failed, Failed)
    assert (failed.failure.message, failed.failure.reason) == ("upstream died", None)


def test_json_that_is_no_object_is_kept(target: Target) -> None:
    """It says nothing that is known."""
    assert read(target, [(b"odd", b"[1]")]) == [OpaqueEvent("odd", [1])]


def test_both_ways_give_the_same_events(recorded: Recorded) -> None:
    """The short way through ordinary deltas and the general way agree on every recorded stream."""
    for exchange, target in recorded:
        if exchange.framing == "sse":
            frames = frames_of(exchange.body)

            assert read(target, frames) == read(target, frames, fast=False), exchange.id


def _spoilt(frames: list[Frame], chance: random.Random) -> list[Frame]:
    """A stream with frames lost, repeated, swapped, cut off, or with a field that holds something else."""
    frames = list(frames)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(frames))
        match chance.choice(("drop", "repeat", "swap", "change", "cut")):
            case "drop" if len(frames) > 1:
                del frames[at]
            case "repeat":
                frames.insert(at, frames[at])
            case "swap":
                other = chance.randrange(len(frames))
                frames[at], frames[other] = frames[other], frames[at]
            case "change":
                wire: Any = json.loads(frames[at][1])
                name = chance.choice(list(wire))
                if name != "type":
                    wire[name] = chance.choice([None, 3, "x", [], {}, {"type": "q"}, [None], True, -1])
                frames[at] = (frames[at][0], json.dumps(wire).encode())
            case _:
                del frames[at + 1 :]
    return frames


@pytest.mark.parametrize("seed", range(2))
def test_spoilt_streams_do_no_harm(recorded: Recorded, seed: int) -> None:
    """Whatever is lost or wrong: no exception, both ways agree, deltas are of open blocks, and our own server side can say
    what was read."""
    chance = random.Random(seed)
    for exchange, target in recorded:
        try:
            frames = _spoilt(frames_of(exchange.body), chance) if exchange.framing == "sse" else []
        except ValueError:
            continue  # a recording of bytes that are not JSON
        events = read(target, frames)

        assert events == read(target, frames, fast=False), exchange.id
        opened = [event.index for event in events if isinstance(event, BlockStart)]
        closed = [event.index for event in events if isinstance(event, BlockStop)]
        assert opened == list(range(len(opened))), exchange.id
        assert len(set(closed)) == len(closed), exchange.id
        accumulate(events)
        again = read(target, frames_of(StreamEncoder().feed(events)))
        ended = events and isinstance(events[-1], Finished | Failed)
        assert again == (events if ended else events[: len(again)]), exchange.id

"""Reading an answer in pieces, and the order its events must keep."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.testing.conformance.answers import WHOLE, broken_order, chunks, decode, read
from dragoman.types import ArgumentsDelta, BlockStart, BlockStop, Failed, Failure, Finish, Finished, Text, TextDelta

TARGET = Target("acme", "fake", "m")

FINISHED = Finished(Finish("stop"))


def test_chunks_are_the_body_again() -> None:
    """Pieces have the asked size, the last one what is left, and none is empty."""
    assert [b"abc", b"de"] == list(chunks(b"abcde", 3))
    assert [] == list(chunks(b"", 3))


@pytest.mark.parametrize("framing", ["sse", "json"])
def test_pieces_decode_like_the_whole(kit: ModuleType, framing: str) -> None:
    """A body in pieces gives the events that it gives at once, in either framing."""
    protocol = kit.Fake()
    body = kit.STREAMED.body
    if framing == "json":
        body = protocol.encode_response(kit.accumulate(kit.EVENTS), kit.Request("m", ()))

    whole = decode(protocol, TARGET, framing, [body])

    assert whole
    assert whole == decode(protocol, TARGET, framing, chunks(body, 5))


@pytest.mark.parametrize("framing", sorted(WHOLE))
def test_what_is_no_stream_is_read_whole(kit: ModuleType, framing: str) -> None:
    """A body of another kind, or none, where an answer was asked for is given to the protocol as it is."""
    protocol = kit.sabotage(kit.Fake(), decode_response=lambda self, body, target: [Failed(Failure(body.decode()))])

    assert [Failed(Failure("<html>"))] == decode(protocol, TARGET, framing, [b"<ht", b"ml>"])


def test_a_failure_stands_beside_what_came_before(kit: ModuleType) -> None:
    """An answer that fails keeps its partial response."""
    events = [*kit.EVENTS[:8], Failed(Failure("busy"))]

    answer = read(kit.Fake(), TARGET, "sse", kit.FakeEncoder().feed(events))

    assert (Failure("busy"), None, "Let me ") == (answer.failure, answer.response.finish, answer.response.text)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([BlockStart(0, Text("")), TextDelta(0, "a"), BlockStop(0), FINISHED], []),
        ([BlockStart(0, Text("a")), BlockStart(1, Text("b")), BlockStop(1), BlockStop(0), FINISHED], []),
        ([BlockStart(0, Text("a"))], []),
        ([BlockStart(1, Text("a")), BlockStop(1)], ["event 0 starts block 1, expected 0"]),
        ([BlockStart(0, Text("a")), BlockStart(0, Text("b")), BlockStop(0)], ["event 1 starts block 0, expected 1"]),
        ([ArgumentsDelta(0, "{")], ["event 0 (ArgumentsDelta) is of block 0, which is not open"]),
        ([BlockStart(0, Text("")), BlockStop(0), BlockStop(0)], ["event 2 (BlockStop) is of block 0, which is not open"]),
        ([BlockStart(0, Text("")), FINISHED], ["the answer finishes with blocks [0] open"]),
        ([FINISHED, FINISHED], ["1 events follow Finished"]),
        ([Failed(Failure("busy")), FINISHED], ["1 events follow Failed"]),
    ],
)
def test_what_breaks_the_order_of_events_is_named(events: list[Any], found: list[str]) -> None:
    """Blocks count up from 0 and are open while they change, and one terminal event ends all; a cut answer may be open."""
    assert found == broken_order(events)

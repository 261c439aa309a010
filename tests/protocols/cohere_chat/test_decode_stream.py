"""Frames to events: both ways of reading, ends, and frames that are broken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.cohere_chat.decode_stream import StreamDecoder
from dragoman.types import BlockStart, BlockStop, Event, Failed, Finish, Finished, Started, Text, TextDelta

Read = Callable[..., list[Event]]

BEGIN = b'{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}'
MORE = b'{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"h\xc3\xa9"}}}}'
END = b'{"type":"message-end","delta":{"finish_reason":"COMPLETE"}}'
BEGUN = [Started(), BlockStart(0, Text("")), TextDelta(0, "h\xe9")]


def test_frames_without_a_name(stream: Read) -> None:
    """What a frame is stands in its data, too."""
    assert [*BEGUN, BlockStop(0), Finished(Finish("stop", "COMPLETE"))] == stream(BEGIN, MORE, END)


def test_a_name_where_the_data_has_no_type(target: Target) -> None:
    """Then the event's name says what it is."""
    decoder = StreamDecoder(target)

    assert [Started("c1")] == decoder.feed([(b"message-start", b'{"id":"c1"}')])


def test_nothing_is_read_after_the_end(stream: Read) -> None:
    """Not even the marker that some servers send."""
    assert Finished(Finish("stop", "COMPLETE")) == stream(BEGIN, MORE, END, b"[DONE]", b"garbage")[-1]


def test_a_marker_is_an_end(stream: Read) -> None:
    """A server that ends its answer with it has ended it, for whatever reason."""
    assert [*BEGUN, BlockStop(0), Finished(Finish("stop"))] == stream(BEGIN, MORE, b" [DONE] ")


def test_an_end_of_the_body_is_none(stream: Read) -> None:
    """Without the last frame the answer is cut."""
    assert BEGUN == stream(BEGIN, MORE)


@pytest.mark.parametrize("data", [b"<html>", b"[1]", b"null", b'{"a":\xff}', MORE[:-3]])
def test_what_is_no_object_is_malformed(stream: Read, data: bytes) -> None:
    """Pages, other values, bytes that are no text, half a frame."""
    events = stream(BEGIN, MORE, data, END)

    assert BEGUN == events[:-1]
    assert isinstance(events[-1], Failed)
    assert "decode" == events[-1].failure.reason


def test_a_cut_answer_closes_once(target: Target) -> None:
    """After the end of the body nothing more comes."""
    decoder = StreamDecoder(target)
    decoder.feed([(b"", BEGIN)])

    assert [[], [], []] == [decoder.close(), decoder.close(), decoder.feed([(b"", END)])]

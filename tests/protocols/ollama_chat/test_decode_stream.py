"""Lines to events: both ways of reading, and lines that are broken, cut or laid out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.ollama_chat.decode_stream import StreamDecoder
from dragoman.types import BlockStart, Event, Extra, Failed, Failure, Finish, Finished, Started, Text, TextDelta

Read = Callable[..., list[Event]]

LINE = b'{"model":"m","message":{"role":"assistant","content":"h\xc3\xa9"},"done":false}'
END = b'{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}'
BEGUN = [Started(None, "m"), BlockStart(0, Text("")), TextDelta(0, "h\xe9")]


def reason(events: list[Event]) -> str | None:
    assert isinstance(events[-1], Failed)
    return events[-1].failure.reason


@pytest.mark.parametrize("end", range(1, len(LINE)))
def test_a_line_that_ends_early_is_a_cut(stream: Read, end: int) -> None:
    """Half a line at the end of the body says that the answer was cut, and is not an error of its own."""
    assert BEGUN == stream(LINE, LINE[:end])


def test_half_a_line_before_a_whole_one_is_malformed(stream: Read) -> None:
    """In the middle of a stream nothing can complete it."""
    events = stream(LINE, LINE[:20], LINE)

    assert BEGUN == events[:-1]
    assert "decode" == reason(events)


@pytest.mark.parametrize(
    "data", [b"<html>", b"[1]", b"null", b'{"a":\xff}', b"data: {}", b"[" * 100_000], ids=lambda data: data[:8]
)
def test_what_is_no_object_is_malformed(stream: Read, data: bytes) -> None:
    """Pages, other values, bytes that are no text."""
    assert "decode" == reason(stream(LINE, data, LINE, close=False) if data[:2] != b"[[" else stream(LINE, data, b"]"))


def test_an_error_laid_out_over_lines(stream: Read) -> None:
    """A proxy's error page in JSON is read, however it is laid out."""
    body = json.dumps({"error": {"message": "no capacity", "code": "busy"}}, indent=2).encode()
    (event,) = stream(*body.split(b"\n"))

    assert isinstance(event, Failed)
    assert ("no capacity", "busy") == (event.failure.message, event.failure.code)


def test_an_object_over_too_many_lines_is_given_up(stream: Read) -> None:
    """What does not end is not kept for ever."""
    assert "decode" == reason(stream(*[b"["] * 300, close=False))


def test_a_byte_order_mark_may_open_the_body(stream: Read) -> None:
    """It belongs to no line."""
    assert BEGUN == stream(b"\xef\xbb\xbf" + LINE, close=False)


def test_nothing_is_read_after_the_end(stream: Read) -> None:
    """The end is the end, also inside one batch."""
    assert [Started(None, "m"), Finished(Finish("stop", "stop"))] == stream(END, LINE, b"garbage")


def test_fields_of_a_remote_answer_do_not_slow_it_down(stream: Read) -> None:
    """The names of the remote model, repeated on every line, are told when they change, read either way."""

    def line(model: str) -> dict[str, Any]:
        return {"message": {"content": "a"}, "done": False, "remote_model": model, "remote_host": "h"}

    events = stream(line("x"), line("x"), line("y"))

    assert [Extra({"remote_model": "x", "remote_host": "h"}), Extra({"remote_model": "y"})] == [
        event for event in events if isinstance(event, Extra)
    ]


def test_a_stream_of_another_kind_is_spared_the_trial(target: Target) -> None:
    """After some lines that do not fit, the strict type is not tried any more, and the events are the same."""
    odd = b'{"message":{"content":"a"},"logprobs":[],"done":false}'
    decoder = StreamDecoder(target)
    events = decoder.feed([(b"", odd)] * 20 + [(b"", LINE)])

    assert [*[TextDelta(0, "a")] * 20, TextDelta(0, "h\xe9")] == [event for event in events if isinstance(event, TextDelta)]


def test_a_cut_answer_closes_once(target: Target) -> None:
    """After the end of the body nothing more comes."""
    decoder = StreamDecoder(target)
    decoder.feed([(b"", LINE)])

    assert [[], [], []] == [decoder.close(), decoder.close(), decoder.feed([(b"", END)])]


def test_the_words_of_a_failure(stream: Read) -> None:
    """It says what was wrong and shows the first of the bytes."""
    (event,) = stream(b"<p>Bad gateway</p>")

    assert isinstance(event, Failed)
    assert event.failure == Failure(event.failure.message, reason="decode", body="<p>Bad gateway</p>")
    assert event.failure.message.startswith("a line of the stream is not JSON: ")

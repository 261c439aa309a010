"""Server-sent events come out the same however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.wire.frames import Frame, TooLarge
from dragoman.wire.sse import SseFramer, sse_frame

CASES: dict[str, tuple[bytes, list[Frame]]] = {
    "data only": (b"data: a\n\ndata: b\n\n", [(b"", b"a"), (b"", b"b")]),
    "named": (b"event: x\ndata: y\n\n", [(b"x", b"y")]),
    "byte-order mark": (b"\xef\xbb\xbfdata: a\n\n", [(b"", b"a")]),
    "CRLF": (b"event: x\r\ndata: y\r\n\r\n", [(b"x", b"y")]),
    "CR": (b"data: a\r\rdata: b\r\r", [(b"", b"a"), (b"", b"b")]),
    "mixed line ends": (b"data: a\r\n\ndata: b\n\r\n", [(b"", b"a"), (b"", b"b")]),
    "no space after the colon": (b"data:a\n\n", [(b"", b"a")]),
    "only one space is taken": (b"data:  a\n\n", [(b"", b" a")]),
    "several data lines": (b"data: a\ndata: b\n\n", [(b"", b"a\nb")]),
    "comments": (b": hello\n\n: ping\ndata: a\n\n", [(b"", b"a")]),
    "id and retry without data": (b"id: 7\nretry: 10\n\ndata: a\n\n", [(b"", b"a")]),
    "event without data": (b"event: x\n\ndata: a\n\n", [(b"", b"a")]),
    "last name wins": (b"event: x\nevent: y\ndata: a\n\n", [(b"y", b"a")]),
    "name after data": (b"data: a\nevent: y\n\n", [(b"y", b"a")]),
    "no final blank line": (b"data: a\n\ndata: b", [(b"", b"a"), (b"", b"b")]),
    "line separators are data": ("data: a\u2028b\u0085c\n\n".encode(), [(b"", "a\u2028b\u0085c".encode())]),
    "field without colon": (b"data\n\ndata: a\n\n", [(b"", b"a")]),
    "bare JSON": (
        b'data: a\n\n{\n "error": {\n  "code": 503\n }\n}\n',
        [(b"", b"a"), (b"", b'{\n "error": {\n  "code": 503\n }\n}')],
    ),
    "bare JSON among blank lines": (b'\n\n\n{"a":1}\n\n\n\n[2]\n\n\n', [(b"", b'{"a":1}'), (b"", b"[2]")]),
    "error field": (b'error: {"code":500}\n\n', [(b"error", b'{"code":500}')]),
    "blank lines between": (b"\n\n\ndata: a\n\n\n\ndata: b\n\n", [(b"", b"a"), (b"", b"b")]),
    "empty data": (b"data: a\n\ndata: \n\ndata: b\n\n", [(b"", b"a"), (b"", b"b")]),
    "empty data with a name": (b"event: x\ndata: \n\nevent: x\ndata: b\n\n", [(b"x", b"b")]),
    "a comment among alike": (b"data: a\n\n: ping\n\ndata: b\n\n", [(b"", b"a"), (b"", b"b")]),
    "a name among data only": (b"data: a\n\nevent: x\ndata: b\n\ndata: c\n\n", [(b"", b"a"), (b"x", b"b"), (b"", b"c")]),
    "more data among named": (b"event: x\ndata: a\ndata: b\n\nevent: y\ndata: c\n\n", [(b"x", b"a\nb"), (b"y", b"c")]),
    "no data among named": (b"event: x\nid: 1\n\nevent: y\ndata: c\n\n", [(b"y", b"c")]),
    "nothing": (b"", []),
}


def read(body: bytes, size: int) -> list[Frame]:
    framer = SseFramer()
    frames: list[Frame] = []
    for start in range(0, len(body), size):
        frames += framer.feed(body[start : start + size])
    return frames + framer.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
@pytest.mark.parametrize("name", CASES)
def test_every_shape_in_every_cut(name: str, size: int) -> None:
    """Each shape of the grammar gives its events whatever the size of the pieces."""
    body, frames = CASES[name]

    assert frames == read(body, size)


@given(
    st.lists(
        st.sampled_from([b"data", b":", b" ", b"\n", b"\r", b"event", b"x", b"\xef\xbb\xbf", b"\n\n", b"error"]), max_size=16
    ),
    st.integers(1, 5),
)
def test_any_bytes_give_the_same_events_in_any_cut(parts: list[bytes], size: int) -> None:
    """Cutting never changes what is read, even from nonsense."""
    body = b"".join(parts)

    assert read(body, max(1, len(body))) == read(body, size)


def test_one_event_larger_than_the_limit_is_refused() -> None:
    """An endless event stops at the limit instead of filling memory."""
    framer = SseFramer(limit=10)

    with pytest.raises(TooLarge):
        framer.feed(b"data: " + b"x" * 20)


@given(st.binary(min_size=1).filter(lambda data: b"\r" not in data), st.sampled_from(["", "message_start"]))
def test_what_is_written_is_read(data: bytes, name: str) -> None:
    """`sse_frame` and the framer are each other's inverse."""
    assert [(name.encode(), data)] == read(sse_frame(data, name), 3)

"""Lines of JSON come out the same however they are cut."""

from __future__ import annotations

import pytest

from dragoman.wire.frames import Frame, TooLarge
from dragoman.wire.ndjson import NdjsonFramer


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
@pytest.mark.parametrize("body", [b'{"a":1}\n{"b":2}\n', b'{"a":1}\r\n\r\n{"b":2}', b'\n{"a":1}\n\n{"b":2}\n\n'])
def test_lines_in_every_cut(body: bytes, size: int) -> None:
    """Line ends, empty lines and a missing last end make no difference."""
    framer = NdjsonFramer()
    frames: list[Frame] = []
    for start in range(0, len(body), size):
        frames += framer.feed(body[start : start + size])

    assert frames + framer.close() == [(b"", b'{"a":1}'), (b"", b'{"b":2}')]


def test_a_line_larger_than_the_limit_is_refused() -> None:
    """An endless line stops at the limit."""
    framer = NdjsonFramer(limit=5)

    with pytest.raises(TooLarge):
        framer.feed(b"123456")

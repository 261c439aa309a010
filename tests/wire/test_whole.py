"""A whole body is one frame."""

from __future__ import annotations

import pytest

from dragoman.wire.frames import TooLarge
from dragoman.wire.whole import WholeFramer


def test_pieces_become_one_frame_at_the_end() -> None:
    """Nothing comes before the end, then everything at once."""
    framer = WholeFramer()

    assert framer.feed(b"ab") == []
    assert framer.feed(b"c") == []
    assert framer.close() == [(b"", b"abc")]


def test_a_body_larger_than_the_limit_is_refused() -> None:
    """An endless body stops at the limit."""
    framer = WholeFramer(limit=3)

    with pytest.raises(TooLarge):
        framer.feed(b"abcd")

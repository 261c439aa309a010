"""The strict way through a frame, and what heads an answer."""

from __future__ import annotations

import pytest

from dragoman.protocols.gemini.frames import head_of, is_exact, ordinary
from dragoman.wire.json import UNREADABLE


def test_an_ordinary_chunk_is_read() -> None:
    """Text and what every chunk says."""
    chunk = ordinary(
        b'{"candidates":[{"content":{"parts":[{"text":"a","thought":true}],"role":"model"},"index":1}],"responseId":"r"}'
    )

    assert (chunk.candidates[0].content.parts[0].text, chunk.candidates[0].index, chunk.responseId) == ("a", 1, "r")


@pytest.mark.parametrize(
    "data",
    [
        b'{"candidates":[{"content":{"parts":[{"text":"a","thoughtSignature":"s"}]}}]}',
        b'{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}',
        b'{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}',
        b'{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"odd":1}',
        b'{"error":{}}',
        b"\xff",
        b"[",
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    """A field more, and the frame is read the general way."""
    with pytest.raises(UNREADABLE):
        ordinary(data)


def test_heads() -> None:
    """Empty and odd values are none."""
    assert head_of({"responseId": "r", "modelVersion": "m", "createTime": "1970-01-01T00:00:01Z"}) == ("r", "m", 1)
    assert head_of({"responseId": "", "modelVersion": 3, "createTime": 3}) == (None, None, None)
    assert is_exact("1970-01-01T00:00:01Z")
    assert not is_exact("1970-01-01T00:00:01.5Z")

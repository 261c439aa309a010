"""JSON as servers send it."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_chat.read_json import read_json


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a":1}', {"a": 1}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"x\\ud83d"', "x\ufffd"),
        (b'"\\uDE00y"', "\ufffdy"),
        (b'["\\ud83d\\ude00\\ud83d", "\\\\ud83d"]', ["\U0001f600\ufffd", "\\ud83d"]),
        (b'"\xe2\x80\xa8"', "\u2028"),
    ],
)
def test_values(data: bytes, value: Any) -> None:
    """Whole pairs of surrogates are characters, halves become U+FFFD, an escaped backslash is no escape."""
    assert read_json(data) == value


@pytest.mark.parametrize("data", [b"", b"{", b"nonsense", b'"\xff"', b"\xff", b"1e999", b"[" * 100_000, b'"\\ud83d', b"NaN"])
def test_what_is_no_json(data: bytes) -> None:
    """Anything else is a ValueError, however deep or broken."""
    with pytest.raises(ValueError, match=r".+"):
        read_json(data)

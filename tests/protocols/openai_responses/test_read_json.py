"""JSON as servers really send it."""

from __future__ import annotations

import pytest

from dragoman.protocols.openai_responses.read_json import dump, read_json


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b'{"a": [1, null]}', {"a": [1, None]}, id="plain"),
        pytest.param(b'"\\ud83d\\ude00"', "\U0001f600", id="a whole pair"),
        pytest.param(b'"a\\ud83d"', "a�", id="the first half of a pair"),
        pytest.param(b'"\\ude00b"', "�b", id="the second half of a pair"),
        pytest.param(b'"\\\\ud83d"', "\\ud83d", id="an escaped backslash"),
        pytest.param('{"a": "\\ud83d"}', {"a": "�"}, id="text"),
    ],
)
def test_halves_of_surrogate_pairs_are_read(data: bytes | str, expected: object) -> None:
    """A text that was cut between two UTF-16 units loses half a character and no more."""
    assert read_json(data) == expected


@pytest.mark.parametrize("data", [b"", b"{", b'"\xff"', b'{"a": "\\ud83d"', b"[" * 100_000])
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    """Whatever is wrong with bytes, one error says so."""
    with pytest.raises(ValueError, match=r".+"):
        read_json(data)


def test_values_are_written_without_blanks() -> None:
    """Arguments made of values are compact."""
    assert dump({"a": [1, "ü"]}) == '{"a":[1,"ü"]}'

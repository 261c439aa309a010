"""Spans of bytes become spans of characters, wherever the text was cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dragoman.protocols.byte_spans import ByteText

TEXTS = some.text(alphabet=some.sampled_from("ab é€😀\ud800"), max_size=40)


def read(*pieces: str) -> ByteText:
    found = ByteText()
    for piece in pieces:
        found.add(piece)
    return found


@given(some.lists(TEXTS, max_size=6), some.integers(0, 200), some.integers(0, 200))
def test_any_span_of_any_pieces(pieces: list[str], one: int, other: int) -> None:
    """A span between characters comes back as it was, also where text before it, or half a pair, takes several bytes."""
    text = "".join(pieces)
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    counted = read(*pieces)
    first, last = (len(text[:place].encode("utf-8", "surrogatepass")) for place in (start, end))

    assert (start, end) == counted.span(first, last)
    assert (None, end) == counted.span(None, last)
    assert (len(text.encode("utf-8", "surrogatepass")), len(text)) == (counted.size, counted.characters)


def test_long_runs() -> None:
    """Steps within one long piece are counted on, and so is ASCII behind it."""
    text = "é" * 2_000 + "x" * 2_000 + "€" * 700 + "tail"
    counted = read("plain ", text, " end")
    whole = f"plain {text} end"

    for place in (0, 6, 7, 1_029, 2_005, 2_006, 4_006, 4_007, 4_700, 4_706, len(whole)):
        assert (place, len(whole)) == counted.span(len(whole[:place].encode()), counted.size)


@pytest.mark.parametrize(("start", "end"), [(0, 9), (3, 2), (-1, 2), (None, None), (1, None)])
def test_a_span_that_is_none(start: int | None, end: int | None) -> None:
    """What is not within the text is no span."""
    assert (None, None) == read("Ré", "sumé").span(start, end)


def test_a_place_inside_a_character() -> None:
    """It is moved to the beginning of the character."""
    assert (1, 1) == read("aé€").span(2, 2)
    assert (2, 2) == read("aé€").span(4, 5)

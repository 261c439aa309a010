"""What is no JSON is reduced to one line for people, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.wire.plain import page_text, plain, printable, prose


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", ""),
        (b"upstream  connect\nerror\x1b[31m", "upstream connect error"),
        (b"<html><head><title>502 Bad &amp; Gateway</title></head><body>x</body></html>", "502 Bad & Gateway"),
        (b"<!DOCTYPE html><style>p{}</style><p>Sorry,</p> <b>down</b>", "Sorry, down"),
        (b"<html><TITLE></TITLE><script>alert('</p>')</script >Down<SCRIPT>never closed", "Down"),
        (b"expected <b>, got nothing", "expected <b>, got nothing"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 900, "x" * 499 + "…"),
    ],
)
def test_bodies(body: bytes, said: str) -> None:
    """Pages are reduced to their title or their words, text to one clean line of bounded length."""
    assert said == prose(body)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x\x1b]8;;http://evil\x1b\\y", "xy"),
        ("\x9b2Jx\x1bcy\x1b", "xcy"),
        ("a\tb\x00c\u202ed\u2028e\nf", "a b c d e\nf"),
        ("日本 語 ü", "日本 語 ü"),
    ],
)
def test_nothing_steers_a_terminal(text: str, seen: str) -> None:
    """Escape sequences go whole, other invisible characters become spaces, line breaks stay."""
    assert seen == printable(text)


HOSTILE = ["<", "<title", "<title>", "<script>", "<script", "</", "<style></", "\x1b[", "\x1b]", "&", "&#", " ", "\x00"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_pages_are_read_once(piece: str) -> None:
    """A text that a pattern could stumble over at every character is read in proportion to its length: its size is what
    decides, and a quadratic reading of this one would not come back."""
    text = piece * (4 * 1024 * 1024 // len(piece))

    assert len(prose(text.encode())) <= 500
    assert len(page_text("<html>" + text)) <= 64 * 1024
    assert len(plain(text)) <= 500


@given(st.text(max_size=300))
def test_any_text_is_made_printable(text: str) -> None:
    """Whatever comes, one printable line goes out."""
    assert plain(text, 100).isprintable()
    assert prose(text, 100).isprintable()
    assert len(prose(text, 100)) <= 100

"""Splitting reasoning tags out of a text that arrives in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.protocols.openai_chat.think_tags import Piece, ThinkTags


def split(*texts: str) -> list[Piece]:
    """All pieces, neighbours of one kind joined."""
    tags = ThinkTags()
    found: list[Piece] = []
    for kind, words in [piece for text in texts for piece in tags.feed(text)] + tags.flush():
        if found and found[-1][0] == kind and kind in ("text", "thinking"):
            found[-1] = (kind, found[-1][1] + words)
        else:
            found.append((kind, words))
    return found


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("Yes", [("text", "Yes")]),
        ("<think>Hm</think>Yes", [("open", ""), ("thinking", "Hm"), ("close", ""), ("text", "Yes")]),
        (" \n<think></think>", [("open", " \n"), ("close", "")]),
        ("Hm</think>Yes", [("text", "Hm"), ("lone", ""), ("text", "Yes")]),
        ("</think>Yes", [("lone", ""), ("text", "Yes")]),
        ("<think>Hm", [("open", ""), ("thinking", "Hm")]),
        ("<think>a<b</think>c</think>", [("open", ""), ("thinking", "a<b"), ("close", ""), ("text", "c</think>")]),
        ("I say <think>", [("text", "I say <think>")]),
        ("<thin", [("text", "<thin")]),
        ("  ", [("text", "  ")]),
        ("a</think", [("text", "a</think")]),
        ("<<</think>x", [("text", "<<"), ("lone", ""), ("text", "x")]),
    ],
)
def test_pieces_of_a_text(text: str, pieces: list[Piece]) -> None:
    """An opening tag counts at the head, a closing one wherever it comes first; after it all is text."""
    assert split(text) == pieces
    assert split(*text) == pieces


@given(st.lists(st.sampled_from(["<", "think>", "</think>", "</", "a", " ", "<think>", "k>"]), max_size=12), st.data())
def test_any_cut_gives_the_same(words: list[str], data: st.DataObject) -> None:
    """Where the pieces are cut changes nothing, and no character is lost."""
    text = "".join(words)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    cuts = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]

    assert split(*cuts) == split(text)
    tags = {"open": "<think>", "close": "</think>", "lone": "</think>"}
    assert "".join([words + tags.get(kind, "") for kind, words in split(text)]) == text


def test_a_whole_text_holds_nothing_back() -> None:
    """Nothing follows a whole text, so that what looks like the beginning of a tag is text at once."""
    assert ThinkTags().feed("a</th", whole=True) == [("text", "a</th")]
    assert ThinkTags().feed(" <th", whole=True) == [("text", " <th")]


def test_patience_with_white_space_ends() -> None:
    """An answer of white space is given as it comes."""
    tags = ThinkTags()

    assert tags.feed(" " * 300) == [("text", " " * 300)]


def test_what_a_splitter_knows_of_itself() -> None:
    """Whether reasoning is open, a tag can still come, and something is held back."""
    tags = ThinkTags()
    assert not tags.settled
    tags.feed("<think>a")
    assert (tags.inside, tags.settled, tags.closed) == (True, True, False)
    tags.feed("</")
    assert not tags.settled
    tags.feed("think>b")
    assert (tags.inside, tags.settled, tags.closed) == (False, True, True)

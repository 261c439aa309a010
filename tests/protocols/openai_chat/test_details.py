"""OpenRouter's lists of reasoning details."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_chat.details import Details, details_text, join_details

Json = dict[str, Any]


def text(words: str | None, index: int | None = 0, **fields: Any) -> Json:
    return {"type": "reasoning.text", "text": words, "index": index, **fields}


def merged(*pieces: Any) -> list[Any]:
    details = Details()
    for piece in pieces:
        details.take([piece])
    return details.merged()


def test_fragments_of_one_entry_grow_together() -> None:
    """Same type and index: text is joined, the signature set, other fields taken from where they first stand."""
    found = merged(text("Let "), text("me", format="x"), text(" see", format=None), text(None, signature="sig"))

    assert found == [text("Let me see", format="x", signature="sig")]


def test_entries_differ_by_index_and_type() -> None:
    """Interleaved entries keep their order of arrival."""
    encrypted = {"type": "reasoning.encrypted", "data": "x", "index": 0}

    found = merged(text("a"), text("b", 1), encrypted, text("A"), text("B", 1), {**encrypted, "data": "y"})

    assert found == [text("aA"), text("bB", 1), {**encrypted, "data": "xy"}]


def test_another_id_is_another_entry() -> None:
    """Two encrypted items on one index are two."""
    one, two = ({"type": "reasoning.encrypted", "data": name, "id": name, "index": 0} for name in "ab")

    assert merged(one, two) == [one, two]


def test_without_index_only_the_last_entry_goes_on() -> None:
    """A fragment without index continues its neighbour, not an entry further back."""
    secret = {"type": "reasoning.encrypted", "data": "x"}

    assert merged(text("a", None), text("b", None)) == [text("ab", None)]
    assert merged(text("a", None), secret, text("b", None)) == [text("a", None), secret, text("b", None)]


def test_whole_entries_continue_nothing() -> None:
    """The list of a whole answer stays as it is."""
    details = Details()
    details.take([text("a"), text("b"), "odd"], whole=True)

    assert details.merged() == [text("a"), text("b"), "odd"]


def test_pieces_are_not_changed() -> None:
    """What came from the wire is not written into."""
    first = text("a")
    merged(first, text("b"))

    assert first == text("a")


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        ([text("a"), {"type": "reasoning.summary", "summary": "b"}], "ab"),
        ([{"type": "reasoning.encrypted", "data": "x"}, None, text(None)], ""),
    ],
)
def test_what_details_show(pieces: list[Any], shown: str) -> None:
    """Text and summaries can be read, encrypted data cannot."""
    assert details_text(pieces) == shown


def test_lists_of_one_message_are_one() -> None:
    """A signature whose text's block had closed goes back to its entry; everything else is added in order."""
    found = join_details([[text("a"), text("b", 1)], [{"type": "reasoning.text", "index": 0, "signature": "sig"}], [text("c")]])

    assert found == [text("a", signature="sig"), text("b", 1), text("c")]

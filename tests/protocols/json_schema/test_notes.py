"""What had to change, gathered."""

from __future__ import annotations

import pytest

from dragoman.protocols.json_schema.notes import Change, Notes, Refused


def test_a_sentence_is_said_once_with_its_places() -> None:
    """The first place is the change's own; the others follow, the many cut short."""
    notes = Notes()
    for place in ("/a", "/b", "/a", ""):
        notes.add("dropped", "no", place)
    for number in range(7):
        notes.add("moved", "yes", f"/{number}")

    assert (
        Change("dropped", "no (also /b, /)", "/a"),
        Change("moved", "yes (also /1, /2, /3, /4 and 2 more)", "/0"),
    ) == notes.changes()


def test_a_refusal_has_its_place() -> None:
    """It is raised, with the reason as its words."""
    with pytest.raises(Refused, match="never") as caught:
        Notes().refuse("never", "/a")

    assert "/a" == caught.value.at

"""Every row of the torture table on every wire format, by both faces, streamed and whole, over real sockets."""

from __future__ import annotations

import pytest

from dragoman.protocols import NAMES

from .meet import FACES, meet
from .row import FORMS
from .speech import Speech
from .table import GROUPS, ROWS
from .wires import WIRES


def test_every_wire_format_has_its_entry() -> None:
    """A wire format that joins the library joins this table."""
    assert {*NAMES} == WIRES.keys()


def test_every_row_has_a_name_of_its_own() -> None:
    """No row hides another."""
    assert len(ROWS) == sum([len(rows) for rows in GROUPS.values()])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("id", ROWS)
def test_a_row(id: str, name: str) -> None:
    """What comes of a fault is the right thing, whoever asks and however."""
    row = ROWS[id]
    missed = {}
    for form in FORMS:
        speech = Speech(name, form == "stream")
        right = row.right(speech)
        if isinstance(right, str):
            continue
        for face in FACES:
            outcome = meet(row, name, face, speech.streams)
            if found := right.missed(outcome):
                missed[f"{face} {form}"] = (found, outcome.message)
    assert {} == missed

"""What another client makes of a row is told in words that follow from what is right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.torture import COLUMNS, PROGRAMS, verdict
from tests.torture.outcome import Expect

RIGHT, WRONG = Expect(text="Rain.", calls=(("now", "{}"),)), Expect("StreamCut", text="Ra")
FOUND = {"error": None, "typed": None, "text": "Rain.", "calls": [["now", "{ }"]], "finish": "stop"}


@pytest.mark.parametrize(
    ("right", "found", "tries", "words"),
    [
        (RIGHT, FOUND, 1, "the answer"),
        (RIGHT, FOUND, 2, "the answer, 2 tries"),
        (RIGHT, {**FOUND, "text": ""}, 1, "**success**: text lost"),
        (RIGHT, {**FOUND, "text": "Ra"}, 1, "**success**: text wrong"),
        (RIGHT, {**FOUND, "calls": []}, 1, "**success**: calls lost"),
        (RIGHT, {**FOUND, "error": "E", "typed": True}, 1, "**fails**: `E`"),
        (RIGHT, None, 1, "**no end** in 6 s"),
        (WRONG, {**FOUND, "error": "E", "typed": False}, 3, "raw `E`, 3 tries"),
        (WRONG, FOUND, 1, "**success**: what came"),
        (WRONG, {**FOUND, "text": "", "calls": []}, 1, "**success**: empty"),
    ],
)
def test_the_words(right: Expect, found: dict[str, Any] | None, tries: int, words: str) -> None:
    """A fault taken for success, and something sound that is lost, stand out; an error is the client's own or raw."""
    assert words == verdict(right, found, tries)


def test_every_column_has_its_program() -> None:
    """The programs are there, and run in environments of their own."""
    assert all((PROGRAMS / column.program).is_file() for column in COLUMNS)
    assert len(COLUMNS) == len({column.id for column in COLUMNS})

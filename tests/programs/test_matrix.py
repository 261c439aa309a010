"""docs/matrix.md is what the programs show, line by line."""

from __future__ import annotations

import pytest

from dragoman.protocols import NAMES as WIRE_NAMES
from dragoman.providers import NAMES

from .matrix import COLUMNS, PAGE, TESTED, UNKNOWN, UNSUPPORTED, page_around, provider_row, wire_row
from .programs import PROGRAMS

WRITTEN = PAGE.read_text("utf-8").splitlines()
STALE = "docs/matrix.md is not what the programs show: run `make matrix` and look at what changed"


@pytest.mark.parametrize("name", NAMES)
def test_a_providers_line_is_what_its_programs_show(name: str) -> None:
    """Every feature is tried with the provider's own dialect; nothing in the line is written by hand."""
    row = provider_row(name)
    assert row in WRITTEN, f"{STALE}\n{row}"


@pytest.mark.parametrize("name", WIRE_NAMES)
def test_a_wires_line_is_what_the_ten_programs_show(name: str) -> None:
    """The same for the programs on each wire format."""
    row = wire_row(name)
    assert row in WRITTEN, f"{STALE}\n{row}"


def test_the_page_has_these_lines_and_no_others() -> None:
    """What stands around the lines is what the generator writes, for every provider and wire format once, in order."""
    rows = [line for line in WRITTEN if line.startswith("| `")]
    providers, wires = rows[: len(NAMES)], rows[len(NAMES) :]

    assert [*NAMES, *WIRE_NAMES] == [row.split("`")[1] for row in rows], STALE
    assert WRITTEN == page_around(providers, wires).splitlines(), STALE


def test_every_program_is_in_the_matrix() -> None:
    """The ten programs are columns, but for the two that show no feature of a provider."""
    shown = {column.program for column in COLUMNS}

    assert {"long history", "error"} == {name for name, program in PROGRAMS.items() if program not in shown}


def test_the_three_words() -> None:
    """What is dropped and listed is unsupported, what no program shows is unknown, and the rest was tested."""
    titles = [column.title for column in COLUMNS]
    cells = dict(zip(titles, [cell.strip() for cell in provider_row("deepseek").split("|")[2:-1]], strict=True))

    assert (TESTED, UNSUPPORTED, UNKNOWN) == (cells["text"], cells["cache marks"], cells["server tools"])

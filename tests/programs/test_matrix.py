"""docs/matrix.md is what the programs show, line by line."""

from __future__ import annotations

import pytest

from dragoman.protocols import NAMES as WIRE_NAMES
from dragoman.providers import NAMES

from .matrix import COLUMNS, PAGE, page_around, provider_row, wire_row
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
    rows = {line.split("|")[1].strip().strip("`"): line for line in WRITTEN if line.startswith("| `")}
    assert WRITTEN == page_around([rows.get(name, "") for name in NAMES], [rows.get(name, "") for name in WIRE_NAMES]).splitlines(), STALE


def test_every_program_is_in_the_matrix() -> None:
    """The ten programs are columns, but for the two that show no feature of a provider."""
    shown = {column.program for column in COLUMNS}

    assert {"long history", "error"} == {name for name, program in PROGRAMS.items() if program not in shown}


def test_a_loss_is_not_called_tested() -> None:
    """A feature that is dropped and listed makes an unsupported cell; one that no program shows, an unknown one."""
    assert "–" in provider_row("deepseek").split("|")[5]

"""docs/torture.md says what the table says, and the table has every case."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from .beside import BESIDE, LATER
from .page import PAGE, page
from .table import ROWS

TESTS = Path(__file__).resolve().parents[1]


def test_the_page_is_what_the_table_says() -> None:
    """Nothing in it is written by hand."""
    assert PAGE.read_text("utf-8") == page(), "docs/torture.md is stale: run `make torture` and look at what changed"


def test_every_case_has_its_place() -> None:
    """The fault cases F1 to F54 are rows, or tested elsewhere, or wait for a part that is not there yet."""
    placed = {id.partition(".")[0] for id in (*ROWS, *BESIDE, *LATER)}

    assert [] == [case for case in [f"F{number}" for number in range(1, 55)] if case not in placed]


@pytest.mark.parametrize("id", BESIDE)
def test_what_is_named_exists(id: str) -> None:
    """A case that is tested elsewhere is: the row or the test function is there."""
    for name in BESIDE[id].tests:
        if "::" not in name:
            assert name in ROWS
            continue
        path, _, function = name.partition("::")
        tree = ast.parse((TESTS / path).read_text("utf-8"))
        assert function in [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)], name

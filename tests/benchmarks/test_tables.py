"""The table of ratios says what was measured, of the smaller advantage where there are two."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / "benchmarks"


def test_ratios_compare_within_a_wire_and_a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    """dragoman's median by the limit's; a package's median by dragoman's of the same face; a dash for what was not measured."""
    monkeypatch.syspath_prepend(str(FOLDER))
    tables, clients = importlib.import_module("tables"), importlib.import_module("clients")
    seconds = {
        "limit/chat": [1.0, 9.0, 2.0],
        "dragoman/chat": [3.0],
        "dragoman-sync/chat": [2.0],
        "openai/chat": [60.0],
        "openai-sync/chat": [15.0],
        "litellm/chat": [4.0],
        "dragoman/cohere": [5.0],
    }
    rows = [tables.Row("burst", label, each) for label, found in seconds.items() for each in found]
    drivers = {label: clients.DRIVERS[label] for label in seconds}

    lines = tables.ratios(rows, drivers).splitlines()

    assert ["| wire | burst |", "|---|--:|", "| chat | 1.5 · 7.5 |", "| cohere | – · – |"] == lines[3:]

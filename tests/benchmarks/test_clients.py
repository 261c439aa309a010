"""Every wire format is measured: against the limit, in both faces, beside its vendor's own package."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

from dragoman import protocols

FOLDER = Path(__file__).resolve().parent.parent.parent / "benchmarks"


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of that name, which is no part of the package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module("clients")


def test_no_wire_format_is_left_out(clients: ModuleType) -> None:
    """Each protocol of the library has a short name here, and a module of tapes."""
    measured = sorted(wire.protocol for wire in clients.WIRES.values())

    assert sorted(protocols.NAMES) == measured
    assert [] == [name for name in measured if not (FOLDER / "tapes" / f"{name}.py").exists()]


def test_each_wire_has_its_ruler_and_its_rival(clients: ModuleType) -> None:
    """A limit, dragoman both ways, and a package of the vendor's."""
    for wire in clients.WIRES:
        found = {label.partition("/")[0] for label, driver in clients.DRIVERS.items() if driver.wire == wire}

        assert {"limit", "dragoman", "dragoman-sync"} <= found
        assert found & {*clients.OFFICIAL, *[f"{name}-sync" for name in clients.OFFICIAL]}
        assert {driver.package for driver in clients.DRIVERS.values()} == clients.REQUIREMENTS.keys()

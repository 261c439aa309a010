"""`dragoman catalog`: what is in use, and a newer one."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from pathlib import Path

import pytest

from dragoman import catalog
from dragoman.catalog import store, update
from dragoman.cli.catalog import manage_catalog, show_catalog, update_catalog
from dragoman.errors import UsageError


def test_what_is_in_use() -> None:
    """Date, number of models, folder and sources, for people and for programs."""
    out = io.StringIO()

    assert 0 == manage_catalog(Namespace(action="info", json=False, source=None), {}, out, io.StringIO())
    lines = out.getvalue().splitlines()
    assert [f"date       {catalog.info().date}", f"models     {len(catalog.models()):,}"] == lines[:2]
    assert lines[2].startswith("read from  ")
    assert lines[2].endswith(" (came with the library)")
    assert [source.name for source in catalog.info().sources] == [line.split()[1] for line in lines[3:]]

    out = io.StringIO()
    show_catalog(True, out)
    assert catalog.info().date == json.loads(out.getvalue())["date"]


def test_problems_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that cannot be read is passed over, and that is said."""
    info = store.Info("2027-01-01", (), "/somewhere", True, ("/somewhere/index.json: damaged\n",))
    monkeypatch.setattr(catalog, "info", lambda: info)
    out = io.StringIO()
    show_catalog(False, out)

    assert ["read from  /somewhere (an update)", "problem    /somewhere/index.json: damaged"] == out.getvalue().splitlines()[2:]


def test_an_update_says_what_it_brought(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One line on standard output; entries that could not be read are a line beside it. Nobody is named: the usual place."""
    asked: list[tuple[str, Path, str]] = []

    def pretend(source: str, directory: Path, date: str) -> update.Update:
        asked.append((source, directory, date))
        return update.Update(date, 3000, 4, 5, 2)

    monkeypatch.setattr(update, "update", pretend)
    out, err = io.StringIO(), io.StringIO()
    code = update_catalog(None, {"DRAGOMAN_CATALOG": str(tmp_path)}, "2027-01-02", out, err)

    assert 0 == code
    assert [("https://models.dev/api.json", tmp_path, "2027-01-02")] == asked
    assert f"2027-01-02: 3,000 models, 4 of them new, 5 changed; in {tmp_path}\n" == out.getvalue()
    assert "dragoman: 2 entries could not be read and were passed over\n" == err.getvalue()


def test_no_place_for_an_update() -> None:
    """Without a home there is no cache, and an empty variable wants none."""
    for environ in ({}, {"HOME": "/home/x", "DRAGOMAN_CATALOG": ""}):
        with pytest.raises(UsageError, match="there is no place for an update"):
            update_catalog(None, environ, "2027-01-02", io.StringIO(), io.StringIO())


def test_a_place_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Trouble with the disk is the user's to mend, and names the folder."""

    def full(source: str, directory: Path, date: str) -> update.Update:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(update, "update", full)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        update_catalog("x", {"DRAGOMAN_CATALOG": str(tmp_path)}, "2027-01-02", io.StringIO(), io.StringIO())

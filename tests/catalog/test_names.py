"""One table of names, said twice: in the library and in the program that compiles its lists."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dragoman.catalog.names import MODELS_DEV, OTHER_WORK

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "catalog"


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_scripts_{name}", SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_vendors_are_called_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same providers, ids, patterns and exceptions stand in both."""
    vendors = script("vendors", monkeypatch).VENDORS

    assert {name: vendor.models_dev for name, vendor in vendors.items() if vendor.models_dev} == {
        name: theirs.id for name, theirs in MODELS_DEV.items()
    }
    for name, theirs in MODELS_DEV.items():
        vendor = vendors[name]
        priced = vendor.dollars and not vendor.thinking and not vendor.routed
        assert (vendor.only, vendor.lower, priced) == (theirs.only, theirs.lower, theirs.priced), name


def test_other_work_is_called_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no text model by its name is so in both."""
    assert script("facts", monkeypatch).OTHER_WORK.pattern == OTHER_WORK


def test_patterns_are_sound() -> None:
    """Each compiles."""
    assert all(re.compile(pattern) for pattern in [OTHER_WORK, *[theirs.only for theirs in MODELS_DEV.values()]])

"""Runs the torture table and, when all is right, writes docs/torture.md: `make torture`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.torture.page import PAGE, page

code = pytest.main(["-q", "-n", "auto", str(Path(__file__).resolve().parent.parent / "tests" / "torture" / "test_torture.py")])
if code == pytest.ExitCode.OK:
    PAGE.write_text(page(), "utf-8")
    print(f"wrote {PAGE}")
sys.exit(code)

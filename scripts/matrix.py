"""Writes docs/matrix.md from the programs in tests/programs: `make matrix`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.programs.matrix import PAGE, page

PAGE.write_text(page(), "utf-8")
print(f"wrote docs/{PAGE.name}")

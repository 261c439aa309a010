"""Writes what models.dev says and the compiled lists do not follow, for `dragoman catalog update`. Run after compiling.

    python scripts/catalog/set_aside.py --models-dev CHECKOUT

An update must tell what is new in models.dev from what was known and not believed when the lists were compiled.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from from_models_dev import _load

from dragoman.catalog import models_dev
from dragoman.catalog.names import MODELS_DEV
from dragoman.catalog.store import shipped
from dragoman.catalog.update import ASIDE, encode_aside, set_aside

__all__ = ["api"]


def api(root: Path) -> dict[str, Any]:
    """A checkout in the shape of `api.json`, as far as we read it."""
    found: dict[str, Any] = {}
    for provider in sorted({theirs.id for theirs in MODELS_DEV.values()}):
        folder = root / "providers" / provider / "models"
        paths = [path for path in sorted(folder.rglob("*.toml")) if path.exists()]
        found[provider] = {"models": {path.relative_to(folder).as_posix()[:-5]: _load(path, root) for path in paths}}
    return found


def main() -> None:
    """Read the checkout, hold it against the lists, write the difference."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models-dev", type=Path, required=True, help="the checkout that the lists were compiled from")
    given = parser.parse_args()
    index, lists = shipped()
    reading = models_dev.read_models_dev(json.dumps(api(given.models_dev), default=str).encode())
    aside = set_aside(reading, index, lists)
    ASIDE.write_bytes(encode_aside(aside))
    print(f"{ASIDE.name}: {sum(map(len, aside.models.values()))} entries of {sum(map(len, reading.models.values()))}")


if __name__ == "__main__":
    main()

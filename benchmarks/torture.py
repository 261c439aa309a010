"""Meets other clients with the rows of the torture table, and writes what came of it to tests/torture/peers.json.

    python benchmarks/torture.py [--peers FOLDER] [--only COLUMN ...] [--rows PATTERN]

FOLDER (default `.venv/peers`) holds an environment for each client: `openai`, `anthropic`, `litellm`, `pydanticai`
(`pydantic-ai-slim[openai,anthropic]`), `lm15`. Not part of the tests: versions of others change without us.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from select import select
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from tests.torture.outcome import Expect
from tests.torture.page import PEERS
from tests.torture.places import unknown_name
from tests.torture.row import FORMS, Row
from tests.torture.speech import Speech
from tests.torture.table import ROWS

__all__ = ["COLUMNS", "Column", "main", "verdict"]

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "benchmarks" / "torture_peers"

PATIENCE = 6.0
"""Seconds after which a client is said to hang: six times the read timeout it was given."""


class Column(NamedTuple):
    """One client on one wire: its environment, package and program."""

    id: str
    title: str
    wire: str
    environment: str
    package: str
    program: str
    argument: str = ""


COLUMNS = (
    Column("openai", "openai", "openai_chat", "openai", "openai", "openai_chat.py"),
    Column("litellm-chat", "litellm, Chat", "openai_chat", "litellm", "litellm", "litellm_any.py", "openai"),
    Column(
        "pydantic-ai-chat", "pydantic-ai, Chat", "openai_chat", "pydanticai", "pydantic-ai-slim", "pydantic_ai_any.py", "openai"
    ),
    Column("lm15-chat", "lm15, Chat", "openai_chat", "lm15", "lm15", "lm15_any.py", "openai"),
    Column("anthropic", "anthropic", "anthropic_messages", "anthropic", "anthropic", "anthropic_messages.py"),
    Column("litellm-messages", "litellm, Messages", "anthropic_messages", "litellm", "litellm", "litellm_any.py", "anthropic"),
    Column(
        "pydantic-ai-messages",
        "pydantic-ai, Messages",
        "anthropic_messages",
        "pydanticai",
        "pydantic-ai-slim",
        "pydantic_ai_any.py",
        "anthropic",
    ),
    Column("lm15-messages", "lm15, Messages", "anthropic_messages", "lm15", "lm15", "lm15_any.py", "anthropic"),
)


class Peer:
    """A client in a process of its own, which is ended when it hangs."""

    def __init__(self, column: Column, folder: Path) -> None:
        self._command = [str(folder / column.environment / "bin" / "python"), str(PROGRAMS / column.program)]
        self._command += [column.argument] if column.argument else []
        self._process: Any = None

    def ask(self, task: dict[str, Any]) -> dict[str, Any] | None:
        """What came of it, None when nothing did in time. Another environment is another process."""
        if task["environment"]:
            self.close()
        if self._process is None:
            environment = {**os.environ, **task["environment"]}
            pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            self._process = subprocess.Popen(self._command, env=environment, **pipes)
            self._line({"root": "http://127.0.0.1:9", "streams": False}, 60.0)  # imports are not what is waited for
        found = self._line(task, PATIENCE)
        if found is None or task["environment"]:
            self.close()
        return found

    def _line(self, task: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        self._process.stdin.flush()
        if not select([self._process.stdout], [], [], seconds)[0]:
            return None
        while not (line := self._process.stdout.readline()).startswith(b'{"error"'):
            if not line:
                raise RuntimeError(f"{self._command} ended: {task}")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None


def verdict(right: Expect, found: dict[str, Any] | None, tries: int) -> str:
    """What came of a row, in few words; bold where a fault was taken for success, or something sound was lost."""
    if found is None:
        return "**no end** in 6 s"
    wanted = right.facts
    if found["error"]:
        name = f"{'' if found['typed'] else 'raw '}`{found['error']}`"
        again = f", {tries} tries" if tries > 1 else ""
        return f"{name}{again}" if wanted["error"] else f"**fails**: {name}{again}"
    text, calls = found["text"], tuple([tuple(call) for call in found["calls"]])
    if wanted["error"]:
        return f"**success**: {'what came' if text or calls else 'empty'}"
    expected = wanted.get("calls")
    if wanted.get("text", text) != text:
        return "**success**: text " + ("lost" if not text else "wrong")
    if expected and not isinstance(expected, set | frozenset) and _parsed(calls) != _parsed(expected):
        return "**success**: calls " + ("lost" if not calls else "wrong")
    return "the answer" if tries < 2 else f"the answer, {tries} tries"


def _parsed(calls: Any) -> list[tuple[str, Any]]:
    found = []
    for name, arguments in calls:
        try:
            found.append((name, json.loads(arguments) if isinstance(arguments, str) else arguments))
        except ValueError:
            found.append((name, arguments))
    return found


def _meet(row: Row, column: Column, peer: Peer) -> str | None:
    """What a client makes of a row, None when the row is not on its wire."""
    words = {}
    for form in FORMS:
        speech = Speech(column.wire, form == "stream")
        right = row.right(speech)
        if isinstance(right, str) or row.leaves or row.place is unknown_name:
            continue
        try:
            with row.place(row.serve(speech)) as site:
                found = peer.ask({"root": site.root, "streams": speech.streams, "environment": site.environment})
                words[form] = verdict(right, found, site.tries)
        except AssertionError:
            words[form] = words.get(form, "asks in another way than the row can answer")
    if len({*words.values()}) == 1:
        return next(iter(words.values()))
    return "; ".join([f"{form}: {each}" for form, each in words.items()]) or None


def _column(column: Column, folder: Path, rows: list[Row]) -> dict[str, str]:
    peer = Peer(column, folder)
    try:
        found = {row.id: _meet(row, column, peer) for row in rows}
    finally:
        peer.close()
    print(f"{column.id}: {len(found)} rows", flush=True)
    return {id: words for id, words in found.items() if words is not None}


def _version(column: Column, folder: Path) -> str:
    program = f"import importlib.metadata; print(importlib.metadata.version({column.package!r}))"
    command = [str(folder / column.environment / "bin" / "python"), "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Run the rows and write the file."""
    parser = argparse.ArgumentParser(description="Meets other clients with the rows of the torture table.")
    parser.add_argument("--peers", type=Path, default=ROOT / ".venv" / "peers", help="the folder of their environments")
    parser.add_argument("--only", nargs="*", default=[column.id for column in COLUMNS], help="columns to run; others are kept")
    parser.add_argument("--rows", default=".*", help="a pattern for the rows to run; others are kept")
    options = parser.parse_args()
    rows = [row for id, row in ROWS.items() if re.fullmatch(options.rows, id)]
    columns = [column for column in COLUMNS if column.id in options.only]
    outcomes = json.loads(PEERS.read_text("utf-8"))["outcomes"] if PEERS.is_file() else {}
    with ThreadPoolExecutor(4) as pool:
        for column, found in zip(columns, pool.map(lambda column: _column(column, options.peers, rows), columns), strict=True):
            kept = outcomes.get(column.id, {})
            outcomes[column.id] = {id: words for id in ROWS if (words := found.get(id) if ROWS[id] in rows else kept.get(id))}
    written = {
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {column.package: _version(column, options.peers) for column in COLUMNS},
        "columns": [{"id": column.id, "title": column.title} for column in COLUMNS],
        "outcomes": {column.id: outcomes.get(column.id, {}) for column in COLUMNS},
    }
    PEERS.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"wrote {PEERS}")


if __name__ == "__main__":
    main()

"""The benchmark measures what it says: every driver reads the whole tape, and one that does not is shown as BAD."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

WIRES = re.findall(r'^    "(\w+)": Wire', (ROOT / "benchmarks" / "wires.py").read_text(), re.MULTILINE)

LIAR = """
class Chat:
    asynchronous = False

    def __init__(self, url):
        pass

    def prepare(self, turns):
        return turns

    def stream(self, request, sink):
        sink.text("The ferry leaves at noon.")

    def close(self):
        pass
"""

CARELESS = """
class Chat:
    asynchronous = True
    begun = 0

    def __init__(self, url):
        pass

    def prepare(self, turns):
        return turns

    async def stream(self, request, sink):
        self.begun += 1
        if self.begun % 2:
            raise OSError("lost")
        sink.text("The ferry leaves at noon.")
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The benchmark, by its command line, in this interpreter."""
    command = [sys.executable, "-W", "error", str(ROOT / "benchmarks" / "run.py"), "--reps", "1", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("wire", WIRES)
def test_every_face_reads_the_whole_tape(wire: str, tmp_path: Path) -> None:
    """Sync and async, on every wire: text, thinking and arguments arrive as sent, and each has its row and number."""
    out = tmp_path / "rows.json"
    here = [f"--python=dragoman={sys.executable}", f"--python=limit={sys.executable}"]

    outcome = run("check", "--wire", wire, "--only", "dragoman", *here, "--json", str(out))

    assert 0 == outcome.returncode, outcome.stdout + outcome.stderr
    rows = json.loads(out.read_text())
    assert [(f"dragoman/{wire}", ""), (f"dragoman-sync/{wire}", "")] == [(row["driver"], row["wrong"]) for row in rows]
    assert all(row["seconds"] > 0 for row in rows)
    assert f"| dragoman/{wire} | " in outcome.stdout
    assert "BAD" not in outcome.stdout


def test_whole_answers_are_checked_too(tmp_path: Path) -> None:
    """A conversation of 200 turns arrives whole at the server, and its answer at the client."""
    out = tmp_path / "rows.json"

    outcome = run("conv200", "--only", "dragoman-sync/messages", "--python", f"dragoman={sys.executable}", "--json", str(out))

    assert 0 == outcome.returncode, outcome.stdout + outcome.stderr
    assert [""] == [row["wrong"] for row in json.loads(out.read_text())]


def test_a_client_that_loses_text_is_bad(tmp_path: Path) -> None:
    """A driver whose text is not what was sent is counted and named, however fast it is."""
    liar = tmp_path / "liar.py"
    liar.write_text(LIAR)

    outcome = run(
        "check",
        *["--only", "liar", "--driver", f"liar/chat={liar}:Chat", "--python", f"dragoman={sys.executable}"],
    )

    assert 1 == outcome.returncode
    assert "BAD 1" in outcome.stdout
    assert "BAD liar/chat: text: 25 characters of " in outcome.stdout


def test_many_streams_at_once_are_checked_each(tmp_path: Path) -> None:
    """Twenty paced streams in one process, only in asyncio: none fails, each is as sent, and memory and delays are known."""
    out = tmp_path / "rows.json"
    wires = ["chat", "ollama", "responses"]

    outcome = run(
        *["conc20", "--wire", ",".join([*wires, "bedrock"]), "--only", "dragoman", "--json", str(out)],
        *[f"--python=dragoman={sys.executable}", f"--python=limit={sys.executable}"],
    )

    assert 0 == outcome.returncode, outcome.stdout + outcome.stderr
    rows = {row["driver"]: row for row in json.loads(out.read_text())}
    assert {f"dragoman/{wire}" for wire in wires} == rows.keys()
    for row in rows.values():
        peak, errors, middle, late = row["crowd"]
        assert ("", 0) == (row["wrong"], errors)
        assert peak > 1_000_000
        assert 0 < middle <= late
    assert "| peak MB | delay ms | 99th ms | errors |" in outcome.stdout


def test_streams_that_fail_or_differ_are_bad(tmp_path: Path) -> None:
    """Of many streams those that fail and those that lose text are counted and one of each is described."""
    file = tmp_path / "careless.py"
    file.write_text(CARELESS)

    outcome = run(
        *["conc20", "--only", "careless", "--driver", f"careless/chat={file}:Chat", "--python", f"dragoman={sys.executable}"],
    )

    assert 1 == outcome.returncode
    assert "| 10 |" in outcome.stdout
    assert "10 streams failed, one with OSError: lost" in outcome.stdout
    assert "10 streams differ, one: text 0 is 'The ferry" in outcome.stdout


@pytest.mark.parametrize("name", ["bust", ""])
def test_an_unknown_measure_is_refused(name: str) -> None:
    """A measure that does not exist is an error that lists those that do."""
    outcome = run(name)

    assert 2 == outcome.returncode
    assert "known: import, cold, plain" in outcome.stderr


def test_an_unknown_wire_is_refused() -> None:
    """A wire format that is not measured is an error that lists those that are."""
    outcome = run("check", "--wire", "smoke")

    assert 2 == outcome.returncode
    assert "known: chat, messages, responses" in outcome.stderr

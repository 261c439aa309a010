"""The command: what it prints, what it writes and how it exits."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dragoman.testing.conformance.__main__ import main

WIRES = ["openai-chat", "anthropic-messages"]


def test_recordings_of_our_own_pass(split: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All checks pass on a small folder, and the JSON holds every result."""
    out = tmp_path / "results.json"

    code = main([str(split), "--json", str(out)])

    printed = capsys.readouterr().out
    assert 0 == code, printed
    assert "1 decode          4/4" in printed
    results = json.loads(out.read_text())["wires"]
    assert {"pass"} == {result["status"] for wire in WIRES for result in results[wire]["results"]}
    assert {"decode": 4, "cut": 4, "request": 4, "echo": 1, "both sides": 4} == {
        check: counts["pass"] for check, counts in results["openai-chat"]["checks"].items()
    }


def test_a_failing_recording_exits_with_one(split: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A failure is listed with its id and its reason."""
    broken = tmp_path / "split"
    shutil.copytree(split, broken)
    path = broken / "oracle" / "openai-chat.jsonl.gz"
    rows = gzip.decompress(path.read_bytes()).replace(b"Sunny, 21", b"Rainy, 21")
    path.write_bytes(gzip.compress(rows))

    code = main([str(broken), "--wire", "openai-chat", "--check", "1"])

    printed = capsys.readouterr().out
    assert 1 == code
    assert '1 openai-chat-tools-answered: text is "Sunny, 21' in printed


def test_several_processes_find_the_same(split: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report does not depend on how many processes played the checks."""
    main([str(split)])
    alone = capsys.readouterr().out
    main([str(split), "--jobs", "2"])

    assert alone == capsys.readouterr().out


def test_one_exchange_brings_its_pairs(split: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--id` plays one exchange and the pairs it is part of, on its own wire."""
    main([str(split), "--id", "anthropic-messages-thinking-answered"])

    printed = capsys.readouterr().out
    assert "openai-chat" not in printed
    assert "1 decode          1/1" in printed
    assert "4 echo            1/1" in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "not a folder"),
        (["{split}", "--wire", "telex"], "invalid choice"),
        (["{split}", "--check", "6"], "invalid choice"),
        (["{split}", "--id", "nobody"], "no such exchange: nobody"),
    ],
)
def test_a_wrong_command_exits_with_two(split: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    """Usage errors are told from failures by the exit code."""
    try:
        code = main([argument.format(split=split) for argument in arguments])
    except SystemExit as error:
        code = error.code

    assert 2 == code
    assert said in capsys.readouterr().err


def test_a_folder_without_any_of_the_wires_is_no_success(
    kit: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to play is not the same as everything passed."""
    only = kit.write_split(tmp_path / "split", ["openai-chat"])

    assert 2 == main([str(only), "--wire", "anthropic-messages"])
    assert "no exchanges of anthropic-messages" in capsys.readouterr().err


def test_wires_without_a_protocol_are_named(split: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is in the folder and not covered is said, with how much it is."""
    other = tmp_path / "split"
    shutil.copytree(split, other)
    record = {"id": "telex-1", "wire": "telex"}
    (other / "telex.jsonl.gz").write_bytes(gzip.compress(json.dumps(record).encode()))

    main([str(other)])

    assert "not covered, no protocol yet: telex 1" in capsys.readouterr().out


def test_recorded_traffic_of_real_providers_passes(corpus: Path) -> None:
    """Both wires pass every check on all recordings."""
    command = [sys.executable, "-m", "dragoman.testing.conformance", str(corpus), "--jobs", "2"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr

"""Keys that programs print."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dragoman.cli.keys import client_keys, run_key_command
from dragoman.errors import UsageError
from dragoman.providers.config import Config
from dragoman.types import Secret


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def test_what_a_program_prints_is_the_key() -> None:
    """Blanks around it are not part of a key."""
    assert Secret("sk-1") == run_key_command(python("print(' sk-1 ')"), "here")


def test_a_program_does_not_read_our_input() -> None:
    """Standard input belongs to the prompt."""
    assert Secret("0") == run_key_command(python("import sys; print(len(sys.stdin.read()))"), "here")


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (python("raise SystemExit(3)"), f"here: {sys.executable!r} failed with exit code 3"),
        (python(""), f"here: {sys.executable!r} printed no key"),
        (("/no/such/program",), "here: cannot run '/no/such/program': [Errno 2] No such file or directory: '/no/such/program'"),
        (("nul\0",), "here: cannot run 'nul\\x00': embedded null byte"),
    ],
)
def test_a_program_that_gives_no_key(command: tuple[str, ...], complaint: str) -> None:
    """What went wrong is told with the place in the file, and never what was printed."""
    with pytest.raises(UsageError) as caught:
        run_key_command(command, "here")
    assert complaint == str(caught.value)


def test_nothing_runs_before_a_key_is_asked_for(tmp_path: Path) -> None:
    """A client is given the secrets, and functions for the rest."""
    ran = tmp_path / "ran"
    command = python(f"open({str(ran)!r}, 'w').close(); print('k')")
    keys = client_keys(Config(tmp_path, keys={"groq": Secret("g")}, key_commands={"xai": command}))

    assert Secret("g") == keys["groq"]
    assert not ran.exists()
    ask = keys["xai"]
    assert callable(ask)
    assert Secret("k") == ask()
    assert ran.exists()


def test_the_file_and_table_are_named(tmp_path: Path) -> None:
    """A complaint begins with where the command is written."""
    ask = client_keys(Config(tmp_path / "c.toml", key_commands={"xai": python("")}))["xai"]

    assert callable(ask)
    with pytest.raises(UsageError, match=r"c\.toml: \[providers\.xai\] key_command: "):
        ask()

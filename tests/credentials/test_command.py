"""Keys that programs print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from dragoman.credentials.command import Command
from dragoman.engine.auth import Auth
from dragoman.engine.credentials import Grant
from dragoman.engine.effects import Call
from dragoman.engine.policy import Timeouts
from dragoman.errors import UsageError
from dragoman.types import Secret


def python(program: str, **words: Any) -> Command:
    return Command([sys.executable, "-c", program], where="here", **words)


def obtained(command: Command, clock: float = 1000.0) -> Grant:
    flow = command.obtain(Timeouts())
    effect = next(flow)
    assert isinstance(effect, Call)
    assert effect.blocks
    value: Any = effect.function()
    while True:
        try:
            flow.send(value)
        except StopIteration as end:
            grant: Grant = end.value
            return grant
        value = clock


def test_what_a_program_prints_is_the_key() -> None:
    """Blanks around it are not part of a key; it is good until it is refused."""
    assert Grant(Secret("sk-1")) == obtained(python("print(' sk-1 ')"))


def test_a_key_may_have_a_lifetime() -> None:
    """Then its end is known."""
    assert Grant(Secret("k"), 4600.0) == obtained(python("print('k')", lifetime=3600.0))


def test_a_program_may_print_tokens() -> None:
    """They travel as a bearer, also where keys have another header."""
    assert Grant(Secret("k"), auth=Auth()) == obtained(python("print('k')", token=True))


def test_a_program_does_not_read_our_input() -> None:
    """Standard input belongs to the prompt."""
    assert Secret("0") == python("import sys; print(len(sys.stdin.read()))").run()


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        (python("raise SystemExit(3)"), f"here: {sys.executable!r} failed with exit code 3"),
        (python(""), f"here: {sys.executable!r} printed no key"),
        (
            Command(["/no/such/program"], where="here"),
            "here: cannot run '/no/such/program': [Errno 2] No such file or directory: '/no/such/program'",
        ),
        (Command(["nul\0"], where="here"), "here: cannot run 'nul\\x00': embedded null byte"),
    ],
)
def test_a_program_that_gives_no_key(command: Command, complaint: str) -> None:
    """What went wrong is told with the place in the file, and never what was printed."""
    with pytest.raises(UsageError) as caught:
        command.run()
    assert complaint == str(caught.value)


def test_nothing_runs_before_a_key_is_needed(tmp_path: Path) -> None:
    """Making the value and asking for the flow run nothing."""
    ran = tmp_path / "ran"
    command = python(f"open({str(ran)!r}, 'w').close(); print('k')")
    flow = command.obtain(Timeouts())
    next(flow)

    assert not ran.exists()
    assert Secret("k") == command.run()
    assert ran.exists()


@pytest.mark.parametrize("command", ["pass show groq", [], ()])
def test_a_command_is_a_list_of_words(command: Any) -> None:
    """A line for a shell is refused with how to write it."""
    with pytest.raises(UsageError, match="program and its arguments"):
        Command(command)


def test_a_command_is_a_value() -> None:
    """Equal commands are equal, so that what one printed is kept for the other."""
    assert Command(["a", "b"]) == Command(("a", "b"))
    assert hash(Command(["a", "b"])) == hash(Command(("a", "b")))
    assert Command(["a"]) != Command(["a"], lifetime=1.0)
    assert "Command(['a', 'b'])" == repr(Command(["a", "b"]))

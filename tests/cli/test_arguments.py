"""The command line: what it says, and how it is refused."""

from __future__ import annotations

import re

import pytest

from dragoman import __version__
from dragoman.cli.arguments import parse
from dragoman.cli.failures import exit_code
from dragoman.errors import UsageError


def test_a_prompt_alone() -> None:
    """A bare prompt asks with everything else unsaid."""
    arguments = parse(["chat", "Why", "not?"])

    assert arguments is not None
    assert ("chat", ["Why", "not?"], [], True) == (arguments.command, arguments.prompt, arguments.files, arguments.stream)
    unsaid = ("model", "system", "schema", "thinking", "usage", "reasoning", "max_tokens", "temperature", "timeout", "base_url")
    assert [None] * 11 == [getattr(arguments, name) for name in (*unsaid, "adapt")]


def test_every_option() -> None:
    """Every option lands under its name, in its type."""
    arguments = parse(
        [
            *("chat", "-m", "a:b", "-s", "be brief", "-f", "x", "--file", "y", "--schema", "{}", "--json", "--no-stream"),
            *("--thinking", "--no-usage", "--reasoning", "high", "--max-tokens", "9", "--temperature", "0.5"),
            *("--timeout", "3", "--base-url", "http://h", "--adapt", "strict", "hi"),
        ]
    )

    assert {
        "command": "chat",
        "prompt": ["hi"],
        "model": "a:b",
        "system": "be brief",
        "files": ["x", "y"],
        "schema": "{}",
        "json": True,
        "stream": False,
        "thinking": True,
        "usage": False,
        "reasoning": "high",
        "max_tokens": 9,
        "temperature": 0.5,
        "timeout": 3.0,
        "base_url": "http://h",
        "adapt": "strict",
    } == vars(arguments)


def test_options_stand_anywhere() -> None:
    """Words of the prompt may stand before, between and after options; two dashes end the options."""
    arguments = parse(["chat", "tell", "-m", "a:b", "me", "--json", "more", "--", "-f", "--model"])

    assert arguments is not None
    assert (["tell", "me", "more", "-f", "--model"], []) == (arguments.prompt, arguments.files)


def test_reasoning_is_a_word_or_a_budget() -> None:
    """A number of tokens is a number."""
    assert 2048 == parse(["chat", "--reasoning", "2048", "x"]).reasoning  # type: ignore[union-attr]


def test_the_list_has_one_option() -> None:
    """`providers` is a table or JSON."""
    assert {"command": "providers", "json": True} == vars(parse(["providers", "--json"]))


def test_which_models() -> None:
    """Providers and words may be given several times."""
    nothing = {"command": "models", "providers": [], "search": [], "live": False, "all": False, "json": False}

    assert nothing == vars(parse(["models"]))
    assert {
        **nothing,
        "providers": ["groq", "xai"],
        "search": ["big one", "fast"],
        "live": True,
        "all": True,
        "json": True,
    } == vars(
        parse(["models", "-p", "groq", "--provider", "xai", "-s", "big one", "--search", "fast", "--live", "--all", "--json"])
    )


def test_the_catalogue() -> None:
    """Telling about it is what is meant when nothing is said."""
    assert {"command": "catalog", "action": "info", "source": None, "json": False} == vars(parse(["catalog"]))
    assert {"command": "catalog", "action": "update", "source": "x.json", "json": False} == vars(
        parse(["catalog", "update", "--from", "x.json"])
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "no command; try 'dragoman chat hello', or see 'dragoman --help'"),
        (["caht", "hi"], "unknown command 'caht': did you mean 'chat'? See 'dragoman --help'"),
        (["zzz"], "unknown command 'zzz': there are chat, models, providers and catalog. See 'dragoman --help'"),
        (["--jsno"], "unknown option '--jsno': there are chat, models, providers and catalog. See 'dragoman --help'"),
        (["chat", "--modle", "x"], "unknown option '--modle': did you mean '--model'? See 'dragoman chat --help'"),
        (["chat", "--modle=x"], "unknown option '--modle=x': did you mean '--model'? See 'dragoman chat --help'"),
        (["chat", "--mod", "x"], "unknown option '--mod': did you mean '--model'? See 'dragoman chat --help'"),
        (["chat", "-z"], "unknown option '-z'. See 'dragoman chat --help'"),
        (["chat", "--max-tokens", "few"], "argument --max-tokens: invalid int value: 'few'. See 'dragoman chat --help'"),
        (["chat", "-m"], "argument -m/--model: expected one argument. See 'dragoman chat --help'"),
        (["providers", "all"], "unknown argument 'all'. See 'dragoman providers --help'"),
        (["models", "--serach", "x"], "unknown option '--serach': did you mean '--search'? See 'dragoman models --help'"),
        (["models", "sonnet"], "unknown argument 'sonnet'. See 'dragoman models --help'"),
    ],
)
def test_refusals_are_one_line(argv: list[str], message: str) -> None:
    """What cannot be meant is told in one line, with what may have been meant."""
    with pytest.raises(UsageError) as caught:
        parse(argv)

    assert message == str(caught.value)
    assert 2 == exit_code(caught.value)


@pytest.mark.parametrize(
    "argv",
    [["--help"], ["-h"], ["chat", "--help"], ["chat", "hi", "-h"], ["providers", "-h"], ["models", "-h"], ["catalog", "-h"]],
)
def test_help_is_shown(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help goes to standard output and asks for nothing else."""
    assert parse(argv) is None
    shown = capsys.readouterr()
    assert shown.out.startswith("usage: dragoman ")
    assert "" == shown.err


def test_help_tells_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts find what exit codes mean in both helps."""
    parse(["--help"])
    parse(["chat", "--help"])
    shown = capsys.readouterr().out

    assert 2 == shown.count("exit codes:")
    assert ["0", "1", "2", "3", "4", "5"] * 2 == re.findall(r"^  (\d)   \w", shown, re.MULTILINE)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is the library's."""
    assert parse(["--version"]) is None
    assert f"dragoman {__version__}\n" == capsys.readouterr().out

"""Errors become an exit code and one line."""

from __future__ import annotations

import io

import pytest

from dragoman import errors
from dragoman.cli.failures import exit_code, one_line, tell, unfinished
from dragoman.types import Finish


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.APIError, 1),
        (errors.BadRequest, 1),
        (errors.ContextTooLong, 1),
        (errors.NotFound, 1),
        (errors.PermissionDenied, 1),
        (errors.RateLimited, 1),
        (errors.QuotaExhausted, 1),
        (errors.Overloaded, 1),
        (errors.ServerError, 1),
        (errors.DecodeError, 1),
        (errors.UsageError, 2),
        (errors.UnknownProvider, 2),
        (errors.Unsupported, 2),
        (errors.MissingKey, 3),
        (errors.AuthenticationFailed, 3),
        (errors.ConnectionFailed, 4),
        (errors.TimedOut, 4),
        (errors.StreamCut, 4),
        (errors.Refused, 5),
        (errors.ContentFiltered, 5),
        (errors.Cancelled, 130),
        (ZeroDivisionError, 70),
    ],
)
def test_exit_codes(kind: type[Exception], code: int) -> None:
    """Every class of error has its exit code; what is not ours is a bug."""
    assert code == exit_code(kind("x"))


def test_every_class_is_decided() -> None:
    """A class added to the tree is looked at here."""
    undecided = {name for name in errors.__all__ if exit_code(getattr(errors, name)("x")) == 70}

    assert set() == undecided


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("two\nlines\r\n\tand more ", "two lines and more"),
        ("\x1b[31mred\x1b[0m \x07\x9b2J", "[31mred [0m 2J"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("x" * 3000, "x" * 2000 + "..."),
    ],
)
def test_one_line(text: str, line: str) -> None:
    """Text from anywhere is one line, of bounded length, that a terminal does not obey."""
    assert line == one_line(text)


def test_an_error_is_one_line() -> None:
    """What a provider says is told with provider, model and status, and no traceback."""
    err = io.StringIO()
    error = errors.ServerError("<html>\n\x1b[2Jbroken", provider="acme", model="m", status=500)

    assert 1 == tell(error, err, {})
    assert "dragoman: acme/m: <html> [2Jbroken (status 500)\n" == err.getvalue()


def test_a_bug_says_so() -> None:
    """An exception that is not ours is told as a bug, on one line too."""
    err = io.StringIO()

    assert 70 == tell(KeyError("x"), err, {"DRAGOMAN_DEBUG": "0"})
    assert "dragoman: a bug in dragoman, sorry: KeyError: 'x' (DRAGOMAN_DEBUG=1 shows where)\n" == err.getvalue()


def test_the_debug_switch_shows_where() -> None:
    """With the switch the traceback stands above the line, and the exit code stays."""
    err = io.StringIO()
    try:
        raise errors.UsageError("no")
    except errors.UsageError as error:
        code = tell(error, err, {"DRAGOMAN_DEBUG": "1"})

    assert 2 == code
    assert err.getvalue().startswith("Traceback (most recent call last):")
    assert "test_failures.py" in err.getvalue()
    assert err.getvalue().endswith("\ndragoman: no\n")


@pytest.mark.parametrize(
    ("finish", "said"),
    [
        (Finish("stop"), None),
        (Finish("stop", "end_turn"), None),
        (Finish("other", "strange"), None),
        (Finish("length", "max_tokens"), "the answer is cut at the limit of output tokens (max_tokens)"),
        (Finish("refusal"), "the model refused to answer"),
        (None, "the answer did not end"),
    ],
)
def test_what_is_not_finished_is_told(finish: Finish | None, said: str | None) -> None:
    """An answer that ended by itself needs no word; any other does, with the vendor's own."""
    assert said == unfinished(finish)

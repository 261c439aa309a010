"""What goes where, on a terminal and in a pipe."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from dragoman.cli.screen import Screen, usage_line
from dragoman.types import Cost, Response, Usage, assistant
from dragoman.types.response import Timing

ANSWER = Response(
    assistant("x"),
    usage=Usage(input=12, output=40, cache_read=900, cache_write=100, reasoning=21),
    cost=Cost(Decimal("0.001200"), "catalogue"),
    timing=Timing(total=1.26),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_piped_text_is_the_answer_and_a_line_end() -> None:
    """A pipe gets the model's text as it is, and one line end."""
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err, {})
    for piece in ("a\x1b[31m", "", "b\r\n", "c"):
        screen.text(piece)
    screen.end()

    assert ("a\x1b[31mb\r\nc\n", "") == (out.getvalue(), err.getvalue())


@pytest.mark.parametrize(("text", "shown"), [("", "\n"), ("a\n", "a\n"), ("a", "a\n"), ("a\n\n", "a\n\n")])
def test_the_last_line_ends(text: str, shown: str) -> None:
    """There is a line end after the answer, and not two."""
    out = io.StringIO()
    screen = Screen(out, io.StringIO(), {})
    screen.text(text)
    screen.end()

    assert shown == out.getvalue()


@pytest.mark.parametrize(("text", "shown"), [("", ""), ("a\n", "a\n"), ("a", "a\n")])
def test_a_broken_answer_prints_nothing_of_its_own(text: str, shown: str) -> None:
    """Before an error only a line that was begun is finished."""
    out = io.StringIO()
    screen = Screen(out, io.StringIO(), {})
    screen.text(text)
    screen.break_off()

    assert shown == out.getvalue()


def test_a_terminal_is_not_commanded() -> None:
    """On a terminal control characters are left out, also where an escape is cut in two."""
    out = Terminal()
    screen = Screen(out, io.StringIO(), {})
    for piece in ("a\x1b", "[2Jb\tc\n", "d\x9b31m\x07\re\x7f"):
        screen.text(piece)
    screen.end()

    assert "a[2Jb\tc\nd31me\n" == out.getvalue()


def test_reasoning_is_dimmed_on_a_terminal() -> None:
    """Reasoning and answer are apart, and the terminal is left as it was."""
    out = Terminal()
    screen = Screen(out, io.StringIO(), {})
    screen.think("hm")
    screen.think(", yes")
    screen.text("A")
    screen.text("B")
    screen.think("again")
    screen.end()

    assert "\033[2mhm, yes\033[0m\n\nAB\n\n\033[2magain\033[0m\n" == out.getvalue()


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_plain_terminal_gets_no_escapes(environ: dict[str, str]) -> None:
    """Who wants no colours gets none."""
    out = Terminal()
    screen = Screen(out, io.StringIO(), environ)
    screen.think("hm")
    screen.text("A")
    screen.end()

    assert "hm\n\nA\n" == out.getvalue()


@pytest.mark.parametrize("thinking", [None, False])
def test_reasoning_is_not_piped(thinking: bool | None) -> None:
    """A pipe gets the answer only."""
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err, {}, thinking=thinking)
    screen.think("hm")
    screen.text("A")
    screen.end()

    assert ("A\n", "") == (out.getvalue(), err.getvalue())


def test_reasoning_beside_a_pipe() -> None:
    """Reasoning that is asked for goes to standard error, a line for itself."""
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err, {}, thinking=True)
    screen.think("hm")
    screen.text("A")
    screen.end()

    assert ("A\n", "hm\n") == (out.getvalue(), err.getvalue())


def test_reasoning_can_be_hidden() -> None:
    """A terminal shows none of it when it is not wanted."""
    out = Terminal()
    screen = Screen(out, io.StringIO(), {}, thinking=False)
    screen.think("hm")
    screen.text("A")
    screen.end()

    assert "A\n" == out.getvalue()


def test_an_interrupted_thought_leaves_the_terminal_plain() -> None:
    """Dimming ends also where the answer breaks off."""
    out = Terminal()
    screen = Screen(out, io.StringIO(), {})
    screen.think("hm")
    screen.break_off()

    assert "\033[2mhm\033[0m\n" == out.getvalue()


@pytest.mark.parametrize(
    ("out", "err", "wish", "shown"),
    [
        (Terminal, Terminal, None, True),
        (Terminal, Terminal, False, False),
        (io.StringIO, Terminal, None, False),
        (Terminal, io.StringIO, None, False),
        (io.StringIO, io.StringIO, True, True),
    ],
)
def test_when_usage_is_told(out: type[io.StringIO], err: type[io.StringIO], wish: bool | None, shown: bool) -> None:
    """People see what an answer took, programs when they ask."""
    errors = err()
    Screen(out(), errors, {}, usage=wish).usage("a:b", ANSWER)

    assert (f"dragoman: {usage_line('a:b', ANSWER)}\n" if shown else "") == errors.getvalue()


def test_the_usage_line() -> None:
    """All input is counted once, with what of it was cached; cost says who says so."""
    assert "a:b, 1,012 tokens in (900 cached), 40 out (21 thinking), 0.0012 USD (catalogue), 1.3 s" == usage_line("a:b", ANSWER)


@pytest.mark.parametrize(
    ("response", "line"),
    [
        (Response(assistant("x")), "a:b"),
        (Response(assistant("x"), usage=Usage(output=0)), "a:b, 0 out"),
        (Response(assistant("x"), cost=Cost(Decimal(0), "vendor")), "a:b, 0 USD (vendor)"),
        (Response(assistant("x"), cost=Cost(Decimal("0.0000001"), "vendor")), "a:b, 0.0000001 USD (vendor)"),
        (Response(assistant("x"), cost=Cost(Decimal(20), "vendor", "EUR")), "a:b, 20 EUR (vendor)"),
    ],
)
def test_the_usage_line_says_what_is_known(response: Response, line: str) -> None:
    """Unknown is left out, and nothing is rounded to nothing."""
    assert line == usage_line("a:b", response)


def test_a_note_is_one_line() -> None:
    """Notes go to standard error, one line each."""
    err = io.StringIO()
    Screen(io.StringIO(), err, {}).note("two\nlines")

    assert "dragoman: two lines\n" == err.getvalue()

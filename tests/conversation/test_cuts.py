"""Cuts leave a newer part that makes sense alone."""

from __future__ import annotations

import pytest
from talks import answer, ask, calls, chain, results

from dragoman.conversation.cuts import cut, halves, places
from dragoman.types import Message, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall, ToolResult

PLAIN = chain(ask(), answer(), ask(), answer(), ask(), answer())
AGENT = chain(ask(), calls("a", "b", thought="hm"), results("a"), results("b"), calls("c"), results("c"), answer())


@pytest.mark.parametrize(
    ("turns", "alone", "led"),
    [
        pytest.param(PLAIN, [2, 4], [1, 2, 3, 4, 5], id="between questions, after a summary also before answers"),
        pytest.param(AGENT, [], [1], id="a run of calls keeps its thinking"),
        pytest.param(
            chain(ask(), calls("a"), results("a"), calls("b"), results("b")), [], [1, 3], id="calls without thinking go apart"
        ),
        pytest.param(
            chain(ask(), calls("a", thought="1"), results("a"), calls("b", thought="2"), results("b")),
            [],
            [1, 3],
            id="a call that brings its thinking",
        ),
        pytest.param(
            chain(ask(), calls("a"), Message("user", (ToolResult("a"), Text("and?"))), answer()),
            [],
            [1, 3],
            id="words beside a result",
        ),
        pytest.param(chain(ask(), calls("a"), answer(), ask(), results("a")), [], [1], id="a late result"),
        pytest.param(chain(ask(), calls("a"), ask(), answer()), [2], [1, 2, 3], id="a call nobody answered"),
        pytest.param(
            chain(
                ask(),
                Message("assistant", (ServerToolCall("s", "search"),)),
                Message("assistant", (ServerToolResult("s", "result"), Text("found"))),
                ask(),
            ),
            [3],
            [1, 3],
            id="a paused answer",
        ),
        pytest.param(
            chain(ask(), calls("a"), results("a"), ask(), calls("a"), results("a")), [3], [1, 3, 4], id="an id used twice"
        ),
        pytest.param((), [], [], id="nothing"),
    ],
)
def test_places(turns: tuple, alone: list[int], led: list[int]) -> None:  # type: ignore[type-arg]
    """Where a cut may be, with and without a message that will stand before it."""
    assert (alone, led) == (places(turns, led=False), places(turns, led=True))


@pytest.mark.parametrize(
    ("tokens", "count", "expected"),
    [
        (60, None, 0),
        (59, None, 2),
        (40, None, 2),
        (39, None, 4),
        (1, None, 4),
        (None, 6, 0),
        (None, 5, 2),
        (None, 2, 4),
        (None, 0, 4),
        (40, 2, 4),
        (20, 4, 4),
    ],
)
def test_the_first_place_that_fits(tokens: int | None, count: int | None, expected: int) -> None:
    """As much as fits is kept; where nothing does, the last exchange is."""
    assert expected == cut(PLAIN, [10] * 6, led=False, tokens=tokens, count=count)


def test_one_exchange_is_never_cut_alone() -> None:
    """There is no question to begin with but the first."""
    assert 0 == cut(AGENT, [10] * 7, led=False, tokens=10)
    assert 0 == cut((), [], led=False, tokens=10)


def test_halves() -> None:
    """Two parts as equal as cuts allow, or one."""
    one, two = halves(PLAIN, [50, 10, 10, 10, 10, 10])

    assert (PLAIN[:1], PLAIN[1:]) == (one, two)
    assert (PLAIN[:1],) == halves(PLAIN[:1], [1])


def test_thinking_in_a_call_of_its_own_message() -> None:
    """Thinking that comes after words does not begin what follows."""
    later = Message("assistant", (Text("so"), Thinking("hm"), ToolCall("b", "f")))

    assert [1] == places(chain(ask(), calls("a", thought="1"), results("a"), later, results("b")), led=True)

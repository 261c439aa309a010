"""When a conversation is shortened, by how much, and what is asked for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from talks import answer, ask, chain

from dragoman.conversation.compaction import Compaction, added, limit, older, options_for, pieces, request, summary
from dragoman.types import Cost, Model, Response, Usage, assistant, user

TALK = chain(ask("a"), answer("b"), ask("c"), answer("d"), ask("e"), answer("f"), ask("g"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"at": 0.2, "keep": 0.2}, "keep=0.2"),
        ({"at": 1.5}, "at=1.5"),
        ({"keep": -0.1}, "keep=-0.1"),
        ({"frame": "no place"}, "{summary}"),
    ],
)
def test_a_policy_that_cannot_be(wrong: dict[str, Any], said: str) -> None:
    """What would shorten for ever, or lose the summary, is refused."""
    with pytest.raises(ValueError, match=said):
        Compaction(**wrong)


@pytest.mark.parametrize(
    ("models", "answered", "expected"),
    [
        ([Model("p", "m", context=1000)], None, 1000),
        ([Model("p", "m", context=1000)], 300, 700),
        ([Model("p", "m", context=1000)], 2000, 1000),
        ([Model("p", "m", context=1000, max_input=600)], 300, 600),
        ([Model("p", "m", max_input=600)], 300, 600),
        ([Model("p", "m", context=1000), Model("p", "n", context=500)], None, 500),
        ([Model("p", "m", context=1000), None], None, None),
        ([Model("p", "m")], None, None),
        ([], None, None),
    ],
)
def test_the_window(models: list[Model | None], answered: int | None, expected: int | None) -> None:
    """What the least model takes, with room for the answer; unknown where one is unknown."""
    assert expected == limit(models, answered)


@pytest.mark.parametrize(
    ("keep", "new", "least", "expected"),
    [
        pytest.param(30, 1, 0.25, 4, id="all but what fits"),
        pytest.param(35, 1, 0.25, 4, id="nearly one more"),
        pytest.param(5, 1, 0.25, 6, id="all but the question"),
        pytest.param(70, 1, 0.25, 0, id="it fits"),
        pytest.param(50, 1, 0.3, 0, id="too little to be worth it"),
        pytest.param(50, 1, 0.0, 2, id="asked for"),
        pytest.param(5, 3, 0.25, 0, id="what is sent now stays"),
    ],
)
def test_how_much_is_summarised(keep: int, new: int, least: float, expected: int) -> None:
    """Big steps, or none."""
    assert expected == older(TALK, [10] * 7, new, keep, least=least)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (None, [7]),
        (70, [7]),
        (69, [6, 1]),
        (40, [4, 3]),
        (20, [2, 2, 2, 1]),
        (1, [1] * 7),
    ],
)
def test_parts_that_fit_a_window(tokens: int | None, expected: list[int]) -> None:
    """As few as possible, nothing left out."""
    parts = pieces(TALK, [10] * 7, tokens)

    assert expected == [len(part) for part in parts]
    assert TALK == tuple(turn for part in parts for turn in part)


def test_the_request_for_a_summary() -> None:
    """The summary so far, the turns as they are, the instruction."""
    policy = Compaction(prompt="Sum up.")

    assert (user("old"), ask("a"), answer("b"), user("Sum up.")) == request(user("old"), TALK[:2], policy)
    assert (ask("a"), user("Sum up.")) == request(None, TALK[:1], policy)


def test_options_of_the_request() -> None:
    """The same model gets the very prefix it has in its cache, another one what it needs; neither is held to the call's form."""
    options = {
        "system": "s",
        "tools": [1],
        "output": {},
        "stop": ["x"],
        "max_tokens": 5,
        "temperature": 0.5,
        "tool_choice": "required",
    }

    assert {"system": "s", "tools": [1], "temperature": 0.5} == options_for(options, Compaction(), same=True)
    assert {"system": "s", "tools": [1], "max_tokens": 9} == options_for(options, Compaction(max_tokens=9), same=False)


def test_a_summary_is_marked() -> None:
    """A user's message that says what it is, whatever braces the model wrote."""
    assert user("[so far: {x} {summary}]") == summary("{x} {summary}", Compaction(frame="[so far: {summary}]"))
    assert "[A summary" in summary("words", Compaction()).text


def test_what_several_answers_took() -> None:
    """Sums of what is known of all."""

    def took(usage: Usage, cost: Cost | None) -> Response:
        return Response(assistant("x"), usage=usage, cost=cost)

    cent, euro = Cost(Decimal("0.01"), "catalogue"), Cost(Decimal(1), "vendor", "EUR")
    one, two = took(Usage(1, 2, raw={"a": 1}), cent), took(Usage(3, None, 4), cent)

    assert (Usage(1, 2, raw={"a": 1}), cent) == added([one])
    assert (Usage(4), Cost(Decimal("0.02"), "catalogue")) == added([one, two])
    assert (Usage(2, 4), None) == added([one, took(Usage(1, 2), None)])
    assert (Usage(2, 4), None) == added([one, took(Usage(1, 2), euro)])

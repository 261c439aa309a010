"""How much to think, said in the words a model takes."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.catalog.fit_reasoning import SHARES, TOKENS, fit_budget_room, fit_reasoning
from dragoman.errors import Unsupported
from dragoman.protocols.base import Policy, Report, Target
from dragoman.types import Reasoning, Request, user
from dragoman.types.model import Model, ReasoningStyle

TARGET = Target("own", "anthropic_messages", "m")
LEVELS = ReasoningStyle(always=False, efforts=("none", "low", "medium", "high"))
ALWAYS = ReasoningStyle(always=True, efforts=("low", "high"))
TOKENS_ONLY = ReasoningStyle(always=False, efforts=(), budget=(1024, 32_000), adaptive=False, toggle=True)
THINKS_BY_TOKENS = ReasoningStyle(always=True, efforts=(), budget=(128, 32_768))
SWITCH = ReasoningStyle(always=False, efforts=(), toggle=True)
ADAPTIVE = ReasoningStyle(always=False, efforts=("low", "medium", "high", "xhigh", "max"), adaptive=True, toggle=True)
SILENT = ReasoningStyle(always=True, efforts=())
OWN_WORDS = ReasoningStyle(efforts=("none", "default"))


def fitted(wish: Reasoning, style: Any, policy: Policy = "adapt", **said: Any) -> tuple[Reasoning | None, list[str]]:
    report = Report(TARGET, policy)
    model = Model("own", "m", reasoning=style, max_output=said.pop("max_output", None))
    request = fit_reasoning(Request("m", (user("Hi"),), reasoning=wish, **said), model, report)
    assert {"reasoning"} >= {item.feature for item in report.adaptations}
    return request.reasoning, [item.action for item in report.adaptations]


@pytest.mark.parametrize(
    ("wish", "style"),
    [
        (Reasoning("low"), LEVELS),
        (Reasoning("none"), LEVELS),
        (Reasoning("low"), ALWAYS),
        (Reasoning(budget=2000), TOKENS_ONLY),
        (Reasoning("none"), TOKENS_ONLY),
        (Reasoning(mode="disabled"), SWITCH),
        (Reasoning(mode="enabled"), SWITCH),
        (Reasoning("max", mode="adaptive", summary="auto"), ADAPTIVE),
        (Reasoning(mode="adaptive"), ADAPTIVE),
        (Reasoning(mode="between_tools"), ADAPTIVE),
        (Reasoning("low", mode="disabled"), ADAPTIVE),
        (Reasoning(budget=-1), THINKS_BY_TOKENS),
        (Reasoning("none"), ReasoningStyle(efforts=(), budget=(0, 24_576))),
        (Reasoning("high"), ReasoningStyle(adaptive=True, budget=(1024, None))),
        (Reasoning("none"), ReasoningStyle(efforts=("low", "high"), adaptive=True)),
        (Reasoning("none"), ReasoningStyle(efforts=("low", "high"), budget=(1024, None))),
        (Reasoning(mode="enabled"), TOKENS_ONLY),
        (Reasoning(mode="enabled"), ADAPTIVE),
        (Reasoning("ultra", 5, "adaptive"), ReasoningStyle()),
        (Reasoning("none"), ReasoningStyle()),
        (Reasoning(summary="auto"), ALWAYS),
        (Reasoning(), ALWAYS),
    ],
)
def test_what_a_model_takes_or_may_take_is_left(wish: Reasoning, style: ReasoningStyle) -> None:
    """Known words stay, and where it is unknown whether a word is taken, it is sent."""
    request = Request("m", (user("Hi"),), reasoning=wish)

    assert fit_reasoning(request, Model("own", "m", reasoning=style), Report(TARGET, "strict")) is request


@pytest.mark.parametrize(
    ("wish", "style", "expected"),
    [
        # An effort among others.
        (Reasoning("minimal"), LEVELS, Reasoning("low")),
        (Reasoning("xhigh"), LEVELS, Reasoning("high")),
        (Reasoning("max"), ALWAYS, Reasoning("high")),
        (Reasoning("medium"), ALWAYS, Reasoning("high")),
        (Reasoning("medium"), ReasoningStyle(efforts=("low", "high", "max")), Reasoning("high")),
        (Reasoning("high"), OWN_WORDS, Reasoning("default")),
        # An effort as tokens.
        (Reasoning("low"), TOKENS_ONLY, Reasoning(budget=1024)),
        (Reasoning("minimal"), TOKENS_ONLY, Reasoning(budget=1024)),
        (Reasoning("medium"), TOKENS_ONLY, Reasoning(budget=8192)),
        (Reasoning("max"), TOKENS_ONLY, Reasoning(budget=32_000)),
        (Reasoning("low"), ReasoningStyle(budget=(None, None)), Reasoning(budget=1024)),
        (Reasoning("high", mode="enabled"), TOKENS_ONLY, Reasoning(budget=24_576, mode="enabled")),
        # An effort for a model that is not told how much.
        (Reasoning("high"), SWITCH, Reasoning(mode="enabled")),
        (Reasoning("high"), ReasoningStyle(efforts=(), adaptive=True), Reasoning(mode="adaptive")),
        # Tokens as an effort.
        (Reasoning(budget=500), LEVELS, Reasoning("low")),
        (Reasoning(budget=4000), LEVELS, Reasoning("low")),
        (Reasoning(budget=5000), LEVELS, Reasoning("medium")),
        (Reasoning(budget=16_000), LEVELS, Reasoning("medium")),
        (Reasoning(budget=17_000), LEVELS, Reasoning("high")),
        (Reasoning(budget=100_000), LEVELS, Reasoning("high")),
        (Reasoning(budget=100_000), ADAPTIVE, Reasoning("max")),
        (Reasoning(budget=8000, mode="enabled"), ADAPTIVE, Reasoning("medium")),
        (Reasoning(budget=8000), SWITCH, Reasoning(mode="enabled")),
        # Tokens within bounds.
        (Reasoning(budget=100), TOKENS_ONLY, Reasoning(budget=1024)),
        (Reasoning(budget=50_000), TOKENS_ONLY, Reasoning(budget=32_000)),
        # No reasoning, from a model that always does.
        (Reasoning("none"), ALWAYS, Reasoning("low")),
        (Reasoning(mode="disabled"), ALWAYS, Reasoning("low")),
        (Reasoning(budget=0), ALWAYS, Reasoning("low")),
        (Reasoning("none"), THINKS_BY_TOKENS, Reasoning(budget=128)),
        (Reasoning("none"), ReasoningStyle(efforts=("low", "high")), Reasoning("low")),
        # On, off and as you see fit.
        (Reasoning(mode="enabled"), LEVELS, Reasoning("medium")),
        (Reasoning(mode="enabled"), ReasoningStyle(efforts=("none", "low", "high")), Reasoning("high")),
        (Reasoning(mode="adaptive"), TOKENS_ONLY, Reasoning(budget=8192)),
        (Reasoning(mode="adaptive"), ReasoningStyle(efforts=("low", "high"), adaptive=False), Reasoning("high")),
        (Reasoning(mode="adaptive"), ReasoningStyle(efforts=(), adaptive=False, toggle=True), Reasoning(mode="enabled")),
    ],
)
def test_what_a_model_does_not_take_is_said_in_its_words(wish: Reasoning, style: ReasoningStyle, expected: Reasoning) -> None:
    """The nearest is sent and listed, or refused when strict; what was sent can be read in the list."""
    assert (expected, ["changed"]) == fitted(wish, style)
    with pytest.raises(Unsupported, match=r"^own/m: m "):
        fitted(wish, style, "strict")


@pytest.mark.parametrize(
    ("wish", "style", "expected"),
    [
        (Reasoning("none"), SILENT, None),
        (Reasoning("high"), SILENT, None),
        (Reasoning(budget=5), SILENT, None),
        (Reasoning(budget=5, summary="auto"), SILENT, Reasoning(summary="auto")),
        (Reasoning(mode="adaptive"), ReasoningStyle(always=True, efforts=(), adaptive=False), None),
        (Reasoning("high", 5000), LEVELS, Reasoning("high")),
        (Reasoning("high", 5000), TOKENS_ONLY, Reasoning(budget=5000)),
        (Reasoning("low", mode="disabled"), ALWAYS, Reasoning("low")),
    ],
)
def test_what_has_no_word_is_dropped(wish: Reasoning, style: ReasoningStyle, expected: Reasoning | None) -> None:
    """A model that decides alone is not told, and the list says that it was not."""
    assert (expected, ["dropped"]) == fitted(wish, style)


def test_several_changes_are_listed_each() -> None:
    """A wish may need more than one."""
    assert (Reasoning(budget=24_576), ["changed"]) == fitted(Reasoning("high", mode="adaptive"), THINKS_BY_TOKENS)
    style = ReasoningStyle(efforts=("low", "high"), adaptive=False)
    assert (Reasoning("high"), ["dropped", "changed"]) == fitted(Reasoning("max", mode="adaptive"), style)


def test_a_word_of_no_known_rank_is_not_guessed() -> None:
    """A misspelt effort has no nearest: it is refused with the words there are, unless the policy names the feature."""
    with pytest.raises(Unsupported, match="knows no effort 'hihg': it takes none, low, medium, high"):
        fitted(Reasoning("hihg"), LEVELS)

    assert (None, ["dropped"]) == fitted(Reasoning("hihg"), LEVELS, {"reasoning": "adapt"})


@pytest.mark.parametrize(
    ("said", "budget"),
    [
        ({"max_tokens": 10_000}, 8000),
        ({"max_tokens": 10_000, "max_output": 20_000}, 8000),
        ({"max_output": 20_000}, 16_000),
        ({"max_output": 200_000}, 24_576),
        ({"max_tokens": 1000}, 1024),
    ],
)
def test_an_effort_leaves_room_for_the_answer(said: dict[str, Any], budget: int) -> None:
    """Its tokens are at most a share of the output limit, but never below what the model takes."""
    assert (Reasoning(budget=budget), ["changed"]) == fitted(Reasoning("high"), TOKENS_ONLY, **said)


def test_the_tables_speak_of_the_same_efforts() -> None:
    """Each effort has tokens and a share, and more effort is never less of either."""
    assert list(TOKENS) == list(SHARES)
    assert sorted(TOKENS.values()) == list(TOKENS.values())
    assert sorted(SHARES.values()) == list(SHARES.values())


@pytest.mark.parametrize(
    ("said", "max_output", "expected"),
    [
        ({"max_tokens": 4000}, None, (8000, 12_000, ["max_tokens"])),
        ({"max_tokens": 4000}, 10_000, (8000, 10_000, ["max_tokens"])),
        ({"max_tokens": 8001}, 10_000, (8000, 8001, [])),
        ({}, 10_000, (8000, None, [])),
        ({}, 8000, (6976, None, ["reasoning"])),
        ({"max_tokens": 8000}, 8000, (6976, 8000, ["reasoning"])),
        ({"max_tokens": 500}, 8000, (6976, 7476, ["reasoning", "max_tokens"])),
        ({"max_tokens": 4000, "headers": {"anthropic-beta": "interleaved-thinking-2025-05-14"}}, None, (8000, 4000, [])),
    ],
)
def test_a_budget_and_the_answer_both_fit(said: dict[str, Any], max_output: int | None, expected: Any) -> None:
    """The output limit holds both: it is raised, and where the model gives no more, the budget is lowered."""
    report = Report(TARGET)
    model = Model("own", "m", reasoning=ReasoningStyle(budget=(1024, None)), max_output=max_output)
    request = fit_budget_room(Request("m", (user("Hi"),), reasoning=Reasoning(budget=8000), **said), model, report)

    assert request.reasoning is not None
    assert expected == (request.reasoning.budget, request.max_tokens, [item.feature for item in report.adaptations])

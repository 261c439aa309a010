"""The facts of a model that only a codec can say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from dragoman.catalog.fit import fit
from dragoman.catalog.fit_dialect import fit_dialect, steerable
from dragoman.protocols import NAMES, load
from dragoman.protocols.anthropic_messages.dialect import BEDROCK, REFERENCE
from dragoman.protocols.base import Report, Target
from dragoman.protocols.bedrock_converse.dialect import ConverseDialect
from dragoman.protocols.gemini.dialect import GeminiDialect
from dragoman.protocols.openai_chat.dialect import ChatDialect
from dragoman.protocols.openai_responses.dialect import ResponsesDialect
from dragoman.types import Reasoning, Request, user
from dragoman.types.model import Model, ReasoningStyle

OPUS_4_5 = ReasoningStyle(always=False, efforts=("low", "medium", "high"), budget=(1024, None), adaptive=False, toggle=True)
SONNET_4 = ReasoningStyle(always=False, efforts=(), budget=(1024, None), adaptive=False, toggle=True)
OLD = ReasoningStyle(budget=(1024, None))
SONNET_5 = ReasoningStyle(always=False, efforts=("low", "medium", "high", "xhigh", "max"), adaptive=True, toggle=True)
OPUS_5_5 = ReasoningStyle(always=True, efforts=("low", "medium", "high", "xhigh", "max"), adaptive=True)
GEMINI_2_5_FLASH = ReasoningStyle(always=False, efforts=(), budget=(0, 24_576), adaptive=True)
GEMINI_3_PRO = ReasoningStyle(always=True, efforts=("low", "high"))
KIMI_K2_6 = ReasoningStyle(always=False, efforts=(), toggle=True)
KIMI_K3 = ReasoningStyle(always=True, efforts=("low", "high", "max"))


def model(**facts: Any) -> Model:
    return Model("own", "m", **facts)


def dialect_of(protocol: str, known: Model, dialect: Any = None) -> Any:
    return fit_dialect(Target("own", protocol, "m", dialect=dialect), known).dialect


def said(protocol: str, wish: Reasoning, known: Model, dialect: Any = None, **options: Any) -> dict[str, Any]:
    """The body that a wish becomes for a model, by the whole way there."""
    target = fit_dialect(Target("own", protocol, "m", "https://example.com", dialect), known)
    report = Report(target)
    request = fit(Request("m", (user("Hi"),), reasoning=wish, **options), steerable(known, target), report)
    body = load(protocol).encode_request(request, target, report).body
    return msgspec.json.decode(body)  # type: ignore[no-any-return]


@pytest.mark.parametrize("protocol", NAMES)
def test_what_is_unknown_leaves_the_target(protocol: str) -> None:
    """The provider's dialect holds where the model adds nothing to it."""
    target = Target("own", protocol, "m")

    assert fit_dialect(target, model()) is target
    assert fit_dialect(target, model(reasoning=ReasoningStyle(), tools=False)) is target
    assert fit_dialect(target, model(reasoning=True)) is target


@pytest.mark.parametrize(
    ("style", "thinking", "efforts"),
    [
        (SONNET_5, ("adaptive", "disabled", "between_tools"), ("low", "medium", "high", "xhigh", "max")),
        (OPUS_5_5, ("adaptive", "between_tools"), ("low", "medium", "high", "xhigh", "max")),
        (OPUS_4_5, ("enabled", "disabled"), ("low", "medium", "high")),
        (SONNET_4, ("enabled", "disabled"), ()),
    ],
)
def test_messages_are_told_the_words_of_the_model(style: ReasoningStyle, thinking: tuple[str, ...], efforts: Any) -> None:
    """Each generation of Claude has its own words for thinking."""
    expected = replace(REFERENCE, thinking=thinking, efforts=efforts, needs_budget=style in (OPUS_4_5, SONNET_4))
    assert expected == dialect_of("anthropic_messages", model(reasoning=style))


def test_a_hosted_model_keeps_its_place() -> None:
    """A model's words join those of the provider: paths and headers stay."""
    known = model(reasoning=OPUS_4_5, max_output=64_000, system_midway=False)
    changes = {"thinking": ("enabled", "disabled"), "efforts": ("low", "medium", "high"), "max_output": 64_000}

    expected = replace(BEDROCK, system_messages=False, needs_budget=True, **changes)
    assert expected == dialect_of("anthropic_messages", known, BEDROCK)


@pytest.mark.parametrize(
    ("wish", "style", "thinking", "effort"),
    [
        (Reasoning("max"), SONNET_5, {"type": "adaptive"}, "max"),
        (Reasoning(budget=8000), SONNET_5, {"type": "adaptive"}, "medium"),
        (Reasoning(mode="enabled"), SONNET_5, {"type": "adaptive"}, None),
        (Reasoning("none"), SONNET_5, {"type": "disabled"}, None),
        (Reasoning("none"), OPUS_5_5, {"type": "adaptive"}, "low"),
        (Reasoning("max"), OPUS_4_5, {"type": "enabled", "budget_tokens": 16_384}, "high"),
        (Reasoning(mode="enabled"), OPUS_4_5, {"type": "enabled", "budget_tokens": 8192}, None),
        (Reasoning("max"), SONNET_4, {"type": "enabled", "budget_tokens": 60_800}, None),
        (Reasoning(mode="adaptive"), SONNET_4, {"type": "enabled", "budget_tokens": 8192}, None),
        (Reasoning("none"), SONNET_4, {"type": "disabled"}, None),
        (Reasoning("low"), OLD, {"type": "enabled", "budget_tokens": 1024}, None),
        (Reasoning(mode="enabled"), OLD, {"type": "enabled", "budget_tokens": 8192}, None),
        (Reasoning(mode="adaptive"), OLD, {"type": "enabled", "budget_tokens": 8192}, None),
    ],
)
def test_what_claude_is_told(wish: Reasoning, style: ReasoningStyle, thinking: dict[str, Any], effort: str | None) -> None:
    """One wish, in the words of each generation, on both wires that speak to it."""
    known = model(reasoning=style, max_output=64_000)
    body = said("anthropic_messages", wish, known)
    converse = said("bedrock_converse", wish, known, ConverseDialect(family="anthropic"))

    assert thinking == body["thinking"] == converse["additionalModelRequestFields"]["thinking"]
    assert effort == body.get("output_config", {}).get("effort") == converse.get("outputConfig", {}).get("effort")
    assert body["max_tokens"] <= 64_000


def test_the_required_limit_is_one_the_model_can_give() -> None:
    """A model of few tokens is not asked for the many of its provider's default."""
    assert 4096 == said("anthropic_messages", Reasoning(), model(max_output=4096))["max_tokens"]
    assert 16_384 == said("anthropic_messages", Reasoning(), model())["max_tokens"]


@pytest.mark.parametrize(
    ("wish", "style", "config"),
    [
        (Reasoning("high"), GEMINI_2_5_FLASH, {"thinkingBudget": 24_576}),
        (Reasoning("none"), GEMINI_2_5_FLASH, {"thinkingBudget": 0}),
        (Reasoning(mode="adaptive"), GEMINI_2_5_FLASH, {"thinkingBudget": -1}),
        (Reasoning("medium"), GEMINI_3_PRO, {"thinkingLevel": "HIGH"}),
        (Reasoning("none"), GEMINI_3_PRO, {"thinkingLevel": "LOW"}),
        (Reasoning(budget=2000), GEMINI_3_PRO, {"thinkingLevel": "LOW"}),
    ],
)
def test_what_gemini_is_told(wish: Reasoning, style: ReasoningStyle, config: dict[str, Any]) -> None:
    """Levels or tokens is the model's to say, whatever it is called."""
    assert config == said("gemini", wish, model(reasoning=style))["generationConfig"]["thinkingConfig"]


def test_names_do_not_decide_where_the_model_is_known() -> None:
    """The list of ids in the dialect is for models that nobody knows."""
    assert GeminiDialect(thinking_budgets=("",)) == dialect_of("gemini", model(reasoning=GEMINI_2_5_FLASH))
    assert GeminiDialect(thinking_budgets=()) == dialect_of("gemini", model(reasoning=GEMINI_3_PRO))


@pytest.mark.parametrize(
    ("wish", "style", "fields"),
    [
        (Reasoning("medium"), KIMI_K3, {"reasoning_effort": "high"}),
        (Reasoning("none"), KIMI_K3, {"reasoning_effort": "low"}),
        (Reasoning("medium"), KIMI_K2_6, {"thinking": {"type": "enabled"}}),
        (Reasoning("none"), KIMI_K2_6, {"thinking": {"type": "disabled"}}),
    ],
)
def test_what_kimi_is_told(wish: Reasoning, style: ReasoningStyle, fields: dict[str, Any]) -> None:
    """One vendor, two styles: which one is the model's."""
    from dragoman.providers.moonshot import PROVIDER

    body = said("openai_chat", wish, model(reasoning=style), PROVIDER.dialect)

    assert fields == {name: body[name] for name in ("reasoning_effort", "thinking") if name in body}


def test_a_words_stand_in_gives_way_to_the_word() -> None:
    """A provider replaces words that its models in general do not take; one that takes a word gets it."""
    known = model(reasoning=ReasoningStyle(efforts=("low", "xhigh")))

    assert ChatDialect(top_k=True) == dialect_of("openai_chat", known, ChatDialect(efforts={"xhigh": "high"}, top_k=True))
    assert ResponsesDialect() == dialect_of("openai_responses", known, ResponsesDialect(efforts={"xhigh": "high"}))


def test_system_messages_stand_where_the_model_takes_them() -> None:
    """What most models of a wire refuse, one may take."""
    assert ConverseDialect(system_messages=True) == dialect_of("bedrock_converse", model(system_midway=True))
    assert replace(REFERENCE, system_messages=False) == dialect_of("anthropic_messages", model(system_midway=False))


@pytest.mark.parametrize(
    ("protocol", "dialect", "efforts", "budget"),
    [
        ("anthropic_messages", None, ("low", "high"), (1, 9)),
        ("gemini", None, ("low", "high"), (1, 9)),
        ("openai_responses", None, ("low", "high"), None),
        ("openai_chat", None, ("low", "high"), None),
        ("openai_chat", ChatDialect(reasoning_style="reasoning"), ("low", "high"), (1, 9)),
        ("openai_chat", ChatDialect(reasoning_style="enable_thinking"), None, (1, 9)),
        ("cohere_chat", None, None, (1, 9)),
    ],
)
def test_what_a_wire_cannot_say_is_no_way_to_steer(protocol: str, dialect: Any, efforts: Any, budget: Any) -> None:
    """A model that takes tokens is told levels on a wire that has no number: a wish is never turned into the unsayable."""
    known = model(reasoning=ReasoningStyle(efforts=("low", "high"), budget=(1, 9)))

    expected = model(reasoning=ReasoningStyle(efforts=efforts, budget=budget))
    assert expected == steerable(known, Target("own", protocol, "m", dialect=dialect))


def test_a_model_of_tokens_alone_is_unknown_where_there_are_none() -> None:
    """Which levels it would take is not known: what is asked for is sent."""
    known = model(reasoning=ReasoningStyle(efforts=(), budget=(1, 9), toggle=True))

    assert model(reasoning=ReasoningStyle(toggle=True)) == steerable(known, Target("own", "gemini_interactions", "m"))
    assert {"effort": "high"} == said("openai_responses", Reasoning("high"), known)["reasoning"]


@pytest.mark.parametrize("facts", [{}, {"reasoning": True}, {"reasoning": False}, {"reasoning": ReasoningStyle(always=True)}])
def test_a_model_that_nothing_is_known_of_stays(facts: dict[str, Any]) -> None:
    """There is nothing to leave out."""
    known = model(**facts)

    assert steerable(known, Target("own", "openai_chat", "m")) is known

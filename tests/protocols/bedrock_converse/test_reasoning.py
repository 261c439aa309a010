"""Thinking and `top_k` in the words of a model's family, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.bedrock_converse.reasoning import decode_native, encode_reasoning, encode_top_k
from dragoman.types import Reasoning


@pytest.fixture
def report(target: Target) -> Report:
    return Report(target)


@pytest.mark.parametrize(
    ("kind", "reasoning", "native", "effort", "reported"),
    [
        ("anthropic", Reasoning(budget=4000), {"thinking": {"type": "enabled", "budget_tokens": 4000}}, None, []),
        ("anthropic", Reasoning(budget=9), {"thinking": {"type": "enabled", "budget_tokens": 1024}}, None, ["changed"]),
        ("anthropic", Reasoning("low"), {"thinking": {"type": "adaptive"}}, "low", []),
        ("anthropic", Reasoning("low", mode=""), {}, "low", []),
        ("anthropic", Reasoning("none"), {"thinking": {"type": "disabled"}}, None, []),
        ("anthropic", Reasoning(mode="adaptive", budget=4000), {"thinking": {"type": "adaptive"}}, None, ["dropped"]),
        ("anthropic", Reasoning("high", summary="auto"), {"thinking": {"type": "adaptive"}}, "high", ["dropped"]),
        ("anthropic", Reasoning(mode="enabled", extra={"a": 1}), {"thinking": {"type": "adaptive", "a": 1}}, None, ["changed"]),
        ("amazon", Reasoning("medium"), {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}, None, []),
        ("amazon", Reasoning("max"), {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}}, None, ["changed"]),
        ("amazon", Reasoning("none"), {"reasoningConfig": {"type": "disabled"}}, None, []),
        ("amazon", Reasoning(budget=5), {}, None, ["dropped"]),
        ("openai", Reasoning("low"), {}, "low", []),
        ("openai", Reasoning(budget=5), {}, None, ["dropped"]),
        ("openai", Reasoning("none"), {}, None, ["dropped"]),
    ],
)
def test_what_is_asked_for(
    report: Report, kind: str, reasoning: Reasoning, native: dict[str, Any], effort: str | None, reported: list[str]
) -> None:
    """Each family is told in its own words, and what it has none for is reported."""
    assert encode_reasoning(reasoning, kind, report) == (native, effort)
    assert [item.action for item in report.adaptations] == reported


@pytest.mark.parametrize(
    ("reasoning", "budget", "effort"),
    [(Reasoning("low"), 2048, "low"), (Reasoning(mode="enabled"), 8192, None), (Reasoning(mode="adaptive"), 8192, None)],
)
def test_a_model_without_adaptive_thinking_gets_a_budget(
    report: Report, reasoning: Reasoning, budget: int, effort: str | None
) -> None:
    """Claude Opus 4.5 and older do not think without one; that it was added is reported."""
    said = encode_reasoning(reasoning, "anthropic", report, ("enabled", "disabled"))

    assert ({"thinking": {"type": "enabled", "budget_tokens": budget}}, effort) == said
    assert ["added"] == [item.action for item in report.adaptations]


@pytest.mark.parametrize(
    ("kind", "native", "reported"),
    [("anthropic", {"top_k": 5}, []), ("amazon", {"inferenceConfig": {"topK": 5}}, []), ("meta", {}, ["dropped"])],
)
def test_top_k(report: Report, kind: str, native: dict[str, Any], reported: list[str]) -> None:
    """It has a place in the native request only."""
    assert encode_top_k(5, kind, report) == native
    assert [item.action for item in report.adaptations] == reported


@pytest.mark.parametrize(
    ("kind", "native", "effort"),
    [
        ("anthropic", {"thinking": {"type": "enabled", "budget_tokens": 4000}, "top_k": 3}, None),
        ("anthropic", {"thinking": {"type": "adaptive", "display": "omitted"}}, "high"),
        ("anthropic", {"thinking": {"type": "disabled"}}, None),
        ("anthropic", {"thinking": {"type": "enabled", "budget_tokens": 5}}, None),
        ("anthropic", {"reasoning_config": {"type": "enabled", "budget_tokens": 1024}}, None),
        ("anthropic", {}, "low"),
        ("anthropic", "?", None),
        ("amazon", {"inferenceConfig": {"topK": 3}, "reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}, None),
        ("amazon", {"inferenceConfig": {"topK": 3, "a": 1}, "reasoningConfig": {"type": "disabled"}}, None),
        ("openai", {"reasoning_effort": "low", "top_k": 3}, None),
        ("openai", {}, "low"),
        ("", {"thinking": {"type": "adaptive"}}, None),
    ],
)
def test_native_fields_come_back(report: Report, kind: str, native: Any, effort: str | None) -> None:
    """What is read of them and what is left say the same again."""
    found, left = decode_native(native, effort, kind)
    said: dict[str, Any] = {}
    again = None
    if "reasoning" in found:
        said, again = encode_reasoning(found["reasoning"], kind, report)
    if "top_k" in found:
        said |= encode_top_k(found["top_k"], kind, report)

    assert {**left, **said} == (native if isinstance(native, dict) else {})
    assert again in (effort, None)
    assert report.adaptations == []

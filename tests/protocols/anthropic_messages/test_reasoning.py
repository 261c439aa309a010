"""Thinking and effort in the words each model takes."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.anthropic_messages.dialect import MessagesDialect
from dragoman.protocols.anthropic_messages.reasoning import decode_reasoning, encode_reasoning
from dragoman.protocols.base import Report, Target
from dragoman.types import Reasoning

OLD = MessagesDialect(thinking=("enabled", "disabled"), efforts=())
NEWEST = MessagesDialect(thinking=("adaptive", "between_tools"))
PLAIN = MessagesDialect(thinking=(), efforts=())


def say(reasoning: Reasoning, dialect: MessagesDialect | None = None) -> tuple[Any, Any, list[str]]:
    report = Report(Target("anthropic", "anthropic_messages", "m"))
    thinking, effort = encode_reasoning(reasoning, dialect or MessagesDialect(), report)
    assert {"reasoning"} >= {item.feature for item in report.adaptations}
    return thinking, effort, [item.action for item in report.adaptations]


@pytest.mark.parametrize(
    ("reasoning", "thinking", "effort"),
    [
        (Reasoning(budget=2000), {"type": "enabled", "budget_tokens": 2000}, None),
        (Reasoning(mode="adaptive"), {"type": "adaptive"}, None),
        (Reasoning("high"), {"type": "adaptive"}, "high"),
        (Reasoning("high", mode=""), {}, "high"),
        (Reasoning("high", 2000), {"type": "enabled", "budget_tokens": 2000}, "high"),
        (Reasoning("none"), {"type": "disabled"}, None),
        (Reasoning("low", mode="disabled"), {"type": "disabled"}, "low"),
        (Reasoning(summary="auto"), {"type": "adaptive", "display": "summarized"}, None),
        (Reasoning(summary="omitted", mode="between_tools"), {"type": "between_tools", "display": "omitted"}, None),
        (Reasoning(mode="moon"), {"type": "moon"}, None),
        (Reasoning("ultra"), {"type": "adaptive"}, "ultra"),
        (
            Reasoning(mode="adaptive", extra={"block_binding": {"prefix_mismatch_behavior": "drop_block"}}),
            {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}},
            None,
        ),
        (Reasoning(), {}, None),
    ],
)
def test_what_the_wire_can_say_is_said(reasoning: Reasoning, thinking: Any, effort: str | None) -> None:
    """Budget, mode, effort and display have their words; nothing is reported."""
    assert (thinking, effort, []) == say(reasoning)


@pytest.mark.parametrize(
    ("reasoning", "dialect", "expected"),
    [
        (Reasoning("minimal"), None, ({"type": "adaptive"}, "low", ["changed"])),
        (Reasoning("xhigh"), MessagesDialect(efforts=("low", "high")), ({"type": "adaptive"}, "high", ["changed"])),
        (Reasoning("high"), MessagesDialect(efforts=("own",)), ({"type": "adaptive"}, "own", ["changed"])),
        (Reasoning("high"), OLD, ({"type": "enabled", "budget_tokens": 16_384}, None, ["changed"])),
        (
            Reasoning("high"),
            MessagesDialect(thinking=("enabled", "disabled"), needs_budget=True),
            ({"type": "enabled", "budget_tokens": 16_384}, "high", ["added"]),
        ),
        (
            Reasoning(mode="enabled"),
            MessagesDialect(thinking=("enabled", "disabled"), needs_budget=True),
            ({"type": "enabled", "budget_tokens": 8192}, None, ["added"]),
        ),
        (Reasoning(mode="enabled"), None, ({"type": "adaptive"}, None, ["changed"])),
        (Reasoning(mode="enabled"), OLD, ({"type": "enabled"}, None, [])),
        (Reasoning("high", 3000), OLD, ({"type": "enabled", "budget_tokens": 3000}, None, ["dropped"])),
        (Reasoning("high"), PLAIN, ({}, None, ["dropped"])),
        (Reasoning(mode="adaptive"), OLD, ({"type": "enabled", "budget_tokens": 8192}, None, ["changed"])),
        (Reasoning(budget=3000), NEWEST, ({"type": "adaptive"}, None, ["changed"])),
        (Reasoning("none"), NEWEST, ({"type": "between_tools"}, None, ["changed"])),
        (Reasoning("none"), MessagesDialect(thinking=("adaptive",)), ({}, None, ["dropped"])),
        (Reasoning(mode="between_tools"), OLD, ({"type": "disabled"}, None, ["changed"])),
        (Reasoning(budget=100), None, ({"type": "enabled", "budget_tokens": 1024}, None, ["changed"])),
        (Reasoning(budget=100, mode="adaptive"), None, ({"type": "adaptive"}, None, ["dropped"])),
        (Reasoning("none", summary="auto"), None, ({"type": "disabled"}, None, ["dropped"])),
        (Reasoning("high", mode="", summary="auto"), None, ({}, "high", ["dropped"])),
        (
            Reasoning(mode="adaptive", summary="detailed"),
            None,
            ({"type": "adaptive", "display": "summarized"}, None, ["changed"]),
        ),
    ],
)
def test_what_a_model_does_not_take_is_said_in_the_nearest_word(
    reasoning: Reasoning, dialect: MessagesDialect | None, expected: Any
) -> None:
    """Each step away from what was asked for is reported."""
    assert expected == say(reasoning, dialect)


@pytest.mark.parametrize(
    ("thinking", "effort"),
    [
        ({"type": "enabled", "budget_tokens": 2000}, None),
        ({"type": "enabled", "budget_tokens": 2000, "display": "summarized"}, "max"),
        ({"type": "enabled", "budget_tokens": 2000, "display": "auto"}, None),
        ({"type": "adaptive"}, "high"),
        ({"type": "adaptive", "display": "updates", "block_binding": {"x": 1}}, None),
        ({"type": "disabled"}, None),
        ({"type": "disabled"}, "low"),
        ({"type": "disabled", "x": 1}, None),
        ({"type": "between_tools"}, None),
        ({"type": "moon", "budget_tokens": 7}, None),
        ({}, "high"),
    ],
)
def test_what_was_asked_for_is_asked_for_again(thinking: Any, effort: str | None) -> None:
    """Reading a request and saying it again changes nothing."""
    reasoning = decode_reasoning(thinking or None, effort)

    assert reasoning is not None
    assert (thinking, effort, []) == say(reasoning)


@pytest.mark.parametrize("thinking", ["on", {}, {"type": None}])
def test_thinking_of_another_shape_is_not_read(thinking: Any) -> None:
    """A value that is no thinking object is left to the vendor."""
    assert decode_reasoning(thinking, "high") is None


def test_nothing_asked_is_nothing() -> None:
    """Without thinking and effort there is no reasoning."""
    assert decode_reasoning(None, None) is None

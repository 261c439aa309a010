"""Thinking, both ways: levels, budgets, and models that take one of the two."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.gemini.dialect import GeminiDialect
from dragoman.protocols.gemini.reasoning import decode_reasoning, encode_reasoning
from dragoman.types import Reasoning

NEW, OLD = "gemini-3-pro", "models/gemini-2.5-flash"


def encode(reasoning: Reasoning, model: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    report = Report(Target("gemini", "gemini", model))
    wire = encode_reasoning(reasoning, model, GeminiDialect(), report)
    return wire, [(item.feature, item.action) for item in report.adaptations]


CHANGED, DROPPED = [("reasoning", "changed")], [("reasoning", "dropped")]


@pytest.mark.parametrize(
    ("reasoning", "model", "wire", "reported"),
    [
        (Reasoning("low"), NEW, {"thinkingLevel": "LOW"}, []),
        (Reasoning("low"), OLD, {"thinkingBudget": 1024}, CHANGED),
        (Reasoning("none"), OLD, {"thinkingBudget": 0}, []),
        (Reasoning("none"), NEW, {"thinkingLevel": "MINIMAL"}, CHANGED),
        (Reasoning("max"), NEW, {"thinkingLevel": "HIGH"}, CHANGED),
        (Reasoning(budget=2000, summary="auto"), NEW, {"thinkingBudget": 2000, "includeThoughts": True}, []),
        (Reasoning("high", 2000), NEW, {"thinkingBudget": 2000}, DROPPED),
        (Reasoning(summary="omitted"), NEW, {"includeThoughts": False}, []),
        (Reasoning(mode="adaptive"), OLD, {"thinkingBudget": -1}, []),
        (Reasoning(mode="adaptive"), NEW, {}, []),
        (Reasoning(mode="disabled"), OLD, {"thinkingBudget": 0}, []),
        (Reasoning(mode="between_tools"), NEW, {}, DROPPED),
        (Reasoning(extra={"odd": 1}), NEW, {"odd": 1}, []),
    ],
)
def test_what_is_asked_for_is_said(reasoning: Reasoning, model: str, wire: dict[str, Any], reported: list[Any]) -> None:
    """Each model is asked in the words it takes, and what had to change is told."""
    assert encode(reasoning, model) == (wire, reported)


@pytest.mark.parametrize(
    "wire",
    [
        {"thinkingLevel": "HIGH", "includeThoughts": True},
        {"thinkingBudget": 0},
        {"thinkingBudget": -1, "includeThoughts": False},
        {"thinkingLevel": "HIGH", "thinkingBudget": 3},
        {"thinkingLevel": "BRAND_NEW"},
        {"thinkingBudget": "3", "includeThoughts": "yes"},
        {},
    ],
)
def test_what_is_read_is_said_again(wire: dict[str, Any]) -> None:
    """A configuration of any form goes back as it came."""
    reasoning = decode_reasoning(wire)

    assert reasoning is not None
    assert encode(reasoning, NEW) == (wire, [])


def test_what_is_no_configuration() -> None:
    """Anything but an object is left alone; levels are read in either case."""
    assert decode_reasoning(3) is None
    assert decode_reasoning({"thinkingLevel": "low"}) == Reasoning("low")

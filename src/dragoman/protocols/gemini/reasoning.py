"""Thinking, both ways (https://ai.google.dev/gemini-api/docs/thinking).

| asked for | said in `thinkingConfig` |
|---|---|
| `budget` | `thinkingBudget` (0 is off, -1 leaves it to the model) |
| `effort` | `thinkingLevel`; for models that take none, a `thinkingBudget` |
| `effort="none"` | `thinkingBudget: 0`, or the lowest level, since models with levels always think |
| `mode="adaptive"`, `"enabled"` | `thinkingBudget: -1` for models with budgets; models with levels always think |
| `summary` | `includeThoughts` |

Level and budget together are refused by the vendor: then the budget is sent.
"""

from __future__ import annotations

from typing import Any

from ...types.request import Reasoning
from ..base import Report
from .answers import Json
from .dialect import GeminiDialect

__all__ = ["decode_reasoning", "encode_reasoning"]

_LEVELS = ("minimal", "low", "medium", "high", "xhigh")
_BUDGETS = {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 24_576, "max": 24_576}
"""What each effort is in tokens for models that only take those: https://ai.google.dev/gemini-api/docs/openai#thinking"""

_HIDDEN = frozenset({"none", "omitted"})


def encode_reasoning(reasoning: Reasoning, model: str, dialect: GeminiDialect, report: Report) -> Json:
    """The `thinkingConfig` object, empty when there is nothing to say."""
    wire: Json = {}
    effort, budget, mode = reasoning.effort, reasoning.budget, reasoning.mode
    budgets = model.rpartition("/")[2].startswith(dialect.thinking_budgets)
    if mode is not None and effort is None and budget is None:
        if mode == "disabled":
            effort = "none"
        elif mode in ("adaptive", "enabled") and budgets:
            budget = -1
        elif mode not in ("adaptive", "enabled"):
            report.adapt("reasoning", "dropped", f"there is no thinking mode {mode!r} here")
    if budget is not None:
        if effort is not None:
            report.adapt("reasoning", "dropped", f"a budget of thinking is sent, so the effort {effort!r} is not")
        wire["thinkingBudget"] = budget
    elif effort is not None:
        wire |= _encode_effort(effort, budgets, report)
    if reasoning.summary is not None:
        wire["includeThoughts"] = reasoning.summary not in _HIDDEN
    return wire | reasoning.extra


def _encode_effort(effort: str, budgets: bool, report: Report) -> Json:
    if budgets and effort in _BUDGETS:
        budget = _BUDGETS[effort]
        if effort != "none":
            report.adapt("reasoning", "changed", f"effort {effort!r} is said as a thinking budget of {budget} tokens")
        return {"thinkingBudget": budget}
    if effort == "none":
        report.adapt("reasoning", "changed", "this model always thinks: effort 'none' is said as 'minimal'")
        effort = "minimal"
    elif effort == "max":
        report.adapt("reasoning", "changed", "effort 'max' is said as 'high', the highest level every model takes")
        effort = "high"
    return {"thinkingLevel": effort.upper()}


def decode_reasoning(wire: Any) -> Reasoning | None:
    """What a `thinkingConfig` asks for; None when it is not what it should be."""
    if type(wire) is not dict:
        return None
    level, budget, shown = wire.get("thinkingLevel"), wire.get("thinkingBudget"), wire.get("includeThoughts")
    known: set[str] = set()
    if type(level) is str and level.lower() in _LEVELS and budget is None:
        known.add("thinkingLevel")
        level = level.lower()
    else:
        level = None
    if type(budget) is int:
        known.add("thinkingBudget")
    else:
        budget = None
    if type(shown) is bool:
        known.add("includeThoughts")
    summary = ("auto" if shown else "none") if type(shown) is bool else None
    return Reasoning(level, budget, summary=summary, extra={key: value for key, value in wire.items() if key not in known})

"""Thinking and effort, both ways (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking).

| asked for | said |
|---|---|
| `budget` | `thinking: {type: enabled, budget_tokens}` |
| `mode` | `thinking: {type: mode}` |
| `effort` | `output_config.effort`, and `thinking: {type: adaptive}` where no mode is named |
| `effort="none"` | `thinking: {type: disabled}` |
| `summary` | `thinking.display` |

Adaptive thinking is said beside an effort because models from 4.6 to 4.8 do not think unless told to.
`mode=""` says that the switch is left unsaid on purpose: a request that was read with an effort and no `thinking`.
What the model's dialect does not take is said in its nearest word, and reported.
"""

from __future__ import annotations

from typing import Any

from ...types.request import Reasoning
from ..base import Report
from .dialect import EFFORTS, MessagesDialect
from .encode_blocks import Json

__all__ = ["MIN_BUDGET", "decode_reasoning", "encode_reasoning"]

MIN_BUDGET = 1024

_DISPLAYS = {"auto": "summarized", "concise": "summarized", "detailed": "summarized", "none": "omitted"}
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 24_576, "max": 32_000}
_LEVELS = ("minimal", *EFFORTS)


def encode_reasoning(reasoning: Reasoning, dialect: MessagesDialect, report: Report) -> tuple[Json, str | None]:
    """The `thinking` object (empty when there is nothing to say) and the effort."""
    mode, budget, effort = reasoning.mode, reasoning.budget, reasoning.effort
    if effort == "none":
        effort = None
        mode = "disabled" if mode is None and budget is None else mode
    if effort is not None:
        effort, budget = _fit_effort(effort, mode, budget, dialect, report)
    if mode is None:
        if budget is not None:
            mode = "enabled"
        elif (effort is not None or reasoning.summary is not None) and "adaptive" in dialect.thinking:
            mode = "adaptive"
        elif effort is not None and dialect.needs_budget:
            mode = "enabled"
    if mode == "enabled" and budget is None and dialect.needs_budget:
        budget = _BUDGETS.get(effort or "medium", _BUDGETS["medium"])
        report.adapt("reasoning", "added", f"a thinking budget of {budget} tokens, without which this model does not think")
    if mode:
        mode, budget = _fit_mode(mode, budget, dialect, report)
    thinking: Json = {"type": mode} if mode else {}
    if budget is not None:
        if mode != "enabled":
            report.adapt("reasoning", "dropped", f"thinking of type {mode!r} takes no budget")
        else:
            if budget < MIN_BUDGET:
                report.adapt("reasoning", "changed", f"a thinking budget of {budget} was raised to the least, {MIN_BUDGET}")
            thinking["budget_tokens"] = max(budget, MIN_BUDGET)
    if reasoning.summary is not None:
        display = _DISPLAYS.get(reasoning.summary, reasoning.summary)
        if not thinking or mode == "disabled":
            report.adapt("reasoning", "dropped", "there is no thinking to be shown")
        else:
            if reasoning.summary in ("concise", "detailed"):
                report.adapt("reasoning", "changed", f"a {reasoning.summary} summary of thinking is a summary here")
            thinking["display"] = display
    if reasoning.extra:
        thinking.update(reasoning.extra)
    return thinking, effort


def _fit_effort(
    effort: str, mode: str | None, budget: int | None, dialect: MessagesDialect, report: Report
) -> tuple[str | None, int | None]:
    """The effort in a word the model takes; where it takes none, a budget in its place."""
    taken = dialect.efforts
    if effort in taken or (taken and effort not in _LEVELS):
        return effort, budget
    if not taken:
        if budget is None and not mode and effort in _BUDGETS and "enabled" in dialect.thinking:
            report.adapt("reasoning", "changed", f"effort {effort!r} is said as a thinking budget of {_BUDGETS[effort]} tokens")
            return None, _BUDGETS[effort]
        report.adapt("reasoning", "dropped", f"this model knows no effort ({effort!r})")
        return None, budget
    wanted = _LEVELS.index(effort)
    nearest = min(taken, key=lambda word: abs(_LEVELS.index(word) - wanted) if word in _LEVELS else len(_LEVELS))
    report.adapt("reasoning", "changed", f"effort {effort!r} is said as {nearest!r}, the nearest this model takes")
    return nearest, budget


def _fit_mode(mode: str, budget: int | None, dialect: MessagesDialect, report: Report) -> tuple[str | None, int | None]:
    """The kind of thinking in a word the model takes, None for leaving it unsaid."""
    bare = mode == "enabled" and budget is None and "adaptive" in dialect.thinking  # the vendor refuses it without a budget
    if (mode in dialect.thinking and not bare) or mode not in _NEAREST:
        return mode, budget
    other = next((word for word in _NEAREST[mode] if word in dialect.thinking), None)
    if other is None:
        report.adapt("reasoning", "dropped", f"this model takes no thinking of type {mode!r}")
        return None, None
    report.adapt("reasoning", "changed", f"thinking of type {mode!r} is said as {other!r}, which this model takes")
    if other == "enabled":
        return other, budget if budget is not None else _BUDGETS["medium"]
    return other, None


_NEAREST = {
    "enabled": ("adaptive",),
    "adaptive": ("enabled",),
    "disabled": ("between_tools",),
    "between_tools": ("disabled", "adaptive"),
}


def decode_reasoning(thinking: Any, effort: str | None) -> Reasoning | None:
    """What `thinking` and the effort ask for; None when `thinking` is not what it should be."""
    if thinking is None:
        return Reasoning(effort, mode="") if effort is not None else None
    if type(thinking) is not dict or type(mode := thinking.get("type")) is not str:
        return None
    budget, display = thinking.get("budget_tokens"), thinking.get("display")
    known = {"type"}
    if mode == "enabled" and type(budget) is int:
        known.add("budget_tokens")
    else:
        budget = None
    if type(display) is str and mode != "disabled" and display not in _DISPLAYS:
        known.add("display")
    else:
        display = None
    extra = {key: value for key, value in thinking.items() if key not in known and value is not None}
    if mode == "disabled" and effort is None and not extra:
        return Reasoning("none")
    return Reasoning(effort, budget, None if budget is not None else mode, display, extra)

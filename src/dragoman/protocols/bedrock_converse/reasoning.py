"""What the models of one family are told in their own words, both ways: thinking and `top_k`.

The wire itself knows an effort (`outputConfig.effort`); everything else stands in `additionalModelRequestFields`, which
goes into the model's native request:

| family | budget or mode | `top_k` |
|---|---|---|
| anthropic | `{"thinking": {"type", "budget_tokens"}}` | `{"top_k"}` |
| amazon (Nova 2) | effort only: `{"reasoningConfig": {"type", "maxReasoningEffort"}}` | `{"inferenceConfig": {"topK"}}` |
| others | dropped and reported: say it in `extra` | dropped and reported |

https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html
https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
"""

from __future__ import annotations

from typing import Any, Final

from ...types.request import Reasoning
from ..base import Report
from .wire import Json, beside

__all__ = ["MIN_BUDGET", "STEERING", "decode_native", "encode_reasoning", "encode_top_k"]

MIN_BUDGET = 1024

_NOVA_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
_MODES = ("adaptive", "enabled", "disabled")
_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 24_576, "max": 32_000}


STEERING: Final = (
    *("additionalModelRequestFields.thinking", "additionalModelRequestFields.reasoningConfig"),
    *("additionalModelRequestFields.output_config.effort", "outputConfig.effort"),
)
"""The fields in which one model or another is told how much to think."""


def encode_reasoning(
    reasoning: Reasoning, kind: str, report: Report, thinking: tuple[str, ...] = _MODES
) -> tuple[Json, str | None]:
    """The native fields and the wire's own effort word for a model of the family `kind`.

    `thinking` are the kinds of thinking a model of Anthropic's takes.
    """
    if kind == "anthropic":
        return _claude(reasoning, thinking, report)
    if kind == "amazon":
        return _nova(reasoning, report), None
    if reasoning.budget is not None or reasoning.mode or reasoning.summary is not None or reasoning.extra:
        report.adapt("reasoning", "dropped", "how this model is told to think is its vendor's affair: say it in `extra`")
    if reasoning.effort == "none":
        report.adapt("reasoning", "dropped", "this model cannot be told not to think: say it in `extra`")
        return {}, None
    return {}, reasoning.effort


def _claude(reasoning: Reasoning, taken: tuple[str, ...], report: Report) -> tuple[Json, str | None]:
    mode, budget, effort = reasoning.mode, reasoning.budget, reasoning.effort
    if effort == "none":
        effort, mode = None, mode or ("disabled" if budget is None else "enabled")
    if mode is None:
        mode = "enabled" if budget is not None else "adaptive"
    if mode == "enabled" and budget is None and "adaptive" in taken:
        report.adapt("reasoning", "changed", "thinking of type 'enabled' needs a budget: it is said as 'adaptive'")
        mode = "adaptive"
    elif budget is None and (mode == "enabled" or (mode == "adaptive" and mode not in taken)):
        # Claude Opus 4.5 takes an effort and does not think without a budget.
        mode, budget = "enabled", _BUDGETS.get(effort or "medium", _BUDGETS["medium"])
        report.adapt("reasoning", "added", f"a thinking budget of {budget} tokens, without which this model does not think")
    thinking: Json = {"type": mode} if mode else {}
    if budget is not None:
        if mode != "enabled":
            report.adapt("reasoning", "dropped", f"thinking of type {mode!r} takes no budget")
        else:
            if budget < MIN_BUDGET:
                report.adapt("reasoning", "changed", f"a thinking budget of {budget} was raised to the least, {MIN_BUDGET}")
            thinking["budget_tokens"] = max(budget, MIN_BUDGET)
    if reasoning.summary is not None:
        report.adapt("reasoning", "dropped", "how thinking is shown cannot be chosen here")
    thinking |= reasoning.extra
    return ({"thinking": thinking} if thinking else {}), effort


def _nova(reasoning: Reasoning, report: Report) -> Json:
    effort = reasoning.effort
    if reasoning.budget is not None or reasoning.summary is not None or reasoning.mode == "adaptive":
        report.adapt("reasoning", "dropped", "this model takes an effort and nothing else")
    if effort == "none" or (effort is None and reasoning.mode == "disabled"):
        return {"reasoningConfig": {"type": "disabled", **reasoning.extra}}
    if effort is None and reasoning.mode != "enabled":
        return {"reasoningConfig": dict(reasoning.extra)} if reasoning.extra else {}
    word = _NOVA_EFFORTS.get(effort or "medium", effort)
    if word != effort:
        report.adapt("reasoning", "changed", f"effort {effort or 'unsaid'} is said as {word!r}, the nearest this model takes")
    return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": word, **reasoning.extra}}


def encode_top_k(top_k: int, kind: str, report: Report) -> Json:
    """The native field of `top_k` for a model of the family `kind`."""
    if kind == "anthropic":
        return {"top_k": top_k}
    if kind == "amazon":
        return {"inferenceConfig": {"topK": top_k}}
    report.adapt("top_k", "dropped", "this model's word for top_k is not known: say it in `extra`")
    return {}


def decode_native(native: Any, effort: str | None, kind: str) -> tuple[Json, Json]:
    """Fields of a `Request` that native fields and the effort say, and the native fields that are left."""
    left: Json = dict(native) if type(native) is dict else {}
    found: Json = {}
    if kind == "anthropic":
        if type(left.get("top_k")) is int:
            found["top_k"] = left.pop("top_k")
        match left.get("thinking"):
            case {"type": "enabled", "budget_tokens": int(budget), **rest} if budget >= MIN_BUDGET:
                found["reasoning"] = Reasoning(effort, budget, extra=beside(rest))
                del left["thinking"]
            case {"type": str(mode), **rest} if mode in _MODES and "budget_tokens" not in rest:
                found["reasoning"] = Reasoning(effort, mode=mode, extra=beside(rest))
                del left["thinking"]
            case None if effort is not None:
                found["reasoning"] = Reasoning(effort, mode="")
    elif kind == "amazon":
        match left.get("inferenceConfig"):
            case {"topK": int(top_k), **rest} if not rest:
                found["top_k"] = top_k
                del left["inferenceConfig"]
        match left.get("reasoningConfig"):
            case {"type": "enabled", "maxReasoningEffort": "low" | "medium" | "high" as word, **rest} if effort is None:
                found["reasoning"] = Reasoning(word, extra=beside(rest))
                del left["reasoningConfig"]
    elif effort is not None:
        found["reasoning"] = Reasoning(effort)
    return found, left

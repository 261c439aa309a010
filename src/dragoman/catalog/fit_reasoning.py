"""How much to think, in the words a model takes (`Model.reasoning`).

| asked for | the model | said |
|---|---|---|
| anything | does not reason | nothing |
| no reasoning | cannot be told to stop | the least effort, the least budget, or nothing |
| an effort | takes others | the nearest it takes, the greater of two |
| an effort | takes a number of tokens only | the tokens of `TOKENS`, at most the share of `SHARES` in the output limit |
| an effort | decides itself, or is on or off | `adaptive`, or on |
| an effort | takes a number of tokens, and whether it takes efforts is unknown | the same tokens: what is known is sent |
| a number of tokens | takes them within bounds | the nearest bound |
| a number of tokens | takes efforts only | the effort whose tokens are nearest |
| adaptive | does not take that word | the tokens or the effort of `medium`, or on |

`TOKENS` are Google's where Google states them (https://ai.google.dev/gemini-api/docs/openai#thinking), doubling beyond.
`SHARES` are OpenRouter's (https://openrouter.ai/docs/use-cases/reasoning-tokens): they keep room for the answer. The output limit
is the request's `max_tokens`, else the model's `max_output`.

`ReasoningStyle.budget` is None where it is unknown and where the model takes no number; which of the two is told by
`efforts`: a model whose efforts are known and whose budget is not takes no number.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ..protocols.base import Report
from ..types.model import Model, ReasoningStyle
from ..types.request import Reasoning, Request

__all__ = ["SHARES", "TOKENS", "fit_budget_room", "fit_reasoning"]

TOKENS = {"minimal": 512, "low": 1024, "medium": 8192, "high": 24_576, "xhigh": 32_768, "max": 65_536}
SHARES = {"minimal": 0.1, "low": 0.2, "medium": 0.5, "high": 0.8, "xhigh": 0.95, "max": 0.95}

_RANKS = {word: rank for rank, word in enumerate(TOKENS)}
_ANSWER = 1024
"""Tokens kept for the answer where the budget alone would fill the model's output."""


def fit_reasoning(request: Request, model: Model, report: Report) -> Request:
    """The request with its reasoning said as the model takes it."""
    wish, style = request.reasoning, model.reasoning
    if wish is None or style is None or style is True:
        return request
    if style is False:
        if not _is_off(wish):
            report.adapt("reasoning", "dropped", f"{model.id} does not reason", "reasoning")
        return replace(request, reasoning=None)
    limit = request.max_tokens if request.max_tokens is not None else model.max_output
    fitted = _Fitting(wish, style, model.id, limit, report).fit()
    return request if fitted == wish else replace(request, reasoning=fitted if fitted != Reasoning() else None)


def fit_budget_room(request: Request, model: Model, report: Report) -> Request:
    """The request with room for an answer beside its budget: the output limit holds both."""
    budget = request.reasoning.budget if request.reasoning is not None else None
    if not budget or budget < 0 or model.reasoning is None:
        return request
    most, limit = model.max_output, request.max_tokens
    if most is not None and budget >= most:
        kept = most - min(_ANSWER, most // 2)
        why = f"{model.id} gives {most} output tokens, answer included: a budget of {budget} became {kept}"
        report.adapt("reasoning", "changed", why, "reasoning.budget")
        budget = kept
        request = replace(request, reasoning=_changed(request.reasoning, budget=budget))
    # With interleaved thinking the budget is that of the whole turn, which may have more than one answer:
    # https://platform.claude.com/docs/en/build-with-claude/extended-thinking#interleaved-thinking
    if limit is None or budget < limit or "interleaved-thinking" in request.headers.get("anthropic-beta", ""):
        return request
    raised = limit + budget if most is None else min(limit + budget, most)
    why = f"max_tokens includes the reasoning budget of {budget}: {limit} became {raised}"
    report.adapt("max_tokens", "changed", why, "max_tokens")
    return replace(request, max_tokens=raised)


def _is_off(wish: Reasoning) -> bool:
    """Whether a wish is not to reason at all."""
    if wish.budget:
        return False
    return wish.effort == "none" or (wish.effort is None and (wish.mode == "disabled" or wish.budget == 0))


class _Fitting:
    """One wish, made what one model takes, step by step."""

    def __init__(self, wish: Reasoning, style: ReasoningStyle, name: str, limit: int | None, report: Report) -> None:
        self._wish = wish
        self._style = style
        self._name = name
        self._limit = limit
        self._report = report
        self._levels = [word for word in style.efforts or () if word != "none"]
        """The efforts it takes, least first."""

    def fit(self) -> Reasoning:
        if _is_off(self._wish):
            self._fit_off()
            return self._wish
        if self._wish.mode in ("disabled", "adaptive", "enabled"):
            self._fit_mode(self._wish.mode)
        if self._wish.effort not in (None, "none"):
            self._fit_effort()
        if self._wish.budget is not None:
            self._fit_budget()
        return self._wish

    def _say(self, why: str, **changes: Any) -> None:
        """Change the wish and list it. What is changed to None alone is dropped."""
        said = any(value is not None for value in changes.values())
        self._report.adapt("reasoning", "changed" if said else "dropped", f"{self._name} {why}", "reasoning")
        self._wish = _changed(self._wish, **changes)

    # --- the parts of a wish -----------------------------------------------------------------------------------------

    def _fit_off(self) -> None:
        style = self._style
        least_budget = style.budget[0] if style.budget is not None else None
        # A switch, a budget or a word of another kind has its opposite, which the wire says.
        told_otherwise = style.always is False or style.toggle or style.adaptive or style.budget is not None
        if not style.always and (told_otherwise or "none" in (style.efforts or ())):
            return
        if self._levels:
            level = self._levels[0]
            self._say(f"has no word for no reasoning: it is told effort {level!r}", effort=level, budget=None, mode=None)
        elif style.always and least_budget:
            why = f"always reasons: it is given its least budget, {least_budget} tokens"
            self._say(why, effort=None, budget=least_budget, mode=None)
        elif style.always:
            self._say("always reasons and cannot be told not to", effort=None, budget=None, mode=None)

    def _fit_mode(self, mode: str) -> None:
        style, wish = self._style, self._wish
        bare = wish.effort is None and wish.budget is None
        if mode == "disabled" and style.always:
            self._say("always reasons and cannot be told not to", mode=None)
        elif mode == "enabled" and bare and self._by_effort():
            # Where silence may mean none, the switch is an effort.
            level = self._nearest("medium")
            self._say(f"is told how much to reason, not whether: on is effort {level!r}", effort=level, mode=None)
        elif mode == "adaptive" and style.adaptive is False:
            self._fit_adaptive(bare)

    def _by_effort(self) -> bool:
        """Whether an effort is all that switches reasoning on."""
        style = self._style
        told_otherwise = style.always or style.toggle or style.adaptive or style.budget is not None
        return not told_otherwise and bool(self._levels) and "none" in (style.efforts or ())

    def _fit_adaptive(self, bare: bool) -> None:
        style = self._style
        if not bare:
            self._say("does not choose by itself how much it reasons", mode=None)
        elif style.budget is not None:
            tokens = self._tokens("medium")
            why = f"does not choose by itself how much it reasons: it is given a budget of {tokens} tokens"
            self._say(why, budget=tokens, mode=None)
        elif self._levels:
            level = self._nearest("medium")
            self._say(f"does not choose by itself how much it reasons: it is told effort {level!r}", effort=level, mode=None)
        elif style.toggle:
            self._say("is switched on, not told to choose how much it reasons", mode="enabled")
        elif style.always:
            self._say("always reasons, and takes no word for how much", mode=None)

    def _fit_effort(self) -> None:
        style, wish = self._style, self._wish
        effort = wish.effort
        assert effort is not None
        if style.efforts is None:
            if style.budget is None or style.adaptive:
                return
        elif effort in style.efforts:
            return
        if effort not in _RANKS:
            taken = ", ".join(style.efforts or ())
            why = f"{self._name} knows no effort {effort!r}" + (f": it takes {taken}" if taken else "")
            self._report.refuse_unless_named("reasoning", "dropped", why, "reasoning.effort")
            self._wish = _changed(wish, effort=None)
        elif self._levels:
            level = self._nearest(effort)
            self._say(f"takes no effort {effort!r}: it is told {level!r}, the nearest", effort=level)
        elif wish.budget is not None and style.budget is not None:
            self._say(f"takes a budget and no effort: {effort!r} is left out", effort=None)
        elif style.budget is not None:
            tokens = self._tokens(effort)
            why = f"takes no efforts: {effort!r} is said as a budget of {tokens} tokens"
            self._say(why, effort=None, budget=tokens, mode=None if wish.mode == "adaptive" else wish.mode)
        else:
            self._switch_on(f"takes no efforts, such as {effort!r}")

    def _fit_budget(self) -> None:
        style, wish = self._style, self._wish
        budget = wish.budget
        assert budget is not None
        if budget < 0:
            return  # the vendor's own word: Gemini's -1 leaves it to the model
        if style.budget is not None:
            bounded = _bound(budget, style.budget)
            if bounded != budget:
                side = "least" if bounded > budget else "most"
                self._say(f"takes a budget of at {side} {bounded} tokens, not {budget}", budget=bounded)
        elif self._levels and wish.effort is not None:
            self._say(f"takes efforts and no budget: {budget} tokens are left out", budget=None)
        elif self._levels:
            level = min(self._levels, key=lambda word: abs(TOKENS.get(word, TOKENS["medium"]) - budget))
            why = f"takes efforts and no budget: {budget} tokens are said as {level!r}"
            self._say(why, effort=level, budget=None, mode=None if wish.mode == "enabled" else wish.mode)
        elif style.efforts is not None:
            self._switch_on(f"takes no budget, such as {budget} tokens")

    def _switch_on(self, why: str) -> None:
        """For a model that is not told how much: that it should reason, as far as that can be said."""
        style, mode = self._style, self._wish.mode
        if mode is None:
            mode = "adaptive" if style.adaptive else "enabled" if style.toggle else None
        end = "" if mode is None else ": it is told to reason" if mode == "enabled" else ": it is left to choose"
        self._say(why + end, effort=None, budget=None, mode=mode)

    # --- sizes -------------------------------------------------------------------------------------------------------

    def _nearest(self, effort: str) -> str:
        """The level nearest to a known effort, the greater of two; the last where the model's words are all its own."""
        ranked = [word for word in self._levels if word in _RANKS]
        if not ranked:
            return self._levels[-1]
        wanted = _RANKS[effort]
        return min(ranked, key=lambda word: (abs(_RANKS[word] - wanted), -_RANKS[word]))

    def _tokens(self, effort: str) -> int:
        """An effort as a number of tokens within the model's bounds."""
        tokens = TOKENS[effort]
        if self._limit is not None:
            tokens = min(tokens, int(self._limit * SHARES[effort]))
        return _bound(tokens, self._style.budget or (None, None))


def _bound(tokens: int, bounds: tuple[int | None, int | None]) -> int:
    least, most = bounds
    if most is not None:
        tokens = min(tokens, most)
    return tokens if least is None else max(tokens, least)


def _changed(wish: Reasoning | None, **changes: Any) -> Reasoning:
    return replace(wish or Reasoning(), **changes)

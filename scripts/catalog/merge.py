"""Facts of several sources about one model, made into one `Model`: the newest source first, field by field.

A price is taken whole from the newest source that states one; an older source adds a field to it only where it agrees
on everything that both state. Where they differ, that is reported, and the newest stands. What none states stays None.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from facts import EFFORTS, PRICES, Facts
from vendors import Vendor

from dragoman.types.model import Model, Price, ReasoningStyle

__all__ = ["Merger"]

_PLAIN = (
    "name",
    "tools",
    "parallel_tools",
    "forced_tools",
    "schema",
    "temperature",
    "prefill",
    "system_midway",
    "knowledge",
    "released",
    "open_weights",
)
_MODALITIES = ("text", "image", "audio", "video", "pdf")


@dataclass
class Merger:
    """Merges, knowing all sources' bounds, and remembers what it was not told alike."""

    splits: set[tuple[int, int]] = field(default_factory=set)
    disagreements: list[str] = field(default_factory=list)

    def learn(self, facts: Iterable[Facts]) -> None:
        """Take note of pairs of prompt and answer that add up to a window, by a source that tells the three apart."""
        for one in facts:
            if one.context and one.max_input and one.max_output and one.max_input + one.max_output == one.context:
                self.splits.add((one.max_input, one.max_output))

    def model(self, provider: str, name: str, vendor: Vendor, facts: Sequence[Facts]) -> Model:
        """The model that these facts, newest first, are about."""
        where = f"{provider}:{name}"
        fields: dict[str, Any] = {key: _first(facts, key) for key in _PLAIN}
        fields |= self._bounds(where, facts)
        fields["price"] = self._price(where, facts) if vendor.dollars else None
        fields["inputs"] = _inputs(facts)
        fields["outputs"] = _order(_first(facts, "outputs"))
        fields["reasoning"] = _reasoning(facts)
        fields["caching"] = _caching(facts, fields["price"])
        fields["retires"] = _first(facts, "retires")
        fields["source"] = ", ".join(dict.fromkeys(one.source for one in facts))
        return Model(provider, name, **fields)

    def _bounds(self, where: str, facts: Sequence[Facts]) -> dict[str, int | None]:
        """Window, prompt and answer.

        Three kinds of word: `context` is the window; LiteLLM's `window` is the window or the bound on the prompt;
        that of genai-prices is the window in round numbers. LiteLLM's is the prompt's bound where it and the answer add
        up to a window that is stated elsewhere, or where they are a pair that `learn` has seen, or where it is a little
        less than the window.
        """
        answer: int | None = _first(facts, "max_output")
        whole = next((one for one in facts if one.context), None)
        context, prompt = (whole.context, whole.max_input) if whole is not None else (None, None)
        bound = next((one.window for one in facts if one.window and one.source == "litellm"), None)
        rough = next((one.window for one in facts if one.window and one.source != "litellm"), None)
        both = bound + answer if bound and answer else None
        if bound is not None and context is not None and bound not in (context, prompt):
            if both == context or 0.9 * context <= bound < context:
                prompt = bound
            else:
                self._differ(where, "context", {"litellm": bound, "models.dev": context})
                context, prompt = None, None
        elif bound is None and rough is not None and context is not None and abs(rough - context) > 0.05 * context:
            self._differ(where, "context", {"genai-prices": rough, "models.dev": context})
            context, prompt = rough, None
        if context is None and bound is not None and answer is not None and (rough == both or (bound, answer) in self.splits):
            context, prompt = bound + answer, bound
        if context is None:
            context = bound or rough
        if prompt is not None and context is not None and prompt >= context:
            prompt = None
        if answer is not None and context is not None and answer > context:
            self._differ(where, "max_output", {"answer": answer, "context": context})
            answer = None
        return {"context": context, "max_input": prompt, "max_output": answer}

    def _price(self, where: str, facts: Sequence[Facts]) -> Price | None:
        """The newest price; one that was found by the very id goes before one that was found by a pattern."""
        priced = [one for one in facts if one.price is not None and (_charged(one.price) or one.free or where.endswith(":free"))]
        if not priced:
            return None
        chosen = _chosen([one for one in priced if one.exact] or priced)
        price = chosen.price
        assert price is not None
        for other in priced:
            if other is chosen or other.price is None:
                continue
            if _same_hours(price, other.price):
                price = price if _knows_weekdays(price) else other.price
            elif unlike := _unlike(price, other.price):
                said = {chosen.source: _said(price, unlike), other.source: _said(other.price, unlike)}
                self._differ(where, f"price ({', '.join(unlike)})", said)
            else:
                price = _filled(price, other.price)
        return price

    def _differ(self, where: str, what: str, said: dict[str, Any]) -> None:
        self.disagreements.append(f"{where}: {what}: " + ", ".join(f"{who} {value}" for who, value in said.items()))


def _first(facts: Sequence[Facts], key: str) -> Any:
    return next((value for one in facts if (value := getattr(one, key)) is not None), None)


def _chosen(priced: Sequence[Facts]) -> Facts:
    """The newest, unless all that are older say the same, and something else."""
    newest, older = priced[0], priced[1:]
    if len(older) < 2 or any(_unlike_in_the_main(older[0], one) for one in older[1:]):
        return newest
    return older[0] if _unlike_in_the_main(newest, older[0]) else newest


def _unlike_in_the_main(one: Facts, other: Facts) -> bool:
    assert one.price is not None
    assert other.price is not None
    return bool({"input", "output"} & set(_unlike(one.price, other.price)))


def _charged(price: Price) -> bool:
    """Whether anything is charged: zeros are how sources write that they do not know, or that the first tokens are free."""
    return bool(price.input or price.output)


def _unlike(price: Price, other: Price) -> list[str]:
    """The amounts on which two prices differ by more than a rounding."""
    return [
        key
        for key in PRICES
        if (ours := getattr(price, key)) is not None and (theirs := getattr(other, key)) is not None and _apart(ours, theirs)
    ]


def _apart(ours: Decimal, theirs: Decimal) -> bool:
    return abs(ours - theirs) * 1000 > max(ours, theirs)


def _said(price: Price, keys: Iterable[str]) -> str:
    return "/".join(str(getattr(price, key)) for key in keys)


def _filled(price: Price, other: Price) -> Price:
    """A price with what only another one states, which agrees with it."""
    values: dict[str, Any] = {key: _or(getattr(price, key), getattr(other, key)) for key in PRICES}
    for key in ("cache_read", "cache_write"):
        if (
            getattr(price, key) is None
            and values[key] is not None
            and values["input"] is not None
            and not _apart(values[key], values["input"])
        ):
            values[key] = values["input"]  # the same price, rounded another way
    for key in ("above", "when", "regional"):
        values[key] = _or(getattr(price, key), getattr(other, key))
    values["times"] = price.times or other.times
    values["tiers"] = price.tiers or other.tiers
    if price.tiers and [tier.above for tier in price.tiers] == [tier.above for tier in other.tiers]:
        pairs = list(zip(price.tiers, other.tiers, strict=True))
        values["tiers"] = tuple(ours if _unlike(ours, theirs) else _filled(ours, theirs) for ours, theirs in pairs)
    values["services"] = {**other.services, **price.services}
    for word in price.services.keys() & other.services.keys():
        if not _unlike(price.services[word], other.services[word]):
            values["services"][word] = _filled(price.services[word], other.services[word])
    return Price(**values)


def _or(ours: Any, theirs: Any) -> Any:
    return theirs if ours is None else ours


def _same_hours(price: Price, other: Price) -> bool:
    """Whether both tell hours apart and name the same amounts, whichever of them they call the usual ones."""
    return bool(_by_hour(price) and _by_hour(other)) and _amounts(price) == _amounts(other)


def _by_hour(price: Price) -> list[str]:
    return [one.when for one in price.times if one.when and " " in one.when]


def _knows_weekdays(price: Price) -> bool:
    return any(not when.startswith("1-7 ") for when in _by_hour(price))


def _amounts(price: Price) -> set[tuple[Any, ...]]:
    return {(one.input, one.output, one.cache_read) for one in (price, *price.times) if one.when is None or " " in one.when}


def _inputs(facts: Sequence[Facts]) -> tuple[str, ...] | None:
    """What is taken: a list is the whole of it, and a newer word on one modality changes it."""
    listed = next((index for index, one in enumerate(facts) if one.inputs is not None), None)
    if listed is None:
        return None
    known = set(facts[listed].inputs or ())
    for one in reversed(facts[: listed + 1]):
        if one.inputs is not None and one is not facts[listed]:
            known = set(one.inputs)
        for word, taken in one.takes.items():
            known = known | {word} if taken else known - {word}
    older = {word for one in facts[listed + 1 :] for word in one.inputs or ()}
    # A list that has no word for documents does not deny them.
    if "pdf" in older and not any("pdf" in one.takes for one in facts):
        known.add("pdf")
    return _order(known)


def _order(words: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(word for word in _MODALITIES if word in set(words))


def _reasoning(facts: Sequence[Facts]) -> ReasoningStyle | bool | None:
    reasons = _first(facts, "reasons")
    if not reasons:
        return reasons
    efforts = _efforts(facts)
    adaptive, always = _first(facts, "adaptive"), _first(facts, "always")
    budget = None if any(one.no_budget for one in facts) else _first(facts, "budget")
    toggle = False if always else _first(facts, "toggle")
    return ReasoningStyle(always=always, efforts=efforts, budget=budget, adaptive=adaptive, toggle=toggle)


def _efforts(facts: Sequence[Facts]) -> tuple[str, ...] | None:
    listed = next((index for index, one in enumerate(facts) if one.efforts is not None), None)
    if listed is not None:
        known = set(facts[listed].efforts or ())
        for one in reversed(facts[: listed + 1]):
            for level, taken in one.levels.items():
                known = known | {level} if taken else known - {level}
    elif levels := next((one.levels for one in facts if one.levels), None):
        # Who states the levels at the ends takes those in the middle for granted.
        known = {"low", "medium", "high"} | {level for level, taken in levels.items() if taken}
        known -= {level for level, taken in levels.items() if not taken}
    else:
        return None
    return tuple(level for level in EFFORTS if level in known)


def _caching(facts: Sequence[Facts], price: Price | None) -> bool | None:
    """As stated; a price of what is read from a cache says that there is one."""
    stated: bool | None = _first(facts, "caching")
    return True if stated is None and price is not None and price.cache_read is not None else stated

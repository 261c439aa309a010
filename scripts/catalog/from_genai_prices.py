"""genai-prices (MIT, Pydantic): prices with their dates and hours, in a Python module.

Its models are found by rules (`starts_with`, `contains`, ...), so that one price may stand for several ids: which, is
asked id by id. An id of its own is taken only where the rule spells it out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from facts import OTHER_WORK, Facts, money
from vendors import Vendor

from dragoman.types.model import Price

__all__ = ["GenaiPrices"]

_KEYS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
    "audio_input": "input_audio_mtok",
    "audio_output": "output_audio_mtok",
}
# Web searches and the like are no tokens; they are on no bill that we add up.
_BESIDE = {"web_searches_kcount", "storage_searches_kcount", "input_image_mtok", "cache_audio_read_mtok", "input_video_mtok"}
_BESIDE |= {"cache_image_read_mtok"}
# What it prices beside answers in text, and does not tell apart.
_NOT_TEXT = re.compile(r"ocr|image|nano-banana|voice|guard|orpheus|decider")


class GenaiPrices:
    """The folder of the unpacked wheel, as of one day."""

    def __init__(self, folder: Path, day: date) -> None:
        sys.path.insert(0, str(folder))
        try:
            self._types = import_module("genai_prices.types")
            self._providers = {one.id: one for one in import_module("genai_prices.data").providers}
        finally:
            sys.path.remove(str(folder))
        self._day = day

    def find(self, vendor: Vendor, name: str) -> Facts | None:
        """What it says of an id that another source knows."""
        if vendor.genai is None or vendor.genai.endswith("_"):
            return None
        provider = self._providers[vendor.genai]
        own = name.removeprefix(vendor.add).lower()
        model = next((one for one in provider.models if one.is_match(own)), None)
        return None if model is None else self._facts(name, model, provider, own)

    def own(self, vendor: Vendor) -> Iterator[Facts]:
        """The models whose ids it spells out itself."""
        if vendor.genai is None:
            return
        for provider in self._family(vendor.genai):
            tail = f":{provider.id.removeprefix(vendor.genai)}" if vendor.genai.endswith("_") else ""
            for model in provider.models:
                for own in self._spelled(model, vendor):
                    name = f"{vendor.add}{own.lower() if vendor.lower else own}{tail}"
                    if not _beside(own) and re.match(vendor.only, name):
                        facts = self._facts(name, model, provider, own.lower())
                        if facts.price is not None:
                            facts.gone = bool(model.deprecated)
                            yield facts

    def _family(self, name: str) -> list[Any]:
        if not name.endswith("_"):
            return [self._providers[name]]
        return [one for key, one in self._providers.items() if key.startswith(name)]

    def _spelled(self, model: Any, vendor: Vendor) -> list[str]:
        literal = self._literals(model.match)
        if vendor.genai == "aws":
            return [word for word in sorted(literal) if word.startswith(("global.", "us."))]
        return [model.id] if model.id.lower() in literal else []

    def _literals(self, rule: Any) -> set[str]:
        types = self._types
        if isinstance(rule, types.ClauseEquals):
            return {rule.equals.lower()}
        if isinstance(rule, types.ClauseEndsWith):
            return {rule.ends_with.lower()}
        if isinstance(rule, types.ClauseOr):
            return {word for clause in rule.or_ for word in self._literals(clause)}
        return set()

    def _stems(self, rule: Any) -> set[str]:
        types = self._types
        if isinstance(rule, types.ClauseStartsWith):
            return {rule.starts_with.lower()}
        if isinstance(rule, types.ClauseOr):
            return {word for clause in rule.or_ for word in self._stems(clause)}
        return set()

    def _facts(self, name: str, model: Any, provider: Any, own: str) -> Facts:
        urls = provider.pricing_urls or [None]
        facts = Facts(name, "genai-prices", urls[0], name=model.name)
        facts.window = model.context_window
        facts.exact = own in self._literals(model.match)
        if provider.id == "aws":
            # Its rules for regions are meant: `anthropic.claude-x` costs more than `global.anthropic.claude-x`. The
            # government's regions, which cost more still, it puts with the others.
            facts.exact = (facts.exact or own.startswith(tuple(self._stems(model.match)))) and not own.startswith("us-gov.")
        facts.price = self._price(model)
        facts.free = facts.price is not None and facts.price.input == 0 == facts.price.output
        return facts

    def _price(self, model: Any) -> Price | None:
        types = self._types
        listed = model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
        dated = [one for one in listed if not isinstance(one.constraint, types.TimeOfDateConstraint)]
        hours = [one for one in listed if isinstance(one.constraint, types.TimeOfDateConstraint)]
        days = sorted({one.constraint.start_date for one in dated if one.constraint is not None})
        now = self._on(model, dated, self._day)
        if now is None:
            return None
        later = [
            _also(price, when=day.isoformat())
            for day in days
            if day > self._day and (price := self._on(model, dated, day)) is not None
        ]
        by_hour = [
            _also(price, when=f"1-7 {_hour(one.constraint.start_time)}-{_hour(one.constraint.end_time)}")
            for one in hours
            if (price := _base(one.prices, types)) is not None
        ]
        return _also(now, times=(*later, *by_hour))

    def _on(self, model: Any, dated: list[Any], day: date) -> Price | None:
        in_force = [one for one in dated if one.constraint is None or one.constraint.start_date <= day]
        base = _base((in_force or dated)[-1].prices, self._types)
        if base is None:
            return None
        services: dict[str, Price] = {}
        for variant in model.price_variants or ():
            if variant.constraint is not None and variant.constraint.start_date > day:
                continue
            word = next(iter(variant.when.values()))
            if set(variant.when) <= {"service_tier", "processing", "speed"} and word not in {"default", *services}:
                price = _base(variant.prices, self._types)
                if price is not None:
                    services[word] = _sized(price, base)
        return _also(base, services=services)


def _beside(name: str) -> bool:
    return bool(OTHER_WORK.search(name.lower()) or _NOT_TEXT.search(name.lower()))


def _base(prices: Any, types: Any) -> Price | None:
    stated = {key: value for key, value in vars(prices).items() if value is not None}
    if not {"input_mtok", "output_mtok"} <= stated.keys() or stated.keys() - {*_KEYS.values(), *_BESIDE}:
        return None
    sizes = sorted({tier.start for value in stated.values() if isinstance(value, types.TieredPrices) for tier in value.tiers})
    return _also(_at(stated, None, types), tiers=tuple(_at(stated, size, types) for size in sizes))


def _at(stated: dict[str, Any], size: int | None, types: Any) -> Price:
    def amount(value: Any) -> Decimal | None:
        if not isinstance(value, types.TieredPrices):
            return money(value)
        reached = [tier.price for tier in value.tiers if size is not None and tier.start <= size]
        return money(reached[-1] if reached else value.base)

    amounts = {field: amount(stated.get(key)) for field, key in _KEYS.items()}
    if amounts["reasoning"] == amounts["output"]:
        amounts["reasoning"] = None
    return Price(**amounts, above=size)


def _sized(service: Price, base: Price) -> Price:
    """Where a service has one price for all sizes and the usual price has not, nobody sells it above the first size."""
    if service.tiers or not base.tiers:
        return service
    return _also(service, tiers=(Price(above=base.tiers[0].above),))


def _also(price: Price, **changes: Any) -> Price:
    fields = (*_KEYS, "above", "when", "tiers", "services", "times", "regional")
    return Price(**{**{field: getattr(price, field) for field in fields}, **changes})


def _hour(time: Any) -> str:
    return f"{time.hour:02}:{time.minute:02}"

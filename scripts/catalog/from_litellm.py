"""LiteLLM's `model_prices_and_context_window` (MIT): prices per token, bounds, `supports_*` flags.

A flag that is absent is unknown. `max_input_tokens` is in some rows the whole window and in others the window without
the answer; which of the two, `merge` decides where another source tells them apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from facts import EFFORTS, OTHER_WORK, PRICES, Facts, per_million
from vendors import Vendor

from dragoman.types.model import Price

__all__ = ["read_litellm", "rows"]

Row = dict[str, Any]

_MODES = ("chat", "responses")
_KEYS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "reasoning": "output_cost_per_reasoning_token",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
}
_SERVICES = {"flex": "flex", "priority": "priority", "batches": "batch", "ultrafast": "ultrafast"}
_FLAGS = {
    "tools": "supports_function_calling",
    "parallel_tools": "supports_parallel_function_calling",
    "forced_tools": "supports_forced_tool_use",
    "schema": "supports_response_schema",
    "reasons": "supports_reasoning",
    "always": "thinking_always_on",
    "adaptive": "supports_adaptive_thinking",
    "temperature": "supports_sampling_params",
    "prefill": "supports_assistant_prefill",
    "system_midway": "supports_mid_conversation_system",
    "caching": "supports_prompt_caching",
}
_TAKES = {
    "image": "supports_vision",
    "pdf": "supports_pdf_input",
    "audio": "supports_audio_input",
    "video": "supports_video_input",
}
_MODALITIES = {"text": "text", "image": "image", "audio": "audio", "video": "video", "pdf": "pdf", "file": "pdf"}
_REGIONAL = ("regional_endpoint_uplift_multiplier", "regional_processing_uplift_multiplier_us")


def rows(path: Path) -> dict[str, Row]:
    """The file's rows by key."""
    found: dict[str, Row] = json.loads(path.read_text("utf-8"))
    found.pop("sample_spec", None)
    return found


def read_litellm(table: dict[str, Row], vendor: Vendor) -> Iterator[Facts]:
    """One vendor's chat models."""
    for key, row in table.items():
        if row.get("litellm_provider") not in vendor.litellm or row.get("mode") not in _MODES:
            continue
        name = next((key.removeprefix(prefix) for prefix in vendor.strip if key.startswith(prefix)), key)
        if not re.match(vendor.only, name) or OTHER_WORK.search(name.lower()):
            continue
        yield _facts(name, row)


def _facts(name: str, row: Row) -> Facts:
    facts = Facts(name, "litellm", row.get("source"))
    for field, flag in _FLAGS.items():
        setattr(facts, field, _truth(row.get(flag)))
    facts.takes = {word: value for word, flag in _TAKES.items() if (value := _truth(row.get(flag))) is not None}
    facts.inputs = _words(row.get("supported_modalities"))
    facts.outputs = _words(row.get("supported_output_modalities"))
    facts.window = _count(row.get("max_input_tokens"))
    facts.max_output = _count(row.get("max_output_tokens"))
    facts.retires = row.get("deprecation_date")
    facts.price = _price(row)
    levels = row.get("reasoning_effort_levels")
    if isinstance(levels, list):
        facts.efforts = tuple(level for level in EFFORTS if level in levels)
    facts.levels = {
        level: value for level in EFFORTS if (value := _truth(row.get(f"supports_{level}_reasoning_effort"))) is not None
    }
    if facts.levels or facts.adaptive or facts.always:
        facts.reasons = True if facts.reasons is None else facts.reasons
    # Of models that think as much as they see fit, this flag marks those that still take a number of tokens.
    facts.no_budget = facts.adaptive is True and not _truth(row.get("supports_legacy_thinking"))
    return facts


def _price(row: Row) -> Price | None:
    if "input_cost_per_request" in row or "input_cost_per_second" in row:
        return None
    if isinstance(stages := row.get("tiered_pricing"), list) and stages:
        return _staged(stages)
    base = _at(row, "", "")
    if base.input is None or base.output is None:
        return None
    services = {}
    sizes = _sizes(row)
    for suffix, word in _SERVICES.items():
        service = _at(row, "", f"_{suffix}")
        if service.input is None or service.output is None:
            continue
        # A size that changes the usual price and is not stated for a service leaves that service's price unknown.
        services[word] = _replace(service, tiers=tuple(_at(row, size, f"_{suffix}") for size in sizes))
    tiers = tuple(_at(row, size, "") for size in sizes)
    return _replace(base, tiers=tiers, services=services, times=tuple(_hours(row)), regional=_regional(row))


def _hours(row: Row) -> Iterator[Price]:
    """Cheaper hours: weekdays as ISO numbers them, hours in UTC; midnight at the end is `00:00` there."""
    cheaper = row.get("off_peak_pricing")
    for window in cheaper["windows"] if isinstance(cheaper, dict) else ():
        days = window["weekdays"]
        if days != list(range(days[0], days[-1] + 1)):
            raise ValueError(f"weekdays {days} are no range")
        hours = window["hours_utc"]
        for span in [hours] if isinstance(hours, str) else hours:
            begin, _, end = span.partition("-")
            end = "24:00" if end == "00:00" else end
            if not begin < end:
                raise ValueError(f"hours {span} pass midnight")
            yield _replace(_at(cheaper, "", ""), when=f"{days[0]}-{days[-1]} {begin}-{end}")


def _staged(stages: list[Row]) -> Price | None:
    prices = [_replace(_at(stage, "", ""), above=int(stage["range"][0]) or None) for stage in stages]
    first = prices[0]
    if first.above is not None or any(price.input is None or price.output is None for price in prices):
        return None
    return _replace(first, tiers=tuple(prices[1:]))


def _at(row: Row, size: str, service: str) -> Price:
    """The price of prompts over `size` (`272k`) in one service."""
    above = f"_above_{size}_tokens" if size else ""
    amounts = {field: per_million(row.get(f"{key}{above}{service}")) for field, key in _KEYS.items()}
    for field in ("cache_read", "cache_write", "cache_write_1h"):
        if amounts[field] == 0 and amounts["input"] != 0:
            amounts[field] = None  # written for "no such charge", which is no price
    if amounts["reasoning"] == amounts["output"]:
        amounts["reasoning"] = None
    return Price(**amounts, above=int(size.removesuffix("k")) * 1000 if size else None)


def _sizes(row: Row) -> list[str]:
    found = {match[1] for key in row if (match := re.fullmatch(r"input_cost_per_token_above_(\d+k)_tokens", key))}
    return sorted(found, key=lambda size: int(size.removesuffix("k")))


def _regional(row: Row) -> Decimal | None:
    entry = row.get("provider_specific_entry")
    if isinstance(entry, dict) and isinstance(entry.get("us"), int | float):
        return Decimal(str(entry["us"]))
    return next((Decimal(str(row[key])) for key in _REGIONAL if isinstance(row.get(key), int | float)), None)


def _replace(price: Price, **changes: Any) -> Price:
    values = {field: getattr(price, field) for field in (*PRICES, "above", "when", "tiers", "services", "times", "regional")}
    return Price(**{**values, **changes})


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _words(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(dict.fromkeys(_MODALITIES[word] for word in value if word in _MODALITIES))

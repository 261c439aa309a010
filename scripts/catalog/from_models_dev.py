"""models.dev (MIT): one TOML file for each model of each provider, some on top of facts about the model itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from facts import EFFORTS, OTHER_WORK, Facts, money
from vendors import Vendor

from dragoman.types.model import Price

__all__ = ["read_models_dev"]

Table = dict[str, Any]

_COSTS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cache_write": "cache_write",
    "reasoning": "reasoning",
    "audio_input": "input_audio",
    "audio_output": "output_audio",
}
_SERVICES = {"priority", "flex", "batch"}


def read_models_dev(root: Path, vendor: Vendor) -> Iterator[Facts]:
    """One vendor's models that write text; those that the vendor no longer serves are marked `gone`."""
    folder = root / "providers" / vendor.models_dev / "models" if vendor.models_dev else None
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.rglob("*.toml")):
        if not path.exists():  # a link whose end has been removed
            continue
        name = path.relative_to(folder).as_posix().removesuffix(".toml")
        if re.match(vendor.only, name) and not OTHER_WORK.search(name.lower()):
            yield _facts(name, _load(path, root))


def _load(path: Path, root: Path) -> Table:
    table = tomllib.loads(path.read_text("utf-8"))
    base = table.get("base_model")
    if not isinstance(base, str) or not (below := root / "models" / f"{base}.toml").exists():
        return table
    merged = tomllib.loads(below.read_text("utf-8"))
    for key, value in table.items():
        known = merged.get(key)
        merged[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    for dotted in table.get("base_model_omit", ()):
        *above, last = dotted.split(".")
        place: Any = merged
        for key in above:
            place = place.get(key, {})
        place.pop(last, None)
    return merged


def _facts(name: str, table: Table) -> Facts:
    limit, modalities = table.get("limit", {}), table.get("modalities", {})
    facts = Facts(
        name,
        "models.dev",
        name=table.get("name"),
        context=limit.get("context") or None,
        max_input=limit.get("input") or None,
        max_output=limit.get("output") or None,
        inputs=tuple(modalities["input"]) if modalities.get("input") else None,
        outputs=tuple(modalities["output"]) if modalities.get("output") else None,
        tools=table.get("tool_call"),
        schema=table.get("structured_output"),
        temperature=table.get("temperature"),
        knowledge=_day(table.get("knowledge")),
        released=_day(table.get("release_date")),
        open_weights=table.get("open_weights"),
        price=_price(table),
        gone=table.get("status") == "deprecated",
        reasons=table.get("reasoning"),
    )
    for option in table.get("reasoning_options", ()) if facts.reasons else ():
        match option["type"]:
            case "effort":
                facts.efforts = tuple(level for level in EFFORTS if level in option["values"])
            case "budget_tokens":
                facts.budget = (option.get("min"), option.get("max"))
            case "toggle":
                facts.toggle = True
    return facts


def _price(table: Table) -> Price | None:
    cost = table.get("cost")
    if not isinstance(cost, dict) or (base := _amounts(cost)).input is None or base.output is None:
        return None
    if {"request", "citation", "image"} & cost.keys():
        return None  # there is more on the bill than tokens
    tiers = tuple(
        _amounts(tier, tier["tier"]["size"])
        for tier in sorted(cost.get("tiers", ()), key=lambda tier: tier["tier"]["size"])
        if tier["tier"].get("type", "context") == "context"
    )
    services = {}
    for mode in table.get("experimental", {}).get("modes", {}).values():
        body = mode.get("provider", {}).get("body", {})
        word = body.get("service_tier") or body.get("speed")
        if word in {*_SERVICES, "fast"} and "cost" in mode:
            services[word] = _amounts(mode["cost"])
    return _with(base, tiers, services)


def _with(base: Price, tiers: tuple[Price, ...], services: dict[str, Price]) -> Price:
    fields = {field: getattr(base, field) for field in _COSTS}
    return Price(**fields, tiers=tiers, services=services)


def _amounts(cost: Table, above: int | None = None) -> Price:
    amounts = {field: money(cost.get(key)) for field, key in _COSTS.items()}
    for field in ("cache_read", "cache_write", "reasoning", "audio_input", "audio_output"):
        if amounts[field] == 0 and amounts["input"] != 0:
            amounts[field] = None
    if amounts["reasoning"] == amounts["output"]:
        amounts["reasoning"] = None
    return Price(**amounts, above=above)


def _day(value: Any) -> str | None:
    """An ISO day or month; a date that says more (or less) than that says nothing here."""
    text = value.isoformat() if hasattr(value, "isoformat") else value
    return text if isinstance(text, str) and re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text) else None

"""models.dev's list of everything, `api.json`, as our values (https://github.com/anomalyco/models.dev, MIT).

An object by provider id, each with `models` by model id; limits in tokens, `cost` in dollars per million tokens,
`status: "deprecated"` on what a provider no longer serves. `packages/core/src/schema.ts` there is the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from ..errors import DecodeError
from ..protocols.listing import EFFORTS, PER_MILLION, at, count, day, modalities, money, price, text
from ..types.model import Model, Price, ReasoningStyle
from .names import MODELS_DEV, OTHER_WORK, Theirs

__all__ = ["Reading", "read_models_dev"]

_SOURCE = "models.dev"
_Decoder = msgspec.json.Decoder(float_hook=Decimal)
_ENOUGH = 10  # of the providers we know; the list has more than a hundred

_AMOUNTS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cache_write": "cache_write",
    "reasoning": "reasoning",
    "audio_input": "input_audio",
    "audio_output": "output_audio",
}
_SAME_AS = {"reasoning": "output", "audio_input": "input", "audio_output": "output"}  # told apart only where it differs
_NOT_TOKENS = {"request", "citation", "image"}  # with these, there is more on the bill
_SERVICES = {"flex", "priority", "batch", "fast"}
_OLD_TIER = 200_000  # of `context_over_200k`, which stands for one tier in older lists


class Reading(NamedTuple):
    """Models by our providers; the ids that are no longer served, by the same; how many entries could not be read."""

    models: dict[str, tuple[Model, ...]]
    gone: dict[str, frozenset[str]]
    unread: int


def read_models_dev(data: bytes) -> Reading:
    """Everything in an `api.json` that is a text model of a provider we know.

    Raises DecodeError when it is no such list: not JSON, of another shape, or with hardly any provider we know in it.
    """
    try:
        root = _Decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ArithmeticError) as error:
        raise DecodeError(f"this is not models.dev's api.json: {error}") from error
    found = {name: at(root, f"{theirs.id}.models") for name, theirs in MODELS_DEV.items() if isinstance(root, Mapping)}
    listed = {name: models for name, models in found.items() if isinstance(models, Mapping) and models}
    if len(listed) < _ENOUGH:
        raise DecodeError(
            f"this is not models.dev's api.json: it lists {len(listed)} of the {len(MODELS_DEV)} providers it should"
        )
    models: dict[str, tuple[Model, ...]] = {}
    gone: dict[str, frozenset[str]] = {}
    unread = 0
    for name, entries in listed.items():
        theirs = MODELS_DEV[name]
        unread += sum(not isinstance(entry, Mapping) for entry in entries.values())
        models[name] = tuple(_models(name, theirs, entries))
        gone[name] = frozenset([_id(key, theirs) for key, entry in entries.items() if at(entry, "status") == "deprecated"])
    if not any(models.values()):
        raise DecodeError("this is not models.dev's api.json: no entry in it is a model")
    return Reading(models, gone, unread)


def _id(key: str, theirs: Theirs) -> str:
    return key.lower() if theirs.lower else key


def _models(provider: str, theirs: Theirs, entries: Mapping[str, Any]) -> Iterator[Model]:
    for key, entry in entries.items():
        if not isinstance(entry, Mapping) or not re.match(theirs.only, key) or re.search(OTHER_WORK, key.lower()):
            continue
        model = _model(provider, _id(key, theirs), entry, theirs.priced)
        if model.outputs is None or "text" in model.outputs:
            yield model


def _model(provider: str, name: str, entry: Mapping[str, Any], priced: bool) -> Model:
    facts: dict[str, Any] = {field: count(at(entry, f"limit.{word}")) for field, word in _BOUNDS.items()}
    facts |= {field: _flag(entry.get(word)) for field, word in _FLAGS.items()}
    return Model(
        provider,
        name,
        text(entry.get("name")),
        **facts,
        price=_price(entry) if priced else None,
        inputs=modalities(at(entry, "modalities.input")),
        outputs=modalities(at(entry, "modalities.output")),
        reasoning=_reasoning(entry),
        knowledge=day(entry.get("knowledge")),
        released=day(entry.get("release_date")),
        source=_SOURCE,
    )


_BOUNDS = {"context": "context", "max_input": "input", "max_output": "output"}
_FLAGS = {"tools": "tool_call", "schema": "structured_output", "temperature": "temperature", "open_weights": "open_weights"}


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _reasoning(entry: Mapping[str, Any]) -> ReasoningStyle | bool | None:
    reasons = _flag(entry.get("reasoning"))
    if not reasons:
        return reasons
    options = entry.get("reasoning_options")
    said: dict[str, Any] = (
        {str(option.get("type")): option for option in options if isinstance(option, Mapping)}
        if isinstance(options, list)
        else {}
    )
    levels, budget = at(said, "effort.values"), said.get("budget_tokens")
    return ReasoningStyle(
        efforts=tuple([level for level in EFFORTS if level in levels]) if isinstance(levels, list) else None,
        budget=None if budget is None else (_whole(budget.get("min")), _whole(budget.get("max"))),
        toggle=True if "toggle" in said else None,
    )


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _price(entry: Mapping[str, Any]) -> Price | None:
    cost = entry.get("cost")
    if not isinstance(cost, Mapping) or _NOT_TOKENS & cost.keys() or (base := _amounts(cost)) is None:
        return None
    tiers = [
        msgspec.structs.replace(tier, above=above)
        for part in _list(cost.get("tiers"))
        if at(part, "tier.type") in (None, "context")
        and (above := count(at(part, "tier.size"))) is not None
        and (tier := _amounts(part)) is not None
    ]
    if not tiers and (old := _amounts(_mapping(cost.get("context_over_200k")))) is not None:
        tiers = [msgspec.structs.replace(old, above=_OLD_TIER)]
    return msgspec.structs.replace(base, tiers=tuple(sorted(tiers, key=lambda tier: tier.above or 0)), services=_services(entry))


def _services(entry: Mapping[str, Any]) -> dict[str, Price]:
    """The modes of a model that are other service tiers, by the word that asks for them."""
    services = {}
    for mode in _mapping(at(entry, "experimental.modes")).values():
        word = at(mode, "provider.body.service_tier") or at(mode, "provider.body.speed") if isinstance(mode, Mapping) else None
        if word in _SERVICES and (amounts := _amounts(_mapping(mode.get("cost")))) is not None:
            services[word] = amounts
    return services


def _amounts(cost: Mapping[str, Any]) -> Price | None:
    amounts = {field: money(cost.get(word), PER_MILLION) for field, word in _AMOUNTS.items()}
    if amounts["input"] is None or amounts["output"] is None:
        return None
    for field, plain in _SAME_AS.items():
        if amounts[field] == amounts[plain]:
            amounts[field] = None
    return price(**amounts)


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

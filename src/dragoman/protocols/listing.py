"""What lists of models have in common on every wire: how they are read, and the units of what they state.

A list states what the vendor states: whatever is missing, malformed or in a unit nobody has documented stays None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from ..types.model import Price
from ..types.response import Failure
from ..wire.http import HttpRequest
from .base import Target

__all__ = [
    "EFFORTS",
    "PER_MILLION",
    "PER_TOKEN",
    "Items",
    "at",
    "count",
    "day",
    "efforts",
    "encode_list",
    "modalities",
    "money",
    "price",
    "read_list",
    "source",
    "text",
]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Levels of reasoning, least first, as vendors call them."""

PER_MILLION = Decimal(1)
PER_TOKEN = Decimal(1_000_000)
"""What a price is multiplied with to be one of a million tokens."""

_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_LARGEST = Decimal(10_000)  # dollars a million tokens: what costs more is in another unit than we think
_CLIP = 200
_Decoder = msgspec.json.Decoder(float_hook=Decimal)  # prices are decimal text, and stay exact

# Vendors' words for modalities, where they differ from ours.
_MODALITIES = {"file": "pdf", "speech": "audio", "document": "pdf", "embeddings": "embedding"}


class Items(NamedTuple):
    """The entries of a list that are objects, and the object around them, empty for a bare array."""

    items: list[dict[str, Any]]
    around: dict[str, Any]


def encode_list(target: Target, url: str, headers: Mapping[str, str] | None = None) -> HttpRequest:
    """A GET with the target's own headers."""
    given = {name.lower(): value for name, value in target.headers.items()}
    return HttpRequest("GET", url, {"accept": "application/json", **(headers or {}), **given})


def read_list(body: bytes, *names: str, may_miss: bool = False) -> Items | Failure:
    """The list in a body: a bare array, or what stands under the first of `names` that is there.

    Anything else is a Failure: the error that it states, else that it is no list; with `may_miss` an object that states
    neither is an empty list. Numbers with a fraction are Decimals.
    """
    try:
        value = _Decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ArithmeticError) as error:
        return _unreadable(body, f"the list of models is not JSON: {error}")
    around = value if isinstance(value, dict) else {}
    found = value if isinstance(value, list) else next((around[name] for name in names if name in around), None)
    if isinstance(found, list):
        return Items([item for item in found if isinstance(item, dict)], around)
    if around.get("error"):
        return _stated(around["error"], around)
    if may_miss and isinstance(value, dict) and found is None:
        return Items([], around)
    return _unreadable(body, "the answer is no list of models")


def at(item: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path, None where nothing does."""
    value: Any = item
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def text(value: Any) -> str | None:
    """Text that says something."""
    return value if isinstance(value, str) and value.strip() else None


def count(value: Any) -> int | None:
    """A number of tokens. Vendors write 0 for "not known"."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return int(number) if number.is_finite() and 0 < number < 10**12 and number == int(number) else None


def day(value: Any) -> str | None:
    """The ISO date of an ISO time or of Unix seconds. Vendors write the epoch itself for "not known"."""
    if isinstance(value, str):
        found = _DAY.match(value)
        return found[0] if found is not None and not found[0].startswith("1970") else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 86_400 < value < 10**11:
        return None
    return datetime.fromtimestamp(int(value), UTC).date().isoformat()


def modalities(value: Any) -> tuple[str, ...] | None:
    """A vendor's list of modalities in our words, in its order; None for what is no list or an empty one."""
    if not isinstance(value, list):
        return None
    words = [word.strip().lower() for word in value if isinstance(word, str)]
    return tuple(dict.fromkeys([_MODALITIES.get(word, word) for word in words if word])) or None


def efforts(words: Iterable[str]) -> tuple[str, ...]:
    """Levels of reasoning, least first; words without a known place stand at the end."""
    known = {word: place for place, word in enumerate(EFFORTS)}
    return tuple(sorted(dict.fromkeys(words), key=lambda word: known.get(word, len(known))))


def money(value: Any, unit: Decimal) -> Decimal | None:
    """A price of a million tokens in dollars, None for what is no price: below zero, or beyond any price there is."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        amount = Decimal(value) * unit
    except ArithmeticError:
        return None
    if not amount.is_finite() or not 0 <= amount <= _LARGEST:
        return None
    return amount.normalize() + 0  # 3E+1 is written 30, and no zero has a sign


def price(**amounts: Any) -> Price | None:
    """A Price of amounts by field name; None where neither input nor output is known.

    A zero beside a price that is none says "not known" or "not charged apart" in vendors' lists, and is left out.
    """
    if amounts.get("input") is None and amounts.get("output") is None:
        return None
    free = not amounts.get("input") and not amounts.get("output")
    basic = ("input", "output")
    return Price(**{name: value for name, value in amounts.items() if value or (value is not None and (free or name in basic))})


def source(target: Target) -> str:
    """Where facts of a list come from, for `Model.source`."""
    return f"{target.provider}'s list of models"


def _stated(error: Any, body: dict[str, Any]) -> Failure:
    if not isinstance(error, dict):
        return Failure(str(error)[:_CLIP], code=text(body.get("code")), body=body)
    message = text(error.get("message")) or "the provider gave no reason"
    code = error.get("code")
    return Failure(message, type=text(error.get("type")), code=None if code is None else str(code), body=body)


def _unreadable(body: bytes, why: str) -> Failure:
    said = " ".join(body[: 4 * _CLIP].decode("utf-8", "replace").split())[:_CLIP]
    return Failure(f"{why}; it begins with {said!r}", reason="decode", body=said)

"""What one source says of one model, before sources are held against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dragoman.types.model import Price

__all__ = ["EFFORTS", "OTHER_WORK", "PRICES", "Facts", "money", "per_million"]

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Reasoning efforts, least first."""

PRICES = (
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "reasoning",
    "audio_input",
    "audio_output",
)
"""The fields of a Price that are amounts."""


OTHER_WORK = re.compile(r"embed|rerank|whisper|transcri|moderation|realtime|[-.]live\b|[-.]tts\b|\bbge-|sonic")
"""Names of models that do not answer in text, where a source does not say so."""


@dataclass
class Facts:
    """What a source states; None, and a key that is absent, is what it does not.

    `window` is a bound on the prompt of which the source does not tell whether it is the whole window. `takes` says of
    a modality whether it is taken. `levels` says of an effort whether it is one; `efforts` lists all of them.
    `exact` tells whether the price was found under the very id, and not by a pattern.
    """

    id: str
    source: str
    url: str | None = None
    name: str | None = None
    context: int | None = None
    max_input: int | None = None
    window: int | None = None
    max_output: int | None = None
    price: Price | None = None
    exact: bool = True
    free: bool = False
    inputs: tuple[str, ...] | None = None
    outputs: tuple[str, ...] | None = None
    takes: dict[str, bool] = field(default_factory=dict)
    tools: bool | None = None
    parallel_tools: bool | None = None
    forced_tools: bool | None = None
    schema: bool | None = None
    reasons: bool | None = None
    always: bool | None = None
    efforts: tuple[str, ...] | None = None
    levels: dict[str, bool] = field(default_factory=dict)
    budget: tuple[int | None, int | None] | None = None
    no_budget: bool = False
    adaptive: bool | None = None
    toggle: bool | None = None
    temperature: bool | None = None
    prefill: bool | None = None
    system_midway: bool | None = None
    caching: bool | None = None
    knowledge: str | None = None
    released: str | None = None
    retires: str | None = None
    open_weights: bool | None = None
    gone: bool = False


def money(value: Any) -> Decimal | None:
    """Dollars as they are written, without the dust that binary fractions leave."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    amount = round(Decimal(str(value)), 9)
    if not amount.is_finite() or amount < 0:
        return None
    return (amount.normalize() if amount else Decimal(0)) + Decimal(0)


def per_million(value: Any) -> Decimal | None:
    """Dollars for one token, as dollars for a million."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return money(Decimal(repr(value)) * 1_000_000)

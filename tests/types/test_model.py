"""A catalogue entry goes to disk and back, and what is unknown is not written."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from dragoman.types import Model, Price, ReasoningStyle


def test_an_entry_survives_json_whole() -> None:
    """Prices stay exact decimals, tiers and services nest, and both readings of `reasoning` come back."""
    price = Price(
        Decimal("0.075"), Decimal("3.75"), above=None, tiers=(Price(Decimal("0.15"), above=200_000),), services={"flex": Price()}
    )
    steered = Model("p", "m", price=price, reasoning=ReasoningStyle(efforts=("low", "high"), budget=(None, 32_000)))
    plain = Model("p", "n", reasoning=False, inputs=("text",))
    for model in (steered, plain):
        assert msgspec.json.decode(msgspec.json.encode(model), type=Model) == model


def test_what_is_unknown_is_not_written() -> None:
    """An entry without facts is its two names."""
    assert msgspec.json.encode(Model("p", "m")) == b'{"provider":"p","id":"m"}'

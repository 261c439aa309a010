"""models.dev's `api.json` as our values: what it states, nothing else, and no exception but one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from dragoman.catalog.models_dev import Reading, read_models_dev
from dragoman.catalog.names import MODELS_DEV
from dragoman.errors import DecodeError
from dragoman.types.model import Model, Price, ReasoningStyle

PLAIN = {"limit": {"context": 1000, "output": 100}, "modalities": {"input": ["text"], "output": ["text"]}}


def api(**providers: dict[str, Any]) -> bytes:
    """A list that names every provider, with these models (by our names)."""
    root: dict[str, Any] = {theirs.id: {"models": {"filler-0": PLAIN}} for theirs in MODELS_DEV.values()}
    root |= {MODELS_DEV[name].id: {"id": "x", "models": models} for name, models in providers.items()}
    return msgspec.json.encode(root)


def read(entry: Any, provider: str = "groq") -> Model:
    (model,) = read_models_dev(api(**{provider: {"m": entry}})).models[provider]
    return model


def test_a_full_entry() -> None:
    """Every field of theirs that has one of ours."""
    entry = {
        "id": "m",
        "name": "M",
        "attachment": True,
        "reasoning": True,
        "reasoning_options": [
            {"type": "toggle"},
            {"type": "effort", "values": ["high", None, "low", "default"]},
            {"type": "budget_tokens", "min": 0, "max": 32_768},
        ],
        "tool_call": True,
        "structured_output": False,
        "temperature": True,
        "knowledge": "2025-01",
        "release_date": "2025-05-06",
        "last_updated": "2025-06-05",
        "modalities": {"input": ["text", "image", "pdf"], "output": ["text"]},
        "open_weights": False,
        "limit": {"context": 1_048_576, "input": 1_000_000, "output": 65_536},
        "cost": {
            "input": 1.25,
            "output": 10,
            "cache_read": 0.125,
            "cache_write": 0,
            "reasoning": 10,
            "input_audio": 1,
            "tiers": [
                {"tier": {"type": "context", "size": 400_000}, "input": 5, "output": 20},
                {"tier": {"size": 200_000}, "input": 2.5, "output": 15},
            ],
            "context_over_200k": {"input": 2.5, "output": 15},
        },
        "experimental": {"modes": {"fast": {"cost": {"input": 3, "output": 30}, "provider": {"body": {"speed": "fast"}}}}},
    }
    price = Price(
        Decimal("1.25"),
        Decimal(10),
        Decimal("0.125"),
        audio_input=Decimal(1),
        tiers=(
            Price(Decimal("2.5"), Decimal(15), above=200_000),
            Price(Decimal(5), Decimal(20), above=400_000),
        ),
        services={"fast": Price(Decimal(3), Decimal(30))},
    )

    assert read(entry) == Model(
        *("groq", "m", "M", 1_048_576, 1_000_000, 65_536, price),
        inputs=("text", "image", "pdf"),
        outputs=("text",),
        tools=True,
        schema=False,
        reasoning=ReasoningStyle(efforts=("low", "high"), budget=(0, 32_768), toggle=True),
        temperature=True,
        knowledge="2025-01",
        released="2025-05-06",
        open_weights=False,
        source="models.dev",
    )


def test_an_older_list_has_one_tier() -> None:
    """Its name says where it begins."""
    cost = {"input": 1, "output": 2, "context_over_200k": {"input": 2, "output": 3}}
    price = read({**PLAIN, "cost": cost}).price

    assert Price(Decimal(1), Decimal(2), tiers=(Price(Decimal(2), Decimal(3), above=200_000),)) == price


@pytest.mark.parametrize(
    "cost",
    [None, {"input": 1}, {"input": 1, "output": 2, "request": 0.005}, {"input": -1, "output": 2}, {"input": "x", "output": 2}],
)
def test_what_is_no_price_of_tokens(cost: Any) -> None:
    """Half a price, or one with more on the bill than tokens, is none."""
    assert read({**PLAIN, "cost": cost}).price is None


def test_prices_in_another_unit_are_left_out() -> None:
    """A vendor that bills in yuan has no price in dollars, whatever somebody converted."""
    assert read({**PLAIN, "cost": {"input": 1, "output": 2}}, "moonshot-cn").price is None


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"limit": [], "modalities": "x", "cost": 7, "reasoning": True, "reasoning_options": "x", "name": 1, "tool_call": "yes"},
        {"experimental": {"modes": [1]}, "cost": {"input": 1, "output": 2, "tiers": [1, {"tier": 2}]}, "knowledge": 5},
        {"experimental": {"modes": {"a": 1, "b": {"provider": {"body": {"speed": "fast"}}, "cost": 2}}}, "cost": {}},
    ],
)
def test_words_in_the_wrong_places_say_nothing(entry: dict[str, Any]) -> None:
    """A field that is not what it should be is unknown, and the entry is kept."""
    model = read(entry)

    assert ("groq", "m", None, None) == (model.provider, model.id, model.context, model.inputs)


def test_models_of_other_work_and_other_wires() -> None:
    """Only text models that the provider's wire takes are read; ids are spelt our way; what is over is told."""
    entries = {
        "gemini-a": PLAIN,
        "gemini-embedding-1": PLAIN,
        "imagen-1": PLAIN,
        "gemini-image": {"modalities": {"output": ["image"]}},
        "gemini-old": {**PLAIN, "status": "deprecated"},
    }
    reading = read_models_dev(api(gemini=entries, zai={"GLM-5": PLAIN, "odd": 7}))

    assert ["gemini-a", "gemini-old"] == [model.id for model in reading.models["gemini"]]
    assert ["glm-5"] == [model.id for model in reading.models["zai"]]
    assert frozenset({"gemini-old"}) == reading.gone["gemini"]
    assert 1 == reading.unread


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html>", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "lists 0 of the"),
        (b"{}", "lists 0 of the"),
        (b'{"openai":{"models":{"m":{}}}}', "lists 1 of the"),
        (b"[" * 100_000, ""),
        (msgspec.json.encode({theirs.id: {"models": {"m": 7}} for theirs in MODELS_DEV.values()}), "no entry in it is a model"),
    ],
)
def test_what_is_no_such_list(data: bytes, why: str) -> None:
    """One typed error that says so; half a list is none."""
    with pytest.raises(DecodeError, match=r"this is not models\.dev's api\.json") as caught:
        read_models_dev(data)
    assert why in str(caught.value)


def test_a_reading_is_by_our_names() -> None:
    """Every provider of the table that the list has."""
    reading = read_models_dev(api())

    assert isinstance(reading, Reading)
    assert MODELS_DEV.keys() == reading.models.keys()

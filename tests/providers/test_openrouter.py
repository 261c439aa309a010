"""OpenRouter's routing and attribution, as values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from dragoman.providers.openrouter import Attribution, MaxPrice, OpenRouterRouting, Percentiles, Sort


def test_a_routing_that_says_nothing_adds_nothing() -> None:
    """Defaults leave the body as it is."""
    assert {} == OpenRouterRouting().body()


def test_all_fields_travel_under_their_own_names() -> None:
    """Every field of the provider object and the list of fallback models reach the body."""
    routing = OpenRouterRouting(
        order=("anthropic", "amazon-bedrock"),
        only=("anthropic",),
        ignore=("azure",),
        allow_fallbacks=False,
        require_parameters=True,
        data_collection="deny",
        zdr=True,
        enforce_distillable_text=False,
        quantizations=("fp8", "bf16"),
        sort="throughput",
        max_price=MaxPrice(prompt=3, completion=15),
        preferred_min_throughput=50,
        preferred_max_latency=2.5,
        options={"anthropic": {"anthropic_beta": "x"}},
        models=("openai/gpt-5.4", "x-ai/grok-4.3"),
    )
    body = routing.body()

    assert {"provider", "models"} == body.keys()
    assert ["openai/gpt-5.4", "x-ai/grok-4.3"] == list(body["models"])
    assert ["anthropic", "amazon-bedrock"] == list(body["provider"].pop("order"))
    assert ["fp8", "bf16"] == list(body["provider"].pop("quantizations"))
    assert {"only": ("anthropic",), "ignore": ("azure",)} == {key: tuple(body["provider"].pop(key)) for key in ("only", "ignore")}
    assert {
        "allow_fallbacks": False,
        "require_parameters": True,
        "data_collection": "deny",
        "zdr": True,
        "enforce_distillable_text": False,
        "sort": "throughput",
        "max_price": {"prompt": "3", "completion": "15"},
        "preferred_min_throughput": 50,
        "preferred_max_latency": 2.5,
        "options": {"anthropic": {"anthropic_beta": "x"}},
    } == body["provider"]


def test_fallback_models_stand_alone() -> None:
    """Fallback models need no provider object."""
    assert {"models": ("a/b",)} == OpenRouterRouting(models=("a/b",)).body()


def test_nested_values_say_only_what_they_hold() -> None:
    """Orders over all models and cut-offs by percentile are objects without empty fields."""
    routing = OpenRouterRouting(sort=Sort("price", "none"), preferred_max_latency=Percentiles(p50=1, p99=5))

    assert {
        "provider": {"sort": {"by": "price", "partition": "none"}, "preferred_max_latency": {"p50": 1, "p99": 5}}
    } == routing.body()


@pytest.mark.parametrize(
    ("price", "text"),
    [(3, "3"), (0.1, "0.1"), ("0.25", "0.25"), (Decimal("0.0000001"), "0.0000001"), (1e-7, "0.0000001"), (0, "0")],
)
def test_prices_are_decimal_text(price: Any, text: str) -> None:
    """However a price is given it is written out, without an exponent and without binary noise."""
    assert {"request": text} == MaxPrice(request=price).body()


def test_attribution_is_headers() -> None:
    """The application's URL, name and categories become OpenRouter's headers."""
    full = Attribution("https://app.example", "App", ("cli-agent", "writing"))

    assert {
        "http-referer": "https://app.example",
        "x-openrouter-title": "App",
        "x-openrouter-categories": "cli-agent,writing",
    } == full.headers()
    assert {"http-referer": "https://app.example"} == Attribution("https://app.example").headers()

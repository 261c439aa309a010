"""The lists that come with the library hold together: every model, in every file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from dragoman import catalog
from dragoman.catalog import store
from dragoman.catalog.store import Index, Listing
from dragoman.providers import NAMES, load
from dragoman.types.model import Model, Price, ReasoningStyle

DATA = Path(store.__file__).parent / "data"
LISTS = sorted(path.stem for path in DATA.glob("*.json") if path.stem != "index")
INDEX = store._decode((DATA / "index.json").read_bytes(), Index)

MODALITIES = ("text", "image", "audio", "video", "pdf")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
AMOUNTS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning", "audio_input", "audio_output")
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?")
WHEN = re.compile(r"\d{4}-\d{2}-\d{2}|[1-7]-[1-7] [0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d")
DEAREST = Decimal(2_000)
"""Dollars for a million tokens: more than anybody asks, less than a price that was multiplied twice."""

# Models that providers name as their own choice and that no source lists: retired since, or not heard of yet.
NOT_LISTED = {"featherless"}


def listing(provider: str) -> Listing:
    found: Listing = store._decode((DATA / f"{provider}.json").read_bytes(), Listing)
    return found


def every(provider: str) -> Iterator[tuple[str, Model]]:
    for model in listing(provider).models:
        yield model.id, model


def prices(price: Price | None) -> Iterator[Price]:
    """A price and all that may stand in its place."""
    if price is not None:
        yield price
        for other in (*price.tiers, *price.times, *price.services.values()):
            yield from prices(other)


@pytest.mark.parametrize("provider", LISTS)
def test_a_list_is_a_providers(provider: str) -> None:
    """Its name is one of ours, its models are this provider's, once each and in order, and no name means two."""
    models = listing(provider).models
    names = [name for model in models for name in (model.id, *model.aliases)]

    assert provider in NAMES
    assert load(provider).catalog in (None, provider)
    assert [provider] * len(models) == [model.provider for model in models]
    assert sorted({model.id for model in models}) == [model.id for model in models]
    assert len(set(names)) == len(names)
    assert all(name == name.strip() and name for name in names)


def test_the_index_names_the_lists() -> None:
    """As many models as each has, and the providers that share them as their own files say."""
    assert {name: len(listing(name).models) for name in LISTS} == INDEX.providers
    assert {name: provider.catalog for name in NAMES if (provider := load(name)).catalog} == INDEX.same
    assert set(INDEX.same.values()) <= set(LISTS)


@pytest.mark.parametrize("provider", LISTS)
def test_dates_are_dates(provider: str) -> None:
    """ISO, as exact as is known; nothing that was switched off before the list was made is on it."""
    made = listing(provider).date
    dates = [(name, getattr(model, field)) for name, model in every(provider) for field in ("knowledge", "released", "retires")]

    assert [] == [pair for pair in dates if pair[1] is not None and not DATE.fullmatch(pair[1])]
    assert [] == [name for name, model in every(provider) if model.retires is not None and model.retires <= made]
    assert INDEX.date == made


@pytest.mark.parametrize("provider", LISTS)
def test_bounds_fit_into_the_window(provider: str) -> None:
    """Neither the prompt nor the answer is longer than both together, and nothing is zero."""
    for name, model in every(provider):
        bounds = [model.context, model.max_input, model.max_output]
        assert all(bound is None or bound > 0 for bound in bounds), name
        if model.context is not None:
            assert max(bound or 0 for bound in bounds) == model.context, name


@pytest.mark.parametrize("provider", LISTS)
def test_prices_are_prices(provider: str) -> None:
    """None below zero or out of this world; what is read from a cache costs no more than what is not."""
    for name, model in every(provider):
        for price in prices(model.price):
            amounts = [getattr(price, field) for field in AMOUNTS]
            assert all(amount is None or 0 <= amount <= DEAREST for amount in amounts), name
            if price.input is not None and price.cache_read is not None:
                assert price.cache_read <= price.input, name


@pytest.mark.parametrize("provider", LISTS)
def test_a_price_has_both_ends(provider: str) -> None:
    """Input and output, and free is said of no model that merely has no price."""
    for name, model in every(provider):
        if model.price is None:
            continue
        assert model.price.input is not None, name
        assert model.price.output is not None, name
        if not (model.price.input or model.price.output):
            assert name.endswith(":free") or (provider, name) in FREE, name


FREE: set[tuple[str, str]] = set()
"""Models that their vendor gives away, by the vendor's own page."""


@pytest.mark.parametrize("provider", LISTS)
def test_what_replaces_a_price_says_when(provider: str) -> None:
    """Sizes rise, times can be read, and only what replaces has either."""
    for name, model in every(provider):
        for price in prices(model.price):
            sizes = [tier.above for tier in price.tiers]
            assert None not in sizes, name
            assert sorted(set(sizes)) == sizes, name
            assert all(other.when is not None and WHEN.fullmatch(other.when) for other in price.times), name
        if model.price is not None:
            assert (None, None) == (model.price.above, model.price.when), name


@pytest.mark.parametrize("provider", LISTS)
def test_words_are_known(provider: str) -> None:
    """Modalities and efforts are of the common words, in their order, and each model writes text."""
    for name, model in every(provider):
        for words in (model.inputs, model.outputs):
            assert words is None or [word for word in MODALITIES if word in words] == list(words), name
        assert model.outputs is None or "text" in model.outputs, name
        if isinstance(model.reasoning, ReasoningStyle):
            efforts = model.reasoning.efforts
            assert efforts is None or [word for word in EFFORTS if word in efforts] == list(efforts), name
            least, largest = model.reasoning.budget or (None, None)
            assert least is None or largest is None or least <= largest, name
        else:
            assert model.reasoning in (None, False), name


@pytest.mark.parametrize("provider", LISTS)
def test_every_fact_has_its_source(provider: str) -> None:
    """Each model names where its facts come from, and the index knows those."""
    known = {source.name for source in INDEX.sources}

    assert set(listing(provider).sources) <= known
    assert [] == [name for name, model in every(provider) if not model.source or not set(model.source.split(", ")) <= known]


def test_what_providers_choose_is_on_their_lists() -> None:
    """The model that the command takes when none is named is known, but for those that no source has."""
    missing = set()
    for name in NAMES:
        provider = load(name)
        if provider.model and catalog.models(name) and catalog.find(name, provider.model) is None:
            missing.add(name)

    assert missing <= NOT_LISTED


def test_the_lists_are_small() -> None:
    """They travel with every installation."""
    assert sum(path.stat().st_size for path in DATA.glob("*.json")) < 1_500_000

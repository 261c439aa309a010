"""How the catalogue is compiled (scripts/catalog): whom is believed where sources differ, and what is left unknown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dragoman.types.model import Model, Price, ReasoningStyle

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "catalog"
MODULES = ("facts", "vendors", "merge", "from_litellm", "from_models_dev")


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, Any]]:
    """The maintainer's program, taken apart."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield {name: import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(SCRIPTS))
        for name in MODULES:
            sys.modules.pop(name, None)


@pytest.fixture
def merged(modules: dict[str, Any]) -> Any:
    """Facts by source, newest first, merged into a model; and what was said to differ."""

    def merge(*facts: tuple[str, dict[str, Any]], splits: tuple[tuple[int, int], ...] = ()) -> tuple[Model, list[str]]:
        merger = modules["merge"].Merger(set(splits))
        listed = [modules["facts"].Facts("m", source, **fields) for source, fields in facts]
        return merger.model("p", "m", modules["vendors"].Vendor(), listed), merger.disagreements

    return merge


def price(**amounts: str) -> Price:
    return Price(**{name: Decimal(value) for name, value in amounts.items()})


def test_a_price_is_the_newest_ones_and_an_older_one_adds_what_it_agrees_with(merged: Any) -> None:
    """Two that agree on all both state make one."""
    new, old = price(input="2", output="10"), price(input="2", output="10", cache_write_1h="4")

    model, differ = merged(("genai-prices", {"price": new}), ("litellm", {"price": old}))

    assert (price(input="2", output="10", cache_write_1h="4"), []) == (model.price, differ)


def test_a_price_that_differs_adds_nothing_and_is_told(merged: Any) -> None:
    """An older price list is not mixed into a newer one."""
    new, old = price(input="2", output="10"), price(input="3", output="10", cache_read="0.3")

    model, differ = merged(("genai-prices", {"price": new}), ("litellm", {"price": old}))

    assert new == model.price
    assert ["p:m: price (input): genai-prices 2, litellm 3"] == differ


def test_two_that_agree_stand_against_the_newest(merged: Any) -> None:
    """One source may have missed a change, or never have had it right."""
    new, old = price(input="2", output="6"), price(input="0.5", output="1.5")

    model, _ = merged(("genai-prices", {"price": new}), ("litellm", {"price": old}), ("models.dev", {"price": old}))

    assert old == model.price


def test_a_price_found_by_a_pattern_gives_way_to_one_found_by_the_id(merged: Any) -> None:
    """A rule for a family is not a word on each of its members."""
    family, own = price(input="2", output="6"), price(input="3", output="9")

    model, _ = merged(("genai-prices", {"price": family, "exact": False}), ("litellm", {"price": own}))

    assert own == model.price


@pytest.mark.parametrize(("free", "known"), [(False, None), (True, Decimal(0))])
def test_nothing_is_free_that_merely_has_no_price(merged: Any, free: bool, known: Decimal | None) -> None:
    """Zeros are a price where the vendor's own page says so."""
    model, _ = merged(("genai-prices", {"price": price(input="0", output="0"), "free": free}))

    assert known == (model.price.input if model.price is not None else None)


@pytest.mark.parametrize(
    ("facts", "splits", "bounds"),
    [
        pytest.param([("litellm", {"window": 1000, "max_output": 100})], (), (1000, None, 100), id="one word"),
        pytest.param(
            [("litellm", {"window": 900, "max_output": 100}), ("models.dev", {"context": 1000})],
            (),
            (1000, 900, 100),
            id="adds up",
        ),
        pytest.param(
            [("genai-prices", {"window": 1000}), ("litellm", {"window": 900, "max_output": 100})],
            (),
            (1000, 900, 100),
            id="adds up to a round number",
        ),
        pytest.param(
            [("litellm", {"window": 272_000, "max_output": 128_000})],
            ((272_000, 128_000),),
            (400_000, 272_000, 128_000),
            id="a pair that another model has",
        ),
        pytest.param(
            [("litellm", {"window": 950, "max_output": 300}), ("models.dev", {"context": 1000})],
            (),
            (1000, 950, 300),
            id="a little less",
        ),
        pytest.param(
            [("litellm", {"window": 2000, "max_output": 300}), ("models.dev", {"context": 1000, "max_input": 800})],
            (),
            (2000, None, 300),
            id="the newest",
        ),
        pytest.param(
            [("genai-prices", {"window": 1_000_000}), ("models.dev", {"context": 1_048_576})],
            (),
            (1_048_576, None, None),
            id="exact before round",
        ),
        pytest.param([("litellm", {"window": 100, "max_output": 300})], (), (100, None, None), id="an answer that cannot be"),
    ],
)
def test_window_and_prompt_are_told_apart(
    merged: Any, facts: list[Any], splits: Any, bounds: tuple[int | None, int | None, int | None]
) -> None:
    """Some sources call the one what others call the other; the sum tells."""
    model, _ = merged(*facts, splits=splits)

    assert bounds == (model.context, model.max_input, model.max_output)


def test_modalities_need_a_list(merged: Any) -> None:
    """That pictures are taken says nothing about sound; where a list is known, a newer word changes it."""
    flags, _ = merged(("litellm", {"takes": {"image": True}}))
    both, _ = merged(("litellm", {"takes": {"pdf": True, "audio": False}}), ("models.dev", {"inputs": ("text", "audio")}))
    silent, _ = merged(("litellm", {"inputs": ("text", "image")}), ("models.dev", {"inputs": ("text", "pdf")}))

    assert [None, ("text", "pdf"), ("text", "image", "pdf")] == [model.inputs for model in (flags, both, silent)]


def test_reasoning_is_put_together(merged: Any) -> None:
    """Levels from one source, a newer word on one of them, and the number of tokens only where it is still taken."""
    model, _ = merged(
        ("litellm", {"levels": {"xhigh": True, "low": False}, "adaptive": True, "no_budget": True}),
        ("models.dev", {"reasons": True, "efforts": ("low", "high"), "budget": (1024, None), "toggle": True}),
    )
    plain, _ = merged(("models.dev", {"reasons": False}))
    unknown, _ = merged(("litellm", {}))

    assert ReasoningStyle(efforts=("high", "xhigh"), adaptive=True, toggle=True) == model.reasoning
    assert [False, None] == [plain.reasoning, unknown.reasoning]


def test_a_row_of_litellm(modules: dict[str, Any]) -> None:
    """Per token becomes per million without dust; sizes, services and hours go where they belong; no flag is no word."""
    row = {
        "litellm_provider": "v",
        "mode": "chat",
        "input_cost_per_token": 1.3e-06,
        "output_cost_per_token": 7.500000000000001e-06,
        "cache_creation_input_token_cost": 0,
        "input_cost_per_token_above_272k_tokens": 2.6e-06,
        "output_cost_per_token_above_272k_tokens": 1e-05,
        "input_cost_per_token_flex": 6.5e-07,
        "output_cost_per_token_flex": 3.75e-06,
        "off_peak_pricing": {
            "input_cost_per_token": 1e-06,
            "output_cost_per_token": 5e-06,
            "windows": [{"hours_utc": ["10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]}],
        },
        "supports_vision": True,
    }
    table = {"v/m": row, "v/e": {**row, "mode": "embedding"}, "w/m": {**row, "litellm_provider": "w"}}

    (facts,) = modules["from_litellm"].read_litellm(table, modules["vendors"].Vendor(("v",), ("v/",)))

    assert ("m", None, {"image": True}) == (facts.id, facts.tools, facts.takes)
    assert facts.price == Price(
        Decimal("1.3"),
        Decimal("7.5"),
        tiers=(Price(Decimal("2.6"), Decimal(10), above=272_000),),
        services={"flex": Price(Decimal("0.65"), Decimal("3.75"), tiers=(Price(above=272_000),))},
        times=(Price(Decimal(1), Decimal(5), when="1-5 10:00-24:00"),),
    )


def test_a_file_of_models_dev(modules: dict[str, Any], tmp_path: Path) -> None:
    """What is said of the model itself is under what is said of it at this vendor."""
    below, own = tmp_path / "models" / "lab" / "m.toml", tmp_path / "providers" / "v" / "models" / "lab" / "m.toml"
    for path in (below, own):
        path.parent.mkdir(parents=True)
    below.write_text('name = "M"\nreasoning = false\nknowledge = "2026-01"\n[limit]\ncontext = 10\ninput = 8\noutput = 4\n')
    own.write_text(
        'base_model = "lab/m"\nbase_model_omit = ["limit.input"]\nstatus = "deprecated"\n[limit]\noutput = 2\n'
        "[cost]\ninput = 0.1\noutput = 1.10\n[[cost.tiers]]\ntier = { size = 5 }\ninput = 0.2\noutput = 2\n"
    )
    own.with_name("lost.toml").symlink_to(tmp_path / "nowhere")

    (facts,) = modules["from_models_dev"].read_models_dev(tmp_path, modules["vendors"].Vendor(models_dev="v"))

    assert ("lab/m", "M", "2026-01", True) == (facts.id, facts.name, facts.knowledge, facts.gone)
    assert (10, None, 2) == (facts.context, facts.max_input, facts.max_output)
    assert facts.price == Price(Decimal("0.1"), Decimal("1.1"), tiers=(Price(Decimal("0.2"), Decimal(2), above=5),))

"""Compiles the model catalogue that comes with the library from what others have collected. A maintainer's program.

    make catalog LITELLM=.../model_prices_and_context_window_backup.json \
        GENAI_PRICES=.../folder-of-the-unpacked-wheel MODELS_DEV=.../checkout DAY=2026-11-24

The same sources give the same files. What the sources do not agree on, and what was left out, is told on stderr; the
summary is on stdout. Without sources, only the index is brought up to date with our providers: which of them share a list.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from facts import Facts
from from_genai_prices import GenaiPrices
from from_litellm import read_litellm, rows
from from_models_dev import read_models_dev
from merge import Merger
from vendors import BYGONE, FEES, MAKERS, VENDORS, Vendor

from dragoman.catalog.store import Index, Listing, Source, encode, write
from dragoman.providers import NAMES, load
from dragoman.types.model import Model, Price

_DATA = Path(__file__).resolve().parents[2] / "src" / "dragoman" / "catalog" / "data"
_DATED = re.compile(r"(?:-\d{4}-\d{2}-\d{2}|-\d{8}|@\d{8}|@default)$")


def main() -> int:
    """Compile and write."""
    given = _arguments()
    if given.litellm is None:
        return _again(given.to)
    sources = _sources(given)
    litellm, genai = rows(given.litellm), GenaiPrices(given.genai_prices, given.day)
    dev = {name: list(read_models_dev(given.models_dev, vendor)) for name, vendor in VENDORS.items()}
    merger = Merger()
    merger.learn(one for facts in dev.values() for one in facts)
    known = _known(given.models_dev, litellm, genai, dev, given.day)
    files, left_out = {}, Counter[str]()
    for name, vendor in sorted(VENDORS.items()):
        lists = [list(read_litellm(litellm, vendor)), dev[name]]
        models = _compile(name, vendor, genai, lists, known, merger, given.day, left_out)
        if models:
            files[name] = models
            print(f"{name}: {len(models)} models, {sum(one.price is not None for one in models)} with a price")
    for line in sorted(merger.disagreements):
        print(f"differs: {line}", file=sys.stderr)
    for why, count in sorted(left_out.items()):
        print(f"left out: {count} {why}", file=sys.stderr)
    for line in _defaults(files):
        print(f"default: {line}", file=sys.stderr)
    _write(given.to, str(given.day), sources, files)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="compile the model catalogue")
    parser.add_argument("--litellm", type=Path, help="model_prices_and_context_window_backup.json")
    parser.add_argument("--genai-prices", type=Path, help="the folder that holds the package genai_prices")
    parser.add_argument("--models-dev", type=Path, help="a checkout of models.dev")
    parser.add_argument("--versions", nargs=3, metavar="VERSION", default=("", "", ""), help="of the three, in this order")
    parser.add_argument("--dates", nargs=3, metavar="DATE", default=("", "", ""), help="of the three, in this order")
    parser.add_argument("--day", type=date.fromisoformat, help="the day that the catalogue speaks of")
    parser.add_argument("--to", type=Path, default=_DATA, help="the folder to write")
    given = parser.parse_args()
    named = [given.litellm, given.genai_prices, given.models_dev, given.day]
    if None in named and any(one is not None for one in named):
        parser.error("name all three sources and the day, or none of them")
    return given


def _sources(given: argparse.Namespace) -> tuple[Source, ...]:
    names = (
        ("litellm", "https://github.com/BerriAI/litellm"),
        ("genai-prices", "https://github.com/pydantic/genai-prices"),
        ("models.dev", "https://github.com/anomalyco/models.dev"),
    )
    return tuple(
        Source(name, url, "MIT", version or None, day or None)
        for (name, url), version, day in zip(names, given.versions, given.dates, strict=True)
    )


def _compile(
    provider: str,
    vendor: Vendor,
    genai: GenaiPrices,
    lists: list[list[Facts]],
    known: Known,
    merger: Merger,
    day: date,
    left_out: Counter[str],
) -> list[Model]:
    """One provider's list, by id."""
    by_id: dict[str, list[Facts]] = {}
    spelling: dict[str, str] = {}
    for facts in lists:
        for one in facts:
            name = one.id.lower() if vendor.lower else one.id
            by_id.setdefault(spelling.setdefault(name.lower(), name), []).append(one)
    retired = {name for name, facts in by_id.items() if _over(facts, day)}
    for one in genai.own(vendor):
        name = spelling.setdefault(one.id.lower(), one.id)
        if name in by_id:
            continue
        if one.gone or not (vendor.sole or known.believes(_bare(one.id))):
            left_out["known to genai-prices alone, perhaps no longer offered"] += 1
            continue
        by_id[name] = [one]
    models = []
    for name, facts in sorted(by_id.items()):
        if name in retired:
            left_out["retired"] += 1
            continue
        if facts[0].source != "genai-prices" and (found := genai.find(vendor, name)) is not None:
            facts = [found, *facts]
        outputs = next((one.outputs for one in facts if one.outputs is not None), None)
        if outputs is not None and "text" not in outputs:
            left_out["that write no text"] += 1
            continue
        models.append(merger.model(provider, name, vendor, [_priced(one, vendor) for one in facts]))
    return _aliased(models)


def _priced(facts: Facts, vendor: Vendor) -> Facts:
    """Facts with their price as this vendor means it."""
    price = facts.price
    if price is not None and vendor.routed and ":" not in facts.id:
        return replace(facts, price=None)  # who serves it, and for how much, is decided call by call
    if FEES.search(facts.id):
        return replace(facts, price=None)
    if price is None or not vendor.thinking:
        return facts
    return replace(facts, price=_thinking(msgspec.structs.replace(price, tiers=tuple(map(_thinking, price.tiers)))))


def _thinking(price: Price) -> Price:
    """Where thinking makes the whole answer dearer, and not the thoughts alone."""
    if price.reasoning is None:
        return price
    whole = msgspec.structs.replace(price, output=price.reasoning, reasoning=None, above=None, tiers=())
    return msgspec.structs.replace(price, reasoning=None, services={"thinking": whole})


def _over(facts: list[Facts], day: date) -> bool:
    """Whether the newest word is that the vendor has switched it off."""
    newest = facts[0]
    return newest.gone or (newest.retires is not None and newest.retires <= str(day))


def _bare(name: str) -> str:
    """A model's name without who made it, who serves it, and how its dots are written."""
    name = name.lower().rpartition("/")[2].partition(":")[0]
    name = re.sub(r"^(us|eu|au|jp|in|apac|global)\.", "", name)
    name = re.sub(r"^(anthropic|openai|moonshotai|zai|amazon|meta|mistral|qwen|writer|databricks)[.-]", "", name)
    return name.replace(".", "-").replace("_", "-")


@dataclass(frozen=True)
class Known:
    """What is known of models by their bare names: on how many lists they are, which their makers offer today, and which
    models.dev had heard of anywhere."""

    lists: Counter[str]
    offered: set[str]
    heard: set[str]

    def believes(self, bare: str) -> bool:
        """Whether a model that genai-prices alone lists for a vendor can be thought to be offered by it.

        That source keeps the prices of models that are gone. Believed is what another list knows too, and what is still
        offered by who made it or is so new that models.dev has not heard of it.
        """
        return self.lists[bare] > 1 and (bare in self.offered or (bare not in self.heard and not BYGONE.match(bare)))


def _known(
    checkout: Path, litellm: dict[str, dict[str, Any]], genai: GenaiPrices, dev: dict[str, list[Facts]], day: date
) -> Known:
    lists = Counter[str]()
    offered: set[str] = set()
    for name, vendor in VENDORS.items():
        told = [one for one in (*read_litellm(litellm, vendor), *dev[name]) if not _over([one], day)]
        stated = {_bare(one.id) for one in told}
        lists.update(stated | {_bare(one.id) for one in genai.own(vendor)})
        if name in MAKERS:
            offered |= stated
    return Known(lists, offered, {_bare(path.stem) for path in checkout.glob("*/**/models/**/*.toml")})


def _aliased(models: list[Model]) -> list[Model]:
    """A dated id of which nothing else is said than of the plain one is another name of that."""
    by_id = {model.id: model for model in models}
    aliases: dict[str, list[str]] = {}
    for model in models:
        plain = _DATED.sub("", model.id)
        if plain != model.id and plain in by_id and not _says_more(model, by_id[plain]):
            aliases.setdefault(plain, []).append(model.id)
    dropped = {name for names in aliases.values() for name in names}
    return [
        msgspec.structs.replace(model, aliases=tuple(aliases.get(model.id, ()))) for model in models if model.id not in dropped
    ]


def _says_more(model: Model, plain: Model) -> bool:
    """Whether something is known of a model that is not known so of another."""
    for field in model.__struct_fields__:
        ours, theirs = getattr(model, field), getattr(plain, field)
        if field not in {"id", "name", "source", "aliases", "released"} and ours is not None and ours != theirs:
            if field == "reasoning" and ours is not False and theirs is not None and ours.efforts is None and ours.budget is None:
                continue
            return True
    return False


def _defaults(files: dict[str, list[Model]]) -> Iterator[str]:
    """Models that our providers name as their own choice and that are on no list."""
    for name in NAMES:
        provider = load(name)
        models = files.get(provider.catalog or name)
        if provider.model and models is not None and not any(provider.model in (one.id, *one.aliases) for one in models):
            yield f"{name}: {provider.model} is not in its list"


def _again(folder: Path) -> int:
    """Write the set that is there once more, with an index that knows today's providers."""
    files = {path.name: path.read_bytes() for path in folder.glob("*.json")}
    index = msgspec.json.decode(files["index.json"], type=Index)
    write({**files, "index.json": encode(msgspec.structs.replace(index, same=_same()))}, folder)
    return 0


def _same() -> dict[str, str]:
    return {name: provider.catalog for name in NAMES if (provider := load(name)).catalog}


def _write(folder: Path, day: str, sources: tuple[Source, ...], files: dict[str, list[Model]]) -> None:
    index = Index(day, sources, {name: len(models) for name, models in sorted(files.items())}, _same())
    written = {f"{name}.json": encode(Listing(day, _names(models), tuple(models))) for name, models in files.items()}
    write({**written, "index.json": encode(index)}, folder)
    print(f"{sum(map(len, files.values()))} models, {sum(map(len, written.values())):,} bytes in {folder}")


def _names(models: Iterable[Model]) -> tuple[str, ...]:
    return tuple(sorted({source for model in models for source in (model.source or "").split(", ") if source}))


if __name__ == "__main__":
    raise SystemExit(main())

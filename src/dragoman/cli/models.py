"""`dragoman models`: which models there are, what they cost and can do; from the catalogue, or asked of the vendors.

Nothing is sent without `--live`. What a vendor states then goes before what the catalogue says, and what only one of the
two knows is marked. Keys are used and never shown.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TextIO

import msgspec

from .. import catalog
from ..errors import DragomanError, MissingKey, Unsupported
from ..providers.base import Provider
from ..providers.config import Config, load_config
from ..types.model import Model
from .choose import has_key
from .failures import exit_code, one_line

__all__ = ["Row", "ask", "known", "list_models", "rows", "table", "to_ask", "wanted"]

_AT_ONCE = 8
_CONNECT, _FIRST_BYTE, _IDLE, _TOTAL = 10.0, 30.0, 30.0, 60.0
_LOCAL = "local://"


class Row(NamedTuple):
    """One model as it is listed; `marks` are `new` (the catalogue does not know it), `not listed` (the vendor does not
    name it), `retires DAY` and `retired`."""

    model: Model
    marks: tuple[str, ...] = ()


def list_models(arguments: Namespace, environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Print the list, as a table or as JSON; the exit code is that of the first vendor that did not answer."""
    config = load_config(environ)
    today = date.today().isoformat()
    failures: list[DragomanError] = []
    if arguments.live:
        listed = []
        for provider, answer in ask(to_ask(arguments.providers, environ, config), config):
            if isinstance(answer, DragomanError):
                if arguments.providers or not isinstance(answer, Unsupported):  # who was not named may have no list
                    failures.append(answer)
                print(f"dragoman: {_failure(provider, answer)}", file=err)
            else:
                listed += rows(known(provider, config), answer, today)
    else:
        listed = [row for models in _offline(arguments.providers, config) for row in rows(models, None, today)]
    shown = [row for row in listed if wanted(row, arguments.search, arguments.all)]
    if arguments.json:
        print(_json(shown), file=out)
    elif shown:
        print(table(shown), file=out)
    elif not failures:
        print("dragoman: no model fits: --all also lists those that are retired or do not write", file=err)
    return exit_code(failures[0]) if failures else 0


def to_ask(names: Sequence[str], environ: Mapping[str, str], config: Config) -> list[Provider]:
    """The providers to ask: those named, else every vendor with a key, once each.

    Raises UnknownProvider, and MissingKey when nobody is named and there is no key.
    """
    if names:
        return [config.provider(name) for name in names]
    from ..providers import all_providers

    asked: dict[str, Provider] = {}
    for provider in {one.name: one for one in [*all_providers(), *config.providers]}.values():
        if (provider.base_url or "").startswith(_LOCAL) or not has_key(provider, environ, config):
            continue
        vendor = provider.catalog or provider.name
        if vendor not in asked or provider.name == vendor:
            asked[vendor] = provider
    if not asked:
        raise MissingKey("no key is set, so there is nobody to ask: name a provider with --provider")
    return list(asked.values())


def ask(providers: Sequence[Provider], config: Config) -> Iterator[tuple[Provider, tuple[Model, ...] | DragomanError]]:
    """What each vendor lists, or why it does not; several are asked at once, and answers come in order."""
    from concurrent.futures import ThreadPoolExecutor

    from ..client import Client
    from ..engine.policy import Timeouts
    from .interrupt import interruptible

    timeouts = Timeouts(_CONNECT, _FIRST_BYTE, _IDLE, _TOTAL)
    with (
        ThreadPoolExecutor(min(_AT_ONCE, len(providers)) or 1) as pool,  # left last: it waits for what the client gives up
        Client(keys=config.keys, providers=config.providers, timeout=timeouts) as client,
        interruptible(client.close),
    ):

        def one(provider: Provider) -> tuple[Model, ...] | DragomanError:
            try:
                return client.models(provider.name)
            except DragomanError as error:
                return error

        yield from zip(providers, pool.map(one, providers), strict=True)


def known(provider: Provider, config: Config) -> list[Model]:
    """What the catalogue and the config file know of a provider's models, under its own name."""
    from ..catalog.update import merge

    models = {model.id: model for model in catalog.models(provider.catalog or provider.name)}
    for own in config.models:
        if own.provider == provider.name:
            models[own.id] = merge(models[own.id], own) if own.id in models else own
    return [msgspec.structs.replace(model, provider=provider.name) for model in models.values()]


def rows(models: Iterable[Model], live: Iterable[Model] | None, today: str) -> list[Row]:
    """What is known and what the vendor lists (None: was not asked), as one list: known models first, then new ones."""
    models = list(models)
    if live is None:
        return [Row(model, _dates(model, today)) for model in models]
    from ..catalog.update import merge

    stated = {model.id: model for model in live}
    other = {alias: model for model in stated.values() for alias in model.aliases if alias not in stated}
    found: list[Row] = []
    taken: set[str] = set()
    for model in models:
        names = (model.id, *model.aliases)
        match = next((stated[name] for name in names if name in stated), None)
        alias = match or next((other[name] for name in names if name in other), None)
        taken.update(name for name in names if name in stated)
        if alias is None:
            found.append(Row(model, ("not listed", *_dates(model, today))))
        else:
            merged = merge(model, alias)
            found.append(Row(merged, _dates(merged, today)))
    new = [model for name, model in stated.items() if name not in taken]
    return found + [Row(model, ("new", *_dates(model, today))) for model in new]


def wanted(row: Row, words: Sequence[str], everything: bool) -> bool:
    """Whether a row is to be shown: it holds every word, and unless everything is wanted it is a model that can be used."""
    model = row.model
    if not everything and ("retired" in row.marks or (model.outputs is not None and "text" not in model.outputs)):
        return False
    text = f"{model.provider}:{model.id} {model.name or ''}".lower()
    return all(part in text for word in words for part in word.lower().split())


def table(listed: Iterable[Row]) -> str:
    """The list for people, and for programs that split lines at two blanks."""
    lines = [("MODEL", "CONTEXT", "OUTPUT", "IN $/M", "OUT $/M", "CAN", "NOTE"), *map(_cells, listed)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    right = {1, 2, 3, 4}
    return "\n".join(
        "  ".join(
            [
                cell.rjust(width) if index in right else cell.ljust(width)
                for index, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
        ).rstrip()
        for line in lines
    )


def _offline(names: Sequence[str], config: Config) -> Iterator[list[Model]]:
    if names:
        yield from [known(config.provider(name), config) for name in names]
        return
    own = {provider.name for provider in config.providers}
    yield [model for model in catalog.models() if model.provider not in own]
    yield from [known(provider, config) for provider in config.providers]


def _dates(model: Model, today: str) -> tuple[str, ...]:
    if model.retires is None:
        return ()
    return ("retired",) if model.retires <= today[: len(model.retires)] else (f"retires {model.retires}",)


def _cells(row: Row) -> tuple[str, ...]:
    model, price = row.model, row.model.price
    return (
        one_line(f"{model.provider}:{model.id}"),
        _tokens(model.context if model.context is not None else model.max_input),
        _tokens(model.max_output),
        _dollars(price.input if price is not None else None),
        _dollars(price.output if price is not None else None),
        ",".join(_abilities(model)) or "-",
        one_line(", ".join(row.marks)),
    )


def _tokens(number: int | None) -> str:
    """Three digits are enough to choose by; JSON has all of them."""
    if number is None:
        return "-"
    if number >= 1_000_000:
        return f"{number / 1_000_000:.3g}M"
    return f"{number / 1000:.3g}k" if number >= 1000 else str(number)


def _dollars(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{amount:f}"


def _abilities(model: Model) -> Iterator[str]:
    if model.tools:
        yield "tools"
    yield from [kind for kind in model.inputs or () if kind != "text"]
    if model.reasoning:
        yield "reasoning"
    if model.schema:
        yield "schema"


def _json(listed: Iterable[Row]) -> str:
    """Model values, each with its marks where it has some; prices as numbers, exactly."""
    encode = msgspec.json.Encoder(decimal_format="number").encode
    lines = []
    for model, marks in listed:
        line = encode(model)
        lines.append(line[:-1] + b',"marks":' + encode(marks) + b"}" if marks else line)
    return (b"[" + b",\n".join(lines) + b"]").decode()


def _failure(provider: Provider, error: DragomanError) -> str:
    said = str(error)
    return one_line(said if said.startswith(provider.name) else f"{provider.name}: {said}")

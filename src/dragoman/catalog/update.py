"""A newer catalogue: models.dev's list laid over the lists that came with the library, put into the user's cache.

Field by field, what is news wins, and what the new list does not state stays. News is what models.dev did not say when
the library's lists were compiled: they follow it where other sources agree, and `set_aside.json` keeps what it said and
they do not follow. A price is one statement: of an older one only that is added which stands beside the same amounts.
Models are added and never taken away: that a vendor no longer serves one only keeps it from being added.

Nothing here happens unasked. `build` is pure; `fetch` reads a file or asks a server; `update` does both and writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from ..errors import DecodeError, UsageError
from ..types.model import Model, Price, ReasoningStyle
from .models_dev import Reading, read_models_dev
from .store import Index, Listing, Source, encode, shipped, write

if TYPE_CHECKING:
    from ..transport.base import Body, Transport

__all__ = ["ASIDE", "SOURCE", "Aside", "Update", "build", "encode_aside", "fetch", "load_aside", "merge", "set_aside", "update"]

SOURCE = "https://models.dev/api.json"
"""Where a newer list is, unless the user names another place: public, and documented in the project's README."""

ASIDE = Path(__file__).with_name("set_aside.json")
"""What models.dev said and the library's lists do not follow; `scripts/catalog/set_aside.py` writes it."""

_LIMIT = 64 * 1024 * 1024  # the list has three
_CONNECT, _FIRST_BYTE, _IDLE = 10.0, 30.0, 30.0
_AMOUNTS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "reasoning", "audio_input", "audio_output")
_NEVER = ("provider", "id", "price", "reasoning", "source", "aliases")


class Aside(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts that were known and not believed, by provider: models with these fields alone. `version` is that of the
    models.dev they are from. A model that the lists do not have at all is here with everything that was said of it."""

    version: str | None = None
    models: dict[str, tuple[Model, ...]] = {}


_read_aside = msgspec.json.Decoder(Aside).decode


class Update(NamedTuple):
    """What an update brought: its date, how many models there are now, how many of them are new and how many are said
    otherwise than before, and how many entries could not be read."""

    date: str
    models: int
    new: int
    changed: int
    unread: int


def update(source: str, directory: Path, date: str) -> Update:
    """Fetch a newer list, lay it over the library's and put it into `directory`; `date` is today's, ISO.

    Raises UsageError for a source that will not be asked and when the library's own lists are newer than `date`,
    TransportError and APIError when it does not answer well, DecodeError when what it gives is no such list, and OSError.
    What was in `directory` stays then.
    """
    from ..transport import open_transport

    transport = open_transport()
    try:
        data = fetch(source, transport)
    finally:
        transport.close()
    files, done = build(read_models_dev(data), *shipped(), load_aside(), source, date)
    write(files, directory)
    return done


def fetch(source: str, transport: Transport) -> bytes:
    """The bytes at a URL or in a file, at most 64 MiB. Raises as `update` does."""
    if "://" not in source:
        return _read_file(Path(source))
    from ..wire.http import HttpRequest

    _check(source)
    body = transport.send(HttpRequest("GET", source, {"accept": "application/json"}), connect=_CONNECT, first_byte=_FIRST_BYTE)
    try:
        if body.head.status != 200:
            raise _refused(source, body)
        return _read(body)
    finally:
        body.close()


def build(
    reading: Reading, index: Index, lists: Mapping[str, Listing], aside: Aside, source: str, date: str
) -> tuple[dict[str, bytes], Update]:
    """The files of a whole set of lists, for `store.write`, and what they bring.

    Raises UsageError when the lists given are newer than `date`, which would never be read.
    """
    if date < index.date:
        raise UsageError(f"the lists that came with this version are of {index.date}, and today is {date}: see to the clock")
    files: dict[str, bytes] = {}
    counts: dict[str, int] = {}
    new = changed = 0
    for provider in sorted(lists.keys() | reading.models.keys()):
        old = lists.get(provider) or Listing(date)
        heard = {model.id: model for model in aside.models.get(provider, ())}
        models = _merged(old.models, reading.models.get(provider, ()), reading.gone.get(provider, frozenset()), heard)
        known = {model.id: model for model in old.models}
        new += sum(model.id not in known for model in models)
        changed += sum(model.id in known and model != known[model.id] for model in models)
        names = sorted({*old.sources, *(["models.dev"] if provider in reading.models else [])})
        counts[provider] = len(models)
        files[f"{provider}.json"] = encode(Listing(date if provider in reading.models else old.date, tuple(names), models))
    files["index.json"] = encode(Index(date, _sources(index.sources, source, date), counts, index.same))
    return files, Update(date, sum(counts.values()), new, changed, reading.unread)


def merge(known: Model, newer: Model, heard: Model | None = None) -> Model:
    """One model with what a newer source states of it laid over what was known; what it said before (`heard`) is no news."""
    said = {
        name: value
        for name in newer.__struct_fields__
        if name not in _NEVER and (value := getattr(newer, name)) not in (None, getattr(known, name), getattr(heard, name, None))
    }
    if "name" in said and known.name is not None:
        del said["name"]  # a title is no fact that ages
    price, reasoning = known.price, known.reasoning
    if heard is None or newer.price != heard.price:
        price = _merged_price(price, newer.price)
    if heard is None or newer.reasoning != heard.reasoning:
        reasoning = _merged_reasoning(reasoning, newer.reasoning)
    if not said and price == known.price and reasoning == known.reasoning:
        return known
    sources = dict.fromkeys([*filter(None, [newer.source]), *(known.source or "").split(", ")])
    source = ", ".join([name for name in sources if name]) or None
    return msgspec.structs.replace(known, **said, price=price, reasoning=reasoning, source=source)


def set_aside(reading: Reading, index: Index, lists: Mapping[str, Listing]) -> Aside:
    """What a reading would change in lists that were compiled from the same models.dev."""
    aside = {}
    for provider, models in reading.models.items():
        known = {model.id: model for model in lists[provider].models} if provider in lists else {}
        kept = [_unlike(known[model.id], model) if model.id in known else model for model in models]
        if heard := sorted([model for model in kept if model is not None], key=lambda model: model.id):
            aside[provider] = tuple(heard)
    return Aside(next((one.version for one in index.sources if one.name == "models.dev"), None), aside)


def load_aside() -> Aside:
    """What came with the library; read through its loader, which may be a zip archive."""
    from pkgutil import get_data

    return _read_aside(get_data(__package__, ASIDE.name) or b"{}")


def encode_aside(aside: Aside) -> bytes:
    """The file, one model a line."""
    lines = msgspec.json.Encoder(decimal_format="number").encode(aside)
    return lines.replace(b'},{"provider":', b'},\n{"provider":') + b"\n"


def _unlike(known: Model, said: Model) -> Model | None:
    """A model with those facts alone that laying `said` over `known` would change; None where nothing would."""
    merged = merge(known, said)
    changed = [name for name in said.__struct_fields__ if name != "source" and getattr(merged, name) != getattr(known, name)]
    return Model(said.provider, said.id, **{name: getattr(said, name) for name in changed}) if changed else None


def _merged(old: Iterable[Model], newer: Iterable[Model], gone: frozenset[str], heard: Mapping[str, Model]) -> tuple[Model, ...]:
    models = {model.id: model for model in old}
    names = {alias: model.id for model in models.values() for alias in model.aliases}
    for model in newer:
        known = models.get(model.id)
        if known is not None:
            models[model.id] = merge(known, model, heard.get(model.id))
        elif model.id not in gone and model.id not in names and model != heard.get(model.id):
            models[model.id] = model
    return tuple([models[name] for name in sorted(models)])


def _merged_price(known: Price | None, newer: Price | None) -> Price | None:
    if known is None or newer is None:
        return newer if known is None else known
    if not newer.input and not newer.output and (known.input or known.output):
        return known  # zeros are how a list says that it does not know, or that a subscription pays
    both = [name for name in _AMOUNTS if getattr(known, name) is not None and getattr(newer, name) is not None]
    if any(getattr(known, name) != getattr(newer, name) for name in both):
        return newer
    added = {name: value for name in newer.__struct_fields__ if (value := getattr(newer, name)) not in (None, (), {})}
    if newer.services:
        added["services"] = {**known.services, **newer.services}
    return msgspec.structs.replace(known, **added)


def _merged_reasoning(known: ReasoningStyle | bool | None, newer: ReasoningStyle | bool | None) -> Any:
    if newer is None or newer is True:
        return known or newer
    if not isinstance(known, ReasoningStyle) or not isinstance(newer, ReasoningStyle):
        return newer
    said = {name: value for name in newer.__struct_fields__ if (value := getattr(newer, name)) is not None}
    if known.toggle is False or known.always:
        said.pop("toggle", None)
    return msgspec.structs.replace(known, **said)


def _sources(known: Iterable[Source], source: str, date: str) -> tuple[Source, ...]:
    others = [one for one in known if one.name != "models.dev"]
    url = source if "://" in source else next((one.url for one in known if one.name == "models.dev"), None)
    return (*others, Source("models.dev", url, "MIT", None, date))


def _check(source: str) -> None:
    """Refuse a URL that is not safe to believe. Raises UsageError."""
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{source!r}: write an https:// URL, or the path of a file")
    if parts.username or parts.password:
        raise UsageError("the URL must not hold credentials")
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise UsageError(f"plain http from {parts.hostname} could be changed on the way: write https://")


def _read(body: Body) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := body.read(_IDLE):
        size += len(piece)
        if size > _LIMIT:
            raise _too_long()
        pieces.append(piece)
    return b"".join(pieces)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > _LIMIT:
        raise _too_long()
    return data


def _too_long() -> DecodeError:
    return DecodeError(f"this is not models.dev's api.json: it has more than {_LIMIT:,} bytes")


def _refused(source: str, body: Body) -> Exception:
    from ..engine.classify import classify
    from ..types.response import Failure

    status = body.head.status
    where = body.head.headers.get("location")
    message = f"it answers with HTTP {status}" + (f" and points to {where}" if where else "")
    return classify(Failure(message, status), provider=urlsplit(source).hostname or "")

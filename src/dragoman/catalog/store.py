"""Where the lists are and how they are read: those of the library, or newer ones in the user's cache.

A set of lists is a folder: `index.json` (an `Index`) and one `<provider>.json` (a `Listing`) for each provider. One such
folder comes with the library. Another may be in the user's cache: `$DRAGOMAN_CATALOG` (empty: none), else
`dragoman/catalog` in `$XDG_CACHE_HOME`, in `%LOCALAPPDATA%` on Windows, in `~/.cache`. It is used where its index names
no earlier date than the library's. What cannot be read there is passed over, with a warning in the log of
`dragoman.catalog` and a word in `info()`: a damaged cache breaks no call.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ..types.model import Model

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Index",
    "Info",
    "Listing",
    "Source",
    "cache_folder",
    "encode",
    "find",
    "forget",
    "info",
    "models",
    "shipped",
    "write",
]

_PACKAGE = os.path.join(os.path.dirname(__file__), "data")
_INDEX = "index.json"


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A collection of facts that lists were compiled from: its name, home, licence, version and date."""

    name: str
    url: str | None = None
    licence: str | None = None
    version: str | None = None
    date: str | None = None


class Index(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a set of lists holds: its date, what it was compiled from, the number of models by provider.

    `same` names for a provider the one whose list it shares: the same vendor in another wire format.
    """

    date: str
    sources: tuple[Source, ...] = ()
    providers: dict[str, int] = {}
    same: dict[str, str] = {}


class Listing(msgspec.Struct, frozen=True, omit_defaults=True):
    """One provider's models as of a date, and the names of the sources they come from."""

    date: str
    sources: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()


# Made here, under the lock of imports: msgspec 0.22 crashes when threads meet a class of its for the first time together.
_READ = {kind: msgspec.json.Decoder(kind).decode for kind in (Index, Listing)}


class Info(msgspec.Struct, frozen=True):
    """Which set of lists is in use: its date, its sources, the folder it is read from.

    `updated` is False for the set that came with the library. `problems` says what could not be read in the cache.
    """

    date: str
    sources: tuple[Source, ...]
    folder: str
    updated: bool
    problems: tuple[str, ...] = ()


class _Set:
    """The lists in use, each read when it is first asked for."""

    __slots__ = ("_tables", "cached", "index", "problems", "shipped")

    def __init__(self, cache: str | None) -> None:
        self.shipped = _decode(_shipped(_INDEX), Index)
        self.index = self.shipped
        self.cached: str | None = None
        self.problems: list[str] = []
        self._tables: dict[str, dict[str, Model]] = {}
        newer = self._index(cache) if cache is not None else None
        if newer is not None and newer.date >= self.shipped.date:
            self.index, self.cached = newer, cache

    def table(self, provider: str) -> dict[str, Model]:
        """A provider's models by every name they have; empty for one without a list."""
        table = self._tables.get(provider)
        if table is None:
            name = self.index.same.get(provider) or self.shipped.same.get(provider, provider)
            if (table := self._tables.get(name)) is None:
                table = self._tables[name] = self._read(name)
            self._tables[provider] = table
        return table

    def _read(self, provider: str) -> dict[str, Model]:
        listing = None
        if self.cached is not None and provider in self.index.providers:
            listing = self._try(os.path.join(self.cached, f"{provider}.json"), Listing)
        if listing is None and provider in self.shipped.providers:
            listing = _decode(_shipped(f"{provider}.json"), Listing)
        known = listing.models if listing is not None else ()
        found = {model.id: model for model in known}
        for model in known:
            for alias in model.aliases:
                found.setdefault(alias, model)
        return found

    def _index(self, folder: str) -> Index | None:
        path = os.path.join(folder, _INDEX)
        return self._try(path, Index) if os.path.exists(path) else None

    def _try(self, path: str, kind: type[Any]) -> Any:
        try:
            with open(path, "rb") as file:
                return _decode(file.read(), kind)
        except (OSError, msgspec.DecodeError) as error:
            import logging  # milliseconds, for what seldom happens

            problem = f"{path}: {error}"
            self.problems.append(problem)
            logging.getLogger("dragoman.catalog").warning("a list of models in the cache is passed over: %s", problem)
            return None


_current: _Set | None = None


def find(provider: str, model: str) -> Model | None:
    """The model that the provider knows by this id, None when no list has it.

    The id is taken as it is: the exact one first, then a list's own other names for a model. Nothing is guessed.
    """
    return (_current or _open()).table(provider).get(model)


def models(provider: str | None = None) -> list[Model]:
    """All models of a provider, by id, those of every provider when none is named; none for a provider without a list."""
    current = _current or _open()
    names: Iterable[str] = current.index.providers if provider is None else (provider,)
    return [model for name in names for key, model in current.table(name).items() if key == model.id]


def info() -> Info:
    """How old the facts are, what they were compiled from and where they are read from."""
    current = _current or _open()
    updated = current.cached is not None
    return Info(current.index.date, current.index.sources, current.cached or _PACKAGE, updated, tuple(current.problems))


def shipped() -> tuple[Index, dict[str, Listing]]:
    """The set that came with the library, whole, whatever is in the cache."""
    index: Index = _decode(_shipped(_INDEX), Index)
    return index, {provider: _decode(_shipped(f"{provider}.json"), Listing) for provider in index.providers}


def forget() -> None:
    """Read everything anew at the next question, as after an update."""
    global _current
    _current = None


def cache_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Where the user's own set of lists is or would be, None when there is to be none."""
    from pathlib import Path

    folder = _cache(environ, platform)
    return Path(folder) if folder is not None else None


def _cache(environ: Mapping[str, str], platform: str) -> str | None:
    if (named := environ.get("DRAGOMAN_CATALOG")) is not None:
        return named or None
    home = environ.get("HOME") or environ.get("USERPROFILE")
    default = os.path.join(home, ".cache") if home else None
    base = environ.get("XDG_CACHE_HOME") or (environ.get("LOCALAPPDATA") if platform == "win32" else None) or default
    return os.path.join(base, "dragoman", "catalog") if base else None


def encode(value: Index | Listing) -> bytes:
    """A file of a set: JSON, one model a line, prices as numbers."""
    lines = msgspec.json.Encoder(decimal_format="number").encode(value)
    return lines.replace(b'},{"provider":', b'},\n{"provider":') + b"\n"


def write(files: Mapping[str, bytes], directory: Path) -> None:
    """Put a whole set of lists in place of the one in `directory`, if there is one.

    `files` are bytes by name: `index.json` and a `<provider>.json` for each provider that the index names, no more and
    no less. All is read before anything is written, so that a set is either whole or not there. Raises ValueError that
    says what is wrong with which file, and OSError.
    """
    from pathlib import Path
    from shutil import rmtree
    from tempfile import mkdtemp

    _check(files)
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=".catalog-", dir=directory.parent))
    try:
        fresh.chmod(0o755)
        for name, data in sorted(files.items()):
            (fresh / name).write_bytes(data)
        _exchange(fresh, directory)
    finally:
        rmtree(fresh, ignore_errors=True)
    forget()


def _exchange(fresh: Path, directory: Path) -> None:
    """Put one folder in place of another; between the two renames there is none, which readers can bear."""
    from shutil import rmtree

    old = fresh.with_name(f"{fresh.name}-old")
    if directory.exists():
        directory.rename(old)
    try:
        fresh.rename(directory)
    except OSError:
        if old.exists():
            old.rename(directory)
        raise
    rmtree(old, ignore_errors=True)


def _check(files: Mapping[str, bytes]) -> None:
    if _INDEX not in files:
        raise ValueError(f"a set of lists needs {_INDEX}")
    index = _checked(_INDEX, files[_INDEX], Index)
    expected = {_INDEX, *(f"{provider}.json" for provider in index.providers)}
    if odd := sorted(expected ^ files.keys()):
        raise ValueError(f"{_INDEX} and the files do not name the same providers: {', '.join(odd)}")
    for name, data in files.items():
        if name == _INDEX:
            continue
        provider = name.removesuffix(".json")
        if not provider.replace("-", "").isalnum():
            raise ValueError(f"{name!r} is no name for a list")
        listing = _checked(name, data, Listing)
        if index.providers[provider] != len(listing.models):
            raise ValueError(f"{name} has {len(listing.models)} models where {_INDEX} says {index.providers[provider]}")
        if strange := next((model for model in listing.models if model.provider != provider), None):
            raise ValueError(f"{name} has a model of {strange.provider}: {strange.id}")


def _checked(name: str, data: bytes, kind: type[Any]) -> Any:
    try:
        return _decode(data, kind)
    except msgspec.DecodeError as error:
        raise ValueError(f"{name}: {error}") from error


def _decode(data: bytes, kind: type[Any]) -> Any:
    return _READ[kind](data)


def _shipped(name: str) -> bytes:
    """A file that came with the library, also where that is in a zip archive."""
    loader = __spec__.loader
    data: bytes = loader.get_data(os.path.join(_PACKAGE, name))  # type: ignore[union-attr]
    return data


def _open() -> _Set:
    global _current
    _current = _Set(_cache(os.environ, sys.platform))
    return _current

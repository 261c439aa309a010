"""`dragoman providers`: which providers there are and which have keys. Keys themselves are never shown."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import TextIO
from urllib.parse import urlsplit, urlunsplit

import msgspec

from ..credentials import at_hand
from ..providers import all_providers
from ..providers.base import Provider
from ..providers.config import Config, load_config
from .choose import has_key

__all__ = ["Row", "list_providers", "rows", "table"]


class Row(msgspec.Struct, frozen=True):
    """One provider as it is listed; `key` is `set`, `missing`, or `not needed` where it works without one."""

    name: str
    title: str
    protocol: str
    base_url: str | None
    key: str
    key_env: tuple[str, ...]
    key_in_config: bool
    model: str | None
    docs: str


def list_providers(arguments: Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Print the list, as a table or as JSON."""
    listed = rows(load_config(environ), environ)
    print(msgspec.json.encode(listed).decode() if arguments.json else table(listed), file=out)
    return 0


def rows(config: Config, environ: Mapping[str, str]) -> list[Row]:
    """Every provider, with what the config file and the environment say about it."""
    known = {provider.name: provider for provider in [*all_providers(), *config.providers]}
    return [_row(provider, config, environ) for provider in known.values()]


def table(listed: Iterable[Row]) -> str:
    """The list for people."""
    lines = [("NAME", "PROTOCOL", "BASE URL", "KEY", "FROM")]
    for row in listed:
        source = "config file" if row.key_in_config else " or ".join(row.key_env) or "-"
        lines.append((row.name, row.protocol, row.base_url or "to be given", row.key, source))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        ["  ".join([cell.ljust(width) for cell, width in zip(line, widths, strict=True)]).rstrip() for line in lines]
    )


def _row(provider: Provider, config: Config, environ: Mapping[str, str]) -> Row:
    there = has_key(provider, environ, config) or any(at_hand(name, environ) for name in provider.sources)
    key = "set" if there else "missing" if provider.key_required else "not needed"
    given = next((environ[name].strip() for name in provider.base_url_env if environ.get(name, "").strip()), None)
    return Row(
        provider.name,
        provider.title,
        provider.protocol,
        _without_password(given or provider.base_url),
        key,
        provider.key_env,
        config.has_key(provider.name),
        provider.model,
        provider.docs,
    )


def _without_password(url: str | None) -> str | None:
    if url is None or "@" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

"""`dragoman catalog`: how old the catalogue is and where it is read from, and getting a newer one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from datetime import date
from typing import TextIO

import msgspec

from .. import catalog
from ..catalog import store
from ..errors import UsageError
from .failures import one_line

__all__ = ["manage_catalog", "show_catalog", "update_catalog"]


def manage_catalog(arguments: Namespace, environ: Mapping[str, str], out: TextIO, err: TextIO) -> int:
    """Do what the command line says, and give the exit code."""
    if arguments.action == "update":
        return update_catalog(arguments.source, environ, date.today().isoformat(), out, err)
    return show_catalog(arguments.json, out)


def show_catalog(as_json: bool, out: TextIO) -> int:
    """Say which set of lists is in use."""
    info = catalog.info()
    if as_json:
        print(msgspec.json.encode(info).decode(), file=out)
        return 0
    sources = [
        one_line(" ".join([source.name, *filter(None, [source.version, source.date, source.licence])])) for source in info.sources
    ]
    lines = [
        ("date", info.date),
        ("models", f"{len(catalog.models()):,}"),
        ("read from", f"{info.folder} ({'an update' if info.updated else 'came with the library'})"),
        *[("source", source) for source in sources],
        *[("problem", one_line(problem)) for problem in info.problems],
    ]
    print("\n".join(f"{name:<11}{value}" for name, value in lines), file=out)
    return 0


def update_catalog(source: str | None, environ: Mapping[str, str], today: str, out: TextIO, err: TextIO) -> int:
    """Get a newer set of lists and put it into the user's cache; what is there stays when anything is wrong.

    Raises UsageError when there is no place for it, and the errors of `catalog.update`.
    """
    from ..catalog.update import SOURCE, update

    directory = store.cache_folder(environ)
    if directory is None:
        raise UsageError("there is no place for an update: set HOME, or DRAGOMAN_CATALOG to a folder")
    try:
        done = update(source or SOURCE, directory, today)
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written: {error.strerror or error}") from error
    if done.unread:
        print(f"dragoman: {done.unread} entries could not be read and were passed over", file=err)
    print(f"{done.date}: {done.models:,} models, {done.new:,} of them new, {done.changed:,} changed; in {directory}", file=out)
    return 0

"""A whole conversation on disk: what it is, and its tree of turns, as JSON. `load` also reads the messages of `dragoman.dump`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from ..types.content import Text
from ..types.messages import Message
from ..types.reading import read_messages
from .history import History, Turn

__all__ = ["VERSION", "Record", "Saved", "dump", "load", "sound"]

VERSION = 1


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a conversation is besides its turns.

    `model` is a reference, a route's name, or several; None where it was a `Route` value, which is the program's own.
    `title` and `notes` are words about it. `created` and `updated` are Unix seconds. `forked_from` is the conversation it
    shares a past with. `revision` counts its changes; 0 was never stored.
    """

    id: str
    head: str | None = None
    model: str | tuple[str, ...] | None = None
    system: tuple[Text, ...] = ()
    title: str | None = None
    notes: dict[str, Any] = {}
    created: float = 0.0
    updated: float = 0.0
    forked_from: str | None = None
    revision: int = 0


class Saved(msgspec.Struct, frozen=True):
    """A record and the turns of its tree, each after its parent."""

    record: Record
    turns: tuple[Turn, ...] = ()

    @property
    def history(self) -> History:
        """The turns as a tree, at its head."""
        return History({turn.id: turn for turn in self.turns}, self.record.head)


class _File(msgspec.Struct, frozen=True):
    version: int
    record: Record
    turns: tuple[Turn, ...]


class _Version(msgspec.Struct, frozen=True):
    version: int


# Made here, under the lock of imports, as `types.reading` says.
_read_file: Final = msgspec.json.Decoder(_File).decode
_read_version: Final = msgspec.json.Decoder(_Version).decode


def dump(saved: Saved) -> bytes:
    """A conversation as JSON; `load` gives back equal values."""
    return msgspec.json.encode(_File(VERSION, saved.record, saved.turns))


def load(data: bytes) -> Saved | tuple[Message, ...]:
    """A conversation from the JSON of `dump`, or the messages from that of `dragoman.dump`.

    Raises ValueError when it is neither, or not sound, or written by a newer version of this library.
    """
    try:
        if data.lstrip().startswith(b"["):
            return tuple(read_messages(data))
        version = _read_version(data).version
        if version > VERSION:
            raise ValueError(
                f"this conversation was saved in form {version} and this version of dragoman knows {VERSION}: update it"
            )
        file = _read_file(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a saved conversation: {error}") from error
    return sound(Saved(file.record, file.turns))


def sound(saved: Saved) -> Saved:
    """The same, when its turns make a tree with the head in it. Raises ValueError that says what is missing."""
    known: set[str] = set()
    for turn in saved.turns:
        if turn.id in known:
            raise ValueError(f"turn {turn.id!r} stands twice in conversation {saved.record.id!r}")
        if turn.parent is not None and turn.parent not in known:
            raise ValueError(f"turn {turn.parent!r}, which {turn.id!r} follows, is missing from conversation {saved.record.id!r}")
        known.add(turn.id)
    if saved.record.head is not None and saved.record.head not in known:
        raise ValueError(f"the last turn {saved.record.head!r} is missing from conversation {saved.record.id!r}")
    for turn in saved.turns:
        if turn.since is not None and not _before(saved.turns, turn):
            raise ValueError(
                f"turn {turn.since!r}, which {turn.id!r} begins with, is missing from conversation {saved.record.id!r}"
            )
    return saved


def _before(turns: Iterable[Turn], mark: Turn) -> bool:
    """Whether a mark's first turn lies on the way to it."""
    parents = {turn.id: turn.parent for turn in turns}
    at = mark.parent
    while at is not None and at != mark.since:
        at = parents[at]
    return at is not None

"""Where one conversation stands and how it is kept: what both faces share. What it does with the store blocks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ..engine.route import Route
from ..errors import StoreConflict, UsageError
from ..options import Common, Messages, Options, listed
from ..routes import ModelLike
from ..run import RunOptions
from ..tools.toolbox import AsyncToolbox, Toolbox
from ..types.content import Text
from ..types.messages import Message
from ..types.model import Model
from ..types.request import Defined, ToolLike
from ..types.response import Response
from .compaction import Compaction
from .history import History, Turn
from .saved import Record, Saved, dump, load

if TYPE_CHECKING:
    from .store import Store

__all__ = ["Core", "Known", "Opening"]

Known = Callable[[ModelLike, str | None], Sequence[Model | None]]
"""What is known of the models that a call with a base URL of its own may go to."""


class Opening(Common, total=False):
    """How a conversation begins: the options of all its calls and runs, and these words of its own.

    `id`: its name in the store, made up where there is none; one that the store has goes on. `store`: a `Store`, or the path
    of one that is opened and closed with the conversation; without it the conversation lives as long as the object.
    `messages`: what has been said before. `saved`: the bytes or the path of a saved conversation, or of messages.
    `title` and `notes`: words about it, for lists. `keep_partial`: keep answers that broke off or were stopped.
    `compact`: False never writes summaries, a `Compaction` says when and how. `clock` and `ids` give Unix seconds and
    new ids.
    """

    tools: Sequence[ToolLike | Defined | Toolbox | AsyncToolbox]
    output: Any
    id: str | None
    store: Store | str | os.PathLike[str] | None
    messages: Messages | None
    saved: bytes | str | os.PathLike[str] | None
    title: str | None
    notes: Mapping[str, Any] | None
    keep_partial: bool
    compact: bool | Compaction
    clock: Callable[[], float] | None
    ids: Callable[[], str] | None


def _new_id() -> str:
    return os.urandom(12).hex()


def _wall() -> float:
    import time

    return time.time()


class Core:
    """One conversation: its history and record, its store, the options of its calls."""

    __slots__ = (
        "_busy",
        "_owns",
        "clock",
        "compaction",
        "history",
        "ids",
        "keep_partial",
        "known",
        "model",
        "options",
        "record",
        "store",
        "unsaved",
    )

    def __init__(self, known: Known, record: Record, history: History, model: ModelLike, options: dict[str, Any]) -> None:
        self.known = known
        self.record = record
        self.history = history
        self.model = model
        self.options = options
        self.store: Store | None = None
        self.unsaved: dict[str, Turn] = {}
        self.keep_partial = False
        self.compaction: Compaction | None = Compaction()
        self.clock: Callable[[], float] = _wall
        self.ids: Callable[[], str] = _new_id
        self._owns = False
        self._busy = threading.Lock()

    @classmethod
    def open(cls, known: Known, model: ModelLike | None, words: Opening) -> Core:
        """A conversation from the words it begins with; one that the store has is read.

        Raises UsageError when they do not go together, TypeError for an unknown one, ValueError for what is not a saved
        conversation, and StoreError.
        """
        if unknown := words.keys() - Opening.__annotations__.keys():
            own_words = ", ".join(sorted(_OWN))
            raise TypeError(f"unknown word {min(unknown)!r}: a conversation takes the options of a call and {own_words}")
        own: dict[str, Any] = {name: value for name, value in words.items() if name in _OWN}
        options: dict[str, Any] = {name: value for name, value in words.items() if name not in _OWN}
        store, owns = _store(words.get("store"))
        try:
            core = cls._open(known, model, own, options, store)
        except BaseException:
            if owns and store is not None:
                store.close()
            raise
        core._owns = owns
        return core

    @classmethod
    def _open(
        cls, known: Known, model: ModelLike | None, own: dict[str, Any], options: dict[str, Any], store: Store | None
    ) -> Core:
        clock, ids = own.get("clock") or _wall, own.get("ids") or _new_id
        id = own.get("id")
        there = store.read(id) if store is not None and id is not None else None
        given, messages = _given(own)
        if there is not None and (given is not None or messages):
            raise UsageError(f"the store has a conversation {id!r} already: leave out messages and saved, or take another id")
        found = there or given
        record = found.record if found is not None else Record(id or ids(), created=clock())
        if found is given and given is not None:
            record = msgspec.structs.replace(record, id=id or record.id, revision=0)
        model = model if model is not None else record.model
        if model is None:
            raise UsageError("a conversation needs a model: write client.conversation('provider:model')")
        system = options.pop("system", None)
        record = msgspec.structs.replace(
            record,
            system=record.system if system is None else (Text(system),) if isinstance(system, str) else tuple(system),
            title=own.get("title") if own.get("title") is not None else record.title,
            notes=dict(own["notes"]) if own.get("notes") is not None else record.notes,
        )
        core = cls(known, record, found.history if found is not None else History(), model, options)
        core.store = store
        core.clock, core.ids = clock, ids
        core.keep_partial = bool(own.get("keep_partial"))
        compact = own.get("compact", True)
        core.compaction = compact if isinstance(compact, Compaction) else Compaction() if compact else None
        if there is None:
            turns = core.turns(None, messages, clock())
            core.history = core.history.add(*turns)
            core.unsaved = dict(core.history.turns)
            core.record = msgspec.structs.replace(core.record, head=core.history.head)
        return core

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """For one call at a time. Raises UsageError where another one is under way."""
        self.claim()
        try:
            yield
        finally:
            self.release()

    def claim(self) -> None:
        """Begin a call. Raises UsageError where another one is under way."""
        if not self._busy.acquire(blocking=False):
            raise UsageError("this conversation is being answered already: wait for that, or fork() it")

    def release(self) -> None:
        """End a call that was begun, from any thread."""
        self._busy.release()

    def call(self, options: Options | RunOptions) -> dict[str, Any]:
        """The options of one call: those of the conversation, and over them its own."""
        system = {"system": self.record.system} if self.record.system else {}
        return {**system, **self.options, **cast("dict[str, Any]", options)}

    def said(self, content: Messages | None) -> tuple[Message, ...]:
        """The messages that a call adds; None adds none. Raises UsageError where there is nothing to answer."""
        if content is not None:
            return listed(content)
        if self.history.head is None:
            raise UsageError("there is nothing to answer yet: say something")
        return ()

    def turns(self, parent: str | None, messages: Sequence[Message], at: float) -> tuple[Turn, ...]:
        """Messages as turns, one after the other."""
        turns = []
        for message in messages:
            turns.append(Turn(self.ids(), message, parent, at))
            parent = turns[-1].id
        return tuple(turns)

    def answer(self, parent: str | None, response: Response, asked: ModelLike, *, interrupted: bool = False) -> tuple[Turn, ...]:
        """An answer as a turn, after it the others where there are several: all of them follow `parent`."""
        at = self.clock()
        origin = response.message.origin
        target = response.decision.target or (f"{origin.provider}:{origin.model}" if origin is not None else None)
        model = asked if isinstance(asked, str) and ":" in asked else target
        first = Turn(
            self.ids(),
            response.message,
            parent,
            at,
            model=model,
            response=response.id,
            finish=response.finish,
            usage=response.usage,
            cost=response.cost,
            interrupted=interrupted,
        )
        others = [
            Turn(self.ids(), choice.message, parent, at, model=model, response=response.id, finish=choice.finish)
            for choice in response.choices[1:]
        ]
        return (first, *others)

    def check(self) -> None:
        """See that the stored conversation is the one this is. Raises StoreConflict."""
        if self.store is not None:
            self.store.check(self.record.id, self.record.revision)

    def keep(self, turns: Sequence[Turn] = (), head: str | None = None, **changes: Any) -> None:
        """Add turns, stand at `head`, change the record; comes back when it is stored. Raises StoreError, and nothing changed."""
        history = self.history.add(*turns).at(head)
        record = msgspec.structs.replace(self.record, head=head, model=_named(self.model), updated=self.clock(), **changes)
        if self.store is not None:
            record = self.store.write(record, [*self.unsaved.values(), *turns])
            self.unsaved = {}
        self.history, self.record = history, record

    def move(self, history: History) -> None:
        """Stand elsewhere in the same tree."""
        with self.claimed():
            self.keep((), history.head)

    def undo(self, count: int) -> None:
        """Stand before the last exchanges."""
        self.move(self.history.undo(count))

    def goto(self, turn: str | None) -> None:
        """Stand at a turn."""
        self.move(self.history.at(turn))

    def add(self, messages: Messages) -> tuple[Turn, ...]:
        """Messages without a call."""
        with self.claimed():
            turns = self.turns(self.history.head, listed(messages), self.clock())
            self.keep(turns, turns[-1].id)
        return turns

    def describe(self, title: str | None, notes: Mapping[str, Any] | None) -> None:
        """Other words about the conversation."""
        changes: dict[str, Any] = {}
        if title is not None:
            changes["title"] = title
        if notes is not None:
            changes["notes"] = dict(notes)
        with self.claimed():
            self.keep((), self.history.head, **changes)

    def fork(self, at: str | None, id: str | None) -> Core:
        """Another conversation that shares the past up to a turn, stored where this one is."""
        history = self.history.fork(at)
        now = self.clock()
        record = msgspec.structs.replace(
            self.record, id=id or self.ids(), head=history.head, created=now, updated=now, forked_from=self.record.id, revision=0
        )
        core = Core(self.known, record, history, self.model, dict(self.options))
        core.keep_partial, core.compaction = self.keep_partial, self.compaction
        core.clock, core.ids = self.clock, self.ids
        if self.store is not None:
            core.unsaved = {turn.id: turn for turn in self.unsaved.values() if turn.id in history.turns}
            core.store, core._owns = (self.store.share(), True) if self._owns else (self.store, False)
            try:
                core.keep((), history.head)
            except BaseException:
                core.close()
                raise
        return core

    def refresh(self) -> None:
        """Take over what others have stored. Raises StoreConflict when the conversation was deleted."""
        if self.store is None or not self.record.revision:
            return
        with self.claimed():
            saved = self.store.read(self.record.id)
            if saved is None:
                raise StoreConflict(f"conversation {self.record.id!r} was deleted in the store: begin another one")
            self.history, self.record, self.unsaved = saved.history, saved.record, {}

    def dump(self) -> bytes:
        """All of it as JSON."""
        return dump(Saved(self.record, tuple(self.history.turns.values())))

    def save(self, path: str | os.PathLike[str]) -> None:
        """All of it into a file, which holds what it held until it holds all of this."""
        target = os.fspath(path)
        beside = f"{target}.{self.ids()}.tmp"
        try:
            with open(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(self.dump())
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, target)
        except BaseException:
            if os.path.exists(beside):
                os.unlink(beside)
            raise

    def close(self) -> None:
        """Close the store where it was opened for this conversation."""
        if self._owns and self.store is not None:
            self._owns = False
            self.store.close()


_OWN = frozenset(Opening.__annotations__) - frozenset(Options.__annotations__)


def _named(model: ModelLike) -> str | tuple[str, ...] | None:
    if isinstance(model, str | Route):
        return model if isinstance(model, str) else None
    return tuple(model)


def _store(place: Store | str | os.PathLike[str] | None) -> tuple[Store | None, bool]:
    if place is None:
        return None, False
    from .store import Store

    if isinstance(place, Store):
        return place, False
    return Store(place), True


def _given(own: Mapping[str, Any]) -> tuple[Saved | None, tuple[Message, ...]]:
    """What a conversation begins with: another one that was saved, or messages."""
    saved, messages = own.get("saved"), own.get("messages")
    if saved is not None and messages is not None:
        raise UsageError("messages and saved are two beginnings: take one of them")
    if saved is None:
        return None, () if messages is None else listed(messages) if isinstance(messages, str | Message) else tuple(messages)
    if not isinstance(saved, bytes):
        with open(saved, "rb") as file:
            saved = file.read()
    found = load(saved)
    return (found, ()) if isinstance(found, Saved) else (None, found)

"""Conversations in a SQLite file: what was written is on the disk before a call returns, and stays there.

The file is in write-ahead mode, where many processes read while one writes, and every commit waits for the disk
(`synchronous=FULL`), so that neither a killed process nor a lost power supply takes back what was acknowledged
(https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html#pragma_synchronous). Do not put it on a network drive:
SQLite's locks do not hold there.

A turn is one row and is never changed; a conversation is a row that names its last turn. Forks share the rows of their
past. Each row has a checksum, so that damage is an error and never another text. A file of an older version is brought
up to date when it is opened, one of a newer version is refused.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from zlib import crc32

import msgspec

from ..errors import StoreConflict, StoreError
from .history import Turn
from .saved import Record, Saved, sound

__all__ = ["MIGRATIONS", "Store", "default_path"]

APPLICATION = 0x6472676D  # "drgm": https://www.sqlite.org/pragma.html#pragma_application_id

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY, revision INTEGER NOT NULL, head TEXT, updated REAL NOT NULL,
        value BLOB NOT NULL, checksum INTEGER NOT NULL
    );
    CREATE INDEX conversation_updated ON conversation (updated);
    CREATE TABLE turn (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, conversation TEXT NOT NULL, parent TEXT,
        value BLOB NOT NULL, checksum INTEGER NOT NULL
    );
    CREATE INDEX turn_conversation ON turn (conversation);
    CREATE INDEX turn_parent ON turn (parent);
    """,
)
"""What makes a file of version n one of version n + 1; version 0 is an empty file."""

_TREE = """
WITH RECURSIVE tree (id) AS (
    SELECT id FROM turn WHERE conversation = :id
    UNION SELECT :head WHERE :head IS NOT NULL
    UNION SELECT turn.parent FROM turn JOIN tree ON turn.id = tree.id WHERE turn.parent IS NOT NULL
)
SELECT tree.id, value, checksum FROM tree LEFT JOIN turn ON turn.id = tree.id ORDER BY number
"""

# Turns of deleted conversations that no other one's past goes through.
_SWEEP = """
WITH RECURSIVE used (id) AS (
    SELECT head FROM conversation WHERE head IS NOT NULL
    UNION SELECT id FROM turn WHERE conversation IN (SELECT id FROM conversation)
    UNION SELECT turn.parent FROM turn JOIN used ON turn.id = used.id WHERE turn.parent IS NOT NULL
)
DELETE FROM turn WHERE id NOT IN (SELECT id FROM used)
"""

_ADD = "INSERT INTO turn (id, conversation, parent, value, checksum) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"

_PUT = """
INSERT INTO conversation (id, revision, head, updated, value, checksum) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, head = excluded.head, updated = excluded.updated,
    value = excluded.value, checksum = excluded.checksum
"""

_ADVICE = {
    "SQLITE_BUSY": "another program keeps it locked: try again when that has ended",
    "SQLITE_LOCKED": "another program keeps it locked: try again when that has ended",
    "SQLITE_CANTOPEN": "it cannot be opened: see that the folder is there and may be written to",
    "SQLITE_READONLY": "it may not be written to: change its permissions, or take another file",
    "SQLITE_FULL": "the disk is full: make room, and nothing that was acknowledged is lost",
    "SQLITE_NOTADB": "it is no database of conversations, or damaged: take another file, or the last copy of this one",
    "SQLITE_CORRUPT": "it is damaged: take the last copy of it, or what `sqlite3 FILE .recover` still finds",
}


def default_path() -> str:
    """`dragoman/conversations.db` in `$XDG_DATA_HOME`, in `%LOCALAPPDATA%` on Windows, in `~/.local/share`."""
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return os.path.join(base or os.path.join(os.path.expanduser("~"), ".local", "share"), "dragoman", "conversations.db")


# Made here, under the lock of imports, as `types.reading` says.
_READ: dict[Any, Callable[[bytes], Any]] = {kind: msgspec.json.Decoder(kind).decode for kind in (Record, Turn)}
_T = TypeVar("_T", Record, Turn)


class Store:
    """Conversations in one file, for any number of threads and processes; close it, or use it in a `with` block.

    `path` is the file, made where there is none and readable by its owner only; None is `default_path()`. A writer waits
    `timeout` seconds for another one. Every method raises StoreError, which says what can be done.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, timeout: float = 30.0) -> None:
        self.path = os.fspath(path) if path is not None else default_path()
        self._timeout = timeout
        self._lock = threading.RLock()
        self._users = 1
        self._inherited: list[sqlite3.Connection] = []
        self._connect()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.path!r})"

    def read(self, id: str) -> Saved | None:
        """A conversation with all its turns, None when there is none of this id."""
        with self._transaction("DEFERRED") as database:
            row = database.execute("SELECT id, value, checksum, revision FROM conversation WHERE id = ?", (id,)).fetchone()
            if row is None:
                return None
            record = msgspec.structs.replace(self._value(Record, *row[:3]), revision=row[3])
            rows = database.execute(_TREE, {"id": id, "head": record.head}).fetchall()
        try:
            return sound(Saved(record, tuple([self._value(Turn, *row) for row in rows])))
        except ValueError as error:
            raise StoreError(f"{self.path}: {error}: {_ADVICE['SQLITE_CORRUPT']}") from error

    def write(self, record: Record, turns: Iterable[Turn] = ()) -> Record:
        """Keep turns and the conversation as it now is; returns it with its new revision, once all of it is on the disk.

        Raises StoreConflict when the stored conversation is not the one that `record.revision` was. The turns are kept all
        the same, as a branch of it, since somebody has paid for them.
        """
        try:
            rows = [(turn.id, record.id, turn.parent, *_summed(msgspec.json.encode(turn))) for turn in turns]
            value, checksum = _summed(msgspec.json.encode(msgspec.structs.replace(record, revision=0)))
        except (TypeError, ValueError, RecursionError) as error:
            raise StoreError(f"this cannot be kept as JSON: {error}") from error
        with self._transaction("IMMEDIATE") as database:
            found = database.execute("SELECT revision FROM conversation WHERE id = ?", (record.id,)).fetchone()
            revision = found[0] if found is not None else 0
            if found is not None or record.revision == 0:
                self._add(database, rows)
            if revision == record.revision:
                database.execute(_PUT, (record.id, revision + 1, record.head, record.updated, value, checksum))
        if revision != record.revision:
            raise _conflict(record.id, deleted=found is None, kept=bool(rows))
        return msgspec.structs.replace(record, revision=revision + 1)

    def check(self, id: str, revision: int) -> None:
        """Raises StoreConflict when the stored conversation has another revision."""
        with self._transaction("DEFERRED") as database:
            found = database.execute("SELECT revision FROM conversation WHERE id = ?", (id,)).fetchone()
        if (found[0] if found is not None else 0) != revision:
            raise _conflict(id, deleted=found is None, kept=False)

    def recent(self, limit: int | None = None) -> tuple[Record, ...]:
        """The conversations, the one that changed last first."""
        with self._transaction("DEFERRED") as database:
            rows = database.execute(
                "SELECT id, value, checksum, revision FROM conversation ORDER BY updated DESC, rowid DESC LIMIT ?",
                (-1 if limit is None else limit,),
            ).fetchall()
        return tuple([msgspec.structs.replace(self._value(Record, *row[:3]), revision=row[3]) for row in rows])

    def delete(self, id: str) -> bool:
        """Remove a conversation and the turns that no other one shares; False when there is none of this id."""
        with self._transaction("IMMEDIATE") as database:
            gone = database.execute("DELETE FROM conversation WHERE id = ?", (id,)).rowcount
            if gone:
                database.execute(_SWEEP)
        return bool(gone)

    def verify(self) -> None:
        """Read all of the file. Raises StoreError that names the first damage found."""
        with self._transaction("DEFERRED") as database:
            outcome = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if outcome != "ok":
                raise StoreError(f"{self.path}: {outcome}: {_ADVICE['SQLITE_CORRUPT']}")
            ids = [row[0] for row in database.execute("SELECT id FROM conversation").fetchall()]
        for id in ids:
            self.read(id)

    def share(self) -> Store:
        """The same store for one user more: each closes it, and the last one closes the file."""
        with self._lock:
            self._users += 1
        return self

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._database.close()

    def _add(self, database: sqlite3.Connection, rows: list[tuple[str, str, str | None, bytes, int]]) -> None:
        """Turns may be there already, shared with the conversation they were said in; then they are the same."""
        for row in rows:
            if not database.execute(_ADD, row).rowcount:
                there = database.execute("SELECT value FROM turn WHERE id = ?", (row[0],)).fetchone()
                if there[0] != row[3]:
                    raise StoreError(f"{self.path}: there is another turn {row[0]!r} already: each turn needs an id of its own")

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._speaking():
            if self._users < 1:
                raise StoreError(f"{self.path}: this store is closed: make a new one")
            if self._process != os.getpid():
                # A connection must not be used, nor closed, in a process forked from its own:
                # https://www.sqlite.org/howtocorrupt.html#_carrying_an_open_database_across_a_fork_
                self._inherited.append(self._database)
                self._connect()
            database = self._database
            database.execute(f"BEGIN {kind}")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Errors of SQLite in words that say what to do."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "") or ""
            known = next((advice for code, advice in _ADVICE.items() if name.startswith(code)), None)
            raise StoreError(f"{self.path}: {error}" + (f": {known}" if known else "")) from error

    def _connect(self) -> None:
        self._process = os.getpid()
        if self.path != ":memory:":
            self._create()
        with self._speaking():
            self._database = sqlite3.connect(self.path, timeout=self._timeout, isolation_level=None, check_same_thread=False)
            try:
                self._prepare(self._database)
            except BaseException:
                self._database.close()
                raise

    def _create(self) -> None:
        """The file, for its owner only; SQLite gives the files beside it the same permissions."""
        try:
            if folder := os.path.dirname(self.path):
                os.makedirs(folder, mode=0o700, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StoreError(f"{self.path}: {error.strerror or error}: {_ADVICE['SQLITE_CANTOPEN']}") from error

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")
        application, version = _facts(database)
        if version and application != APPLICATION:
            raise StoreError(f"{self.path}: this is a database of another program: take another file")
        if version > len(MIGRATIONS):
            raise StoreError(
                f"{self.path}: this file has form {version} and this version of dragoman knows {len(MIGRATIONS)}: update it"
            )
        if version < len(MIGRATIONS):
            database.execute("BEGIN EXCLUSIVE")
            self._migrate(database)
        if database.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
            self._write_ahead(database)

    def _migrate(self, database: sqlite3.Connection) -> None:
        try:
            application, version = _facts(database)  # another process may have done it while this one waited
            if not version and (application or database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]):
                raise StoreError(f"{self.path}: this is a database of another program: take another file")
            for statements in MIGRATIONS[version:]:
                for statement in statements.split(";"):
                    if statement.strip():
                        database.execute(statement)
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def _write_ahead(self, database: sqlite3.Connection) -> None:
        """Write-ahead mode, once for a file. It needs the file for itself; where others have it too, one of them does it,
        and until then commits wait for the disk in the older mode."""
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not (error.sqlite_errorname or "").startswith("SQLITE_BUSY"):
                raise

    def _value(self, kind: type[_T], id: str, value: bytes | None, checksum: int | None) -> _T:
        what = "turn" if kind is Turn else "conversation"
        if value is None:
            raise StoreError(f"{self.path}: {what} {id!r} is missing: {_ADVICE['SQLITE_CORRUPT']}")
        try:
            if crc32(value) != checksum:
                raise ValueError("its checksum is wrong")
            decoded: _T = _READ[kind](value)
            if decoded.id != id:
                raise ValueError(f"it says it is {decoded.id!r}")
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            raise StoreError(f"{self.path}: {what} {id!r} cannot be read: {error}: {_ADVICE['SQLITE_CORRUPT']}") from error
        return decoded


def _facts(database: sqlite3.Connection) -> tuple[int, int]:
    # The version first: both are written in one commit, so whoever sees a version finds its mark, even where another
    # process makes the file between the two readings.
    version = database.execute("PRAGMA user_version").fetchone()[0]
    return database.execute("PRAGMA application_id").fetchone()[0], version


def _summed(value: bytes) -> tuple[bytes, int]:
    return value, crc32(value)


def _conflict(id: str, *, deleted: bool, kept: bool) -> StoreConflict:
    if deleted:
        return StoreConflict(f"conversation {id!r} was deleted in the store: begin another one, or save this one to a file")
    branch = "; what was said here is kept as a branch" if kept else ""
    return StoreConflict(f"conversation {id!r} was changed elsewhere{branch}: refresh() takes the change over, fork() goes apart")

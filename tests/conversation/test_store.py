"""The store keeps what it acknowledged: through killed processes, beside other writers, and damage is never read as truth."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from talks import EVERY_BLOCK, answer, ask, chain

import dragoman
from dragoman.conversation import store as module
from dragoman.conversation.history import Turn
from dragoman.conversation.saved import Record, Saved
from dragoman.conversation.store import Store, default_path
from dragoman.errors import StoreConflict, StoreError
from dragoman.types import assistant

SOURCE = str(Path(dragoman.__file__).resolve().parent.parent)
TALK = chain(ask("a"), answer("b"), ask("c"), answer("d"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "talks.db"


def record(id: str = "one", head: str | None = "t4", **more: object) -> Record:
    return Record(id, head, "p:m", **more)  # type: ignore[arg-type]


def test_what_is_written_is_read(path: Path) -> None:
    """A conversation comes back with its turns and a revision, also from another store of the file."""
    with Store(path) as one, Store(path) as two:
        written = one.write(record(title="t", notes={"k": 1}), TALK)

        assert Saved(written, TALK) == one.read("one") == two.read("one")
        assert 1 == written.revision
        assert None is one.read("two")


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: type(block).__name__)
def test_every_block_comes_back(path: Path, block: object) -> None:
    """Origin, vendor fields, signatures and argument text, byte for byte."""
    turn = Turn("t", assistant(block))  # type: ignore[arg-type]
    with Store(path) as store:
        store.write(record(head="t"), [turn])
        saved = store.read("one")

    assert saved is not None
    assert (turn,) == saved.turns
    assert msgspec.json.encode(turn) == msgspec.json.encode(saved.turns[0])


def test_every_commit_waits_for_the_disk(path: Path) -> None:
    """Write-ahead mode with full synchronisation, and nothing deleted stays in the file."""
    with Store(path) as store:
        facts = [
            store._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")
        ]

    assert ["wal", 2, 1] == facts


def test_only_the_owner_reads_the_file(path: Path) -> None:
    """Conversations are private."""
    with Store(path) as store:
        store.write(record(), TALK)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}

    assert {0o600} == modes
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_a_store_in_memory() -> None:
    """`:memory:` is a store for as long as it is open."""
    with Store(":memory:") as store:
        store.write(record(), TALK)

        assert store.read("one") is not None


def test_the_usual_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The user's data folder, by the platform's variables."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert str(tmp_path / "dragoman" / "conversations.db") == default_path()
    with Store() as store:
        assert default_path() == store.path

    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert "/home/somebody/.local/share/dragoman/conversations.db" == default_path()


def test_an_outdated_writer_is_told_and_nothing_is_lost(path: Path) -> None:
    """Who writes second gets a conflict; the turns are in the tree, the head stays."""
    with Store(path) as store:
        first = store.write(record(head="t2"), TALK[:2])
        store.write(msgspec.structs.replace(first, head="t4"), TALK[2:])
        late = Turn("x", ask("late"), "t2")
        with pytest.raises(StoreConflict, match=r"changed elsewhere; what was said here is kept as a branch: refresh\(\)"):
            store.write(msgspec.structs.replace(first, head="x"), [late])
        saved = store.read("one")

    assert saved is not None
    assert ("t4", (*TALK, late)) == (saved.record.head, saved.turns)


def test_a_new_conversation_with_a_taken_name_is_a_conflict(path: Path) -> None:
    """Two programs that begin the same conversation do not mix it up."""
    with Store(path) as store:
        store.write(record(), TALK)
        with pytest.raises(StoreConflict):
            store.write(record(head="y"), [Turn("y", ask())])
        with pytest.raises(StoreConflict, match=r"changed elsewhere: refresh"):
            store.check("one", 0)
        store.check("one", 1)
        store.check("two", 0)


def test_a_deleted_conversation_is_not_written_again(path: Path) -> None:
    """Deleting wins over a program that still has it open."""
    with Store(path) as store:
        written = store.write(record(), TALK)
        assert store.delete("one")
        assert not store.delete("one")
        for call in (lambda: store.write(written, [Turn("x", ask(), "t4")]), lambda: store.check("one", 1)):
            with pytest.raises(StoreConflict, match="was deleted"):
                call()
        rows = store._database.execute("SELECT count(*) FROM turn").fetchone()[0]

    assert 0 == rows


def test_an_id_names_one_turn(path: Path) -> None:
    """The same turn may be written twice, another one of its id may not."""
    with Store(path) as store:
        store.write(record(), TALK)
        store.write(record("fork"), TALK)
        with pytest.raises(StoreError, match="another turn 't1'"):
            store.write(record("other", head="t1"), [Turn("t1", ask("different"))])
        assert None is store.read("other")


def test_forks_share_their_past(path: Path) -> None:
    """Turns are stored once; deleting one conversation leaves the other whole, and the last one takes all with it."""
    with Store(path) as store:
        count = lambda: store._database.execute("SELECT count(*) FROM turn").fetchone()[0]  # noqa: E731
        store.write(record(), TALK)
        fork = store.write(record("fork", head="t2", forked_from="one"))
        own = (Turn("f1", ask(), "t2"), Turn("f2", answer(), "f1"))
        store.write(msgspec.structs.replace(fork, head="f2"), own)
        saved = store.read("fork")
        assert saved is not None
        assert (*TALK[:2], *own) == saved.turns
        assert 6 == count()

        store.delete("one")
        again = store.read("fork")
        assert again is not None
        assert saved.turns == again.turns
        assert 4 == count()

        store.delete("fork")
        assert 0 == count()


def test_the_list_begins_with_the_newest(path: Path) -> None:
    """By the time of the last change, as many as asked for."""
    with Store(path) as store:
        for number, updated in enumerate((5.0, 9.0, 7.0)):
            store.write(record(f"c{number}", head=None, updated=updated))

        assert ["c1", "c2", "c0"] == [found.id for found in store.recent()]
        assert ["c1"] == [found.id for found in store.recent(1)]
        assert {1} == {found.revision for found in store.recent()}


def test_what_is_no_json_is_refused_before_anything_is_written(path: Path) -> None:
    """Nothing is acknowledged that could not be read back."""
    with Store(path) as store:
        with pytest.raises(StoreError, match="cannot be kept as JSON"):
            store.write(record(notes={"when": object()}), TALK)
        with pytest.raises(StoreError, match="cannot be kept as JSON"):
            store.write(record(), [Turn("x", ask("half \ud800"))])
        assert () == store.recent()


def test_a_closed_store_says_so(path: Path) -> None:
    """Whoever shares it closes it too; the last one closes the file."""
    store = Store(path)
    store.share().close()
    store.write(record(), TALK)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.read("one")


def test_many_threads_share_a_store(path: Path) -> None:
    """Each conversation has all its turns, in order."""

    def talk(number: int) -> None:
        now = Record(f"c{number}")
        for turn in range(20):
            id = f"c{number}-{turn}"
            new = Turn(id, ask(), now.head)
            now = store.write(msgspec.structs.replace(now, head=id), [new])

    with Store(path) as store, ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(8)))
        saved = [store.read(f"c{number}") for number in range(8)]

    assert [20] * 8 == [len(one.turns) for one in saved if one is not None]


# A program that keeps talking: it tells each turn on its standard output once the store has acknowledged it.
WRITER = """
import os, sys
import msgspec
from dragoman.conversation.history import Turn
from dragoman.conversation.saved import Record
from dragoman.conversation.store import Store
from dragoman.errors import StoreConflict
from dragoman.types import user

path, id, name, count = sys.argv[1:]
with Store(path) as store:
    for number in range(int(count)):
        turn = f"{name}-{number}"
        while True:
            saved = store.read(id)
            record = saved.record if saved else Record(id)
            try:
                store.write(msgspec.structs.replace(record, head=turn), [Turn(turn, user("x" * 500), record.head)])
                break
            except StoreConflict:
                turn += "'"
        os.write(1, turn.encode() + b"\\n")
"""


def run(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {"PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_several_processes_write_one_conversation(path: Path) -> None:
    """Every acknowledged turn of every process is in the tree, and the acknowledged ones make one line."""
    writers = [run("-c", WRITER, str(path), "shared", name, "25") for name in ("one", "two", "three")]
    outcomes = [writer.communicate() for writer in writers]

    assert [b""] * 3 == [errors for _, errors in outcomes]
    acknowledged = {line.decode() for told, _ in outcomes for line in told.splitlines()}
    with Store(path) as store:
        saved = store.read("shared")
        store.verify()
    assert saved is not None
    line = {turn.id for turn in saved.history.path()}
    assert 75 == len(acknowledged)
    assert acknowledged == line
    assert line <= {turn.id for turn in saved.turns}


# A program that has children talk and kills each at a moment of chance, again and again, and looks at what is left.
NURSERY = """
import json, os, random, signal, sys, time
from dragoman import Client
from dragoman.conversation import Store
from dragoman.testing import ScriptedProvider

path, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
told, lost, unacknowledged, kills = [], [], 0, 0

def talk(pipe):
    provider = ScriptedProvider(answer=lambda request: "answer to " + request.messages[-1].text)
    with Client(transport=provider.transport(), keys={"openai": "none"}) as client, Store(path) as store:
        talk = client.conversation("openai:m", store=store, id="talk", compact=False)
        number = len(talk.messages)
        while True:
            question = f"{os.getpid()} {number}"
            os.write(pipe, b"?" + question.encode() + b"\\n")
            talk.chat(question)
            os.write(pipe, b"!" + question.encode() + b"\\n")
            if len(talk.messages) > 40:
                talk.undo(len(talk.messages) // 4)
                os.write(pipe, b"-\\n")
            number += 1

# What the first call of a program loads is loaded here, once.
with Client(transport=ScriptedProvider("x").transport(), keys={"openai": "none"}) as client:
    client.conversation("openai:m").chat("x")

asked = []
for round in range(rounds):
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        try:
            talk(write)
        finally:
            os._exit(1)
    os.close(write)
    got, wanted = b"", chance.randint(0, 6)
    while got.count(b"\\n") < wanted:
        more = os.read(read, 65536)
        assert more, "a child ended by itself"
        got += more
    moment = time.perf_counter() + chance.random() * 0.004
    while time.perf_counter() < moment:
        pass
    os.kill(child, signal.SIGKILL)
    while more := os.read(read, 65536):
        got += more
    os.close(read)
    os.waitpid(child, 0)
    kills += 1
    told += [line[1:].decode() for line in got.splitlines() if line.startswith(b"!")]
    asked += [line[1:].decode() for line in got.splitlines() if line.startswith(b"?")]
    with Store(path) as store:
        store.verify()
        saved = store.read("talk")
        turns = saved.turns if saved else ()
    # The child may have been killed between the store's word and its own.
    questions = [turn.message.text for turn in turns if turn.message.role == "user"]
    answers = [turn.message.text for turn in turns if turn.message.role == "assistant"]
    lost += [question for question in told if question not in questions]
    assert answers == ["answer to " + question for question in questions], "half an exchange was stored"
    assert not set(questions) - set(asked), "something was stored that nobody said"
    unacknowledged = len(set(questions) - set(told))
print(json.dumps({"kills": kills, "told": len(told), "lost": lost, "unacknowledged": unacknowledged}))
"""


def test_nothing_acknowledged_is_lost_by_kill_9(path: Path) -> None:
    """Killed at any moment, a talking program leaves every turn it was given back, whole, in a sound file."""
    path.parent.mkdir()
    told, errors = run("-c", NURSERY, str(path), "80", "7").communicate()

    assert b"" == errors
    outcome = json.loads(told)
    assert (80, []) == (outcome["kills"], outcome["lost"])
    assert outcome["told"] > 60


def test_a_forked_process_has_a_connection_of_its_own(path: Path) -> None:
    """A store that was opened before a fork is good on both sides of it."""
    program = """if True:
        import os, sys
        from dragoman.conversation.saved import Record
        from dragoman.conversation.store import Store
        with Store(sys.argv[1]) as store:
            store.write(Record("parent"))
            child = os.fork()
            if not child:
                store.write(Record("child"))
                os._exit(0)
            os.waitpid(child, 0)
            store.write(Record("later"))
            store.verify()
            print(*sorted(record.id for record in store.recent()))
    """
    told, errors = run("-c", program, str(path)).communicate()

    assert (b"child later parent\n", b"") == (told, errors)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a database at all, but some text that somebody wrote" * 50, "no database of conversations, or damaged"),
        (b"SQLite format 3\x00" + b"\xff" * 4096, "talks.db: .*(damaged|no database)"),
    ],
)
def test_what_is_no_database_is_refused_and_left_alone(path: Path, content: bytes, said: str) -> None:
    """The error names the file and says what to do; the file is not touched."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        Store(path)

    assert content == path.read_bytes()


@pytest.mark.parametrize("version", [0, 1])
def test_another_programs_database_is_refused(path: Path, version: int) -> None:
    """No table is added to what is not ours."""
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE notes (text)")
        database.execute(f"PRAGMA user_version = {version}")
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="database of another program"):
        Store(path)

    assert before == path.read_bytes()


def test_a_newer_file_is_refused(path: Path) -> None:
    """What a later version may mean by it is not guessed."""
    with Store(path) as store:
        store._database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match=r"form 99 .* update it"):
        Store(path)


def test_an_older_file_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps it lacks are taken once, whole; what is in it stays."""
    with Store(path) as store:
        store.write(record(), TALK)
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, "ALTER TABLE turn ADD COLUMN colour TEXT; SELECT 1"))
    with Store(path) as newer, Store(path) as again:
        assert 2 == newer._database.execute("PRAGMA user_version").fetchone()[0]
        assert [(None,)] * 4 == again._database.execute("SELECT colour FROM turn").fetchall()
        assert TALK == newer.read("one").turns  # type: ignore[union-attr]


def test_a_step_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-updated file does not exist."""
    Store(path).close()
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, "ALTER TABLE turn ADD COLUMN colour TEXT; SELECT nonsense"))
    with pytest.raises(StoreError, match="nonsense"):
        Store(path)
    monkeypatch.undo()
    with Store(path) as store:
        assert 1 == store._database.execute("PRAGMA user_version").fetchone()[0]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE turn SET value = CAST(replace(CAST(value AS TEXT), 'a', 'A') AS BLOB) WHERE id = 't1'",
            "turn 't1' cannot be read: its checksum",
        ),
        ("UPDATE turn SET value = x'7b7d', checksum = 2745614147 WHERE id = 't1'", "turn 't1' cannot be read"),
        ("UPDATE turn SET id = 'zz' WHERE id = 't4'", "'t4' is missing|says it is 't4'"),
        ("DELETE FROM turn WHERE id = 't2'", "turn 't2' is missing"),
        ("UPDATE turn SET parent = NULL WHERE id = 't3'", None),
        ("UPDATE conversation SET value = x'00'", "conversation 'one' cannot be read"),
        ("DELETE FROM turn", "turn 't4' is missing"),
    ],
)
def test_damage_is_an_error_that_names_it(path: Path, statement: str, said: str | None) -> None:
    """Altered, lost or renamed rows are never read as what was said."""
    with Store(path) as store:
        store.write(record(), TALK)
        store._database.execute(statement)
        if said is None:
            assert TALK == store.read("one").turns  # type: ignore[union-attr]
            return
        for read in (lambda: store.read("one"), store.verify):
            with pytest.raises(StoreError, match=said) as caught:
                read()
            assert "last copy" in str(caught.value)


@pytest.mark.parametrize("seed", range(20))
def test_bytes_changed_on_the_disk_are_an_error_or_change_nothing(tmp_path: Path, seed: int) -> None:
    """Wherever a file is damaged, what can be read is what was said."""
    path = tmp_path / "talks.db"
    turns = chain(*[ask(f"question {number} " * 30) for number in range(30)])
    with Store(path) as store:
        written = store.write(record(head="t30"), turns)
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 4, 64])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)

    with suppress(StoreError), Store(path) as store:
        saved = store.read("one")

        assert saved is None or Saved(written, turns) == saved


def test_a_locked_file_says_who_waits(path: Path) -> None:
    """A writer waits its time and then says what to do; nothing is half written."""
    with Store(path) as store, Store(path, timeout=0.01) as waiting:
        store._database.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program keeps it locked"):
            waiting.write(record(), TALK)
        store._database.execute("ROLLBACK")
        waiting.write(record(), TALK)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_file_that_may_not_be_written(path: Path) -> None:
    """Missing permission is said at once."""
    path.parent.mkdir()
    path.parent.chmod(0o500)
    with pytest.raises(StoreError, match="may be written to"):
        Store(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A path that cannot be opened names itself."""
    with pytest.raises(StoreError, match=str(tmp_path)):
        Store(tmp_path)


def test_many_open_a_new_file_at_once(path: Path) -> None:
    """Who comes first makes it, the others find it made."""
    barrier = threading.Barrier(6)

    def open_and_write(number: int) -> None:
        barrier.wait()
        with Store(path) as store:
            store.write(Record(f"c{number}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(open_and_write, range(6)))
    with Store(path) as store:
        store.verify()
        assert {f"c{number}" for number in range(6)} == {found.id for found in store.recent()}


def test_a_file_made_while_it_is_looked_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks at a new file in the very moment another one makes it takes it as made."""
    connect, seen = sqlite3.connect, []

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            answer = super().execute(sql, *values)
            if sql in ("PRAGMA user_version", "PRAGMA application_id") and not seen:
                seen.append(sql)
                value = answer.fetchall()
                Store(path).close()
                return super().execute(f"SELECT {value[0][0]}")
            return answer

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **words: connect(*args, **words, factory=Watched))
    with Store(path) as store:
        store.write(Record("c1"))
        assert ["c1"] == [found.id for found in store.recent()]
    assert 1 == len(seen)


def test_its_words() -> None:
    """A store shows its file."""
    with Store(":memory:") as store:
        assert "Store(':memory:')" == repr(store)

"""How a conversation begins, and what of it is stored when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from talks import answer, ask, clock, ids

from dragoman import Route
from dragoman.conversation.compaction import Compaction
from dragoman.conversation.core import Core, Opening
from dragoman.conversation.history import Turn
from dragoman.conversation.saved import load
from dragoman.conversation.store import Store
from dragoman.errors import StoreConflict, StoreError, UsageError
from dragoman.types import Message, Origin, Response, Text, Usage, assistant, dump, system, user


def core(model: Any = "p:m", **words: Any) -> Core:
    opening: Opening = {"clock": clock(), "ids": ids(), **words}  # type: ignore[typeddict-item]
    return Core.open(lambda model, base_url: [None], model, opening)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "talks.db") as it:
        yield it


def test_a_new_conversation() -> None:
    """Its own words are its record, the rest are options of its calls."""
    made = core(system="Be brief.", temperature=0.5, title="t", notes={"k": 1}, tools=["f"], keep_partial=True)

    assert ("t1", (Text("Be brief."),), "t", {"k": 1}, 1000.0) == (
        made.record.id, made.record.system, made.record.title, made.record.notes, made.record.created
    )  # fmt: skip
    assert {"system": (Text("Be brief."),), "temperature": 0.1, "tools": ["f"]} == made.call({"temperature": 0.1})
    assert made.keep_partial
    assert Compaction() == made.compaction
    assert None is core(compact=False).compaction
    assert 0.5 == core(compact=Compaction(at=0.5)).compaction.at  # type: ignore[union-attr]


def test_it_needs_a_model() -> None:
    """And says how to write one."""
    with pytest.raises(UsageError, match="needs a model"):
        core(None)


def test_a_misspelt_word_is_refused() -> None:
    """Before anything is asked, not in the middle of a talk."""
    with pytest.raises(TypeError, match="'temprature'"):
        core(temprature=1)


def test_messages_begin_it() -> None:
    """They are turns, and stored with the first that is said."""
    made = core(messages=[ask("a"), answer("b")])

    assert ["a", "b"] == [message.text for message in made.history.messages()]
    assert made.record.head == made.history.head
    assert "hi" == core(messages="hi").history.messages()[0].text


def test_nothing_is_stored_before_something_is_said(store: Store) -> None:
    """A conversation that never was leaves no trace; the first turn stores what it began with."""
    made = core(messages=[ask("a"), answer("b")], store=store, id="one")
    assert None is store.read("one")

    made.add(user("c"))
    saved = store.read("one")
    assert saved is not None
    assert made.history == saved.history
    assert made.record == saved.record


def test_one_that_is_stored_goes_on(store: Store) -> None:
    """Turns, model, instructions and words come from the store, and yield to what is said now."""
    core(store=store, id="one", system="Be brief.", title="t").add([ask("a")])
    again = core(None, store=store, id="one")

    assert ("p:m", (Text("Be brief."),), "t", ["a"]) == (
        again.model, again.record.system, again.record.title, [message.text for message in again.history.messages()]
    )  # fmt: skip
    other = core("q:n", store=store, id="one", system="Be long.", title="u")
    assert ("q:n", (Text("Be long."),), "u") == (other.model, other.record.system, other.record.title)
    with pytest.raises(UsageError, match="has a conversation 'one' already"):
        core(store=store, id="one", messages=[ask()])


@pytest.mark.parametrize(
    ("model", "expected"),
    [("p:m", "p:m"), ("route", "route"), (["p:m", "q:n"], ("p:m", "q:n")), (Route(("p:m",)), None)],
)
def test_the_model_is_stored(store: Store, model: Any, expected: Any) -> None:
    """By reference, by name, or several; a route is the program's own and given again."""
    made = core(model, store=store, id="one")
    made.add(ask())

    assert expected == made.record.model
    if expected is None:
        with pytest.raises(UsageError, match="needs a model"):
            core(None, store=store, id="one")
    else:
        assert expected == core(None, store=store, id="one").model


def test_what_was_saved_goes_on(tmp_path: Path) -> None:
    """Bytes or a file, all of it or messages; under its own id or another."""
    made = core(messages=[ask("a"), answer("b")], title="t")
    path = tmp_path / "talk.json"
    made.save(path)

    assert made.dump() == path.read_bytes()
    for saved in (made.dump(), path, str(path)):
        again = core(None, saved=saved) if made.record.model else core(saved=saved)
        assert (made.history, made.record.id, "t") == (again.history, again.record.id, again.record.title)
    assert "other" == core(saved=path, id="other").record.id
    assert ["a"] == [message.text for message in core(saved=dump([ask("a")])).history.messages()]
    with pytest.raises(UsageError, match="two beginnings"):
        core(saved=path, messages=[ask()])
    with pytest.raises(ValueError, match="not a saved conversation"):
        core(saved=b"{}")


def test_saving_replaces_a_file_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there stays until all of the new is, and nothing is left beside it."""
    path = tmp_path / "talk.json"
    path.write_bytes(b"before")
    monkeypatch.setattr("os.fsync", lambda number: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        core().save(path)

    assert [path] == list(tmp_path.iterdir())
    assert b"before" == path.read_bytes()


def test_what_cannot_be_stored_did_not_happen(store: Store) -> None:
    """After a StoreError the conversation is where it was, and goes on when the store does."""
    made = core(store=store, id="one")
    made.add(ask("a"))
    before = (made.history, made.record)
    with pytest.raises(StoreError):
        made.add(ask("\ud800"))
    assert before == (made.history, made.record)

    made.add(ask("b"))
    assert ["a", "b"] == [m.text for m in store.read("one").history.messages()]  # type: ignore[union-attr]


def test_two_objects_of_one_conversation(store: Store) -> None:
    """The second one is told, takes the change over, and goes on."""
    one, two = core(store=store, id="one"), core(store=store, id="one", ids=ids("x"))
    one.add(ask("a"))
    with pytest.raises(StoreConflict):
        two.check()
    with pytest.raises(StoreConflict, match="kept as a branch"):
        two.add(ask("b"))
    assert () == two.history.path()

    two.record = store.read("one").record  # type: ignore[union-attr]
    two.refresh()
    assert one.history.path() == two.history.path()
    assert ["a", "b"] == [turn.message.text for turn in two.history.leaves() if turn.message]
    two.add(ask("c"))
    one.refresh()
    assert ["a", "c"] == [m.text for m in one.history.messages()]
    store.delete("one")
    with pytest.raises(StoreConflict, match="was deleted"):
        one.refresh()


def test_undo_and_goto_are_stored(store: Store) -> None:
    """Where a conversation stands outlives the program."""
    made = core(store=store, id="one")
    made.add([ask("a"), answer("b"), ask("c"), answer("d")])
    made.undo(1)
    assert "t2" == core(None, store=store, id="one").history.head
    made.goto("t4")
    assert "t4" == core(None, store=store, id="one").history.head
    made.goto(None)
    assert () == core(None, store=store, id="one").history.path()


def test_describe(store: Store) -> None:
    """Title and notes change alone or together; what is not said stays."""
    made = core(store=store, id="one")
    made.describe("t", {"k": 1})
    made.describe(None, {"k": 2})

    assert ("t", {"k": 2}) == (store.recent()[0].title, store.recent()[0].notes)


def test_a_fork_is_stored_at_once(store: Store) -> None:
    """It knows where it comes from, shares the past and nothing of the future."""
    made = core(store=store, id="one", messages=[ask("a"), answer("b")])
    fork = made.fork("t1", "two")
    made.add(ask("c"))
    fork.add(ask("d"))

    saved = store.read("two")
    assert saved is not None
    assert ("one", ["a", "d"]) == (saved.record.forked_from, [m.text for m in saved.history.messages()])
    assert ["a", "b", "c"] == [m.text for m in store.read("one").history.messages()]  # type: ignore[union-attr]
    with pytest.raises(StoreConflict):
        made.fork(None, "two")


def test_a_store_by_its_path_is_closed_with_the_last_conversation(tmp_path: Path) -> None:
    """A fork uses the file its parent opened, and may outlive it."""
    made = core(store=str(tmp_path / "talks.db"), id="one")
    fork = made.fork(None, "two")
    made.close()
    made.close()
    fork.add(ask())
    fork.close()
    with pytest.raises(StoreError, match="closed"):
        fork.add(ask())


def test_a_beginning_that_fails_closes_what_it_opened(tmp_path: Path) -> None:
    """No file is left open by a conversation that never was."""
    with pytest.raises(UsageError):
        core(None, store=str(tmp_path / "talks.db"))


def test_said() -> None:
    """None goes on with what was said; with nothing said there is nothing to answer."""
    assert (user("hi"),) == core().said("hi")
    assert () == core(messages="hi").said(None)
    with pytest.raises(UsageError, match="nothing to answer"):
        core().said(None)


@pytest.mark.parametrize(("asked", "expected"), [("p:asked", "p:asked"), ("route", "p:real"), (["p:a", "p:b"], "p:real")])
def test_an_answer_names_its_model(asked: Any, expected: str) -> None:
    """As it was asked, or as it answered where a route chose."""
    message = Message("assistant", (Text("x"),), origin=Origin("w", "p", "real"))
    (turn,) = core().answer("t0", Response(message, usage=Usage(1)), asked)

    assert expected == turn.model
    assert None is core().answer(None, Response(assistant("x")), "route")[0].model


def test_a_dump_has_the_whole_tree() -> None:
    """Branches and marks included."""
    made = core()
    made.add([system("s"), ask("a"), answer("b")])
    made.undo(1)
    made.keep((Turn("m", user("S"), "t2", kind="summary"),), "m")
    saved = load(made.dump())

    assert made.history == saved.history  # type: ignore[union-attr]

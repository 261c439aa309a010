"""A saved conversation comes back as it was, or not at all."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from talks import EVERY_BLOCK, TALK_RECORD, answer, ask, chain

import dragoman
from dragoman.conversation.history import History, Turn
from dragoman.conversation.saved import Record, Saved, dump, load
from dragoman.types import Block, Cost, Finish, Message, Origin, Text, Usage, assistant, user

TURNS = (
    Turn("a", user("hi"), None, 1.5),
    Turn("b", assistant("ho"), "a", 2.5, model="p:m", response="r", usage=Usage(1, raw={"x": 1}), finish=Finish("stop", "end")),
    Turn("c", assistant("hu"), "a", 3.5, cost=Cost(Decimal("0.000100"), "vendor", "EUR"), interrupted=True),
    Turn("m", user("summary"), "b", 4.5, kind="summary", since="b", calls=2),
)


def test_all_of_it_comes_back() -> None:
    """Record, turns, marks, counts and money."""
    record = Record(
        "id", "m", ("p:m", "q:n"), (Text("Be brief."),), "title", {"k": [1]}, 1.0, 2.0, forked_from="other", revision=3
    )
    saved = Saved(record, TURNS)

    assert saved == load(dump(saved))
    assert History({turn.id: turn for turn in TURNS}, "m") == saved.history


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: type(block).__name__)
def test_every_block_comes_back(block: Block) -> None:
    """Origin, vendor fields, signatures and argument text, byte for byte."""
    message = Message("assistant", (block,), "name", Origin("x", "y", "z"), {"vendor": 1})
    saved = Saved(Record("id", "t"), (Turn("t", message),))
    back = load(dump(saved))

    assert saved == back
    assert isinstance(back, Saved)
    assert msgspec.json.encode(message) == msgspec.json.encode(back.turns[0].message)


def test_messages_of_dump_are_read_too() -> None:
    """What the library writes for a list of messages begins a conversation."""
    messages = [user("hi"), assistant(*EVERY_BLOCK)]

    assert tuple(messages) == load(b"\n" + dragoman.dump(messages))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a saved conversation"),
        (b"{}", "not a saved conversation"),
        (b'[{"role":"user"}]', "not a saved conversation"),
        (dump(Saved(Record("id"), ()))[:-5], "not a saved conversation"),
        (b'{"version":2,"record":{"from":"tomorrow"}}', "form 2.*update"),
        (dump(Saved(Record("id", "x"), TURNS)), "last turn 'x' is missing"),
        (dump(Saved(Record("id"), TURNS[1:])), "'a', which 'b' follows, is missing"),
        (dump(Saved(Record("id"), (*TURNS, TURNS[0]))), "stands twice"),
        (dump(Saved(Record("id"), (TURNS[1], TURNS[0]))), "is missing"),
        (dump(Saved(Record("id"), (*TURNS[:3], Turn("m", None, "b", kind="trim", since="c")))), "'c', which 'm' begins with"),
    ],
)
def test_what_is_not_sound_is_refused(data: bytes, said: str) -> None:
    """The error says what is wrong with it."""
    with pytest.raises(ValueError, match=said):
        load(data)


def test_the_form_stays_readable() -> None:
    """What this version wrote, later ones read."""
    turns = chain(ask("hi"), answer("ho"))

    assert Saved(Record("one", "t2"), turns) == load(TALK_RECORD)

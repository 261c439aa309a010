"""A history as the wire wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import Message, assistant, system, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.bedrock_converse import ConverseDialect
from dragoman.protocols.bedrock_converse.encode_messages import FIRST_MESSAGE
from dragoman.types import Cache, Origin, Text, Thinking, ToolCall, ToolResult

Encode = Callable[..., Any]

CALLS = assistant(ToolCall("a", "n"), ToolCall("b", "n"))


def kinds(sent: Any, place: int) -> list[str]:
    return [next(iter(block)) for block in sent.content(place)]


def test_neighbours_are_one_turn(encode: Encode) -> None:
    """Roles alternate."""
    sent = encode(user("a"), user("b"), assistant("c"), assistant("d"), user("e"))

    assert [message["role"] for message in sent.body["messages"]] == ["user", "assistant", "user"]
    assert sent.content(0) == [{"text": "a"}, {"text": "b"}]


def test_results_stand_together_before_words(encode: Encode) -> None:
    """However they were spread over messages, all results of a turn come first, cache points behind them."""
    marked = Message("tool", (ToolResult("a", cache=Cache()),))
    apart = encode(user("q"), CALLS, marked, user("and"), tool_result("b"), user("more"))
    mixed = encode(user("q"), CALLS, user("and", ToolResult("a"), "more", ToolResult("b")))

    assert kinds(apart, 2) == ["toolResult", "cachePoint", "toolResult", "text", "text"]
    assert kinds(mixed, 2) == ["toolResult", "toolResult", "text", "text"]


def test_system_messages(encode: Encode) -> None:
    """At the head they are the prompt; in the middle they move there, unless the model takes the role."""
    history = (system("a"), user("q"), system("b"), user("r"))
    moved = encode(*history, system=(Text("s"),))
    taken = encode(*history, dialect=ConverseDialect(system_messages=True))

    assert moved.body["system"] == [{"text": "s"}, {"text": "a"}, {"text": "b"}]
    assert moved.reported == [("system_message", "moved")]
    assert [message["role"] for message in taken.body["messages"]] == ["user", "system", "user"]
    assert taken.reported == []


def test_an_assistant_that_begins(encode: Encode) -> None:
    """The user is made to say something first."""
    sent = encode(assistant("a"), user("b"))

    assert sent.content(0) == [{"text": FIRST_MESSAGE}]
    assert sent.reported == [("first_message", "added")]


def test_an_answer_to_be_continued(encode: Encode) -> None:
    """It ends in words, without white space."""
    here = Origin("bedrock_converse", "bedrock")
    sent = encode(user("q"), assistant("a ", Thinking("h", "s", origin=here)))

    assert sent.content(1) == [{"text": "a"}]
    assert sent.reported == [("thinking", "dropped"), ("text", "changed")]
    assert len(encode(user("q"), assistant(Thinking("h", "s", origin=here))).body["messages"]) == 1
    with pytest.raises(Unsupported):
        encode(user("q"), assistant("a"), dialect=ConverseDialect(prefill=False))


def test_turns_that_say_nothing(encode: Encode) -> None:
    """They are left out and reported; a history of nothing is refused."""
    assert encode(user("q"), user(Text(""))).reported == [("empty_message", "dropped")]
    assert encode(user("q"), user()).reported == []
    with pytest.raises(Unsupported):
        encode(user(""))


def test_fields_of_messages(encode: Encode) -> None:
    """Names have no word; vendor fields go to their vendor only."""
    there = Origin("openai_chat", "openai")
    own = encode(Message("user", (Text("q"),), extra={"new": 1}))
    foreign = encode(Message("user", (Text("q"),), name="Bob", origin=there, extra={"new": 1}))

    assert own.body["messages"][0]["new"] == 1
    assert "new" not in foreign.body["messages"][0]
    assert foreign.reported == [("name", "dropped"), ("extra", "dropped")]

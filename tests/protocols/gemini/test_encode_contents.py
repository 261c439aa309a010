"""The conversation: roles, results together, system messages, and where a history may begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragoman import Message, assistant, system, tool_result, user
from dragoman.protocols.gemini.encode_contents import FIRST_MESSAGE
from dragoman.types import Opaque, Origin, Text, ToolCall, ToolResult

Encode = Callable[..., Any]


def roles(sent: Any) -> list[tuple[str, int]]:
    return [(content["role"], len(content["parts"])) for content in sent.contents]


def test_results_of_a_turn_stand_together(encode: Encode) -> None:
    """Results in several messages are one content, before what the user says beside them; other messages stay apart."""
    calls = ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")
    sent = encode(
        user("q"),
        user("q2"),
        assistant(*calls),
        tool_result(calls[0], "1"),
        user(ToolResult("b", (Text("2"),)), Text("and?")),
        user("more"),
    )

    assert roles(sent) == [("user", 1), ("user", 1), ("model", 2), ("user", 3), ("user", 1)]
    assert [next(iter(part)) for part in sent.contents[3]["parts"]] == ["functionResponse", "functionResponse", "text"]
    assert sent.contents[3]["parts"][1]["functionResponse"]["name"] == "g"


def test_system_messages_join_the_instruction(encode: Encode) -> None:
    """At the head silently, inside a conversation with a report."""
    sent = encode(system("b"), user("q"), Message("developer", (Text("c"),)), user("r"), system=(Text("a"),))

    assert sent.body["systemInstruction"] == {"parts": [{"text": "a"}, {"text": "b"}, {"text": "c"}]}
    assert roles(sent) == [("user", 1), ("user", 1)]
    assert sent.reported == [("system_message", "moved")]


def test_calls_do_not_come_first(encode: Encode) -> None:
    """A user's message is put before them; a first text of the model is fine."""
    sent = encode(assistant(ToolCall("a", "f", "{}")))

    assert sent.contents[0] == {"role": "user", "parts": [{"text": FIRST_MESSAGE}]}
    assert sent.reported[-1] == ("first_message", "added")
    assert roles(encode(assistant("a"))) == [("model", 1)]


def test_empty_messages_stay_out(encode: Encode) -> None:
    """A message of which nothing can be sent is told, one that said nothing is not."""
    foreign = Opaque({"x": 1}, origin=Origin("other"))
    sent = encode(user("q"), assistant(foreign), assistant(), user(""))

    assert roles(sent) == [("user", 1)]
    assert sent.reported == [("opaque", "dropped"), ("empty_message", "dropped"), ("empty_message", "dropped")]


def test_names_and_fields_of_messages(encode: Encode) -> None:
    """Names have no place; fields go to the vendor whose they are."""
    sent = encode(
        Message("user", (Text("q"),), name="n", extra={"a": 1}),
        Message("assistant", (Text("a"),), origin=Origin("gemini"), extra={"b": 1}),
        Message("assistant", (Text("a"),), origin=Origin("gemini", "other"), extra={"c": 1}),
    )

    assert [content.keys() - {"role", "parts"} for content in sent.contents] == [{"a"}, {"b"}, set()]
    assert sent.reported == [("name", "dropped"), ("extra", "dropped")]

"""The list of messages: who speaks first, where results and system messages stand, and how it grows."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman import Message, assistant, system, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.anthropic_messages import MessagesDialect
from dragoman.protocols.anthropic_messages.encode_messages import FIRST_MESSAGE, encode_messages
from dragoman.protocols.base import Report, Target
from dragoman.types import Opaque, Origin, Request, ServerToolCall, Text, Thinking, ToolCall, ToolResult

Encode = Callable[..., Any]
CALLS = Message("assistant", (ToolCall("a", "n", "{}"), ToolCall("b", "n", "{}")))


def shape(sent: Any) -> list[Any]:
    """Roles, and what their blocks are: the text, or the id of the call."""
    return [
        (item["role"], [block.get("text") or block.get("id") or block.get("tool_use_id") for block in item["content"]])
        for item in sent.body["messages"]
    ]


def test_results_of_a_turn_stand_in_one_message_first(encode: Encode) -> None:
    """Results from tool and user messages are joined, in order, before the words beside them."""
    sent = encode(user("q"), CALLS, tool_result("a", "1"), user("and", ToolResult("b", (Text("2"),)), "more"), user("last"))

    assert [("user", ["q"]), ("assistant", ["a", "b"]), ("user", ["a", "b", "and", "more", "last"])] == shape(sent)
    assert [] == sent.reported


def test_words_alone_stay_apart(encode: Encode) -> None:
    """Messages without results are sent as they are; the server joins those of one role."""
    sent = encode(user("a"), user("b"), assistant("c"), assistant("d"), user("e"))

    assert [("user", ["a"]), ("user", ["b"]), ("assistant", ["c"]), ("assistant", ["d"]), ("user", ["e"])] == shape(sent)


def test_a_system_message_in_the_middle_stays_there(encode: Encode) -> None:
    """Behind a user message and before the assistant or the end, one message each time."""
    sent = encode(
        system("head"), user("a"), system("s1"), Message("developer", (Text("s2"),)), assistant("b"), user("c"), system("s3")
    )

    assert "head" == sent.body["system"]
    assert [
        ("user", ["a"]),
        ("system", ["s1", "s2"]),
        ("assistant", ["b"]),
        ("user", ["c"]),
        ("system", ["s3"]),
    ] == shape(sent)
    assert [] == sent.reported


def test_a_system_message_follows_server_tools(encode: Encode) -> None:
    """It may stand behind an assistant turn that ends in server tools."""
    turn = Message("assistant", (ServerToolCall("s", "web_search", "{}", "server_tool_use"),))

    assert ["user", "assistant", "system"] == [role for role, _ in shape(encode(user("a"), turn, system("s")))]


def test_a_system_message_between_assistant_and_user_moves_behind(encode: Encode) -> None:
    """It may not stand before a user message: it follows it, and says so."""
    sent = encode(user("q"), CALLS, system("s"), tool_result("a", "1"), tool_result("b", "2"), assistant("z"), user("y"))

    assert ["user", "assistant", "user", "system", "assistant", "user"] == [role for role, _ in shape(sent)]
    assert [("system_message", "moved")] == sent.reported


def test_a_system_message_without_a_place_joins_the_prompt(encode: Encode) -> None:
    """Behind an assistant message at the end, and on models that take none: reported, with fields it loses."""
    at_end = encode(user("a"), assistant("b"), Message("system", (Text("s"),), extra={"clear_at": "never"}))
    older = encode(user("a"), system("s"), assistant("b"), user("c"), dialect=MessagesDialect(system_messages=False))

    assert ["s", "s"] == [at_end.body["system"], older.body["system"]]
    assert [("system_message", "moved"), ("extra", "dropped")] == at_end.reported
    assert [("system_message", "moved")] == older.reported
    assert "messages[1]" == older.adaptations[0].path


def test_the_prompt_is_text_or_blocks(encode: Encode) -> None:
    """One plain text is a string; several, or one with a mark, are blocks."""
    blocks = encode(system("b", "c"), user("q"))

    assert [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}] == blocks.body["system"]
    assert "system" not in encode(user("q")).body


def test_the_user_speaks_first(encode: Encode) -> None:
    """A history that begins with the assistant gets a user message that says nothing."""
    sent = encode(assistant("hello"), user("q"))

    assert ("user", [FIRST_MESSAGE]) == shape(sent)[0]
    assert [("first_message", "added")] == sent.reported


@pytest.mark.parametrize("messages", [(), (system("s"),), (user(""),), (assistant(Thinking("x")),)])
def test_nothing_to_say_is_refused(encode: Encode, messages: tuple[Message, ...]) -> None:
    """Without a user or assistant message there is no request."""
    with pytest.raises(Unsupported, match="no user or assistant message"):
        encode(*messages)


def test_empty_turns_are_left_out(encode: Encode) -> None:
    """A turn nothing is left of is dropped and reported; one that never held anything is only dropped."""
    foreign = Message("assistant", (Thinking("x", "s", origin=Origin("gemini", "google")),))
    sent = encode(user("a"), foreign, Message("assistant", ()), user("b"))

    assert [("user", ["a"]), ("user", ["b"])] == shape(sent)
    assert [("thinking", "dropped"), ("empty_message", "dropped")] == sent.reported


def test_a_continued_answer_ends_in_words(encode: Encode) -> None:
    """White space and thinking at its end are cut off and reported; the same in the middle stays."""
    turn = Message("assistant", (Text("well \n"), Thinking("t", "s")))
    sent = encode(user("a"), turn, user("b"), turn)

    assert [{"type": "text", "text": "well"}] == sent.content(3)
    assert 2 == len(sent.content(1))
    assert [("thinking", "dropped"), ("text", "changed")] == sent.reported
    assert [("user", ["a"])] == shape(encode(user("a"), assistant(" ")))


def test_models_that_continue_nothing_refuse(encode: Encode) -> None:
    """An answer to be continued is refused by such models, unless it waits for server tools."""
    dialect = MessagesDialect(prefill=False)
    paused = Message("assistant", (Text("x"), ServerToolCall("s", "n", "{}", "server_tool_use")))

    assert [] == encode(user("a"), paused, dialect=dialect).reported
    with pytest.raises(Unsupported, match="does not continue"):
        encode(user("a"), assistant("b"), dialect=dialect)


def test_fields_of_messages(encode: Encode) -> None:
    """A message's own fields go home; a name and another vendor's fields are reported."""
    home, other = Origin("anthropic_messages"), Origin("openai_chat", "openai")
    sent = encode(
        Message("user", (Text("a"),), name="ann", extra={"x": 1}),
        Message("assistant", (Text("b"),), origin=home, extra={"y": 2}),
        Message("user", (Text("c"),), origin=other, extra={"z": 3}),
    )

    assert [{"x": 1}, {"y": 2}, {}] == [
        {key: value for key, value in item.items() if key not in ("role", "content")} for item in sent.body["messages"]
    ]
    assert [("name", "dropped"), ("extra", "dropped")] == sent.reported


def test_system_blocks_of_the_vendor(encode: Encode) -> None:
    """Additions of tools travel in system messages as they came."""
    addition = {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "n"}}

    assert [addition] == encode(user("a"), system(Opaque(addition))).content(1)


HISTORY = [
    user("q"),
    Message("assistant", (Thinking("", "sig"), Text("let me see"), ToolCall("a", "n", '{"x": 1}'), ToolCall("b", "n", "{}"))),
    tool_result("a", "1"),
    tool_result("b", "2"),
    user("and?"),
    assistant("so"),
    user("x"),
    system("be brief"),
    assistant("y"),
    user("z"),
]


def test_a_longer_history_begins_as_the_shorter_did(encode: Encode) -> None:
    """Prompt caches live from it: every prefix of the messages is a prefix of the encoded blocks and of the bytes."""
    flat: list[list[Any]] = []
    heads: list[bytes] = []
    for end in range(1, len(HISTORY) + 1):
        sent = encode(*HISTORY[:end])
        flat.append([(item["role"], block) for item in sent.body["messages"] for block in item["content"]])
        heads.append(sent.http.body.removesuffix(b"]}]}"))

    for shorter, longer in itertools.pairwise(flat):
        assert shorter == longer[: len(shorter)]
    for shorter_bytes, longer_bytes in itertools.pairwise(heads):
        assert longer_bytes.startswith(shorter_bytes)


def test_encoding_is_deterministic(encode: Encode) -> None:
    """The same request gives the same bytes, and encoding changes none of its values."""
    before = repr(HISTORY)

    assert encode(*HISTORY).http.body == encode(*HISTORY).http.body
    assert before == repr(HISTORY)


def test_values_of_the_caller_are_not_shared(target: Target) -> None:
    """Joining messages does not write into the vendor data of a block."""
    data = {"type": "container_upload", "file_id": "f"}
    request = Request(
        "m",
        (
            user(ToolResult("a"), Opaque(data)),
            user("b"),
            assistant("c "),
        ),
    )
    for _ in range(2):
        _, messages = encode_messages(request, target, MessagesDialect(), False, Report(target))
    messages[0]["content"][1]["x"] = 1

    assert {"type": "container_upload", "file_id": "f"} == data
    assert json.dumps(messages)

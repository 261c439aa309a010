"""A history in this wire's messages, and what had to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.mistral_chat import MistralDialect
from dragoman.protocols.mistral_chat.encode_messages import encode_messages
from dragoman.types import (
    Base64,
    Blocks,
    Cache,
    Citation,
    Document,
    FileId,
    Image,
    Message,
    Opaque,
    Origin,
    PlainText,
    Refusal,
    Request,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
    user,
)

Json = dict[str, Any]
Encode = Callable[..., Any]

HERE = Origin("mistral_chat", "mistral", "m")
ELSEWHERE = Origin("anthropic_messages", "anthropic", "c")
REFERENCE = {"type": "reference", "reference_ids": [1]}
CALL = Message("assistant", (ToolCall("a1B2c3D4e", "f", "{}"),))
RESULT = Message("tool", (ToolResult("a1B2c3D4e", (Text("r"),), name="f"),))
ENTRY = {"id": "a1B2c3D4e", "type": "function", "function": {"name": "f", "arguments": "{}"}}
SENT_CALL = {"role": "assistant", "content": "", "tool_calls": [ENTRY]}
SENT_RESULT = {"role": "tool", "tool_call_id": "a1B2c3D4e", "content": "r", "name": "f"}


def assistant(*blocks: Any, **fields: Any) -> Message:
    return Message("assistant", blocks, **fields)


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def test_a_conversation(encode: Encode) -> None:
    """System first, calls in their field, results by id."""
    sent = encode(user("q"), CALL, RESULT, system=(Text("s"),))

    assert [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, SENT_CALL, SENT_RESULT] == sent.messages
    assert [] == sent.reported


def test_own_thinking_goes_back_in_position(encode: Encode) -> None:
    """With signature, vendor fields, references and all."""
    inner = [text("a"), REFERENCE]
    turn = assistant(
        Thinking(text="h", signature="s", origin=HERE, extra={"closed": True}),
        Text("t", (Citation(kind="reference", raw=REFERENCE),)),
        Thinking(text="a", origin=HERE, extra={"thinking": inner}),
        Text("u"),
        Opaque({"type": "resource"}, origin=HERE),
        origin=HERE,
    )
    expected = [
        {"type": "thinking", "thinking": [text("h")], "signature": "s", "closed": True},
        text("t"),
        REFERENCE,
        {"type": "thinking", "thinking": inner},
        text("u"),
        {"type": "resource"},
    ]
    sent = encode(turn, user("q"))

    assert expected == sent.messages[0]["content"]
    assert [] == sent.reported


def test_another_providers_turn(encode: Encode) -> None:
    """Its thinking is not sent as anything, and what only it understands is left out; all of it is reported."""
    turn = assistant(
        Thinking(text="h", signature="s", origin=ELSEWHERE),
        Text("t", (Citation(url="u"),)),
        ServerToolCall("s", "web_search", origin=ELSEWHERE),
        Opaque({"x": 1}, origin=ELSEWHERE),
        Refusal("no"),
        extra={"x": 1},
        origin=ELSEWHERE,
    )
    sent = encode(turn, user("q"))

    assert [text("t"), text("no")] == sent.messages[0]["content"]
    assert [
        ("thinking", "dropped"),
        ("citations", "dropped"),
        ("server_tool", "dropped"),
        ("opaque", "dropped"),
        ("refusal", "changed"),
        ("message_fields", "dropped"),
    ] == sent.reported


def test_a_turn_of_which_nothing_is_left(encode: Encode) -> None:
    """The vendor refuses an assistant message without content and calls; one that the caller wrote empty stays."""
    sent = encode(user("q"), assistant(Thinking(text="h", origin=ELSEWHERE)), user("r"), assistant(Text("")), user("s"))

    assert ["q", "r", "", "s"] == [message["content"] for message in sent.messages]
    assert [("thinking", "dropped"), ("message", "dropped")] == sent.reported


def test_a_user_after_results(encode: Encode) -> None:
    """An assistant message is put between, and reported; a server may be told not to need it."""
    bridged = encode(user("q"), CALL, RESULT, user("more"))
    assert [SENT_RESULT, {"role": "assistant", "content": "OK"}, {"role": "user", "content": "more"}] == bridged.messages[2:]
    assert [("message_order", "added")] == bridged.reported

    direct = encode(user("q"), CALL, RESULT, user("more"), dialect=MistralDialect(after_tools="any"))
    assert [SENT_RESULT, {"role": "user", "content": "more"}] == direct.messages[2:]
    assert [] == direct.reported


def test_results_beside_other_blocks(encode: Encode) -> None:
    """They come first, each in a message of its own."""
    sent = encode(Message("user", (Text("look"), ToolResult("i", (Text("a"),)), ToolResult("j"))))

    assert ["tool", "tool", "assistant", "user"] == [message["role"] for message in sent.messages]
    assert ["a", "", "OK", "look"] == [message["content"] for message in sent.messages]


def test_results_with_media_and_errors(encode: Encode) -> None:
    """Content of a result may be chunks; that it is an error cannot be said, so its text is all."""
    sent = encode(Message("tool", (ToolResult("i", (Text("a"), Image(Url("u"))), is_error=True),), extra={"seen": 1}))

    content = [text("a"), {"type": "image_url", "image_url": {"url": "u"}}]
    assert [{"role": "tool", "tool_call_id": "i", "content": content, "seen": 1}] == sent.messages
    assert [("tool_error", "dropped")] == sent.reported


def test_a_last_assistant_message_begins_the_answer(encode: Encode) -> None:
    """The vendor takes it with `prefix` only; what the caller said of it stands."""
    sent = encode(user("q"), assistant(Text("Yes")))
    assert {"role": "assistant", "content": "Yes", "prefix": True} == sent.messages[-1]
    assert [("prefix", "added")] == sent.reported

    said = encode(user("q"), assistant(Text("Yes"), extra={"prefix": False}))
    assert (False, []) == (said.messages[-1]["prefix"], said.reported)
    assert [] == encode().messages


def test_calls_stand_after_content(encode: Encode) -> None:
    """Words after them are moved, and that is reported; opaque entries stay among them."""
    entry = {"type": "connector"}
    own = Opaque(entry, origin=HERE, extra={"field": "tool_calls"})
    sent = encode(user("q"), assistant(CALL.content[0], own, Text("t")), RESULT)

    assert ("t", [ENTRY, entry]) == (sent.messages[1]["content"], sent.messages[1]["tool_calls"])
    assert [("order", "changed")] == sent.reported


@pytest.mark.parametrize(
    ("block", "chunks", "reported"),
    [
        (Document(PlainText("p"), title="n"), "n\n\np", [("document", "changed")]),
        (Document(PlainText("p")), "p", [("document", "changed")]),
        (
            Document(Blocks((Text("a"), Image(FileId("f"))))),
            [text("a"), {"type": "file", "file_id": "f"}],
            [("document", "changed")],
        ),
        (
            Document(Base64("application/pdf", "AA"), title="n", context="c"),
            [{"type": "document_url", "document_url": "data:application/pdf;base64,AA", "document_name": "n"}],
            [("document", "dropped")],
        ),
        (Text("a", cache=Cache()), "a", [("cache", "dropped")]),
        (Video(Url("u")), "", [("video", "dropped")]),
        (ToolCall("i", "f"), "", [("tool_call", "dropped")]),
        (Thinking(text="h"), "", [("thinking", "dropped")]),
        (Image(PlainText("p")), "", [("image", "dropped")]),
    ],
)
def test_what_a_user_message_may_hold(encode: Encode, block: Any, chunks: Any, reported: list[tuple[str, str]]) -> None:
    """Everything else is said another way or left out, and reported."""
    sent = encode(Message("user", (block,)))

    assert [{"role": "user", "content": chunks}] == sent.messages
    assert reported == sent.reported


def test_rare_blocks_of_an_assistant(encode: Encode) -> None:
    """Encrypted reasoning has no place, and a call with free text sends it as arguments."""
    sent = encode(assistant(Thinking(text="h", encrypted="e"), ToolCall("i", "f", "free", custom=True)))

    assert "free" == sent.messages[0]["tool_calls"][0]["function"]["arguments"]
    assert [("thinking", "dropped"), ("custom_tool", "changed")] == sent.reported


def test_roles_and_names(encode: Encode) -> None:
    """Instructions of a developer are the system's; a tool message without results is a user's; names have no place."""
    sent = encode(Message("developer", (Text("d"),)), Message("tool", (Text("t"),)), Message("user", (Text("q"),), name="Ann"))

    assert ["system", "user", "user"] == [message["role"] for message in sent.messages]
    assert [("role", "changed"), ("name", "dropped")] == sent.reported


HISTORY = (
    user("q"),
    assistant(Thinking(text="h", origin=ELSEWHERE), Text("a"), *CALL.content),
    RESULT,
    user("more"),
    assistant(Thinking(text="h", origin=HERE), Text("b")),
    user("end"),
)


@pytest.mark.parametrize("length", [1, 3, 4, 6])
def test_a_longer_history_extends_a_shorter_one(target: Target, length: int) -> None:
    """Prompt caches depend on it."""
    whole, part = (encode_messages(Request("m", history), target, Report(target)) for history in (HISTORY, HISTORY[:length]))

    assert whole[: len(part)] == part


def test_a_turn_with_the_vendors_own_tools(encode: Encode) -> None:
    """It goes back as the messages it came in; fields of the message are those of its last."""
    call = ServerToolCall("c1", "search", '{"q":1}', "tool_calls", origin=HERE)
    result = ServerToolResult("c1", "tool", "Ruby", origin=HERE, extra={"name": "search"})
    turn = Message("assistant", (Text("Wait."), call, result, Text("Ruby.")), extra={"prefix": True})
    sent = encode(user("u"), turn)

    entry = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"q":1}'}}
    assert [
        {"role": "assistant", "content": "Wait.", "tool_calls": [entry]},
        {"role": "tool", "tool_call_id": "c1", "content": "Ruby", "name": "search"},
        {"role": "assistant", "content": "Ruby.", "prefix": True},
    ] == sent.messages[1:]
    assert [] == sent.adaptations


def test_results_that_end_a_turn(encode: Encode) -> None:
    """There is no empty message behind them."""
    call = ServerToolCall("c1", "search", "{}", "tool_calls", origin=HERE)
    result = ServerToolResult("c1", "tool", "Ruby", origin=HERE)
    sent = encode(user("u"), Message("assistant", (call, result)))

    assert ["user", "assistant", "tool"] == [message["role"] for message in sent.messages]


@pytest.mark.parametrize(
    "blocks",
    [
        (ServerToolCall("c1", "search", "{}", "tool_calls", origin=HERE),),
        (ServerToolResult("c1", "tool", "Ruby", origin=HERE),),
        (
            ServerToolCall("c1", "search", "{}", "web_search_call", origin=Origin("openai_responses")),
            ServerToolResult("c1", "tool", "Ruby", origin=Origin("openai_responses")),
        ),
    ],
)
def test_other_vendors_tools_are_left_out(encode: Encode, blocks: Any) -> None:
    """A call without its answer, an answer without its call, and all of another vendor's: listed."""
    sent = encode(user("u"), Message("assistant", (*blocks, Text("a"))), user("v"))

    assert [{"role": "assistant", "content": "a"}] == sent.messages[1:-1]
    assert {("server_tool", "dropped")} == set(sent.reported)

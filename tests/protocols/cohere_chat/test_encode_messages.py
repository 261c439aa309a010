"""A history to messages: order, pairs, what is not sent and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from dragoman import assistant, system, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.cohere_chat.encode_messages import encode_messages
from dragoman.types import (
    Audio,
    Base64,
    Block,
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
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)

Encode = Callable[..., Any]

HERE = Origin("cohere_chat", "acme", "other-model")
THERE = Origin("anthropic_messages", "anthropic", "claude")
PNG = Image(Base64("image/png", "QQ=="))
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}


def test_plain_turns(encode: Encode) -> None:
    """One plain text is a string; several parts are a list."""
    sent = encode(user("u"), assistant("a"), user("b", PNG, "c"), system=(Text("s"),))

    assert [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a"},
        {"role": "user", "content": [{"type": "text", "text": "b"}, PICTURE, {"type": "text", "text": "c"}]},
    ] == sent.messages
    assert [] == sent.reported


def test_instructions_go_to_the_head(encode: Encode) -> None:
    """Behind those that are there; that they were moved is said."""
    sent = encode(user("u"), system("late"), Message("developer", (Text("d"),)), system=(Text("s"),))

    assert ["s", "late", "d", "u"] == [message["content"] for message in sent.messages]
    assert [("system_message", "moved"), ("role", "changed"), ("system_message", "moved")] == sent.reported
    assert [] == encode(system("a"), system("b"), user("u")).reported


def test_the_models_own_turn_goes_back_as_it_came(encode: Encode) -> None:
    """Plan, thinking and text in order, citations, calls with their own text of arguments."""
    cited = {"start": 0, "end": 1, "text": "t", "content_index": 5, "sources": []}
    plan = Thinking("p", origin=HERE, extra={"field": "tool_plan"})
    call = ToolCall("i", "f", '{"x": 1.50}', origin=HERE, extra={"y": 1, "function": {"z": 2}})
    text = Text("t", (Citation("", None, None, None, 0, 1, cited),))
    sent = encode(assistant(plan, Thinking("h", origin=HERE), text, call))

    assert [
        {
            "role": "assistant",
            "content": [{"type": "thinking", "thinking": "h"}, {"type": "text", "text": "t"}],
            "tool_plan": "p",
            "tool_calls": [
                {"id": "i", "type": "function", "function": {"name": "f", "arguments": '{"x": 1.50}', "z": 2}, "y": 1}
            ],
            "citations": [{**cited, "content_index": 1}],
        }
    ] == sent.messages
    assert [] == sent.reported


def test_another_providers_thinking_stays_away(encode: Encode) -> None:
    """It is neither thinking nor text here, and that is said; its calls lose fields that mean nothing."""
    call = ToolCall("toolu_1", "f", "", origin=THERE, extra={"caller": {}, "synthetic_id": True})
    sent = encode(assistant(Thinking("secret", signature="s", origin=THERE), call))

    assert [
        {"role": "assistant", "tool_calls": [{"id": "toolu_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
    ] == sent.messages
    assert [("thinking", "dropped")] == sent.reported


def test_thinking_that_is_signed(encode: Encode) -> None:
    """The caller's own has its text sent; what this wire has no place for is said."""
    sent = encode(assistant(Thinking("h", signature="s"), Thinking(encrypted="e")))

    assert [{"role": "assistant", "content": [{"type": "thinking", "thinking": "h"}]}] == sent.messages
    assert [("thinking", "dropped")] * 2 == sent.reported


@pytest.mark.parametrize(
    "blocks",
    [
        (ToolCall("i", "f"), Text("after")),
        (ToolCall("i", "f"), Thinking("h", origin=HERE)),
        (ToolCall("i", "f"), Refusal("no")),
        (Text("t"), Thinking("p", origin=HERE, extra={"field": "tool_plan"})),
    ],
)
def test_an_order_that_cannot_be_kept_is_said(encode: Encode, blocks: tuple[Block, ...]) -> None:
    """Plan, content and calls have one order."""
    assert ("order", "changed") in encode(assistant(*blocks)).reported


def test_results_come_before_what_else_a_turn_says(encode: Encode) -> None:
    """Each is a message of its own; pictures follow in the user's, documents stay."""
    document = Document(PlainText("w"), "t", origin=HERE, extra={"document": {"id": "d", "data": {"url": "u"}}})
    turn = Message("user", (Text("and?"), ToolResult("b", (PNG, Text("1"))), ToolResult("a", (document,))))
    sent = encode(assistant(ToolCall("a", "f"), ToolCall("b", "g")), turn)

    assert [
        {"role": "tool", "tool_call_id": "b", "content": "1"},
        {
            "role": "tool",
            "tool_call_id": "a",
            "content": [{"type": "document", "document": {"data": {"title": "t", "text": "w", "url": "u"}, "id": "d"}}],
        },
        {"role": "user", "content": [PICTURE, {"type": "text", "text": "and?"}]},
    ] == sent.messages[1:]
    assert [("tool_media", "moved")] == sent.reported


def test_pictures_of_results_follow_them(encode: Encode) -> None:
    """In a message of their own when no user speaks next, in the user's when one does."""
    call, result = assistant(ToolCall("a", "f")), tool_result("a", PNG)
    tool = {"role": "tool", "tool_call_id": "a", "content": ""}

    assert [tool, {"role": "user", "content": [PICTURE]}] == encode(call, result).messages[1:]
    assert [tool, {"role": "user", "content": [PICTURE]}] == encode(call, result, assistant("x")).messages[1:3]
    assert [tool, {"role": "user", "content": [PICTURE, {"type": "text", "text": "u"}]}] == (
        encode(call, result, user("u")).messages[1:]
    )


def test_documents_of_users_stand_beside_the_messages(encode: Encode) -> None:
    """Where the model can cite them; those given in `extra` follow."""
    sent = encode(user("u", Document(PlainText("w"), "t", "c")), extra={"documents": ["d"]})

    assert [{"data": {"title": "t", "text": "w"}}, "d"] == sent.body["documents"]
    assert [{"role": "user", "content": "u"}] == sent.messages
    assert [("document_context", "dropped"), ("document", "moved")] == sent.reported


def test_documents_elsewhere(encode: Encode) -> None:
    """Of blocks: its parts; in instructions: its words; of other sources: none."""
    sent = encode(
        user(Document(Blocks((PNG, Text("inner"))))),
        user("a", Document(Base64("application/pdf", "A"))),
        Message("system", (Document(PlainText("w"), "t"),)),
    )

    assert ["t\n\nw", [PICTURE, {"type": "text", "text": "inner"}], "a"] == [message["content"] for message in sent.messages]
    documents = [("document", "changed"), ("document", "dropped"), ("document", "changed")]
    assert [*documents, ("system_message", "moved")] == sent.reported


@pytest.mark.parametrize(
    ("block", "reported"),
    [
        (Image(FileId("f")), ("image", "dropped")),
        (Audio(Base64("audio/wav", "A")), ("audio", "dropped")),
        (Video(Url("https://x/v.mp4")), ("video", "dropped")),
        (Opaque({"type": "x"}, origin=THERE), ("opaque", "dropped")),
        (ServerToolCall("s", "search"), ("server_tool", "dropped")),
        (Thinking("h"), ("thinking", "dropped")),
        (ToolCall("i", "f"), ("tool_call", "dropped")),
    ],
)
def test_what_a_user_cannot_say_here(encode: Encode, block: Block, reported: tuple[str, str]) -> None:
    """It is left out, and that is said; a strict caller is refused."""
    sent = encode(user("a", block))

    assert [{"role": "user", "content": "a"}] == sent.messages
    assert [reported] == sent.reported
    with pytest.raises(Unsupported):
        encode(user("a", block), policy="strict")


def test_smaller_things_that_are_said(encode: Encode) -> None:
    """Marks, names, citations, refusals, errors of tools, free text, pictures of the model: each has its word."""
    sent = encode(
        Message("user", (Text("a", (Citation(),), cache=Cache()), Opaque({"type": "new"}), Image(Url("u"), "low")), "name"),
        assistant(Refusal("no"), PNG),
        assistant(ToolCall("i", "f", "free", custom=True)),
        tool_result("i", "r", is_error=True),
    )

    assert [{"type": "new"}, {"type": "image_url", "image_url": {"url": "u", "detail": "low"}}] == sent.messages[0]["content"][1:]
    assert "no" == sent.messages[1]["content"]
    assert '{"input":"free"}' == sent.messages[2]["tool_calls"][0]["function"]["arguments"]
    assert [
        ("cache", "dropped"),
        ("citations", "dropped"),
        ("name", "dropped"),
        ("refusal", "changed"),
        ("image", "dropped"),
        ("custom_tool", "changed"),
        ("tool_error", "dropped"),
    ] == sent.reported


def test_fields_of_a_message(encode: Encode) -> None:
    """Those of this provider go back, those of another stay away."""
    own = Message("user", (Text("u"),), origin=HERE, extra={"x": 1})
    foreign = msgspec.structs.replace(own, origin=THERE)

    assert {"role": "user", "content": "u", "x": 1} == encode(own).messages[0]
    assert {"role": "user", "content": "u"} == encode(foreign).messages[0]
    assert [("message_fields", "dropped")] == encode(foreign).reported


def test_a_longer_history_begins_as_the_shorter_one() -> None:
    """Prompt caches depend on it."""
    target = Target("acme", "cohere_chat", "m")
    call = ToolCall("i", "f", "{}")
    turns = (
        system("s"),
        user("u", PNG),
        assistant(Thinking("h", origin=HERE), call, "late"),
        tool_result(call, "r"),
        assistant("a"),
    )
    said = [encode_messages(Request("m", turns[:end]), target, Report(target))[0] for end in range(len(turns) + 1)]

    for shorter, longer in pairwise(said):
        assert shorter == longer[: len(shorter)]

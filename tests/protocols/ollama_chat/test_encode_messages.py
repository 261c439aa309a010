"""A history to messages: order, pairs, what is not sent and what is said about it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from dragoman import assistant, system, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.ollama_chat.encode_messages import encode_messages
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

HERE = Origin("ollama_chat", "acme", "other-model")
THERE = Origin("anthropic_messages", "anthropic", "claude")
PNG = Image(Base64("image/png", "iVBORw0KGgo="))


def test_plain_turns(encode: Encode) -> None:
    """One message each; instructions come first."""
    sent = encode(user("u"), assistant("a"), system("late"), system=(Text("s"),))

    assert [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a"},
        {"role": "system", "content": "late"},
    ] == sent.messages
    assert [] == sent.reported


def test_the_models_own_turn_goes_back_as_it_came(encode: Encode) -> None:
    """Its thinking, text and calls in their fields; arguments are an object, spelled as the model spelled them."""
    call = ToolCall("i", "f", '{"x": 1.50, "y": [1, 2]}', origin=HERE, extra={"function": {"index": 0}})
    sent = encode(assistant(Thinking("h", origin=HERE), "t", call), tool_result(call, "r"))

    assert b'"arguments":{"x":1.50,"y":[1,2]},"index":0}' in sent.http.body
    assert [
        {
            "role": "assistant",
            "content": "t",
            "thinking": "h",
            "tool_calls": [{"id": "i", "function": {"name": "f", "arguments": {"x": 1.5, "y": [1, 2]}, "index": 0}}],
        },
        {"role": "tool", "content": "r", "tool_name": "f", "tool_call_id": "i"},
    ] == sent.messages
    assert [] == sent.reported


def test_another_providers_thinking_stays_away(encode: Encode) -> None:
    """It is neither thinking nor text here, and that is said; its calls lose fields that mean nothing."""
    call = ToolCall("toolu_1", "f", "", origin=THERE, extra={"caller": {"type": "direct"}, "synthetic_id": True})
    sent = encode(assistant(Thinking("secret", signature="s", origin=THERE), call))

    assert [
        {"role": "assistant", "content": "", "tool_calls": [{"id": "toolu_1", "function": {"name": "f", "arguments": {}}}]}
    ] == sent.messages
    assert [("thinking", "dropped")] == sent.reported


def test_thinking_that_is_signed(encode: Encode) -> None:
    """The caller's own has its text sent; what this wire has no place for is said."""
    sent = encode(assistant(Thinking("h", signature="s"), Thinking(encrypted="e")))

    assert [{"role": "assistant", "content": "", "thinking": "h"}] == sent.messages
    assert [("thinking", "dropped")] * 2 == sent.reported


@pytest.mark.parametrize(
    "blocks",
    [
        (ToolCall("i", "f"), Text("after")),
        (Text("before"), Thinking("h", origin=HERE)),
        (ToolCall("i", "f"), PNG),
        (PNG, Text("after")),
    ],
)
def test_an_order_that_cannot_be_kept_is_said(encode: Encode, blocks: tuple[Block, ...]) -> None:
    """The fields of an assistant message have one order: thinking, text, pictures, calls."""
    assert [("order", "changed")] == encode(assistant(*blocks)).reported


def test_pictures_come_before_the_text(encode: Encode) -> None:
    """In a user's turn the server shows them first; a text said before one is behind it now."""
    assert {"role": "user", "content": "what?", "images": ["iVBORw0KGgo="]} == encode(user(PNG, "what?")).messages[0]
    assert [] == encode(user(PNG, PNG, "what?")).reported
    assert [("order", "changed")] == encode(user("what?", PNG)).reported


def test_several_texts_are_joined(encode: Encode) -> None:
    """Those of a user as paragraphs, those of the model as they followed each other."""
    sent = encode(user("a", "b"), assistant("c", "d"))

    assert ["a\n\nb", "cd"] == [message["content"] for message in sent.messages]
    assert [("content_parts", "changed")] * 2 == sent.reported


def test_results_come_before_what_else_a_turn_says(encode: Encode) -> None:
    """Each is a message of its own, in order, named after its call; pictures stay with their result."""
    turn = Message("user", (Text("and?"), ToolResult("b", (Text("2"),)), ToolResult("a", (PNG, Text("1")), name="own")))
    sent = encode(assistant(ToolCall("a", "f"), ToolCall("b", "g")), turn)

    assert [
        {"role": "tool", "content": "2", "tool_name": "g", "tool_call_id": "b"},
        {"role": "tool", "content": "1", "images": ["iVBORw0KGgo="], "tool_name": "own", "tool_call_id": "a"},
        {"role": "user", "content": "and?"},
    ] == sent.messages[1:]
    assert [] == sent.reported


def test_ids_that_were_made_up_are_not_sent(encode: Encode) -> None:
    """Neither on the call nor on its result; on a later call of the same id that is real, they are."""
    made = ToolCall("call_0", "f", origin=HERE, extra={"synthetic_id": True})
    real = ToolCall("call_0", "g")
    sent = encode(assistant(made), tool_result(made, "r"), assistant(real), tool_result(real, "r"))

    assert [
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "f", "arguments": {}}}]},
        {"role": "tool", "content": "r", "tool_name": "f"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "call_0", "function": {"name": "g", "arguments": {}}}]},
        {"role": "tool", "content": "r", "tool_name": "g", "tool_call_id": "call_0"},
    ] == sent.messages


@pytest.mark.parametrize(
    ("call", "feature"),
    [
        (ToolCall("i", "f", '{"x":'), "tool_arguments"),
        (ToolCall("i", "f", "[1]"), "tool_arguments"),
        (ToolCall("i", "f", '{"x":', custom=True), "custom_tool"),
    ],
)
def test_arguments_that_are_no_object(encode: Encode, call: ToolCall, feature: str) -> None:
    """Their text is sent in one field, since the server takes objects only."""
    sent = encode(assistant(call))

    assert {"input": call.arguments} == sent.messages[0]["tool_calls"][0]["function"]["arguments"]
    assert [(feature, "changed")] == sent.reported


@pytest.mark.parametrize(
    ("block", "reported"),
    [
        (Image(Url("https://x/p.png")), ("image", "dropped")),
        (Image(Url("data:image/png,plain")), ("image", "dropped")),
        (Image(FileId("f")), ("image", "dropped")),
        (Audio(Base64("audio/wav", "A")), ("audio", "dropped")),
        (Video(Url("https://x/v.mp4")), ("video", "dropped")),
        (Document(Base64("application/pdf", "A")), ("document", "dropped")),
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


def test_documents_of_text(encode: Encode) -> None:
    """Their words are sent, under their title; a document of blocks is its blocks."""
    sent = encode(user(Document(PlainText("words"), "Title")), user(Document(Blocks((PNG, Text("inner"))))))

    assert ["Title\n\nwords", "inner"] == [message["content"] for message in sent.messages]
    assert ["iVBORw0KGgo="] == sent.messages[1]["images"]
    assert [("document", "changed")] * 2 == sent.reported


def test_smaller_things_that_are_said(encode: Encode) -> None:
    """Marks, details, names, citations, refusals, errors of tools, developers: each has its word in the report."""
    cited = Text("a", (Citation(),))
    sent = encode(
        Message("developer", (Text("d", cache=Cache()),), "name"),
        user(Image(Url("data:image/png;base64,QQ=="), "low")),
        assistant(cited, Opaque({"raw": 1})),
        assistant(Refusal("no")),
        assistant(ToolCall("i", "f")),
        tool_result("i", "r", is_error=True),
    )

    assert ["system", "user", "assistant", "assistant", "assistant", "tool"] == [message["role"] for message in sent.messages]
    assert ["QQ=="] == sent.messages[1]["images"]
    assert [{"raw": 1}] == sent.messages[2]["tool_calls"]
    assert "no" == sent.messages[3]["content"]
    assert [
        ("role", "changed"),
        ("cache", "dropped"),
        ("name", "dropped"),
        ("image_detail", "dropped"),
        ("citations", "dropped"),
        ("refusal", "changed"),
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
    target = Target("acme", "ollama_chat", "m")
    call = ToolCall("i", "f", "{}")
    turns = (
        user("u", PNG),
        assistant(Thinking("h", origin=HERE), call, "late"),
        tool_result(call, "r", PNG),
        system("s"),
        assistant("a"),
        user("b"),
    )
    said = [encode_messages(Request("m", turns[:end]), target, Report(target)) for end in range(len(turns) + 1)]

    for shorter, longer in itertools.pairwise(said):
        assert shorter == longer[: len(shorter)]

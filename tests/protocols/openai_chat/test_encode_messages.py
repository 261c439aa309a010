"""A history to messages: roles, turns, and what has to move."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from dragoman.protocols.openai_chat import ChatDialect
from dragoman.protocols.openai_chat.encode_messages import plain_input
from dragoman.types import (
    Audio,
    Base64,
    Cache,
    Document,
    Image,
    Message,
    Opaque,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    assistant,
    system,
    tool_result,
    user,
)

Encode = Callable[..., Any]

ACME = Origin("openai_chat", "acme", "m")
OTHER = Origin("openai_chat", "other", "m")
FOREIGN = Origin("anthropic_messages", "anthropic")
PNG = Image(Base64("image/png", "QUJD"))
PNG_PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}


def call(id: str, name: str = "f", arguments: str = "{}") -> dict[str, Any]:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def said(*content: Any, origin: Origin | None = ACME, **fields: Any) -> Message:
    return Message("assistant", content, origin=origin, **fields)


# --- instructions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "role"), [(None, "developer"), (ChatDialect(system_role="system", developer_role=False), "system")]
)
def test_instructions_are_one_role(encode: Encode, dialect: ChatDialect | None, role: str) -> None:
    """The system text of the request and system messages are said with the vendor's one word."""
    sent = encode(system("Be"), user("Hi"), system("Later"), system=(Text("First"),), dialect=dialect)

    assert sent.messages == [
        {"role": role, "content": "First"},
        {"role": role, "content": "Be"},
        {"role": "user", "content": "Hi"},
        {"role": role, "content": "Later"},
    ]
    assert sent.adaptations == []


def test_a_developer_message_where_nobody_knows_it(encode: Encode) -> None:
    """It becomes a system message, which is told."""
    message = Message("developer", (Text("Be"),))

    sent = encode(message, dialect=ChatDialect(system_role="system", developer_role=False))

    assert (sent.messages, sent.reported) == ([{"role": "system", "content": "Be"}], [("role", "changed")])
    assert encode(message, dialect=ChatDialect(system_role="system")).messages[0]["role"] == "developer"


def test_late_instructions_go_to_the_head(encode: Encode) -> None:
    """For templates that take none elsewhere, and told."""
    sent = encode(system("A"), user("Hi"), system("B"), assistant("Yes"), system("C"), dialect=ChatDialect(late_system=False))

    assert [(message["role"], message["content"]) for message in sent.messages] == [
        ("developer", "A"),
        ("developer", "B"),
        ("developer", "C"),
        ("user", "Hi"),
        ("assistant", "Yes"),
    ]
    assert sent.reported == [("system_message", "moved")] * 2
    assert [item.path for item in sent.adaptations] == ["messages[2]", "messages[4]"]


def test_instructions_are_text(encode: Encode) -> None:
    """A picture among them is left out and told; several texts stay several."""
    sent = encode(system("A", PNG, "B"))

    assert sent.messages[0]["content"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert sent.reported == [("image", "dropped")]


# --- users and tools ---------------------------------------------------------------------------------------------------


def test_one_text_is_a_string_and_more_are_a_list(encode: Encode) -> None:
    """A mark or a field of its own makes a list of one text too."""
    sent = encode(user("a"), user("a", "b"), user(Text("a", cache=Cache())), user(), user("a", PNG))

    text = {"type": "text", "text": "a"}
    assert [message["content"] for message in sent.messages] == [
        "a",
        [text, {"type": "text", "text": "b"}],
        [{**text, "prompt_cache_breakpoint": {"mode": "explicit"}}],
        "",
        [text, PNG_PART],
    ]


def test_results_are_messages_of_their_own(encode: Encode) -> None:
    """In whatever message they stand: results first, in order, then the rest."""
    calls = said(ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}"))

    together = encode(calls, user("And?", ToolResult("a", (Text("1"),)), ToolResult("b", (Text("2"),))))
    apart = encode(calls, tool_result("a", "1"), tool_result("b", "2"), user("And?"))

    assert together.messages == apart.messages
    assert together.messages == [
        {"role": "assistant", "content": None, "tool_calls": [call("a"), call("b")]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
        {"role": "user", "content": "And?"},
    ]


def test_pictures_of_results_follow_all_results(encode: Encode) -> None:
    """Tool messages take text: what they cannot hold stands in a user message behind the last result of the turn."""
    document = Document(Base64("application/pdf", "QUJD"))
    file = {"type": "file", "file": {"file_data": "data:application/pdf;base64,QUJD"}}

    sent = encode(
        said(ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")),
        tool_result("a", "See", PNG),
        tool_result("b", document),
        user("And?"),
        said(ToolCall("c", "f", "{}")),
        user(ToolResult("c", (PNG,)), "Well?"),
        said(ToolCall("d", "f", "{}")),
        tool_result("d", PNG),
    )

    assert [(message["role"], message["content"]) for message in sent.messages if message["role"] != "assistant"] == [
        ("tool", "See"),
        ("tool", ""),
        ("user", [PNG_PART, file]),
        ("user", "And?"),
        ("tool", ""),
        ("user", [PNG_PART, {"type": "text", "text": "Well?"}]),
        ("tool", ""),
        ("user", [PNG_PART]),
    ]
    assert sent.reported == [("tool_media", "moved")] * 4


def test_results_that_may_hold_pictures(encode: Encode) -> None:
    """OpenRouter takes them where they are."""
    sent = encode(tool_result("a", "See", PNG), dialect=ChatDialect(tool_media=True))

    assert sent.messages == [{"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "See"}, PNG_PART]}]
    assert sent.adaptations == []


def test_a_failed_result_is_sent_as_it_is(encode: Encode) -> None:
    """This wire has no field for failure; the text is not touched, and that is told."""
    sent = encode(tool_result("a", "No such city", is_error=True))

    assert (sent.messages[0]["content"], sent.reported) == ("No such city", [("tool_error", "dropped")])


def test_a_cache_mark_on_a_result(encode: Encode) -> None:
    """It stands on the last part of the result."""
    dialect = ChatDialect(cache_marks="cache_control")
    marked, empty = ToolResult("a", (Text("x"), Text("y")), cache=Cache()), ToolResult("b", cache=Cache())

    sent = encode(Message("tool", (marked, empty)), dialect=dialect)

    mark = {"cache_control": {"type": "ephemeral"}}
    assert sent.messages[0]["content"] == [{"type": "text", "text": "x"}, {"type": "text", "text": "y", **mark}]
    assert sent.messages[1]["content"] == [{"type": "text", "text": "", **mark}]


def test_a_cache_mark_on_a_result_where_none_is_taken(encode: Encode) -> None:
    """It is left out and told."""
    sent = encode(Message("tool", (ToolResult("a", (Text("x"),), cache=Cache()),)), dialect=ChatDialect(cache_marks="none"))

    assert (sent.messages[0]["content"], sent.reported) == ("x", [("cache", "dropped")])


def test_vendors_that_take_strings_only(encode: Encode) -> None:
    """Texts are joined and told, in all messages or in those of tools alone."""
    everywhere = encode(user("a", "b"), tool_result("x", "c", "d"), dialect=ChatDialect(content_arrays=False))
    in_tools = encode(user("a", "b"), tool_result("x", "c", "d"), dialect=ChatDialect(tool_content_arrays=False))

    assert [message["content"] for message in everywhere.messages] == ["a\n\nb", "c\n\nd"]
    assert everywhere.reported == [("content_parts", "changed")] * 2
    assert in_tools.messages[1]["content"] == "c\n\nd"
    assert in_tools.reported == [("content_parts", "changed")]


# --- the model's own ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "encoded"),
    [
        (assistant("Yes"), {"role": "assistant", "content": "Yes"}),
        (assistant(), {"role": "assistant", "content": ""}),
        (said(ToolCall("a", "f", "{}")), {"role": "assistant", "content": None, "tool_calls": [call("a")]}),
        (said(Refusal("No")), {"role": "assistant", "content": None, "refusal": "No"}),
        (said(Text("Hm"), Refusal("No")), {"role": "assistant", "content": "Hm", "refusal": "No"}),
        (
            said(Refusal("No"), Refusal("Never")),
            {
                "role": "assistant",
                "content": [{"type": "refusal", "refusal": "No"}, {"type": "refusal", "refusal": "Never"}],
            },
        ),
        (
            said(Text("Hm"), ToolCall("a", "sh", "ls -l", custom=True)),
            {
                "role": "assistant",
                "content": "Hm",
                "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls -l"}}],
            },
        ),
        (
            said(Audio(Base64("audio/*", "QUJD"), "Hey", origin=ACME, extra={"id": "s", "expires_at": 9})),
            {"role": "assistant", "content": None, "audio": {"id": "s"}},
        ),
        (
            said(Text("See"), Image(Base64("image/png", "QUJD"), origin=ACME, extra={"field": "images"})),
            {"role": "assistant", "content": "See", "images": [PNG_PART]},
        ),
        (
            said(Text("See"), Opaque({"type": "hologram"}, origin=ACME)),
            {"role": "assistant", "content": [{"type": "text", "text": "See"}, {"type": "hologram"}]},
        ),
        (
            said(ToolCall("a", "f", "{}"), Opaque({"type": "search"}, origin=ACME, extra={"field": "tool_calls"})),
            {"role": "assistant", "content": None, "tool_calls": [call("a"), {"type": "search"}]},
        ),
    ],
)
def test_what_the_model_said(encode: Encode, message: Message, encoded: dict[str, Any]) -> None:
    """Every kind of block has its field, and goes back as it came."""
    sent = encode(message)

    assert sent.messages == [encoded]
    assert sent.adaptations == []


@pytest.mark.parametrize("arguments", ['{"x": 1.0, "y":\n[ ]}', '{"cut', "", "not JSON"])
def test_arguments_are_sent_byte_for_byte(encode: Encode, arguments: str) -> None:
    """Also those that were cut or never were JSON."""
    sent = encode(said(ToolCall("a", "f", arguments)))

    assert sent.messages[0]["tool_calls"][0]["function"]["arguments"] == arguments


def test_text_after_a_call_goes_before_it(encode: Encode) -> None:
    """The wire has no order between content and calls, which is told."""
    sent = encode(said(Text("a"), ToolCall("x", "f", "{}"), Text("b")))

    assert sent.messages[0]["content"] == [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert sent.reported == [("order", "changed")]


def test_servers_that_want_a_string_beside_calls(encode: Encode) -> None:
    """Null becomes empty where null is not taken."""
    sent = encode(said(ToolCall("a", "f", "{}")), dialect=ChatDialect(null_content=False))

    assert sent.messages[0]["content"] == ""


def test_vendor_fields_of_calls_go_home_only(encode: Encode) -> None:
    """Gemini's signature returns to the provider it came from, and to no other."""
    for origin, expected in ((ACME, {**call("a"), "extra_content": 1}), (OTHER, call("a")), (FOREIGN, call("a"))):
        sent = encode(said(ToolCall("a", "f", "{}", extra={"extra_content": 1, "synthetic_id": True}, origin=origin)))
        assert sent.messages[0]["tool_calls"] == [expected]


def test_free_text_calls_where_nobody_knows_them(encode: Encode) -> None:
    """They become calls with one argument, which is told."""
    sent = encode(said(ToolCall("a", "sh", 'say "x"', custom=True)), dialect=ChatDialect(custom_tools=False))

    assert sent.messages[0]["tool_calls"] == [call("a", "sh", '{"input":"say \\"x\\""}')]
    assert sent.reported == [("custom_tool", "changed")]
    assert plain_input("é") == '{"input":"é"}'


def test_a_cache_mark_on_a_call(encode: Encode) -> None:
    """Anthropic's mark may stand there, OpenAI's may not, which is told."""
    message = said(ToolCall("a", "f", "{}", cache=Cache()))

    marked = encode(message, dialect=ChatDialect(cache_marks="cache_control"))

    assert marked.messages[0]["tool_calls"] == [{**call("a"), "cache_control": {"type": "ephemeral"}}]
    assert encode(message).reported == [("cache", "dropped")]


def test_the_old_function_call_goes_back_in_its_fields(encode: Encode) -> None:
    """Its result is a `function` message with the name, also when the caller made it like any other."""
    old = ToolCall("function_call", "f", "{}", origin=ACME, extra={"function_call": True, "synthetic_id": True})

    sent = encode(said(old), tool_result(old, "1"), said(Text("Yes")))

    assert sent.messages == [
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
        {"role": "assistant", "content": "Yes"},
    ]


def test_the_old_function_call_of_others_is_a_call(encode: Encode) -> None:
    """Another provider gets it as a tool call."""
    old = ToolCall("function_call", "f", "{}", origin=OTHER, extra={"function_call": True, "synthetic_id": True})

    sent = encode(said(old), tool_result(old, "1"))

    assert sent.messages[0]["tool_calls"] == [call("function_call")]
    assert sent.messages[1] == {"role": "tool", "tool_call_id": "function_call", "content": "1"}


@pytest.mark.parametrize(
    ("block", "content", "reported"),
    [
        (ServerToolCall("s", "search", origin=FOREIGN), "x", ("server_tool", "dropped")),
        (ServerToolResult("s", "search", origin=FOREIGN), "x", ("server_tool", "dropped")),
        (Opaque({"type": "x"}, origin=FOREIGN), "x", ("opaque", "dropped")),
        (PNG, "x", ("image", "dropped")),
        (Audio(Url("https://a.test")), "x", ("audio", "dropped")),
        (Audio(Base64("audio/wav", "QUJD"), "Hey", origin=FOREIGN), None, ("audio", "changed")),
        (Thinking(text="Hm", origin=FOREIGN), "x", ("thinking", "dropped")),
    ],
)
def test_what_an_assistant_message_cannot_hold(
    encode: Encode, block: Any, content: str | None, reported: tuple[str, str]
) -> None:
    """It is left out, or said in words, and told; never is another model's thinking sent as text."""
    sent = encode(said(Text("x"), block))

    expected = content or [{"type": "text", "text": "x"}, {"type": "text", "text": "Hey"}]
    assert (sent.messages[0]["content"], sent.reported) == (expected, [reported])


# --- every message -----------------------------------------------------------------------------------------------------


def test_names(encode: Encode) -> None:
    """A message may have a name, where the vendor takes one."""
    message = Message("user", (Text("Hi"),), name="Ann")

    assert encode(message).messages == [{"role": "user", "content": "Hi", "name": "Ann"}]
    assert encode(message, dialect=ChatDialect(names=False)).reported == [("name", "dropped")]


@pytest.mark.parametrize("role", ["user", "assistant", "tool", "system"])
def test_fields_of_a_message(encode: Encode, role: Any) -> None:
    """A vendor's own fields go home and nowhere else."""
    content = (ToolResult("a"),) if role == "tool" else (Text("x"),)

    kept = encode(Message(role, content, extra={"prefix": True}))
    home = encode(Message(role, content, origin=ACME, extra={"prefix": True}))
    abroad = encode(Message(role, content, origin=OTHER, extra={"prefix": True}))

    assert kept.messages[0]["prefix"] is home.messages[0]["prefix"] is True
    assert "prefix" not in abroad.messages[0]
    assert abroad.reported == [("message_fields", "dropped")]


def test_a_longer_history_extends_a_shorter_one(encode: Encode) -> None:
    """At every point where a request can be sent, the messages so far stay what they were."""
    history = [
        system("Be"),
        user("Hi", PNG),
        said(Thinking(text="Hm", origin=ACME, extra={"field": "reasoning"}), ToolCall("a", "f", "{}"), Text("So")),
        tool_result("a", "See", PNG),
        user("And?"),
        said(Text("Yes"), Text("!")),
        user(ToolResult("zz", (Text("1"),)), "Well"),
        system("Later"),
        user("End"),
    ]
    dialect = ChatDialect(echo="always")
    encoded = [encode(*history[:end], dialect=dialect).messages for end in range(1, len(history) + 1)]

    for shorter, longer in pairwise(encoded):
        assert longer[: len(shorter)] == shorter

"""Histories are plain values."""

from __future__ import annotations

import pytest

from dragoman.types import (
    Base64,
    Cache,
    Citation,
    Document,
    FileId,
    Image,
    Message,
    Opaque,
    Origin,
    ServerToolCall,
    ServerToolResult,
    SourceSpan,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    assistant,
    dump,
    load,
    system,
    tool_result,
    user,
)

CITED = Citation("page", url="https://x", start=1, end=2, raw={"a": [1, None]}, span=SourceSpan("page", 3, 4))
HISTORY = [
    system("Be brief."),
    user("Look:", Image(Base64("image/png", "aGk="), detail="low"), Document(FileId("f1"), title="T", cache=Cache("1h"))),
    Message(
        "assistant",
        (
            Thinking("hm", signature="sig", origin=Origin("anthropic_messages", "anthropic", "m")),
            Thinking(encrypted="xyz"),
            Text("So.", citations=(CITED,)),
            ServerToolCall("s1", "web_search", '{"q":"x"}', kind="server_tool_use"),
            ServerToolResult("s1", "web_search_tool_result", [{"url": "u"}]),
            Opaque({"type": "new", "x": {"y": 1}}),
            ToolCall("c1", "look", '{"at": "sky"}', extra={"caller": {"type": "direct"}}),
        ),
        origin=Origin("anthropic_messages"),
    ),
    Message("user", (ToolResult("c1", (Text("blue"), Image(Url("https://x/y.png"))), is_error=True), Text("And?"))),
]


def test_a_history_dumps_and_loads_back_equal() -> None:
    """Every block survives JSON with all its fields."""
    assert load(dump(HISTORY)) == HISTORY


def test_loading_something_else_says_so() -> None:
    """Text that is no conversation is refused with a reason."""
    with pytest.raises(ValueError, match="not a saved conversation"):
        load(b'[{"role": "user", "content": "plain"}]')


def test_views_of_a_message_keep_order() -> None:
    """Text, thinking and calls are gathered in the order in which they were said."""
    message = assistant(Thinking("a"), "x", ToolCall("1", "f"), Thinking("b"), "y", ToolCall("2", "g"))

    assert (message.text, message.thinking, [call.id for call in message.tool_calls]) == ("xy", "ab", ["1", "2"])


def test_a_result_knows_its_call() -> None:
    """A result made from a call carries its id and name."""
    assert Message("tool", (ToolResult("1", (Text("ok"),), False, "f"),)) == tool_result(ToolCall("1", "f"), "ok")
    assert Message("tool", (ToolResult("1", (Text("no"),), True),)) == tool_result("1", "no", is_error=True)


def test_citations_are_found_in_the_whole_text() -> None:
    """Their spans are those of the joined text; one without a span is of its whole block."""
    reply = assistant(
        Thinking("hm"),
        Text("Blå bær: "),
        Text("on hills. ", citations=(Citation(url="a"), Citation(url="b", start=3, end=8))),
        ServerToolCall("s", "web_search"),
        Text("So.", citations=(Citation(url="c", start=1),)),
    )
    assert [("a", "on hills. "), ("b", "hills"), ("c", "o.")] == [
        (each.url, reply.text[each.start : each.end]) for each in reply.citations
    ]
    assert () == assistant("nothing").citations

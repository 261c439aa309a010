"""Reasoning that goes back, and reasoning that must not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.openai_chat import ChatDialect
from dragoman.types import Message, Origin, Text, Thinking, ToolCall, user

Encode = Callable[..., Any]

ACME = Origin("openai_chat", "acme", "m")
DETAILS = [{"type": "reasoning.text", "text": "Hm", "index": 0}]
SIGNATURE = [{"type": "reasoning.text", "index": 0, "signature": "sig"}]
PART = {"type": "thinking", "thinking": "Hm"}
CALL = ToolCall("a", "f", "{}")


def thought(field: str | None, text: str = "Hm", **extra: Any) -> Thinking:
    return Thinking(text=text, origin=ACME, extra={**({} if field is None else {"field": field}), **extra})


def said(*content: Any) -> Message:
    return Message("assistant", content, origin=ACME)


def fields(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in ("role", "tool_calls")}


def test_openai_takes_none_back(encode: Encode) -> None:
    """It has no field for reasoning: it is left out and told, or refused."""
    sent = encode(said(thought("reasoning_content"), Text("Yes")))

    assert fields(sent.messages[0]) == {"content": "Yes"}
    assert sent.reported == [("thinking", "dropped")]
    with pytest.raises(Unsupported):
        encode(said(thought("reasoning_content")), policy={"thinking": "strict"})


@pytest.mark.parametrize(
    "origin",
    [
        Origin("openai_chat", "other", "m"),
        Origin("anthropic_messages", "anthropic"),
        Origin("openai_responses", "acme"),
    ],
)
@pytest.mark.parametrize("echo", ["never", "tool_turns", "always"])
def test_foreign_thinking_is_never_sent(encode: Encode, origin: Origin, echo: Any) -> None:
    """Neither as reasoning nor as text, to nobody; and that is told."""
    foreign = Thinking(text="Hm", signature="sig", origin=origin, extra={"field": "reasoning_content"})

    sent = encode(said(foreign, Text("Yes"), CALL), dialect=ChatDialect(echo=echo))

    assert fields(sent.messages[0]) == {"content": "Yes"}
    assert "Hm" not in str(sent.body)
    assert sent.reported == [("thinking", "dropped")]


@pytest.mark.parametrize(("echo", "plain", "calling"), [("tool_turns", False, True), ("always", True, True)])
def test_which_messages_carry_reasoning(encode: Encode, echo: Any, plain: bool, calling: bool) -> None:
    """On all of them, or on those with calls, as the vendor demands."""
    dialect = ChatDialect(echo=echo)

    sent = encode(
        said(thought("reasoning_content"), Text("Yes")), user("?"), said(thought("reasoning_content"), CALL), dialect=dialect
    )

    assert ("reasoning_content" in sent.messages[0], "reasoning_content" in sent.messages[2]) == (plain, calling)
    assert sent.reported == ([] if plain else [("thinking", "dropped")])


@pytest.mark.parametrize(
    ("blocks", "dialect", "expected"),
    [
        ([thought("reasoning")], {}, {"content": "Yes", "reasoning": "Hm"}),
        ([thought("reasoning_content")], {"echo_field": "reasoning"}, {"content": "Yes", "reasoning": "Hm"}),
        ([thought(None)], {}, {"content": "Yes", "reasoning_content": "Hm"}),
        ([Thinking(text="Mine")], {"thinking_fields": ("thoughts",)}, {"content": "Yes", "thoughts": "Mine"}),
        ([thought("reasoning", "a"), thought("reasoning", "b")], {}, {"content": "Yes", "reasoning": "ab"}),
        ([thought("reasoning", "")], {}, {"content": "Yes", "reasoning": ""}),
        (
            [thought("reasoning", reasoning_details=DETAILS)],
            {},
            {"content": "Yes", "reasoning": "Hm", "reasoning_details": DETAILS},
        ),
        ([thought("reasoning_details", reasoning_details=DETAILS)], {}, {"content": "Yes", "reasoning_details": DETAILS}),
        (
            [thought("reasoning_details", reasoning_details=DETAILS)],
            {"echo_field": "reasoning"},
            {"content": "Yes", "reasoning_details": DETAILS},
        ),
        ([thought("reasoning", reasoning_details=DETAILS)], {"echo_details": False}, {"content": "Yes", "reasoning": "Hm"}),
        (
            [thought("reasoning", reasoning_details=DETAILS), thought(None, "", reasoning_details=SIGNATURE)],
            {},
            {"content": "Yes", "reasoning": "Hm", "reasoning_details": [{**DETAILS[0], "signature": "sig"}]},
        ),
        ([thought("content", "\nHm", before=" ")], {}, {"content": " <think>\nHm</think>Yes"}),
        ([thought("content", lone_tag=True)], {}, {"content": "Hm</think>Yes"}),
        ([thought("parts", parts=[PART])], {}, {"content": [PART, {"type": "text", "text": "Yes"}]}),
    ],
)
def test_reasoning_goes_back_as_it_came(
    encode: Encode, blocks: list[Thinking], dialect: dict[str, Any], expected: dict[str, Any]
) -> None:
    """In its field or the one the dialect names, with its details, between its tags, in its parts."""
    sent = encode(said(*blocks, Text("Yes")), dialect=ChatDialect(echo="always", **dialect))

    assert fields(sent.messages[0]) == expected
    assert sent.adaptations == []


def test_tags_without_text_behind_them(encode: Encode) -> None:
    """A message of reasoning and calls has content too."""
    sent = encode(said(thought("content", unclosed=True), CALL), dialect=ChatDialect(echo="always"))

    assert fields(sent.messages[0]) == {"content": "<think>Hm"}


def test_a_vendor_that_demands_reasoning(encode: Encode) -> None:
    """DeepSeek takes a filler where a message with calls has none of its own, which is told."""
    dialect = ChatDialect(echo="tool_turns", echo_field="reasoning_content", echo_filler=" ")

    filled = encode(said(Text("Yes"), CALL), dialect=dialect)
    own = encode(said(thought("reasoning_content"), CALL), dialect=dialect)
    plain = encode(said(Text("Yes")), dialect=dialect)

    assert filled.messages[0]["reasoning_content"] == " "
    assert filled.reported == [("thinking", "added")]
    assert (own.messages[0]["reasoning_content"], own.reported) == ("Hm", [])
    assert "reasoning_content" not in plain.messages[0]

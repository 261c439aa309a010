"""What a later request sent back of an answer, against what we would send."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.testing.conformance.echo import from_answer, missing, own_turns, quoted
from dragoman.testing.conformance.rules import ANY
from dragoman.types import Message, Text, Thinking, ToolCall

CALL = ["call_1", "weather", {"city": "Oslo"}]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", "Hello", True),
        ("text", "Hello there", False),
        ("text", "", False),
        ("thinking_text", ["reasoning", "Hello"], True),
        ("signature", ["signature", "c2ln"], False),
        ("tool_id", ["call_1", "weather", {}], True),
        ("tool_id", ["call_2", "weather", {}], False),
        ("tool_name", ["call_2", "weather", {}], True),
    ],
)
def test_a_recorded_value_came_from_the_answer_or_not(kind: str, value: Any, expected: bool) -> None:
    """Whether a value is demanded is decided by the recorded answer alone; outer whitespace does not count."""
    assert expected is from_answer(kind, value, frozenset({" Hello\n", "call_1", "weather"}))


@pytest.mark.parametrize(
    ("kind", "wanted", "ours"),
    [
        ("text", ["Hello"], ["Hel", "lo"]),
        ("text", ["Hello"], ["Hello\n"]),
        ("thinking_text", [["reasoning", "Hm"], ["reasoning_content", "Hm"]], [["reasoning_content", "Hm"]]),
        ("thinking_text", [["reasoning", "Hm"]], [["reasoning", "Hm\n"]]),
        ("tool_id", [CALL], [["call_0", "clock", {}], CALL]),
        ("signature", [["signature", "a"], ["data", "b"]], [["signature", "a"], ["data", "b"]]),
    ],
)
def test_the_same_is_enough(kind: str, wanted: list[Any], ours: list[Any]) -> None:
    """Texts may come in parts, thinking in one of the fields it was recorded in, and more than was recorded is welcome."""
    assert [] == missing(kind, wanted, ours)


@pytest.mark.parametrize(
    ("kind", "wanted", "ours", "said"),
    [
        ("text", ["Hello"], ["Hullo"], "text 'Hello' is not sent back; ours: 'Hullo'"),
        ("thinking_text", [["reasoning", "Hm"]], [["reasoning_content", "Hm"]], "is not sent back in reasoning;"),
        ("thinking_text", [["reasoning", "Hm"]], [], "is not sent back in reasoning;"),
        ("tool_id", [CALL], [["call_1", "weather", {"city": "Bergen"}]], "is not sent back"),
        ("tool_id", [["a", "x", {}], ["b", "x", {}]], [["b", "x", {}], ["a", "x", {}]], "['b', 'x', {}] is out of order"),
        ("signature", [["signature", "a"]], [["data", "a"]], "is not sent back"),
    ],
)
def test_what_is_missing_is_named(kind: str, wanted: list[Any], ours: list[Any], said: str) -> None:
    """Another value, another field or another order is not what the recorded request sent back."""
    [reason] = missing(kind, wanted, ours)

    assert said in reason


@pytest.mark.parametrize("kind", ["text", "thinking_text", "tool_id", "tool_name", "signature"])
def test_a_quotation_must_hold_what_we_decoded(kind: str) -> None:
    """What stands outside of the assistant's turns must be what our decoder reads in the answer."""
    message = Message("assistant", (Thinking("Hm", signature="c2ln"), Text("Hello"), ToolCall("call_1", "weather")))
    whole = {"messages": [{"content": "He said Hello (Hm), c2ln, call_1 weather"}]}

    assert [] == quoted(kind, message, whole)
    assert 1 == len(quoted(kind, message, {"messages": [{"content": "nothing"}]}))
    assert 1 == len(quoted(kind, Message("assistant", ()), whole))


def test_turns_that_only_look_like_the_answers() -> None:
    """Without ids, calls of one tool look alike: other turns with such calls do not count where one holds more, or says
    the same as the SDK reads."""
    alike, other, strong = [("tool_name", [ANY, "f", {}])], [("tool_name", [ANY, "f", {"a": 1}])], [("text", "Hello")]
    calls = [{"id": None, "name": "f", "arguments": {}}]

    assert own_turns([alike, [], strong, other], calls) == [[], [], strong, []]
    assert own_turns([other, alike, alike], calls) == [[], alike, []]
    assert own_turns([other, other], calls) == [other, other]
    assert own_turns([other, [], strong[:0]], calls) == [other, [], []]
    assert own_turns([strong, strong], ()) == [strong, strong]

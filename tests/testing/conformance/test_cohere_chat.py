"""What the checks know about Cohere's chat."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest

from dragoman.testing.conformance.cohere_chat import RULES
from dragoman.types import Usage


def rule(name: str) -> Any:
    return next(rule for rule in RULES.oracle_rules if rule.name == name)


def test_counts_as_the_wire_means_them() -> None:
    """The wire's input holds what was read from the cache."""
    expected = {"input": 8, "output": 9, "total": None, "cache_read": 5, "cache_write": None, "reasoning": 2}

    assert expected == RULES.usage(Usage(3, 9, 5, None, 2))
    assert RULES.usage(Usage(None, 9))["input"] is None


def test_what_assistant_messages_send_back() -> None:
    """Plan and thinking in their fields, text joined, calls with their arguments as parsed."""
    call = {"id": "i", "function": {"name": "f", "arguments": '{"x": 1}'}}
    odd = {"id": "j", "function": {"name": "g", "arguments": "{"}}
    content = [{"type": "thinking", "thinking": "h"}, {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    body = {
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "plain"},
            {"role": "assistant", "tool_plan": "p", "content": content, "tool_calls": [call, odd]},
        ]
    }
    values = [["i", "f", {"x": 1}], ["j", "g", "{"]]

    assert [
        [("text", "plain")],
        [
            ("thinking_text", ["tool_plan", "p"]),
            ("thinking_text", ["thinking", "h"]),
            ("text", "ab"),
            *[(kind, value) for value in values for kind in ("tool_id", "tool_name")],
        ],
    ] == RULES.echoes(body)


def test_the_plan_is_thinking(kit: ModuleType) -> None:
    """The SDK has a field of its own for it, in a stream and in a whole answer."""
    found = rule("the plan is thinking")
    whole = kit.exchange(json.dumps({"message": {"tool_plan": "ab"}}).encode(), framing="json")
    frames = [{"delta": {"message": {"tool_plan": piece}}} for piece in "ab"]
    streamed = kit.exchange(b"".join([b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames]))

    for recorded in (whole, streamed):
        expected = {"thinking_text": None}
        assert found.applies(recorded, expected, {})
        found.amend(recorded, expected)
        assert {"thinking_text": "ab"} == expected
    assert not found.applies(kit.exchange(b'{"message": {"content": []}}', framing="json"), {}, {})


def test_reasoning_is_counted(kit: ModuleType) -> None:
    """The server says how much; the SDK's type does not."""
    found = rule("reasoning is counted")
    usage = {"tokens": {"reasoning_tokens": 7}}
    whole = kit.exchange(json.dumps({"usage": usage}).encode(), framing="json")
    streamed = kit.exchange(b"data: [DONE]\n\ndata: " + json.dumps({"delta": {"usage": usage}}).encode() + b"\n\n")

    for recorded in (whole, streamed):
        expected = {"usage": {"reasoning": None}}
        assert found.applies(recorded, expected, {})
        found.amend(recorded, expected)
        assert {"usage": {"reasoning": 7}} == expected
    assert not found.applies(whole, {"usage": None}, {})
    assert not found.applies(kit.exchange(b'{"usage": {"tokens": {}}}', framing="json"), {"usage": {"input": 1}}, {})


@pytest.mark.parametrize(
    ("name", "body", "same"),
    [
        (
            "null is absent",
            {"k": None, "response_format": {"json_schema": {"enum": [None]}}},
            {"response_format": {"json_schema": {"enum": [None]}}},
        ),
        (
            "one text part is a string",
            {"messages": [{"content": [{"type": "text", "text": "a"}]}]},
            {"messages": [{"content": "a"}]},
        ),
        ("one text part is a string", {"messages": [{"content": [{"type": "text", "text": "a", "x": 1}]}]}, None),
        (
            "empty is absent",
            {"messages": [{"content": [], "citations": [], "tool_plan": "", "tool_calls": []}], "tools": []},
            {"messages": [{}]},
        ),
        ("empty is absent", {"messages": [{"content": "a"}], "documents": []}, None),
        ("the default is absent", {"stream": False}, {}),
        ("the default is absent", {"stream": True}, None),
        (
            "the default is absent",
            {"tools": [{"function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}, {"type": "x"}]},
            {"tools": [{"function": {"name": "f"}}, {"type": "x"}]},
        ),
    ],
)
def test_two_ways_of_writing_the_same(name: str, body: dict[str, Any], same: dict[str, Any] | None) -> None:
    """Each equivalence changes what it is about and nothing else."""
    (item,) = [item for item in RULES.equivalences if item.name == name]
    found = copy.deepcopy(body)
    item.apply(found)

    assert (body if same is None else same) == found

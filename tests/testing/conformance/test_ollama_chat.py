"""What the checks know about Ollama's native chat."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest

from dragoman.testing.conformance.ollama_chat import RULES
from dragoman.testing.conformance.oracle import differences
from dragoman.testing.conformance.rules import ANY
from dragoman.types import Usage


def test_counts_as_the_wire_means_them() -> None:
    """The wire has two, and no total."""
    expected = {"input": 3, "output": 9, "total": None, "cache_read": None, "cache_write": None, "reasoning": None}

    assert expected == RULES.usage(Usage(3, 9))


def assistant(*calls: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": list(calls), **fields}


def test_what_assistant_messages_send_back() -> None:
    """Text, thinking in its field, and calls with their arguments."""
    call = {"id": "i", "function": {"name": "f", "arguments": {"x": 1}}}
    body = {"messages": [{"role": "user", "content": "q"}, assistant(call, content="a", thinking="h")]}
    value = ["i", "f", {"x": 1}]

    assert [[("thinking_text", ["thinking", "h"]), ("text", "a"), ("tool_id", value), ("tool_name", value)]] == RULES.echoes(body)


def test_calls_without_ids_count_in_the_last_turn_only() -> None:
    """Without an id a call of an earlier turn may be an equal one of another answer."""
    nameless, named = {"function": {"name": "f", "arguments": {}}}, {"id": "i", "function": {"name": "f", "arguments": {}}}
    first, last = RULES.echoes({"messages": [assistant(nameless, named, content="a"), assistant(nameless)]})

    assert [("text", "a"), ("tool_id", ["i", "f", {}]), ("tool_name", ["i", "f", {}])] == first
    assert [("tool_id", [None, "f", {}]), ("tool_name", [None, "f", {}])] == last


def test_the_sdk_drops_ids(kit: ModuleType) -> None:
    """What the server said counts; where it said none, nobody can know ours."""
    (rule,) = RULES.oracle_rules
    calls = [{"id": "i", "function": {"name": "f"}}, {"function": {"name": "g"}}]
    recorded = kit.exchange(json.dumps({"message": {"tool_calls": calls}}).encode(), framing="json")
    expected = {"tool_calls": [{"id": None, "name": "f"}, {"id": None, "name": "g"}]}

    assert rule.applies(recorded, expected, {})
    assert not rule.applies(recorded, {"tool_calls": [{"id": "i", "name": "f"}]}, {})
    rule.amend(recorded, expected)
    assert "i" == expected["tool_calls"][0]["id"]
    assert ANY is expected["tool_calls"][1]["id"]
    assert differences(expected, {"tool_calls": [{"id": "j", "name": "f"}, {"id": "k", "name": "g"}]})


@pytest.mark.parametrize(
    ("name", "body", "same"),
    [
        ("null is absent", {"think": None, "format": {"enum": [None]}}, {"format": {"enum": [None]}}),
        ("null is absent", {"messages": [{"tool_calls": [{"arguments": {"a": None}}]}]}, None),
        ("empty is absent", {"format": "", "options": {}, "tools": [], "model": ""}, {"model": ""}),
        ("empty is absent", {"messages": [assistant(thinking="", images=[])]}, {"messages": [{"role": "assistant"}]}),
        ("empty is absent", {"format": {"type": "object"}}, None),
        ("the default is absent", {"stream": True}, {}),
        ("the default is absent", {"stream": False}, None),
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

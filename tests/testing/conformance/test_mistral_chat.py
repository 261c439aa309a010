"""What the checks know about Mistral's chat completions."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest

from dragoman.testing.conformance.mistral_chat import RULES
from dragoman.types import Usage


def test_counts_as_the_wire_means_them() -> None:
    """What was read from the cache is part of the prompt."""
    expected = {"input": 77, "output": 20, "total": 97, "cache_read": 64, "cache_write": None, "reasoning": None}

    assert expected == RULES.usage(Usage(13, 20, 64, raw={"total_tokens": 97}))
    assert RULES.usage(Usage())["input"] is None


def test_what_assistant_messages_send_back() -> None:
    """Thinking with its signature, text, and calls with their arguments."""
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "reference"}], "signature": "s"}
    calls = [{"id": "i", "function": {"name": "f", "arguments": text}} for text in ('{"x": 1}', "", "{", {"y": 2})]
    body = {
        "messages": [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": [thinking, {"type": "text", "text": "a"}]},
            {"role": "assistant", "content": "b", "tool_calls": calls},
            {"role": "assistant"},
        ]
    }
    called = [(kind, ["i", "f", value]) for value in ({"x": 1}, {}, "{", {"y": 2}) for kind in ("tool_id", "tool_name")]

    assert [
        [("thinking_text", ["thinking", "h"]), ("signature", ["signature", "s"]), ("text", "a")],
        [("text", "b"), *called],
        [],
    ] == RULES.echoes(body)


@pytest.mark.parametrize(
    ("usage", "count"),
    [
        ({"num_cached_tokens": 48}, 48),
        ({"prompt_token_details": {"cached_tokens": 3}}, 3),
        ({"num_cached_tokens": 48, "prompt_tokens_details": {"cached_tokens": 48}}, None),
        ({}, None),
    ],
)
def test_cached_tokens_under_an_older_name(kit: ModuleType, usage: dict[str, Any], count: int | None) -> None:
    """The summary of the SDKs knows the newest name only."""
    (rule,) = RULES.oracle_rules
    recorded = kit.exchange(json.dumps({"usage": usage}).encode(), framing="json")
    expected: dict[str, Any] = {"usage": {"cache_read": None}}

    assert (count is not None) is rule.applies(recorded, expected, {})
    assert not rule.applies(recorded, {}, {})
    rule.amend(recorded, expected)
    assert {"usage": {"cache_read": count}} == expected


TEXT = {"type": "text", "text": "a"}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("null is absent", {"tools": None, "messages": [{"name": None}]}, {"messages": [{}]}),
        ("one text chunk is a string", {"messages": [{"content": [TEXT]}]}, {"messages": [{"content": "a"}]}),
        ("one text chunk is a string", {"messages": [{"content": [TEXT, TEXT]}]}, None),
        ("no words", {"messages": [{"content": [], "tool_calls": []}, {"content": ""}]}, {"messages": [{}, {}]}),
        ("defaults are absent", {"stream": False, "tools": [], "stop": "a"}, {"stop": ["a"]}),
        ("defaults are absent", {"stream": True, "stop": ["a"]}, None),
        (
            "defaults are absent",
            {"tools": [{"function": {}}], "messages": [{"tool_calls": [{"index": 0}, {"index": 0}]}]},
            {
                "tools": [{"function": {}, "type": "function"}],
                "messages": [{"tool_calls": [{"type": "function"}, {"index": 0, "type": "function"}]}],
            },
        ),
        ("required is any", {"tool_choice": "required"}, {"tool_choice": "any"}),
        ("required is any", {"tool_choice": "auto"}, None),
        (
            "an image's URL may be bare",
            {"messages": [{"content": [{"image_url": "u"}, TEXT]}, {"content": "x"}]},
            {"messages": [{"content": [{"image_url": {"url": "u"}}, TEXT]}, {"content": "x"}]},
        ),
    ],
)
def test_equivalences(name: str, before: dict[str, Any], after: dict[str, Any] | None) -> None:
    """Two ways of writing become one; what means something else stays."""
    body = copy.deepcopy(before)
    next(item for item in RULES.equivalences if item.name == name).apply(body)

    assert (before if after is None else after) == body


def test_the_dialect_of_recorded_clients(kit: ModuleType) -> None:
    """They may let a user follow tool results, and their recordings hold masked ids."""
    spoken = RULES.spoken(kit.exchange(b"{}", framing="json"), None)

    assert "any" == spoken.after_tools
    assert ".+" == spoken.tool_ids.pattern

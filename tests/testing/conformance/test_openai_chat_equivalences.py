"""What means the same in Chat Completions."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.testing.conformance.openai_chat_equivalences import ACROSS, EQUIVALENCES

CALL = {"type": "function", "function": {"name": "now", "arguments": "{}"}}


def equivalence(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    item = next(item for item in EQUIVALENCES if item.name == name)

    def apply(body: dict[str, Any]) -> dict[str, Any]:
        body = copy.deepcopy(body)
        item.apply(body)
        return body

    return apply


def test_null_means_absent_except_in_the_callers_schema() -> None:
    """A default of null in a tool's schema is the caller's, and stays."""
    apply = equivalence("null is absent")
    function = {"name": "now", "description": None, "parameters": {"default": None}}

    assert {"tools": [{"function": {"name": "now", "parameters": {"default": None}}}]} == apply(
        {"temperature": None, "tools": [{"function": function}]}
    )


def test_one_plain_text_part_means_a_string() -> None:
    """Only a single part of nothing but text is the same as a string."""
    apply = equivalence("one text part is a string")
    plain = {"type": "text", "text": "Hi"}
    marked = {**plain, "cache_control": {"type": "ephemeral"}}

    def content(value: Any) -> Any:
        return apply({"messages": [{"role": "user", "content": value}]})["messages"][0]["content"]

    assert "Hi" == content([plain])
    assert [[plain, plain], [marked], []] == [content(value) for value in ([plain, plain], [marked], [])]


@pytest.mark.parametrize(
    ("name", "body", "same"),
    [
        ("defaults are absent", {"stream": False, "tools": [], "tool_choice": "auto"}, {}),
        ("defaults are absent", {"stream": True}, {"stream": True}),
        ("defaults are absent", {"tools": [CALL], "tool_choice": "auto"}, {"tools": [CALL], "tool_choice": "auto"}),
        ("one stop is a list", {"stop": "###"}, {"stop": ["###"]}),
        ("one stop is a list", {"stop": ["#", "##"]}, {"stop": ["#", "##"]}),
        (
            "no words",
            {"messages": [{"role": "assistant", "content": "", "tool_calls": [CALL]}]},
            {"messages": [{"role": "assistant", "tool_calls": [CALL]}]},
        ),
        (
            "no words",
            {"messages": [{"role": "assistant", "content": "x", "tool_calls": []}, {"role": "user", "content": []}]},
            {"messages": [{"role": "assistant", "content": "x"}, {"role": "user"}]},
        ),
        (
            "calls without ids",
            {"messages": [{"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "content": "noon"}]},
            {
                "messages": [
                    {"role": "assistant", "tool_calls": [{**CALL, "id": "call_0"}]},
                    {"role": "tool", "content": "noon", "tool_call_id": "call_0"},
                ]
            },
        ),
    ],
)
def test_what_means_the_same_is_written_the_same(name: str, body: dict[str, Any], same: dict[str, Any]) -> None:
    """Equivalent spellings of a request are brought to one, and nothing that says something else is touched."""
    assert same == equivalence(name)(body)


def test_a_whole_message_has_one_block_of_text_and_one_of_reasoning() -> None:
    """What a stream said in turns stands together in a whole body: nothing of it is lost, calls keep their place."""
    [item] = ACROSS
    call = {"type": "tool_call", "id": "call_1", "name": "now"}
    content = [{"type": "text", "text": "A"}, {"type": "thinking", "text": "1"}, call, {"type": "text", "text": "B"}]
    response = {"message": {"role": "assistant", "content": [*content, {"type": "thinking", "text": "2"}]}}

    item.apply(response)

    assert [{"type": "thinking", "text": "12"}, {"type": "text", "text": "AB"}, call] == response["message"]["content"]

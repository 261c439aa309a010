"""A client's request, field by field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.mistral_chat.decode_request import decode_request
from dragoman.types import Message, Output, Reasoning, Request, Text, Tool, ToolChoice, VendorTool, user
from dragoman.wire.http import HttpRequest

Decode = Callable[..., Request]

SCHEMA = {"type": "object"}
USER = {"role": "user", "content": "q"}


@pytest.mark.parametrize(
    ("field", "value", "name", "expected"),
    [
        ("max_tokens", 5, "max_tokens", 5),
        ("temperature", 1, "temperature", 1),
        ("top_p", 0.5, "top_p", 0.5),
        ("top_k", 3, "top_k", 3),
        ("random_seed", 7, "seed", 7),
        ("presence_penalty", 0.1, "presence_penalty", 0.1),
        ("frequency_penalty", 0.0, "frequency_penalty", 0.0),
        ("logprobs", True, "logprobs", True),
        ("top_logprobs", 2, "top_logprobs", 2),
        ("n", 2, "n", 2),
        ("metadata", {"a": 1}, "metadata", {"a": 1}),
        ("service_tier", "auto", "service_tier", "auto"),
        ("prompt_cache_key", "k", "cache_key", "k"),
        ("parallel_tool_calls", False, "parallel_tools", False),
        ("stream", True, "stream", True),
        ("stop", "a", "stop", ("a",)),
        ("stop", ["a", "b"], "stop", ("a", "b")),
        ("reasoning_effort", "high", "reasoning", Reasoning("high")),
        ("prompt_mode", "reasoning", "reasoning", Reasoning(mode="reasoning")),
        ("response_format", {"type": "json_object"}, "output", Output(kind="json_object")),
        (
            "response_format",
            {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True, "description": "d", "x": 1}},
            "output",
            Output(SCHEMA, "n", True, "d", extra={"json_schema": {"x": 1}}),
        ),
        ("tool_choice", "auto", "tool_choice", ToolChoice("auto")),
        ("tool_choice", "none", "tool_choice", ToolChoice("none")),
        ("tool_choice", "any", "tool_choice", ToolChoice("required")),
        ("tool_choice", "required", "tool_choice", ToolChoice("required")),
        ("tool_choice", {"type": "function", "function": {"name": "f"}}, "tool_choice", ToolChoice("tool", "f")),
    ],
)
def test_fields_with_a_word(decode: Decode, field: str, value: Any, name: str, expected: Any) -> None:
    """Each stands under our word, and nowhere else."""
    request = decode(USER, **{field: value})

    assert expected == getattr(request, name)
    assert {} == request.extra


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("safe_prompt", True),
        ("guardrails", [{"block_on_error": True}]),
        ("prediction", {"type": "content", "content": "x"}),
        ("min_tokens", 3),
        ("max_tokens", "many"),
        ("logprobs", 1),
        ("stop", []),
        ("tools", "odd"),
        ("tool_choice", {"type": "connector"}),
        ("tool_choice", "maybe"),
        ("response_format", {"type": "json_schema"}),
        ("response_format", {"type": "json_object", "json_schema": {}}),
        ("response_format", "json"),
        ("prompt_mode", None),
    ],
)
def test_fields_without_a_word(decode: Decode, field: str, value: Any) -> None:
    """They stay as they are, and so does what a word cannot hold."""
    assert {field: value} == decode(USER, **{field: value}).extra


def test_nulls_are_absent(decode: Decode) -> None:
    """But for `prompt_mode`, where null has a meaning."""
    assert Request("m", (user("q"),)) == decode(USER, tools=None, stop=None, temperature=None, seen=None)


def test_tools(decode: Decode) -> None:
    """Functions, and tools of the vendor."""
    function = {"name": "f", "description": "d", "parameters": SCHEMA, "strict": True, "x": 1}
    connector = {"type": "connector", "connector_id": "c"}
    tools = [{"type": "function", "function": function, "y": 2}, {"function": {"name": "g", "parameters": None}}, connector]
    expected = (
        Tool("f", "d", SCHEMA, True, extra={"y": 2, "function": {"x": 1}}),
        Tool("g"),
        VendorTool(connector, "mistral_chat"),
    )

    assert expected == decode(USER, tools=tools).tools


def test_first_instructions_are_the_system(decode: Decode) -> None:
    """Later ones, and those with fields of their own, keep their place."""
    first = {"role": "system", "content": "s"}
    request = decode(first, USER, first)
    assert ((Text("s"),), (user("q"), Message("system", (Text("s"),)))) == (request.system, request.messages)

    assert () == decode({**first, "seen": 1}, USER).system
    assert () == decode({"role": "system", "content": [{"type": "odd"}]}, USER).system


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "messages is not"),
        (b'{"messages": [1]}', "messages is not"),
        (b'{"messages": [], "model": 1}', "model is not"),
        (b'{"messages": [], "stream": "yes"}', "stream is neither"),
    ],
)
def test_no_request_of_this_wire(body: bytes, why: str) -> None:
    """The error says what is wrong."""
    with pytest.raises(DecodeError, match=why):
        decode_request(HttpRequest("POST", "http://x", {}, body))

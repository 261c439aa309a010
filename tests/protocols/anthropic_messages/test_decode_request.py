"""Requests of clients: every field has a place, and comes out again as it went in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.anthropic_messages.decode_request import decode_request
from dragoman.types import (
    Cache,
    Message,
    Opaque,
    Origin,
    Output,
    Reasoning,
    Request,
    Text,
    Tool,
    ToolChoice,
    ToolResult,
    VendorTool,
)
from dragoman.wire.http import HttpRequest

Encode = Callable[..., Any]
WIRE = Origin("anthropic_messages")
HI = {"role": "user", "content": [{"type": "text", "text": "hi"}]}


def read(url: str = "https://x/v1/messages", headers: dict[str, str] | None = None, **body: Any) -> Request:
    data = json.dumps({"messages": [HI], "max_tokens": 5, "model": "claude-test"} | body).encode()
    return decode_request(HttpRequest("POST", url, headers or {}, data))


def test_a_whole_request() -> None:
    """Each documented field has its word; headers that say part of the request come along."""
    schema = {"type": "object", "properties": {}}
    request = read(
        headers={"anthropic-beta": "a,b", "anthropic-version": "2026-10-21", "x-api-key": "never"},
        system=[{"type": "text", "text": "s", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        tools=[
            {"type": "custom", "name": "f", "description": "d", "input_schema": schema, "strict": True, "input_examples": [{}]},
            {"type": "bash_20250124", "name": "bash"},
        ],
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        thinking={"type": "enabled", "budget_tokens": 2000},
        output_config={"effort": "low", "format": {"type": "json_schema", "schema": schema}},
        temperature=1,
        top_p=0.5,
        top_k=3,
        stop_sequences=["x"],
        metadata={"user_id": "u"},
        service_tier="auto",
        cache_control={"type": "ephemeral"},
        stream=True,
        mcp_servers=[{"name": "m"}],
        container=None,
    )

    assert request == Request(
        "claude-test",
        (Message("user", (Text("hi"),)),),
        system=(Text("s", cache=Cache("1h")),),
        tools=(
            Tool("f", "d", schema, True, extra={"input_examples": [{}]}),
            VendorTool({"type": "bash_20250124", "name": "bash"}, "anthropic_messages"),
        ),
        tool_choice=ToolChoice("required"),
        parallel_tools=False,
        output=Output(schema),
        reasoning=Reasoning("low", 2000),
        max_tokens=5,
        temperature=1,
        top_p=0.5,
        top_k=3,
        stop=("x",),
        user="u",
        service_tier="auto",
        cache=Cache(),
        stream=True,
        extra={"mcp_servers": [{"name": "m"}]},
        headers={"anthropic-beta": "a,b", "anthropic-version": "2026-10-21"},
    )


def test_messages_of_every_role() -> None:
    """Text in place of blocks, results, system messages with fields of their own."""
    addition = {"type": "tool_addition", "tool": {}}
    request = read(
        messages=[
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": []},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "i", "content": "r"}]},
            {"role": "system", "content": [addition], "clear_at": "never", "x": None},
        ]
    )

    assert (
        Message("user", (Text("a"),)),
        Message("assistant", ()),
        Message("user", (ToolResult("i", (Text("r"),)),)),
        Message("system", (Opaque(addition, origin=WIRE),), origin=WIRE, extra={"clear_at": "never"}),
    ) == request.messages


@pytest.mark.parametrize(
    "body",
    [
        {"system": "s"},
        {"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"system": [{"type": "moon"}]},
        {"system": 7},
        {"tools": [{"name": "f", "input_schema": {"type": "object"}, "cache_control": {"type": "x"}}]},
        {"tools": [{"name": "f"}, {"type": "mcp_toolset", "mcp_server_name": "m"}, {"name": 1, "input_schema": {}}]},
        {"tools": "all"},
        {"tools": [], "tool_choice": "auto"},
        {"tool_choice": {"type": "tool", "name": 1}},
        {"tool_choice": {"type": "moon", "x": 1, "name": "n"}},
        {"tool_choice": {"type": "auto", "disable_parallel_tool_use": False}},
        {"tool_choice": {"type": "none"}},
        {"metadata": {"user_id": None, "x": 1}},
        {"metadata": {"x": 1}},
        {"cache_control": {"type": "ephemeral", "scope": "x"}},
        {"temperature": "hot", "top_k": 1.5, "stream": 1, "max_tokens": "all", "service_tier": 3},
        {"stop_sequences": [1]},
        {"stop_sequences": "x"},
        {"thinking": "on", "output_config": {"effort": "high"}},
        {"thinking": {"type": "adaptive", "display": "updates"}, "output_config": {"effort": "high"}},
        {"output_config": {"effort": "high"}},
        {"output_config": {"effort": 7, "task_budget": {"type": "tokens", "total": 1}}},
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "string"}, "x": 1}, "effort": "max"}},
        {"output_config": {"format": {"type": "regex", "pattern": "x"}}},
        {"output_config": {"format": {"type": "text"}}},
        {"output_config": {"format": "json"}},
        {"output_config": "x"},
        {"output_format": {"type": "json_schema", "schema": {}}},
        {"container": {"skills": []}, "context_management": {"edits": []}, "speed": "fast", "anthropic_version": "v"},
    ],
)
def test_what_was_asked_for_is_asked_for_again(encode: Encode, body: dict[str, Any]) -> None:
    """Whatever a client sends, documented or not, reaches the vendor as it was; empty lists say nothing."""
    sent = encode(request=read(**body))
    expected = {"model": "claude-test", "max_tokens": 5, "messages": [HI]} | {k: v for k, v in body.items() if v != []}

    assert expected == sent.body
    assert [] == sent.reported


def test_a_model_in_the_path() -> None:
    """Hosted variants name the model in the URL."""
    data = json.dumps({"messages": [HI]}).encode()
    urls = {
        "https://x/v1/projects/p/publishers/anthropic/models/claude-3-7-sonnet@20250219:rawPredict": "claude-3-7-sonnet@20250219",
        "https://x/model/anthropic.claude-v2%3A1/invoke": "anthropic.claude-v2:1",
        "https://x/model/anthropic.claude-v2:1/invoke-with-response-stream": "anthropic.claude-v2:1",
        "https://x/v1/messages": "",
    }

    assert list(urls.values()) == [decode_request(HttpRequest("POST", url, {}, data)).model for url in urls]


def test_the_path_of_a_hosted_variant_decides() -> None:
    """A model in the body beside it says nothing, and the version is still read where the platform has it."""
    data = json.dumps({"messages": [HI], "model": "other", "anthropic_version": "vertex-2023-10-16"}).encode()
    asked = decode_request(HttpRequest("POST", "https://x/publishers/anthropic/models/claude-x:rawPredict", {}, data))

    assert ("claude-x", {"anthropic-version": "vertex-2023-10-16"}, {}) == (asked.model, asked.headers, asked.extra)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"messages":{}}',
        b'{"messages":["hi"]}',
        b'{"messages":[{"role":"tool","content":"x"}]}',
        b'{"messages":[{"role":"user"}]}',
        b'{"messages":[{"role":"user","content":["x"]}]}',
        b'{"messages":"\xff"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    """A body that is not one of this wire is a decode error, and nothing else."""
    with pytest.raises(DecodeError):
        decode_request(HttpRequest("POST", "https://x/v1/messages", {}, body))

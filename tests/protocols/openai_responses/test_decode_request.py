"""The request of a client that speaks this wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.openai_responses.decode_request import decode_request
from dragoman.types import Cache, CustomTool, Output, Reasoning, Request, Text, Tool, ToolChoice, WebSearch, user
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]
Asked = Callable[[Json], Request]

CLOSED: Json = {"type": "object", "properties": {}, "additionalProperties": False}

FULL: Json = {
    "model": "gpt-test",
    "instructions": "Be brief.",
    "tools": [
        {"type": "function", "name": "f", "description": "F", "parameters": CLOSED, "strict": False},
        {"type": "custom", "name": "t", "format": {"type": "grammar", "syntax": "regex", "definition": "a+"}},
        {"type": "web_search", "search_context_size": "low"},
    ],
    "tool_choice": {"type": "function", "name": "f"},
    "parallel_tool_calls": False,
    "text": {"format": {"type": "json_schema", "name": "n", "schema": CLOSED, "strict": True}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto", "context": "all_turns", "mode": "pro"},
    "max_output_tokens": 99,
    "temperature": 0.5,
    "top_p": 1,
    "top_logprobs": 3,
    "metadata": {"a": "b"},
    "service_tier": "auto",
    "user": "ann",
    "prompt_cache_key": "k",
    "prompt_cache_options": {"ttl": "30m"},
    "stream": True,
    "store": False,
    "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
    "previous_response_id": "resp_1",
    "truncation": "auto",
    "input": [{"role": "user", "content": "Hi"}],
}


def test_every_field_has_its_place(asked: Asked) -> None:
    """Known ones in types, all others in `extra` as they came."""
    assert asked(FULL) == Request(
        "gpt-test",
        (user("Hi"),),
        system=(Text("Be brief."),),
        tools=(
            Tool("f", "F", CLOSED, False),
            CustomTool("t", None, "regex", "a+"),
            WebSearch(context="low"),
        ),
        tool_choice=ToolChoice("tool", "f"),
        parallel_tools=False,
        output=Output(CLOSED, "n", True),
        reasoning=Reasoning("low", summary="auto", mode="pro", extra={"context": "all_turns"}),
        max_tokens=99,
        temperature=0.5,
        top_p=1,
        top_logprobs=3,
        logprobs=True,
        metadata={"a": "b"},
        service_tier="auto",
        user="ann",
        cache=Cache("30m"),
        cache_key="k",
        stream=True,
        extra={
            "text": {"verbosity": "low"},
            "store": False,
            "include": ["message.output_text.logprobs", "reasoning.encrypted_content"],
            "previous_response_id": "resp_1",
            "truncation": "auto",
        },
    )


def test_a_request_goes_on_as_it_came(asked: Asked, encode: Any) -> None:
    """Reading and sending again gives the same body."""
    sent = encode(request=asked(FULL))

    assert sent.body == FULL
    assert sent.reported == []


@pytest.mark.parametrize(
    "fields",
    [
        {"tool_choice": {"type": "web_search_preview"}},
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "z"}]}},
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "custom", "name": "unknown"}]}},
        {"tool_choice": 7},
        {"text": {"format": {"type": "new"}}},
        {"text": {"format": {"type": "json_schema"}}},
        {"text": {"verbosity": "low"}},
        {"text": 7},
        {"reasoning": {"effort": 7}},
        {"reasoning": {}},
        {"tools": [{"type": "function", "name": 7}]},
        {"tools": [{"type": "function", "name": "f", "parameters": 7}]},
        {"tools": 7},
        {"prompt_cache_options": {"mode": "explicit", "ttl": "30m"}},
        {"max_output_tokens": "many"},
        {"stream": "yes"},
        {"metadata": []},
        {"instructions": ["a"]},
        {"include": []},
        {"tool_choice": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]}},
        {"text": {"format": {"type": "json_object"}}},
        {"tools": [{"type": "custom", "name": "t", "format": {"type": "text"}}]},
    ],
)
def test_forms_without_a_word_go_on_as_they_came(asked: Asked, encode: Any, fields: Json) -> None:
    """Whatever a client says, the vendor can judge."""
    body = {"model": "gpt-test", **fields, "input": [{"role": "user", "content": "Hi"}]}

    assert encode(request=asked(body)).body == body


def test_null_is_unset(asked: Asked) -> None:
    """Optional fields may be null."""
    assert asked({"model": "m", "input": "Hi", "temperature": None, "tools": None}) == Request("m", (user("Hi"),))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"input": 7}'])
def test_what_is_no_request(body: bytes) -> None:
    """Is told apart at once."""
    with pytest.raises(DecodeError):
        decode_request(HttpRequest("POST", "https://x/responses", {}, body))

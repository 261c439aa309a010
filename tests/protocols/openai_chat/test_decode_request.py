"""The request of a client: typed fields, and everything else as it came."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.protocols.openai_chat.decode_request import decode_request
from dragoman.types import (
    AudioOutput,
    Cache,
    CustomTool,
    Message,
    Output,
    Reasoning,
    Request,
    Text,
    Tool,
    ToolChoice,
    VendorTool,
    user,
)
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]
HI = {"role": "user", "content": "Hi"}
CLOSED = {"type": "object", "properties": {}, "additionalProperties": False}


def decode(url: str = "https://a.test/v1/chat/completions", **body: Any) -> Request:
    return decode_request(HttpRequest("POST", url, {}, json.dumps({"messages": [HI], **body}).encode()))


def again(dialect: ChatDialect | None = None, **body: Any) -> Json:
    """The body after decoding and encoding."""
    request = decode(**body)
    target = Target("acme", "openai_chat", request.model, "https://a.test", dialect)
    report = Report(target)
    sent: Json = json.loads(PROTOCOL.encode_request(request, target, report).body)
    assert report.adaptations == []
    return sent


def test_a_plain_request() -> None:
    """Model and messages."""
    assert decode(model="m") == Request("m", (user("Hi"),))


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
        ({"stream": False}, {}),
        ({"max_completion_tokens": 9}, {"max_tokens": 9}),
        ({"max_tokens": 9}, {"max_tokens": 9}),
        ({"temperature": 1, "top_p": 0.5, "top_k": 3}, {"temperature": 1, "top_p": 0.5, "top_k": 3}),
        ({"seed": 1, "n": 2, "logprobs": True, "top_logprobs": 3}, {"seed": 1, "n": 2, "logprobs": True, "top_logprobs": 3}),
        ({"presence_penalty": 0.1, "frequency_penalty": 1}, {"presence_penalty": 0.1, "frequency_penalty": 1}),
        ({"stop": "a"}, {"stop": ("a",)}),
        ({"stop": ["a", "b"]}, {"stop": ("a", "b")}),
        ({"modalities": ["text"]}, {"modalities": ("text",)}),
        ({"audio": {"voice": {"id": "v"}, "format": "wav"}}, {"audio": AudioOutput({"id": "v"}, "wav")}),
        ({"user": "u", "metadata": {"k": 1}}, {"user": "u", "metadata": {"k": 1}}),
        ({"service_tier": "flex", "prompt_cache_key": "k"}, {"service_tier": "flex", "cache_key": "k"}),
        ({"cache_control": {"type": "ephemeral", "ttl": "1h"}}, {"cache": Cache("1h")}),
        ({"prompt_cache_options": {"ttl": "30m"}}, {"cache": Cache("30m")}),
        ({"parallel_tool_calls": False}, {"parallel_tools": False}),
        ({"temperature": None, "stop": None, "tools": None, "new": None}, {}),
    ],
)
def test_settings(body: Json, fields: Json) -> None:
    """What has a word is typed; null is absent; the wish for usage stays to be seen."""
    expected = Request("m", (user("Hi"),), **fields)

    found = decode(model="m", **body)

    assert Request(**{name: getattr(found, name) for name in found.__struct_fields__ if name != "extra"}) == expected
    assert found.extra == {name: body[name] for name in ("stream_options",) if name in body}


@pytest.mark.parametrize(
    "body",
    [
        {"temperature": "0.7"},
        {"n": 1.5},
        {"seed": True},
        {"stream": "yes"},
        {"stop": [1]},
        {"stop": []},
        {"stop": 3},
        {"modalities": "text"},
        {"audio": {"voice": "v", "format": "wav", "x": 1}},
        {"max_tokens": 1, "max_completion_tokens": 2},
        {"max_tokens": "many"},
        {"prompt_cache_options": {"mode": "explicit"}},
        {"cache_control": {"type": "ephemeral"}, "prompt_cache_options": {"ttl": "30m"}},
        {"response_format": {"type": "grammar", "grammar": "x"}},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
        {"response_format": "json"},
        {"functions": [{"name": "f"}], "function_call": "auto"},
        {"tools": [3], "tool_choice": {"type": "function", "name": "f"}},
        {"tool_choice": {"type": "function", "function": {"name": "f", "x": 1}}},
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "mcp"}]}}},
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}},
        {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": ["f"]}}},
        {"tool_choice": 3},
        {"reasoning": {"effort": 3}},
        {"reasoning": {"effort": "low"}, "reasoning_effort": "high"},
        {"thinking": {"keep": True}},
        {"thinking": {"type": "enabled", "budget_tokens": "many"}},
        {"enable_thinking": True, "thinking_budget": "many"},
        {"enable_thinking": True, "reasoning_effort": "high"},
        {"reasoning_effort": 3},
        {"prediction": {"type": "content", "content": "x"}, "store": True, "logit_bias": {"1": 2}},
    ],
)
def test_fields_without_a_word_or_of_another_form(body: Json) -> None:
    """They stay as they came, and come out again."""
    tools = {} if "tools" in body else {"tools": [{"type": "function", "function": {"name": "f"}}]}

    style: Any = "enable_thinking" if "enable_thinking" in body else "reasoning"

    found = again(ChatDialect(reasoning_style=style), model="m", **tools, **body)

    assert {name: found[name] for name in body} == body


def test_two_limits() -> None:
    """Of two limits the newer word is understood, the other stays."""
    found = decode(max_tokens=1, max_completion_tokens=2)

    assert (found.max_tokens, found.extra) == (2, {"max_tokens": 1})


@pytest.mark.parametrize(
    ("form", "output"),
    [
        ({"type": "text"}, Output(kind="text")),
        ({"type": "json_object"}, Output(kind="json_object")),
        ({"type": "json_object", "schema": {"type": "object"}}, Output({"type": "object"}, kind="json_object")),
        (
            {
                "type": "json_schema",
                "json_schema": {"name": "a", "schema": CLOSED, "strict": True, "description": "d", "x": 1},
                "y": 2,
            },
            Output(CLOSED, "a", True, "d", extra={"json_schema": {"x": 1}, "y": 2}),
        ),
        ({"type": "json_schema", "json_schema": {"name": "a", "strict": None}}, Output(None, "a")),
    ],
)
def test_forms_of_the_answer(form: Json, output: Output) -> None:
    """`response_format` both ways."""
    assert decode(response_format=form).output == output
    if "strict" not in form.get("json_schema", {}) or form["json_schema"]["strict"]:
        assert again(model="m", response_format=form)["response_format"] == form


@pytest.mark.parametrize(
    ("body", "style", "reasoning"),
    [
        ({"reasoning_effort": "high"}, "reasoning_effort", Reasoning("high")),
        (
            {"reasoning": {"effort": "low", "max_tokens": 9, "summary": "auto", "enabled": True, "exclude": True}},
            "reasoning",
            Reasoning("low", 9, "enabled", "auto", {"exclude": True}),
        ),
        ({"reasoning": {"enabled": False}}, "reasoning", Reasoning(mode="disabled")),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 9, "keep": 1}, "reasoning_effort": "high"},
            "thinking",
            Reasoning("high", 9, "enabled", extra={"keep": 1}),
        ),
        ({"enable_thinking": True, "thinking_budget": 9}, "enable_thinking", Reasoning(budget=9, mode="enabled")),
        ({"enable_thinking": False}, "enable_thinking", Reasoning(mode="disabled")),
        (
            {"thinking": {"type": "disabled"}, "reasoning_effort": "none"},
            "thinking",
            Reasoning("none", mode="disabled"),
        ),
    ],
)
def test_how_much_to_think(body: Json, style: Any, reasoning: Reasoning) -> None:
    """Each vendor's way is understood, and said again in that way."""
    assert decode(**body).reasoning == reasoning

    found = again(ChatDialect(reasoning_style=style), model="m", **body)
    assert {name: found[name] for name in body} == body


@pytest.mark.parametrize(
    ("tool", "typed"),
    [
        (
            {
                "type": "function",
                "function": {"name": "f", "description": "d", "parameters": CLOSED, "strict": False},
            },
            Tool("f", "d", CLOSED, False),
        ),
        (
            {"type": "function", "function": {"name": "f", "y": 2}, "x": 1},
            Tool("f", extra={"x": 1, "function": {"y": 2}}),
        ),
        ({"type": "custom", "custom": {"name": "sh"}}, CustomTool("sh")),
        (
            {
                "type": "custom",
                "custom": {
                    "name": "sh",
                    "description": "d",
                    "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "x"}},
                    "y": 2,
                },
                "x": 1,
            },
            CustomTool("sh", "d", "lark", "x", {"x": 1, "custom": {"y": 2}}),
        ),
        (
            {"type": "custom", "custom": {"name": "sh", "format": {"type": "text"}}},
            CustomTool("sh", extra={"custom": {"format": {"type": "text"}}}),
        ),
        ({"type": "web_search", "x": 1}, VendorTool({"type": "web_search", "x": 1}, "openai_chat")),
        ({"type": "function"}, VendorTool({"type": "function"}, "openai_chat")),
        ({"x": 1}, VendorTool({"x": 1}, "openai_chat")),
    ],
)
def test_tools(tool: Json, typed: Any) -> None:
    """Functions, free-text tools and the vendor's own, both ways."""
    assert decode(tools=[tool]).tools == (typed,)
    assert again(model="m", tools=[tool])["tools"] == [tool]


def test_a_cache_mark_on_a_tool() -> None:
    """It is a mark, and said in the dialect's way."""
    tool = {"type": "function", "function": {"name": "f"}, "cache_control": {"type": "ephemeral"}}

    assert decode(tools=[tool]).tools == (Tool("f", cache=Cache()),)
    assert again(ChatDialect(cache_marks="cache_control"), model="m", tools=[tool])["tools"] == [tool]


@pytest.mark.parametrize(
    ("choice", "typed"),
    [
        ("required", ToolChoice("required")),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice("tool", "f")),
        ({"type": "custom", "custom": {"name": "sh"}, "x": 1}, ToolChoice("tool", "sh", True, extra={"x": 1})),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "auto",
                    "tools": [{"type": "function", "function": {"name": "f"}}, {"type": "custom", "custom": {"name": "sh"}}],
                },
            },
            ToolChoice("auto", allowed=("f", "sh")),
        ),
    ],
)
def test_choices_among_tools(choice: Any, typed: ToolChoice) -> None:
    """A word, a name or a list, both ways."""
    tools = [{"type": "function", "function": {"name": "f"}}, {"type": "custom", "custom": {"name": "sh"}}]

    assert decode(tools=tools, tool_choice=choice).tool_choice == typed
    assert again(model="m", tools=tools, tool_choice=choice)["tool_choice"] == choice


def test_the_first_instructions() -> None:
    """One plain system or developer message at the head is the system text; any other keeps its place."""
    first, second = {"role": "system", "content": "A"}, {"role": "developer", "content": [{"type": "text", "text": "B"}]}
    named = {"role": "system", "content": "A", "name": "x"}

    assert decode(messages=[first, second, HI]).system == (Text("A"),)
    assert decode(messages=[first, second, HI]).messages[0] == Message("developer", (Text("B"),))
    assert decode(messages=[second, HI]).system == (Text("B"),)
    assert decode(messages=[HI, first]).system == ()
    assert decode(messages=[named, HI]).messages[0].name == "x"
    assert decode(messages=[{"role": "system", "content": []}]).messages[0].role == "system"


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://a.test/openai/deployments/my%20gpt/chat/completions?api-version=1", "my gpt"),
        ("/v1/chat/completions", ""),
    ],
)
def test_models_in_the_path(url: str, model: str) -> None:
    """Azure names the deployment there."""
    assert decode(url).model == model


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"model":"m"}', "no list of messages"),
        (b'{"messages":{}}', "no list of messages"),
        (b'{"messages":["Hi"]}', "no list of messages"),
        (b'{"messages":[{"content":"Hi"}]}', r"messages\[0\] has the unknown role None"),
        (b'{"messages":[{"role":"king"}]}', r"messages\[0\] has the unknown role 'king'"),
    ],
)
def test_what_is_no_request(body: bytes, message: str) -> None:
    """A client that sends anything else is told what is wrong."""
    with pytest.raises(DecodeError, match=message):
        decode_request(HttpRequest("POST", "/v1/chat/completions", {}, body))

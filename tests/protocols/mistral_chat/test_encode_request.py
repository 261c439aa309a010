"""A request in this wire's body, and what had to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.mistral_chat.encode_request import encode_request
from dragoman.types import (
    AudioOutput,
    Cache,
    CustomTool,
    Output,
    Reasoning,
    Request,
    Tool,
    ToolChoice,
    VendorTool,
    user,
)

Json = dict[str, Any]
Encode = Callable[..., Any]

SCHEMA = {"type": "object", "properties": {"x": {}}}
TOOL = Tool("f", "d", SCHEMA)
SENT_TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}
BARE: Json = {"model": "m", "messages": [{"role": "user", "content": "q"}]}


def test_the_http_request() -> None:
    """One endpoint, no credentials; headers of target and request are added."""
    target = Target("mistral", "mistral_chat", "m", "http://x/v1", headers={"X-A": "1"})
    http = encode_request(Request("other", (user("q"),), headers={"X-B": "2"}, stream=True), target, Report(target))

    assert ("POST", "http://x/v1/chat/completions") == (http.method, http.url)
    assert {"content-type": "application/json", "accept": "text/event-stream", "x-a": "1", "x-b": "2"} == http.headers
    assert b'{"model":"m","messages":[{"role":"user","content":"q"}],"stream":true}' == http.body


@pytest.mark.parametrize(
    ("name", "value", "fields"),
    [
        ("max_tokens", 5, {"max_tokens": 5}),
        ("temperature", 0.0, {"temperature": 0.0}),
        ("top_p", 0.5, {"top_p": 0.5}),
        ("top_k", 3, {"top_k": 3}),
        ("seed", 7, {"random_seed": 7}),
        ("presence_penalty", 0.1, {"presence_penalty": 0.1}),
        ("frequency_penalty", 0.1, {"frequency_penalty": 0.1}),
        ("logprobs", True, {"logprobs": True}),
        ("top_logprobs", 2, {"top_logprobs": 2}),
        ("n", 2, {"n": 2}),
        ("metadata", {"a": 1}, {"metadata": {"a": 1}}),
        ("service_tier", "auto", {"service_tier": "auto"}),
        ("cache_key", "k", {"prompt_cache_key": "k"}),
        ("parallel_tools", False, {"parallel_tool_calls": False}),
        ("stop", ("a",), {"stop": ["a"]}),
        ("stream", True, {"stream": True}),
        ("modalities", ("text",), {}),
        ("extra", {"safe_prompt": True, "model": "o"}, {"safe_prompt": True, "model": "o"}),
        ("output", Output(kind="json_object"), {"response_format": {"type": "json_object"}}),
        ("output", Output(), {"response_format": {"type": "json_object"}}),
        ("output", Output(kind="text"), {"response_format": {"type": "text"}}),
        (
            "output",
            Output(SCHEMA, "n", True, "d", extra={"json_schema": {"x": 1}}),
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": SCHEMA, "description": "d", "strict": True, "x": 1},
                }
            },
        ),
        ("reasoning", Reasoning("high"), {"reasoning_effort": "high"}),
        ("reasoning", Reasoning(mode="enabled"), {"reasoning_effort": "high"}),
        ("reasoning", Reasoning("low", mode="adaptive"), {"reasoning_effort": "low"}),
        ("reasoning", Reasoning("high", mode="disabled"), {"reasoning_effort": "none"}),
        ("reasoning", Reasoning(mode="reasoning", extra={"x": 1}), {"prompt_mode": "reasoning", "x": 1}),
        ("tool_choice", ToolChoice("auto"), {"tool_choice": "auto"}),
        ("tools", (TOOL,), {"tools": [SENT_TOOL]}),
    ],
)
def test_settings(encode: Encode, name: str, value: Any, fields: Json) -> None:
    """Each in the vendor's word; nothing else is sent, and nothing had to change."""
    sent = encode(user("q"), **{name: value})

    assert {**BARE, **fields} == sent.body
    assert [] == sent.reported


@pytest.mark.parametrize(
    ("name", "value", "fields", "reported"),
    [
        ("user", "u", {}, [("user", "dropped")]),
        ("cache", Cache(), {}, [("cache", "dropped")]),
        ("routing", {"x": 1}, {}, [("routing", "dropped")]),
        ("audio", AudioOutput("v", "wav"), {}, [("audio", "dropped")]),
        ("modalities", ("text", "audio"), {}, [("modalities", "dropped")]),
        ("reasoning", Reasoning(budget=100), {"reasoning_effort": "high"}, [("reasoning", "changed")]),
        ("reasoning", Reasoning(budget=0), {"reasoning_effort": "none"}, [("reasoning", "changed")]),
        ("reasoning", Reasoning(mode="odd", summary="auto"), {}, [("reasoning", "dropped")] * 2),
        ("tool_choice", ToolChoice("required"), {}, [("tool_choice", "dropped")]),
        ("tools", (CustomTool("c"),), {}, [("custom_tool", "dropped")]),
        ("tools", (VendorTool({"type": "x"}, "gemini"),), {}, [("vendor_tool", "dropped")]),
        ("tools", (Tool("f", "d", SCHEMA, cache=Cache()),), {"tools": [SENT_TOOL]}, [("cache", "dropped")]),
    ],
)
def test_what_cannot_be_said(encode: Encode, name: str, value: Any, fields: Json, reported: list[tuple[str, str]]) -> None:
    """It is left out or said another way, and reported; a strict policy refuses it."""
    sent = encode(user("q"), **{name: value})

    assert {**BARE, **fields} == sent.body
    assert reported == sent.reported
    with pytest.raises(Unsupported):
        encode(user("q"), policy="strict", **{name: value})


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (ToolChoice("none"), "none"),
        (ToolChoice("required"), "any"),
        (ToolChoice("tool", "f"), {"type": "function", "function": {"name": "f"}}),
        (ToolChoice("tool"), "any"),
    ],
)
def test_the_choice_among_tools(encode: Encode, choice: ToolChoice, said: Any) -> None:
    """The vendor's word for must is `any`."""
    assert said == encode(user("q"), tools=(TOOL,), tool_choice=choice).body["tool_choice"]


def test_allowed_tools(encode: Encode) -> None:
    """There is no word for them: the others are not offered."""
    others = (Tool("g"), VendorTool({"type": "connector"}))
    sent = encode(user("q"), tools=(TOOL, *others), tool_choice=ToolChoice("required", allowed=("f",)))

    assert ([SENT_TOOL], "any") == (sent.body["tools"], sent.body["tool_choice"])
    assert [("tool_choice", "changed")] == sent.reported


def test_tools_keep_vendor_fields(encode: Encode) -> None:
    """A function without parameters takes an empty object, which the vendor demands."""
    tools = (Tool("f", strict=True, extra={"y": 1, "function": {"x": 1}}), VendorTool({"type": "connector"}, "mistral_chat"))
    function = {"name": "f", "parameters": {"type": "object", "properties": {}}, "strict": True, "x": 1}

    assert [{"type": "function", "function": function, "y": 1}, {"type": "connector"}] == encode(user("q"), tools=tools).body[
        "tools"
    ]


def test_text_that_is_not_unicode_is_refused(encode: Encode) -> None:
    """Before sending."""
    with pytest.raises(Unsupported, match="surrogate"):
        encode(user("\ud800"))


def test_encoding_is_deterministic(target: Target) -> None:
    """The same request gives the same bytes."""
    request = Request("m", (user("q"),), tools=(TOOL,), temperature=0.5, seed=3, output=Output(SCHEMA))

    assert 1 == len({encode_request(request, target, Report(target)).body for _ in range(3)})

"""A client's request as a value, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.base import Report, Target
from dragoman.protocols.cohere_chat import PROTOCOL
from dragoman.protocols.cohere_chat.decode_request import decode_request
from dragoman.types import (
    Base64,
    Citation,
    Document,
    Image,
    Message,
    Opaque,
    Origin,
    Output,
    PlainText,
    Reasoning,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Url,
    VendorTool,
    user,
)
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]
Decode = Callable[..., Request]

WIRE = Origin("cohere_chat")


@pytest.mark.parametrize(
    ("field", "value", "name", "expected"),
    [
        ("max_tokens", 9, "max_tokens", 9),
        ("temperature", 0.5, "temperature", 0.5),
        ("p", 0.5, "top_p", 0.5),
        ("k", 3, "top_k", 3),
        ("k", "3", "extra", {"k": "3"}),
        ("seed", 1, "seed", 1),
        ("presence_penalty", 1, "presence_penalty", 1),
        ("frequency_penalty", 0.1, "frequency_penalty", 0.1),
        ("logprobs", True, "logprobs", True),
        ("stream", True, "stream", True),
        ("stop_sequences", ["a"], "stop", ("a",)),
        ("stop_sequences", [], "extra", {"stop_sequences": []}),
        ("thinking", {"type": "enabled", "token_budget": 5}, "reasoning", Reasoning(budget=5, mode="enabled")),
        ("thinking", {"type": "disabled", "x": 1}, "reasoning", Reasoning(mode="disabled", extra={"x": 1})),
        ("thinking", {"type": 5}, "extra", {"thinking": {"type": 5}}),
        ("response_format", {"type": "json_object", "json_schema": {"a": 1}}, "output", Output({"a": 1})),
        ("response_format", {"type": "json_object"}, "output", Output(kind="json_object")),
        ("response_format", {"type": "text", "x": 1}, "output", Output(kind="text", extra={"x": 1})),
        ("response_format", {"type": "new"}, "extra", {"response_format": {"type": "new"}}),
        ("tool_choice", "REQUIRED", "tool_choice", ToolChoice("required")),
        ("tool_choice", "NONE", "tool_choice", ToolChoice("none")),
        ("tool_choice", "NEW", "extra", {"tool_choice": "NEW"}),
        ("strict_tools", True, "extra", {"strict_tools": True}),
        ("documents", ["d"], "extra", {"documents": ["d"]}),
        ("safety_mode", None, "extra", {}),
        ("tools", "all", "extra", {"tools": "all"}),
    ],
)
def test_a_field(decode: Decode, field: str, value: Any, name: str, expected: Any) -> None:
    """What has a word takes it, what has none stays."""
    assert expected == getattr(decode(**{field: value}), name)


def test_tools(decode: Decode) -> None:
    """Functions, with fields of their own, all of them strict or none; and whatever else stands there."""
    function = {"name": "f", "description": "d", "parameters": {"type": "object"}, "more": 1}
    tools = [{"type": "function", "function": function, "x": 2}, {"type": "web"}]

    assert (
        Tool("f", "d", {"type": "object"}, True, extra={"x": 2, "function": {"more": 1}}),
        VendorTool({"type": "web"}, "cohere_chat"),
    ) == decode(tools=tools, strict_tools=True).tools


def test_the_first_instructions_are_the_system(decode: Decode) -> None:
    """Later ones keep their place, and so do first ones that hold more."""
    system = {"role": "system", "content": "s"}
    request = decode(system, {"role": "user", "content": "u"}, system)

    assert ((Text("s"),), (user("u"), Message("system", (Text("s"),)))) == (request.system, request.messages)
    assert () == decode({**system, "x": 1}).system


def test_parts_of_a_user(decode: Decode) -> None:
    """Texts, pictures given either way, and parts of an unknown form."""
    content = [
        {"type": "text", "text": "a"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ==", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://x/p", "new": 1}, "y": 2},
        {"type": "image_url", "image_url": {}},
        {"type": "new"},
    ]

    assert (
        Text("a"),
        Image(Base64("image/png", "QQ=="), "low"),
        Image(Url("https://x/p"), origin=WIRE, extra={"image_url": {"new": 1}, "y": 2}),
        Opaque({"type": "image_url", "image_url": {}}, origin=WIRE),
        Opaque({"type": "new"}, origin=WIRE),
    ) == decode({"role": "user", "content": content}).messages[0].content


def test_an_assistant_turn(decode: Decode) -> None:
    """Plan, thinking, text with its citations, and calls; a citation of nothing stays a field."""
    cited, lost = {"start": 0, "end": 1, "content_index": 1}, {"content_index": 7}
    call = {"id": "i", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    content = [{"type": "thinking", "thinking": "h"}, {"type": "text", "text": "t"}]
    turn = {"role": "assistant", "tool_plan": "p", "content": content, "tool_calls": [call], "citations": [cited, lost]}
    message = decode(turn).messages[0]

    assert (
        Thinking("p", origin=WIRE, extra={"field": "tool_plan"}),
        Thinking("h", origin=WIRE),
        Text("t", (Citation(start=0, end=1, raw=cited),)),
        ToolCall("i", "f", "{}"),
    ) == message.content
    assert {"citations": [lost]} == message.extra
    assert {"citations": "odd", "x": 1} == decode({"role": "assistant", "citations": "odd", "x": 1}).messages[0].extra


def test_an_empty_text_beside_calls_says_nothing(decode: Decode) -> None:
    """Alone it is an empty answer."""
    call = {"id": "i", "function": {"name": "f", "arguments": "{}"}}

    assert (ToolCall("i", "f", "{}"),) == decode({"role": "assistant", "content": "", "tool_calls": [call]}).messages[0].content
    assert (Text(""),) == decode({"role": "assistant", "content": ""}).messages[0].content


def test_results(decode: Decode) -> None:
    """A text, or parts with documents; data without a text stays as it is."""
    content = [
        {"type": "document", "document": {"id": "d", "data": {"title": "t", "text": "w", "url": "u"}}},
        {"type": "document", "document": {"data": {"text": "w"}}},
        {"type": "document", "document": {"data": "w"}},
    ]
    answers = [{"role": "tool", "tool_call_id": "i", "content": value} for value in ("r", content)]

    assert [
        ToolResult("i", (Text("r"),)),
        ToolResult(
            "i",
            (
                Document(PlainText("w"), "t", origin=WIRE, extra={"document": {"id": "d", "data": {"url": "u"}}}),
                Document(PlainText("w")),
                Opaque(content[2], origin=WIRE),
            ),
        ),
    ] == [message.content[0] for message in decode(*answers).messages]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"messages":{}}',
        b'{"messages":[{}]}',
        b'{"messages":[{"role":"x"}]}',
        b'{"messages":[],"model":1}',
    ],
)
def test_what_is_no_request(body: bytes) -> None:
    """It is refused with a reason."""
    with pytest.raises(DecodeError):
        decode_request(HttpRequest("POST", "http://x/v2/chat", {}, body))


def test_decoded_and_encoded_it_is_the_same() -> None:
    """Nothing is lost and nothing is added."""
    document = {"type": "document", "document": {"id": "d", "data": {"title": "t", "text": "w", "url": "u"}}, "x": 1}
    body = {
        "model": "m",
        "messages": [
            {"role": "system", "content": "s"},
            {
                "role": "user",
                "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "https://x"}}],
            },
            {
                "role": "assistant",
                "tool_plan": "p",
                "tool_calls": [{"id": "i", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
            },
            {"role": "tool", "tool_call_id": "i", "content": [document]},
            {
                "role": "assistant",
                "content": [{"type": "thinking", "thinking": "h"}, {"type": "text", "text": "t"}],
                "citations": [{"start": 0, "end": 1, "text": "t", "content_index": 1, "sources": []}],
            },
        ],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "strict_tools": True,
        "tool_choice": "REQUIRED",
        "thinking": {"type": "enabled", "token_budget": 5},
        "response_format": {"type": "json_object", "json_schema": {"type": "object", "required": ["a"]}},
        "stop_sequences": ["a"],
        "k": 2,
        "p": 0.5,
        "stream": True,
        "documents": [{"id": "d", "data": {"text": "x"}}],
        "citation_options": {"mode": "FAST"},
    }
    request = decode_request(HttpRequest("POST", "http://x/v2/chat", {}, json.dumps(body).encode()))
    target = Target("acme", "cohere_chat", "m", "http://x")
    report = Report(target)

    assert body == json.loads(PROTOCOL.encode_request(request, target, report).body)
    assert [] == report.adaptations

"""A client's request as a value, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.base import Report, Target
from dragoman.protocols.ollama_chat import PROTOCOL
from dragoman.protocols.ollama_chat.decode_request import decode_request
from dragoman.types import (
    Base64,
    Image,
    Message,
    Opaque,
    Origin,
    Output,
    Reasoning,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    VendorTool,
    user,
)
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]
Decode = Callable[..., Request]

WIRE = Origin("ollama_chat")
NAMED = {"function": {"name": "f", "arguments": {}}}


def test_settings_have_their_words(decode: Decode) -> None:
    """Options with a word of ours take it; the rest of them stay options."""
    options = {
        "temperature": 1,
        "top_p": 0.5,
        "top_k": 3,
        "seed": 4,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "num_predict": 9,
        "stop": ["a", "b"],
        "num_ctx": 4096,
        "nothing": None,
    }

    assert Request(
        "m",
        (),
        temperature=1,
        top_p=0.5,
        top_k=3,
        seed=4,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        max_tokens=9,
        stop=("a", "b"),
        stream=True,
        extra={"options": {"num_ctx": 4096}},
    ) == decode(options=options)


def test_options_of_odd_form_stay_as_they_are(decode: Decode) -> None:
    """No limit, a single stop word, a number as text: sent on as they came."""
    options = {"num_predict": -1, "stop": "a", "seed": "1", "top_k": 1.5, "temperature": True}

    assert {"options": options} == decode(options=options).extra
    assert {"options": 5} == decode(options=5).extra
    assert {} == decode(options={}).extra


@pytest.mark.parametrize(
    ("field", "value", "name", "expected"),
    [
        ("think", True, "reasoning", Reasoning(mode="enabled")),
        ("think", False, "reasoning", Reasoning(mode="disabled")),
        ("think", "high", "reasoning", Reasoning("high")),
        ("think", 5, "extra", {"think": 5}),
        ("format", "json", "output", Output(kind="json_object")),
        ("format", {"type": "object"}, "output", Output({"type": "object"})),
        ("format", "", "extra", {"format": ""}),
        ("logprobs", True, "logprobs", True),
        ("logprobs", 1, "extra", {"logprobs": 1}),
        ("top_logprobs", 2, "top_logprobs", 2),
        ("keep_alive", "5m", "extra", {"keep_alive": "5m"}),
        ("keep_alive", None, "extra", {}),
        ("stream", False, "stream", False),
        ("tools", "all", "extra", {"tools": "all"}),
    ],
)
def test_a_field(decode: Decode, field: str, value: Any, name: str, expected: Any) -> None:
    """What has a word takes it, what has none stays."""
    assert expected == getattr(decode(**{field: value}), name)


def test_streaming_is_the_default(decode: Decode) -> None:
    """A request that does not say wants a stream, and null does not say."""
    assert [True, True] == [decode().stream, decode(stream=None).stream]


def test_tools(decode: Decode) -> None:
    """Functions, with fields of their own, and whatever else stands there."""
    parameters = {"type": "object", "properties": {}}
    function = {"name": "f", "description": "d", "parameters": parameters, "more": 1}
    tools = [{"type": "function", "function": function, "x": 2}, {"type": "web"}, {"type": "function", "function": {}}]

    assert (
        Tool("f", "d", parameters, extra={"x": 2, "function": {"more": 1}}),
        VendorTool({"type": "web"}, "ollama_chat"),
        VendorTool({"type": "function", "function": {}}, "ollama_chat"),
    ) == decode(tools=tools).tools


def test_the_first_instructions_are_the_system(decode: Decode) -> None:
    """Later ones keep their place, and so do first ones that hold more than text."""
    system = {"role": "system", "content": "s"}

    assert ((Text("s"),), (user("u"), Message("system", (Text("s"),)))) == (
        (request := decode(system, {"role": "user", "content": "u"}, system)).system,
        request.messages,
    )
    assert () == decode({**system, "x": 1}).system
    assert () == decode({**system, "images": ["/9j/"]}).system


def test_pictures_stand_before_their_text(decode: Decode) -> None:
    """As the server shows them to the model; an empty text beside them says nothing."""
    picture = Image(Base64("image/jpeg", "/9j/"))

    assert (picture, Text("u")) == decode({"role": "User", "content": "u", "images": ["/9j/"]}).messages[0].content
    assert (picture,) == decode({"role": "user", "content": "", "images": ["/9j/"]}).messages[0].content


def test_an_assistant_turn(decode: Decode) -> None:
    """Thinking, text, pictures and calls, each a block."""
    message = {"role": "assistant", "content": "t", "thinking": "h", "images": ["Qk"], "tool_calls": [NAMED, {"x": 1}]}

    assert (
        Thinking("h", origin=WIRE),
        Text("t"),
        Image(Base64("image/bmp", "Qk")),
        ToolCall("call_0", "f", "{}", origin=WIRE, extra={"synthetic_id": True}),
        Opaque({"x": 1}, origin=WIRE, extra={"field": "tool_calls"}),
    ) == decode(message).messages[0].content
    assert (Text(""),) == decode({"role": "assistant", "content": ""}).messages[0].content
    assert () == decode({"role": "assistant"}).messages[0].content


def test_unknown_fields_and_roles_stay_on_the_message(decode: Decode) -> None:
    """Some model families have roles of their own, which instruct the model."""
    message = decode({"role": "user", "content": "u"}, {"role": "control", "content": "thinking", "x": [1]}).messages[1]

    assert Message("system", (Text("thinking"),), None, WIRE, {"role": "control", "x": [1]}) == message
    assert {"content": [1], "images": [2]} == decode({"role": "user", "content": [1], "images": [2]}).messages[0].extra


def results(decode: Decode, calls: list[Json], *answers: Json) -> list[ToolResult]:
    turns = decode(
        {"role": "assistant", "content": "", "tool_calls": calls},
        *[{"role": "tool", "content": "r", **answer} for answer in answers],
    ).messages[1:]
    return [block for turn in turns for block in turn.content if isinstance(block, ToolResult)]


def test_results_find_their_calls(decode: Decode) -> None:
    """By id, by name, by order; what the wire did not say is marked."""
    f, g, h = ({"id": name, "function": {"name": name}} for name in "fgh")

    assert [
        ("g", "g", {"synthetic_id": True}),
        ("h", None, {"unnamed": True}),
        ("f", None, {"unnamed": True, "synthetic_id": True}),
    ] == [
        (result.id, result.name, result.extra)
        for result in results(decode, [f, g, h], {"tool_name": "g"}, {"tool_call_id": "h"}, {})
    ]


def test_results_of_calls_without_ids(decode: Decode) -> None:
    """The id that a result brings is kept beside the one that pairs it."""
    found = results(decode, [NAMED, NAMED], {"tool_name": "f", "tool_call_id": "x"}, {"tool_name": "f"}, {"tool_name": "f"})

    assert ["call_0", "call_1", "call_2"] == [result.id for result in found]
    assert [{"tool_call_id": "x"}, {"synthetic_id": True}, {"synthetic_id": True}] == [result.extra for result in found]


def test_a_result_of_no_call_keeps_its_id(decode: Decode) -> None:
    """It is for the handoff to say that it is an orphan."""
    assert ["x"] == [result.id for result in results(decode, [], {"tool_name": "f", "tool_call_id": "x"})]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"messages":{}}', b'{"messages":[1]}', b'{"messages":[{}]}', b'{"model":1}', b'{"stream":"no"}'],
)
def test_what_is_no_request(body: bytes) -> None:
    """It is refused with a reason."""
    with pytest.raises(DecodeError):
        decode_request(HttpRequest("POST", "http://x/api/chat", {}, body))


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "system", "content": "s"}, {"role": "user", "content": "u", "images": ["/9j/", "AAAA"], "x": 1}],
        [
            {"role": "assistant", "content": "t", "thinking": "h", "tool_calls": [{**NAMED, "type": "function"}]},
            {"role": "tool", "content": "r"},
        ],
        [
            {"role": "assistant", "content": "", "tool_calls": [{**NAMED, "id": "i"}, {**NAMED, "id": "j"}]},
            {"role": "tool", "content": "r", "tool_call_id": "j", "tool_name": "f"},
            {"role": "tool", "content": "r", "tool_name": "f", "images": ["/9j/"]},
        ],
        [
            {"role": "assistant", "content": "", "tool_calls": [NAMED, {"odd": 1}]},
            {"role": "tool", "content": "r", "tool_call_id": "x"},
            {"role": "control", "content": "c"},
        ],
    ],
)
def test_decoded_and_encoded_it_is_the_same(messages: list[Json]) -> None:
    """Nothing is lost and nothing is added."""
    body = {"model": "m", "messages": messages, "stream": False, "options": {"num_ctx": 1, "seed": 2}, "keep_alive": 0}
    request = decode_request(HttpRequest("POST", "http://x/api/chat", {}, json.dumps(body).encode()))
    target = Target("acme", "ollama_chat", "m", "http://x")
    report = Report(target)

    assert body == json.loads(PROTOCOL.encode_request(request, target, report).body)
    assert [] == report.adaptations

"""A request to its HTTP request: settings, tools and what this wire has no word for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import user
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.cohere_chat.encode_request import encode_request
from dragoman.types import (
    AudioOutput,
    Cache,
    CustomTool,
    Output,
    Reasoning,
    RemoteMcp,
    Request,
    Tool,
    ToolChoice,
    VendorTool,
    WebSearch,
)

Encode = Callable[..., Any]

F, G = Tool("f"), Tool("g", "d", {"type": "object"})


def test_the_smallest_request(encode: Encode) -> None:
    """Nothing is said that was not asked for."""
    sent = encode(user("u"))

    assert {"model": "m", "messages": [{"role": "user", "content": "u"}]} == sent.body
    assert ("POST", "https://acme.test/v2/chat") == (sent.http.method, sent.http.url)
    assert {"content-type": "application/json", "accept": "application/json"} == sent.http.headers
    assert (True, "text/event-stream") == ((sent := encode(stream=True)).body["stream"], sent.http.headers["accept"])


def test_settings(encode: Encode) -> None:
    """Each under this wire's name; `extra` joins objects and wins."""
    sent = encode(
        max_tokens=9,
        temperature=0.5,
        top_p=0.1,
        top_k=3,
        seed=4,
        presence_penalty=1,
        frequency_penalty=0,
        stop=("a",),
        logprobs=True,
        reasoning=Reasoning(mode="enabled"),
        extra={"thinking": {"token_budget": 5}, "seed": 6, "safety_mode": "OFF"},
    )

    assert {
        "model": "m",
        "messages": [],
        "max_tokens": 9,
        "temperature": 0.5,
        "p": 0.1,
        "k": 3,
        "seed": 6,
        "presence_penalty": 1,
        "frequency_penalty": 0,
        "stop_sequences": ["a"],
        "logprobs": True,
        "thinking": {"type": "enabled", "token_budget": 5},
        "safety_mode": "OFF",
    } == sent.body
    assert [] == sent.reported


def test_numbers_beyond_their_bounds(encode: Encode) -> None:
    """They are moved into them, and stop sequences that are too many are left out; that is said."""
    sent = encode(temperature=1.5, presence_penalty=-1, frequency_penalty=2, stop=tuple("abcdef"))

    assert (1.0, 0.0, 1.0) == tuple([sent.body[name] for name in ("temperature", "presence_penalty", "frequency_penalty")])
    assert list("abcde") == sent.body["stop_sequences"]
    assert [
        ("temperature", "changed"),
        ("presence_penalty", "changed"),
        ("frequency_penalty", "changed"),
        ("stop", "dropped"),
    ] == sent.reported


@pytest.mark.parametrize(
    ("reasoning", "thinking", "reported"),
    [
        (Reasoning(mode="enabled", budget=5), {"type": "enabled", "token_budget": 5}, []),
        (Reasoning(mode="disabled"), {"type": "disabled"}, []),
        (Reasoning(mode="disabled", budget=5), {"type": "disabled", "token_budget": 5}, []),
        (Reasoning("none"), {"type": "disabled"}, []),
        (Reasoning("high"), {"type": "enabled"}, [("reasoning", "changed")]),
        (Reasoning(budget=0), {"type": "disabled"}, []),
        (Reasoning(budget=9), {"type": "enabled", "token_budget": 9}, []),
        (Reasoning(mode="adaptive"), {"type": "enabled"}, [("reasoning", "changed")]),
        (Reasoning(summary="auto"), None, [("reasoning", "dropped")]),
        (Reasoning(extra={"x": 1}), {"x": 1}, []),
    ],
)
def test_how_much_to_think(encode: Encode, reasoning: Reasoning, thinking: Any, reported: list[Any]) -> None:
    """A switch and a budget; levels have no word."""
    sent = encode(reasoning=reasoning)

    assert (thinking, reported) == (sent.body.get("thinking"), sent.reported)


@pytest.mark.parametrize(
    ("output", "form", "reported"),
    [
        (
            Output({"type": "object", "required": ["a"]}),
            {"type": "json_object", "json_schema": {"type": "object", "required": ["a"]}},
            [],
        ),
        (Output(kind="json_object"), {"type": "json_object"}, []),
        (Output(kind="text"), {"type": "text"}, []),
        (
            Output({"required": ["a"]}, description="d", extra={"x": 1}),
            {"type": "json_object", "json_schema": {"type": "object", "required": ["a"]}, "x": 1},
            [("output", "dropped"), ("schema", "changed")],
        ),
    ],
)
def test_the_form_of_the_answer(encode: Encode, output: Output, form: Any, reported: list[Any]) -> None:
    """Text, any JSON, or JSON by a schema."""
    sent = encode(output=output)

    assert (form, reported) == (sent.body["response_format"], sent.reported)


def test_tools(encode: Encode) -> None:
    """Parameters are an object always; vendor fields of the definition stay with it; all are strict or none is."""
    own = Tool("h", extra={"x": 1, "function": {"y": 2}}, strict=True, cache=Cache())
    sent = encode(tools=(F, G, own, VendorTool({"type": "new"}), VendorTool({"type": "web"}, "gemini"), CustomTool("c")))
    empty = {"type": "object", "properties": {}}

    assert [
        {"type": "function", "function": {"name": "f", "parameters": empty}},
        {"type": "function", "function": {"name": "g", "description": "d", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "h", "parameters": empty, "y": 2}, "x": 1},
        {"type": "new"},
    ] == sent.body["tools"]
    assert sent.body["strict_tools"]
    assert [
        ("cache", "dropped"),
        ("vendor_tool", "dropped"),
        ("custom_tool", "dropped"),
        ("strict", "changed"),
    ] == sent.reported


@pytest.mark.parametrize(
    ("choice", "names", "word", "reported"),
    [
        (ToolChoice("auto"), ["f", "g"], None, []),
        (ToolChoice("none"), ["f", "g"], "NONE", []),
        (ToolChoice("required"), ["f", "g"], "REQUIRED", []),
        (ToolChoice("required", allowed=("g",)), ["g"], "REQUIRED", [("tool_choice", "changed")]),
        (ToolChoice("tool", "g"), ["g"], "REQUIRED", [("tool_choice", "changed")]),
    ],
)
def test_whether_to_call(encode: Encode, choice: ToolChoice, names: list[str], word: Any, reported: list[Any]) -> None:
    """A single tool cannot be named: then it is the only one offered."""
    sent = encode(tools=(F, G), tool_choice=choice)

    assert names == [tool["function"]["name"] for tool in sent.body["tools"]]
    assert (word, reported) == (sent.body.get("tool_choice"), sent.reported)


def test_no_tools_need_no_choice(encode: Encode) -> None:
    """What must be called and is not there is reported; a vendor's tool is chosen by its name, wherever it stands."""
    tools = (VendorTool({"name": "w"}), VendorTool({"type": "function", "function": {"name": "v"}}), F)

    assert [] == encode(tool_choice=ToolChoice("none")).reported
    assert [("tool_choice", "dropped")] == encode(tool_choice=ToolChoice("required")).reported
    assert 2 == len(encode(tools=tools, tool_choice=ToolChoice("auto", allowed=("w", "v"))).body["tools"])


def test_what_has_no_word_is_said(encode: Encode) -> None:
    """Every setting that is left out is in the report; plain answers and calls as they come are what this wire does."""
    sent = encode(
        n=2,
        modalities=("audio",),
        audio=AudioOutput("a", "wav"),
        user="u",
        metadata={},
        service_tier="flex",
        cache=Cache(),
        cache_key="k",
        routing={"x": 1},
        parallel_tools=False,
        top_logprobs=2,
    )

    assert {"model", "messages"} == set(sent.body)
    expected = [
        "n",
        "modalities",
        "audio",
        "user",
        "metadata",
        "service_tier",
        "cache",
        "cache_key",
        "routing",
        "parallel_tools",
        "top_logprobs",
    ]
    assert sorted(expected) == sorted([feature for feature, _ in sent.reported])
    assert [] == encode(n=1, modalities=("text",), parallel_tools=True).reported


def test_headers_of_the_target_and_of_the_request() -> None:
    """The request's own win."""
    target = Target("acme", "cohere_chat", "m", "http://x", headers={"X-A": "1", "x-b": "1"})
    http = encode_request(Request("", (), headers={"X-B": "2"}), target, Report(target))

    assert ("1", "2") == (http.headers["x-a"], http.headers["x-b"])


def test_text_that_is_not_unicode_is_refused(encode: Encode) -> None:
    """Half a surrogate pair cannot be sent."""
    with pytest.raises(Unsupported, match="surrogate"):
        encode(user("\ud800"))


def test_the_vendor_has_no_tools_of_its_own(encode: Encode) -> None:
    """What another vendor would run is not offered, which is listed or refused; a choice of it is none."""
    tools = (F, WebSearch(), RemoteMcp("m", "u"))
    sent = encode(tools=tools)
    chosen = encode(tools=tools, tool_choice=ToolChoice("tool", "m"))
    gone = [("server_tool", "tools[1]"), ("server_tool", "tools[2]")]

    assert ["f"] == [tool["function"]["name"] for tool in sent.body["tools"]]
    assert gone == [(item.feature, item.path) for item in sent.adaptations]
    assert sent.body == chosen.body
    assert [*gone, ("tool_choice", "tool_choice")] == [(item.feature, item.path) for item in chosen.adaptations]
    with pytest.raises(Unsupported) as caught:
        encode(tools=tools, policy="strict")
    assert "server_tool" == caught.value.feature

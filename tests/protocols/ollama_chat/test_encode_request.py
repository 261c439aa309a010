"""A request to its HTTP request: settings, tools and what this wire has no word for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import user
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.ollama_chat.encode_request import encode_request
from dragoman.types import (
    AudioOutput,
    Cache,
    CustomTool,
    Output,
    Reasoning,
    RemoteMcp,
    Request,
    Tool,
    ToolCall,
    ToolChoice,
    VendorTool,
    WebSearch,
    assistant,
)

Encode = Callable[..., Any]

F, G = Tool("f"), Tool("g", "d", {"type": "object"})


def offered(sent: Any) -> list[str]:
    return [tool["function"]["name"] for tool in sent.body.get("tools", ())]


def test_the_smallest_request(encode: Encode) -> None:
    """Nothing is said that was not asked for, but whether to stream: the wire's default is to."""
    sent = encode(user("u"))

    assert {"model": "m", "messages": [{"role": "user", "content": "u"}], "stream": False} == sent.body
    assert ("POST", "http://acme.test/api/chat") == (sent.http.method, sent.http.url)
    assert {"content-type": "application/json", "accept": "application/json"} == sent.http.headers
    assert "application/x-ndjson" == encode(user("u"), stream=True).http.headers["accept"]


def test_settings_are_options(encode: Encode) -> None:
    """Each under this wire's name; `extra` joins them and wins."""
    sent = encode(
        max_tokens=9,
        temperature=0.5,
        top_p=0.1,
        top_k=3,
        seed=4,
        presence_penalty=1,
        frequency_penalty=2,
        stop=("a",),
        logprobs=True,
        top_logprobs=2,
        extra={"options": {"num_ctx": 8192, "seed": 5}, "keep_alive": "1h"},
    )

    assert {
        "num_predict": 9,
        "temperature": 0.5,
        "top_p": 0.1,
        "top_k": 3,
        "seed": 5,
        "presence_penalty": 1,
        "frequency_penalty": 2,
        "stop": ["a"],
        "num_ctx": 8192,
    } == sent.body["options"]
    assert (True, 2, "1h") == (sent.body["logprobs"], sent.body["top_logprobs"], sent.body["keep_alive"])


@pytest.mark.parametrize(
    ("reasoning", "think", "reported"),
    [
        (Reasoning(mode="enabled"), True, []),
        (Reasoning(mode="adaptive"), True, []),
        (Reasoning(mode="disabled"), False, []),
        (Reasoning("none"), False, []),
        (Reasoning("high", mode="disabled"), False, []),
        (Reasoning("low"), "low", []),
        (Reasoning("max", mode="enabled"), "max", []),
        (Reasoning("minimal"), "low", [("reasoning", "changed")]),
        (Reasoning("xhigh"), "max", [("reasoning", "changed")]),
        (Reasoning(budget=0), False, []),
        (Reasoning(budget=100), True, [("reasoning", "dropped")]),
        (Reasoning(mode="between_tools"), True, [("reasoning", "changed")]),
        (Reasoning(summary="auto"), None, [("reasoning", "dropped")]),
        (Reasoning(extra={"think": "new"}), "new", []),
    ],
)
def test_how_much_to_think(encode: Encode, reasoning: Reasoning, think: Any, reported: list[Any]) -> None:
    """A switch or a level; what cannot be said is reported."""
    sent = encode(reasoning=reasoning)

    assert (think, reported) == (sent.body.get("think"), sent.reported)


@pytest.mark.parametrize(
    ("output", "form", "reported"),
    [
        (Output({"type": "object"}, strict=True), {"type": "object"}, []),
        (Output(kind="json_object"), "json", []),
        (Output({"type": "object"}, kind="json_object"), {"type": "object"}, []),
        (Output(kind="text"), None, []),
        (Output({}, description="d", extra={"x": 1}), {}, [("output", "dropped")] * 2),
    ],
)
def test_the_form_of_the_answer(encode: Encode, output: Output, form: Any, reported: list[Any]) -> None:
    """A schema, or any JSON."""
    sent = encode(output=output)

    assert (form, reported) == (sent.body.get("format"), sent.reported)


def test_tools(encode: Encode) -> None:
    """The server wants parameters; vendor fields of the definition stay with it."""
    own = Tool("h", extra={"x": 1, "function": {"y": 2}}, strict=True, cache=Cache())
    sent = encode(tools=(F, G, own, VendorTool({"type": "new"}), VendorTool({"type": "web"}, "gemini"), CustomTool("c")))
    empty = {"type": "object", "properties": {}}

    assert [
        {"type": "function", "function": {"name": "f", "parameters": empty}},
        {"type": "function", "function": {"name": "g", "description": "d", "parameters": {"type": "object"}}},
        {"type": "function", "function": {"name": "h", "parameters": empty, "y": 2}, "x": 1},
        {"type": "new"},
    ] == sent.body["tools"]
    assert [("strict", "dropped"), ("cache", "dropped"), ("vendor_tool", "dropped"), ("custom_tool", "dropped")] == sent.reported


@pytest.mark.parametrize(
    ("choice", "names", "reported"),
    [
        (ToolChoice("auto"), ["f", "g"], []),
        (ToolChoice("auto", allowed=("g",)), ["g"], [("tool_choice", "changed")]),
        (ToolChoice("none"), [], [("tool_choice", "changed")]),
        (ToolChoice("required"), ["f", "g"], [("tool_choice", "changed")]),
        (ToolChoice("tool", "g"), ["g"], [("tool_choice", "changed")]),
    ],
)
def test_whether_to_call(encode: Encode, choice: ToolChoice, names: list[str], reported: list[Any]) -> None:
    """This wire can only leave tools out."""
    sent = encode(tools=(F, G), tool_choice=choice)

    assert (names, reported) == (offered(sent), sent.reported)


def test_a_vendors_tool_is_chosen_by_its_name(encode: Encode) -> None:
    """Wherever its object holds it."""
    tools = (VendorTool({"name": "w"}), VendorTool({"type": "function", "function": {"name": "v"}}), F)
    sent = encode(tools=tools, tool_choice=ToolChoice("auto", allowed=("w", "v")))

    assert [tool.data for tool in tools[:2]] == sent.body["tools"]  # type: ignore[union-attr]


def test_no_tools_need_no_choice(encode: Encode) -> None:
    """Not to call what is not there is nothing to report."""
    assert [] == encode(tool_choice=ToolChoice("none")).reported


def test_what_has_no_word_is_said(encode: Encode) -> None:
    """Every setting that is left out is in the report; plain answers and calls as they come are what this wire does."""
    sent = encode(
        n=2,
        modalities=("text", "audio"),
        audio=AudioOutput("a", "wav"),
        user="u",
        metadata={},
        service_tier="flex",
        cache=Cache(),
        cache_key="k",
        routing={"x": 1},
        parallel_tools=False,
    )

    assert {"model", "messages", "stream"} == set(sent.body)
    assert sorted(
        ["n", "modalities", "audio", "user", "metadata", "service_tier", "cache", "cache_key", "routing", "parallel_tools"]
    ) == sorted([feature for feature, _ in sent.reported])
    assert [] == encode(n=1, modalities=("text",), parallel_tools=True).reported


def test_headers_of_the_target_and_of_the_request() -> None:
    """The request's own win."""
    target = Target("acme", "ollama_chat", "m", "http://x", headers={"X-A": "1", "x-b": "1"})
    http = encode_request(Request("", (), headers={"X-B": "2"}), target, Report(target))

    assert ("1", "2") == (http.headers["x-a"], http.headers["x-b"])


@pytest.mark.parametrize("message", [user("\ud800"), assistant(ToolCall("i", "f", '{"a":"\ud800"}'))])
def test_text_that_is_not_unicode_is_refused(encode: Encode, message: Any) -> None:
    """Half a surrogate pair cannot be sent."""
    with pytest.raises(Unsupported, match="surrogate"):
        encode(message)


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

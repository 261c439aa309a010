"""The input of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import Message, user
from dragoman.errors import DecodeError
from dragoman.protocols.gemini_interactions.decode_input import decode_input
from dragoman.protocols.gemini_interactions.wire import WIRE
from dragoman.types import Image, Opaque, Request, ServerToolCall, Text, Thinking, ToolCall, ToolResult
from dragoman.types.content import Base64

TEXT = {"type": "text", "text": "a"}
IMAGE = {"type": "image", "data": "AA==", "mime_type": "image/png"}
PNG = Image(Base64("image/png", "AA=="))


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        (None, ()),
        ("a", (user("a"),)),
        (TEXT, (user("a"),)),
        ([TEXT, IMAGE], (user("a", PNG),)),
        (["a", IMAGE], (user("a", PNG),)),
        ([{"type": "user_input", "content": [TEXT]}, {"type": "user_input", "content": [IMAGE]}], (user("a"), user(PNG))),
        ([{"type": "user_input", "content": "a"}], (user("a"),)),
        ([{"type": "user_input", "content": TEXT}], (user("a"),)),
        ([{"type": "user_input"}], ()),
        (
            [{"type": "user_input", "odd": 1, "content": [TEXT]}],
            (Message("user", (Text("a"),), extra={"odd": 1}, origin=WIRE),),
        ),
    ],
)
def test_what_a_person_says(value: Any, messages: tuple[Message, ...]) -> None:
    """Text, content, or steps of input."""
    assert messages == decode_input(value)


def test_a_conversation() -> None:
    """Steps of the model in a row are one message, results in a row another."""
    steps = [
        TEXT,
        {"type": "thought", "signature": "sig"},
        {"type": "model_output", "content": [TEXT]},
        {"type": "model_output", "content": [TEXT]},
        {"type": "function_call", "id": "f", "name": "n", "arguments": {}},
        {"type": "google_search_call", "id": "s"},
        {"type": "future"},
        {"type": "function_result", "call_id": "f", "result": "x"},
        {"type": "function_result", "call_id": "g", "name": "n", "result": "y", "is_error": True},
        {"type": "model_output", "content": [TEXT]},
    ]

    assert decode_input(steps) == (
        user("a"),
        Message(
            "assistant",
            (
                Thinking("", "sig", origin=WIRE),
                Text("a"),
                Text("a", extra={"part": 0}, origin=WIRE),
                ToolCall("f", "n", "{}"),
                ServerToolCall("s", "web_search", "", "google_search_call", origin=WIRE),
                Opaque({"type": "future"}, origin=WIRE),
            ),
        ),
        Message("tool", (ToolResult("f", (Text("x"),)), ToolResult("g", (Text("y"),), True, "n"))),
        Message("assistant", (Text("a"),)),
    )


@pytest.mark.parametrize(
    ("result", "block"),
    [
        ("x", ToolResult("f", (Text("x"),))),
        ("", ToolResult("f")),
        (None, ToolResult("f")),
        ({"a": 1}, ToolResult("f", (Text('{"a":1}', extra={"object": True}, origin=WIRE),))),
        (7, ToolResult("f", (Text("7", extra={"object": True}, origin=WIRE),))),
        ([TEXT], ToolResult("f", (Text("a"),), extra={"list": True}, origin=WIRE)),
        ([], ToolResult("f", extra={"list": True}, origin=WIRE)),
        ([TEXT, IMAGE], ToolResult("f", (Text("a"), PNG))),
        ([IMAGE], ToolResult("f", (PNG,))),
    ],
)
def test_results(result: Any, block: ToolResult) -> None:
    """Text, content, or any JSON value, which other wires get as text."""
    assert decode_input([{"type": "function_result", "call_id": "f", "result": result}]) == (Message("tool", (block,)),)


def test_results_among_a_persons_words() -> None:
    """Some clients send them so: alone they are a tool message."""
    result = {"type": "function_result", "call_id": "f", "result": "x", "name": 7, "signature": "s"}
    block = ToolResult("f", (Text("x"),), extra={"step": {"name": 7, "signature": "s"}}, origin=WIRE)

    assert decode_input([{"type": "user_input", "content": [result]}]) == (Message("tool", (block,)),)
    assert decode_input([{"type": "user_input", "content": [result, TEXT]}]) == (Message("user", (block, Text("a"))),)


@pytest.mark.parametrize("value", [7, [7], True])
def test_what_is_no_input(value: Any) -> None:
    """It is refused."""
    with pytest.raises(DecodeError, match="input"):
        decode_input(value)


@pytest.mark.parametrize(
    "steps",
    [
        [{"type": ["odd"]}],
        [{"type": "function_result", "result": "x"}],
        [{"type": "user_input", "content": [7]}],
        [{"type": "model_output", "content": [TEXT, IMAGE], "error": {"code": 8}}],
        [{"type": "thought", "summary": [TEXT, TEXT]}, {"type": "thought"}],
        [{"type": "code_execution_result", "call_id": "c", "result": "x", "is_error": False, "signature": ""}],
        [{"type": "function_result", "call_id": "f", "result": {"a": [1]}, "is_error": False}],
    ],
)
def test_steps_come_back_as_they_were(ask: Callable[..., Request], encode: Callable[..., Any], steps: list[Any]) -> None:
    """Whatever a client sends goes on to a provider of this wire."""
    given = [{"type": "user_input", "content": [{"type": "text", "text": 7}]}] if steps[0].get("content") == [7] else steps

    assert given == encode(request=ask({"model": "m", "input": steps})).steps

"""The request of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import user
from dragoman.errors import DecodeError
from dragoman.types import AudioOutput, Output, Reasoning, Request, Text, Tool, ToolChoice, WebSearch

Ask = Callable[..., Request]
Encode = Callable[..., Any]


def test_a_request(ask: Ask) -> None:
    """What has a word is typed; the rest stays as it came."""
    body = {
        "model": "m",
        "input": "Hi",
        "system_instruction": "Be brief.",
        "stream": True,
        "service_tier": "flex",
        "labels": {"a": "b"},
        "store": False,
        "background": None,
        "previous_interaction_id": "v1",
        "tools": [
            {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "defer_loading": True},
            {"type": "google_search"},
        ],
        "generation_config": {
            "temperature": 0.5,
            "top_p": 1,
            "seed": 3,
            "max_output_tokens": 9,
            "stop_sequences": ["END"],
            "thinking_level": "low",
            "thinking_summaries": "auto",
            "tool_choice": "any",
            "image_config": {},
        },
        "response_format": {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}},
    }

    assert ask(body) == Request(
        "m",
        (user("Hi"),),
        system=(Text("Be brief."),),
        tools=(
            Tool("f", "d", {"type": "object"}, extra={"defer_loading": True}),
            WebSearch(),
        ),
        tool_choice=ToolChoice("required"),
        output=Output({"type": "object"}),
        reasoning=Reasoning("low", summary="auto"),
        max_tokens=9,
        temperature=0.5,
        top_p=1,
        stop=("END",),
        seed=3,
        metadata={"a": "b"},
        service_tier="flex",
        stream=True,
        extra={"store": False, "previous_interaction_id": "v1", "generation_config": {"image_config": {}}},
    )


def test_an_agent(ask: Ask, encode: Encode) -> None:
    """Its name is the model, and it is sent on as an agent, whatever it is called."""
    body = {"agent": "mine", "agent_config": {"type": "dynamic"}, "input": "Hi"}
    request = ask(body)

    assert (request.model, request.extra["agent"]) == ("mine", "mine")
    assert "model" not in encode(request=request).body


@pytest.mark.parametrize("data", [b"", b"{oops", b"[]", b'"x"', b'{"input": 7}'])
def test_what_is_no_request(ask: Ask, data: bytes) -> None:
    """It is refused with a reason."""
    with pytest.raises(DecodeError):
        ask(data)


@pytest.mark.parametrize(
    ("choice", "read"),
    [
        ("validated", ToolChoice("validated")),
        ({"allowed_tools": {"mode": "any", "tools": ["f"]}}, ToolChoice("tool", "f")),
        ({"allowed_tools": {"mode": "any", "tools": ["f", "g"]}}, ToolChoice("required", allowed=("f", "g"))),
        ({"allowed_tools": {"mode": "auto", "tools": ["f"], "odd": 1}}, ToolChoice("auto", allowed=("f",), extra={"odd": 1})),
    ],
)
def test_tool_choices(ask: Ask, encode: Encode, choice: Any, read: ToolChoice) -> None:
    """Each is read, and said again."""
    request = ask({"model": "m", "generation_config": {"tool_choice": choice}})

    assert request.tool_choice == read
    assert encode(request=request).body["generation_config"]["tool_choice"] == choice


FORMATS: list[tuple[Any, dict[str, Any]]] = [
    ({"type": "text", "mime_type": "text/plain"}, {"output": Output(kind="text")}),
    ({"type": "text", "mime_type": "application/json"}, {"output": Output(kind="json_object")}),
    ({"type": "image"}, {"modalities": ("image",)}),
    ([{"type": "text"}, {"type": "image"}], {"modalities": ("text", "image")}),
    (
        [{"type": "text", "mime_type": "application/json", "schema": {}}, {"type": "image"}],
        {"modalities": ("text", "image"), "output": Output({})},
    ),
    ({"type": "image", "aspect_ratio": "1:1"}, {}),
    ([{"type": "image"}, {"type": "image"}], {}),
    ({"type": "text", "mime_type": "text/x.enum"}, {}),
    ({"type": "object", "properties": {}}, {}),
    ({"type": 7}, {}),
    ({"type": "audio", "mime_type": ["odd"]}, {}),
    ([], {}),
    ("odd", {}),
]


@pytest.mark.parametrize(("form", "fields"), FORMATS)
def test_forms_of_the_answer(ask: Ask, encode: Encode, form: Any, fields: dict[str, Any]) -> None:
    """Where all of it has words it is typed, else it stays; either way it is said again."""
    request = ask({"model": "m", "response_format": form})

    assert {name: getattr(request, name) for name in ("output", "modalities") if getattr(request, name)} == fields
    assert encode(request=request).body["response_format"] == form


@pytest.mark.parametrize(
    ("speech", "audio"),
    [
        ([{"voice": "Kore"}], AudioOutput("Kore", "wav")),
        ([{"voice": "Kore", "language": "de"}], AudioOutput({"voice": "Kore", "language": "de"}, "wav")),
        ({"speakers": [{}]}, AudioOutput({"speech_config": {"speakers": [{}]}}, "wav")),
        (None, None),
    ],
)
def test_spoken_answers(ask: Ask, encode: Encode, speech: Any, audio: AudioOutput | None) -> None:
    """A voice and a format are one thing here, and two there."""
    config = {} if speech is None else {"generation_config": {"speech_config": speech}}
    body = {"model": "m", **config, "response_format": {"type": "audio", "mime_type": "audio/wav"}}
    request = ask(body)
    sent = encode(request=request).body

    assert request.audio == audio
    assert {**body, "model": "gemini-test"} == sent


@pytest.mark.parametrize(
    "body",
    [
        {"model": 7},
        {"stream": "yes"},
        {"system_instruction": {"parts": []}},
        {"labels": {"a": 1}},
        {"labels": {}},
        {"service_tier": 7},
        {"tools": "all"},
        {"tools": [7]},
        {"tools": [{"type": "function", "name": 7}]},
        {"tools": [{"type": "function", "name": "f", "parameters": "odd"}]},
        {"generation_config": "odd"},
        {"generation_config": {"temperature": "hot", "seed": True, "stop_sequences": [1], "max_output_tokens": 1.5}},
        {"generation_config": {"thinking_level": 7, "thinking_summaries": "loud", "tool_choice": 7}},
        {"generation_config": {"tool_choice": {"allowed_tools": {"mode": "any", "tools": []}}}},
        {"generation_config": {"tool_choice": {"allowed_tools": {"tools": ["f"]}}}},
        {"generation_config": {"tool_choice": {"odd": 1}}},
    ],
)
def test_forms_that_types_cannot_hold_stay(ask: Ask, encode: Encode, body: dict[str, Any]) -> None:
    """The vendor judges them."""
    sent = encode(request=ask({"input": [{"type": "user_input", "content": [{"type": "text", "text": "a"}]}], **body})).body

    assert {name: sent[name] for name in body} == body

"""Tools, settings and the form of the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import user
from dragoman.protocols.gemini_interactions import InteractionsDialect
from dragoman.protocols.json_schema import SchemaRules, Schemas
from dragoman.types import AudioOutput, Cache, CustomTool, Output, Reasoning, Tool, ToolChoice, VendorTool

Encode = Callable[..., Any]


@pytest.mark.parametrize(
    ("reasoning", "config", "reported"),
    [
        (Reasoning("high"), {"thinking_level": "high"}, []),
        (Reasoning("xhigh", summary="summarized"), {"thinking_level": "xhigh", "thinking_summaries": "auto"}, []),
        (Reasoning("none"), {"thinking_level": "minimal"}, ["changed"]),
        (Reasoning(mode="disabled"), {"thinking_level": "minimal"}, ["changed"]),
        (Reasoning("max", summary="omitted"), {"thinking_level": "high", "thinking_summaries": "none"}, ["changed"]),
        (Reasoning(mode="adaptive"), None, []),
        (Reasoning(mode="between_tools"), None, ["dropped"]),
        (Reasoning(budget=100), None, ["dropped"]),
        (Reasoning(summary="detailed", extra={"odd": 1}), {"thinking_summaries": "auto", "odd": 1}, ["changed"]),
    ],
)
def test_reasoning(encode: Encode, reasoning: Reasoning, config: Any, reported: list[str]) -> None:
    """Levels and summaries in this wire's words; what has none is listed."""
    sent = encode(user("Hi"), reasoning=reasoning)

    assert config == sent.body.get("generation_config")
    assert [("reasoning", action) for action in reported] == sent.reported


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (ToolChoice("auto"), "auto"),
        (ToolChoice("required"), "any"),
        (ToolChoice("none"), "none"),
        (ToolChoice("validated"), "validated"),
        (ToolChoice("tool", "f"), {"allowed_tools": {"mode": "any", "tools": ["f"]}}),
        (ToolChoice("auto", allowed=("f", "g")), {"allowed_tools": {"mode": "auto", "tools": ["f", "g"]}}),
        (ToolChoice("auto", extra={"odd": 1}), {"allowed_tools": {"mode": "auto", "odd": 1}}),
    ],
)
def test_tool_choice(encode: Encode, choice: ToolChoice, said: Any) -> None:
    """A word, or names with one."""
    assert said == encode(user("Hi"), tool_choice=choice).body["generation_config"]["tool_choice"]


def test_settings(encode: Encode) -> None:
    """Those with a word here."""
    sent = encode(user("Hi"), temperature=0.5, top_p=0.9, seed=1, stop=("END",), max_tokens=9, n=1, parallel_tools=True)

    assert sent.body["generation_config"] == {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 1,
        "stop_sequences": ["END"],
        "max_output_tokens": 9,
    }
    assert sent.reported == []


def test_tools_of_other_kinds(encode: Encode) -> None:
    """Free text is one string, marks and strictness are listed, another wire's tool is left out."""
    sent = encode(
        user("Hi"),
        tools=(
            CustomTool("c", "free", "lark", "start: A"),
            Tool("f", parameters=None, strict=True, cache=Cache()),
            VendorTool({"type": "web_search"}, "openai_responses"),
        ),
    )

    about = {"type": "string", "description": "Text in this lark grammar:\nstart: A"}
    assert sent.body["tools"] == [
        {
            "type": "function",
            "name": "c",
            "description": "free",
            "parameters": {"type": "object", "properties": {"input": about}, "required": ["input"]},
        },
        {"type": "function", "name": "f"},
    ]
    assert sent.reported == [
        ("custom_tool", "changed"),
        ("strict", "dropped"),
        ("cache", "dropped"),
        ("vendor_tool", "dropped"),
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"output": Output(kind="json_object")}, {"type": "text", "mime_type": "application/json"}),
        ({"output": Output(kind="text")}, {"type": "text", "mime_type": "text/plain"}),
        ({"modalities": ("IMAGE",)}, {"type": "image"}),
        ({"modalities": ("text", "image")}, [{"type": "text"}, {"type": "image"}]),
        (
            {"modalities": ("image",), "output": Output({"type": "object"})},
            [{"type": "image"}, {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}}],
        ),
        ({"audio": AudioOutput("Kore", "pcm16")}, {"type": "audio", "mime_type": "audio/l16"}),
        ({"audio": AudioOutput("Kore", "audio/alaw")}, {"type": "audio", "mime_type": "audio/alaw"}),
    ],
)
def test_the_form_of_the_answer(encode: Encode, fields: dict[str, Any], said: Any) -> None:
    """One object for one kind of content, a list for several."""
    assert said == encode(user("Hi"), **fields).body["response_format"]


def test_voices(encode: Encode) -> None:
    """A name, a vendor's own object, or the whole configuration."""
    for voice, said in (
        ("Kore", [{"voice": "Kore"}]),
        ({"voice": "Kore", "language": "de"}, [{"voice": "Kore", "language": "de"}]),
        ({"speech_config": {"speakers": []}}, {"speakers": []}),
    ):
        body = encode(user("Hi"), audio=AudioOutput(voice, "wav")).body
        assert said == body["generation_config"]["speech_config"]


def test_outputs_of_other_kinds(encode: Encode) -> None:
    """They are listed, and so is a description."""
    assert encode(user("Hi"), output=Output(kind="grammar")).reported == [("output", "dropped")]
    assert encode(user("Hi"), output=Output({}, description="d")).reported == [("output", "changed")]


def test_schemas_are_fitted(encode: Encode) -> None:
    """A dialect's rules hold for parameters and for the answer."""
    dialect = InteractionsDialect(schemas=Schemas(tools=SchemaRules(refs="inline"), output=SchemaRules(refs="inline")))
    schema = {"$defs": {"t": {"type": "object"}}, "type": "object", "properties": {"a": {"$ref": "#/$defs/t"}}}
    body = encode(user("Hi"), dialect=dialect, tools=(Tool("f", parameters=schema),), output=Output(schema)).body

    assert body["tools"][0]["parameters"] == body["response_format"]["schema"]
    assert body["response_format"]["schema"] == {"type": "object", "properties": {"a": {"type": "object"}}}

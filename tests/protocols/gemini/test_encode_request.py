"""The HTTP request: path, body, tools, and settings that had to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import user
from dragoman.errors import Unsupported
from dragoman.protocols.gemini.dialect import GeminiDialect
from dragoman.types import AudioOutput, CustomTool, Output, Request, Tool, ToolChoice, VendorTool

Encode = Callable[..., Any]
ASK = user("q")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-x", "models/gemini-x:generateContent"),
        ("models/gemini-x", "models/gemini-x:generateContent"),
        ("tunedModels/my one", "tunedModels/my%20one:generateContent"),
        ("x?key=k#", "models/x%3Fkey%3Dk%23:generateContent"),
        ("a%2f..", "models/a%252f..:generateContent"),
    ],
)
def test_the_model_stands_in_the_path(encode: Encode, model: str, path: str) -> None:
    """It cannot be anything but a step of it."""
    sent = encode(ASK, model=model)

    assert (sent.http.method, sent.http.url) == ("POST", f"https://g.test/v1beta/{path}")
    assert "model" not in sent.body


@pytest.mark.parametrize("model", ["../x", "a/../b", "a//b", "."])
def test_a_model_that_leads_elsewhere_is_refused(encode: Encode, model: str) -> None:
    """No path is built from steps that go up."""
    with pytest.raises(Unsupported, match="cannot stand in a path"):
        encode(ASK, model=model)


def test_streams_and_dialects_have_their_paths(encode: Encode) -> None:
    """A stream asks for events; Vertex has another path."""
    dialect = GeminiDialect(model_path="publishers/google/models/{model}")
    sent = encode(ASK, dialect=dialect, stream=True, headers={"Accept": "application/json", "X-A": "b"})

    assert sent.http.url == "https://g.test/v1beta/publishers/google/models/gemini-test:streamGenerateContent?alt=sse"
    assert sent.http.headers == {"content-type": "application/json", "x-a": "b"}


def test_extra_is_joined_and_wins(encode: Encode) -> None:
    """Objects are joined at any depth, all else is replaced."""
    extra = {"generationConfig": {"seed": 2, "thinkingConfig": {"includeThoughts": True}}, "cachedContent": "c"}
    sent = encode(ASK, seed=1, temperature=0.0, extra=extra)

    assert sent.body["generationConfig"] == {"temperature": 0.0, "seed": 2, "thinkingConfig": {"includeThoughts": True}}
    assert sent.body["cachedContent"] == "c"
    assert encode(ASK, extra={"contents": []}).contents == []


def test_tools_next_to_each_other_share_an_entry(encode: Encode) -> None:
    """The vendor's own tools stand alone; those of others are left out."""
    tools = (
        Tool("f", "d", {"type": "object"}),
        Tool("g"),
        VendorTool({"urlContext": {}}),
        Tool("h", strict=True, extra={"behavior": "BLOCKING"}),
        VendorTool({"type": "web_search"}, "openai_responses"),
    )
    sent = encode(ASK, tools=tools)

    assert sent.body["tools"] == [
        {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": {"type": "object"}}, {"name": "g"}]},
        {"urlContext": {}},
        {"functionDeclarations": [{"name": "h", "behavior": "BLOCKING"}]},
    ]
    assert sent.reported == [("strict", "dropped"), ("vendor_tool", "dropped")]


def test_a_tool_behind_one_that_is_left_out(encode: Encode) -> None:
    """A tool of another vendor between functions changes nothing but itself."""
    sent = encode(ASK, tools=(VendorTool({}, "x"), Tool("f"), VendorTool({}, "x"), Tool("g")))

    assert [item["name"] for entry in sent.body["tools"] for item in entry["functionDeclarations"]] == ["f", "g"]


def test_older_fields_for_schemas(encode: Encode) -> None:
    """A dialect without JSON Schema gets schemas in the older fields, as they are."""
    dialect = GeminiDialect(json_schema=False)
    sent = encode(ASK, dialect=dialect, tools=(Tool("f", parameters={"type": "object"}),), output=Output({"type": "object"}))

    assert sent.body["tools"][0]["functionDeclarations"][0]["parameters"] == {"type": "object"}
    assert sent.body["generationConfig"]["responseSchema"] == {"type": "object"}


def test_free_text_tools_take_one_string(encode: Encode) -> None:
    """The grammar is described."""
    sent = encode(ASK, tools=(CustomTool("f", "d", "lark", "start: A"), CustomTool("g")))
    first, second = sent.body["tools"][0]["functionDeclarations"]

    assert "start: A" in first["parametersJsonSchema"]["properties"]["input"]["description"]
    assert second["parametersJsonSchema"] == {
        "type": "object",
        "properties": {"input": {"type": "string"}},
        "required": ["input"],
    }
    assert sent.reported == [("custom_tool", "changed")] * 2


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        (ToolChoice(), {"mode": "AUTO"}),
        (ToolChoice("none"), {"mode": "NONE"}),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("required", allowed=("f", "g")), {"mode": "ANY", "allowedFunctionNames": ["f", "g"]}),
        (ToolChoice("tool", "f"), {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        (ToolChoice(allowed=("f",)), {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}),
        (ToolChoice("VALIDATED", extra={"odd": 1}), {"mode": "VALIDATED", "odd": 1}),
    ],
)
def test_tool_choices(encode: Encode, choice: ToolChoice, wire: dict[str, Any]) -> None:
    """Each choice in the vendor's words."""
    sent = encode(ASK, tool_choice=choice)

    assert sent.body["toolConfig"] == {"functionCallingConfig": wire}
    assert sent.reported == []


def test_forms_of_the_answer(encode: Encode) -> None:
    """A schema, any JSON, text, and a form that is not known here."""
    configs = [
        encode(ASK, output=output)
        for output in (
            Output({"type": "object"}, description="d"),
            Output(kind="json_object"),
            Output(kind="text"),
            Output(kind="grammar"),
        )
    ]

    assert [sent.body.get("generationConfig") for sent in configs] == [
        {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
        {"responseMimeType": "application/json"},
        {"responseMimeType": "text/plain"},
        None,
    ]
    assert [sent.reported for sent in configs] == [[("output", "changed")], [], [], [("output", "dropped")]]


def test_sound(encode: Encode) -> None:
    """A voice by name or by the vendor's object; sound is always PCM."""
    sent = encode(ASK, audio=AudioOutput("Kore", "mp3"), modalities=("audio",))

    assert sent.body["generationConfig"] == {
        "responseModalities": ["AUDIO"],
        "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
    }
    assert sent.reported == [("audio", "dropped")]
    assert encode(ASK, audio=AudioOutput({"x": 1}, "pcm")).body["generationConfig"] == {"speechConfig": {"x": 1}}


def test_settings_without_a_word(encode: Encode) -> None:
    """They are left out and told; token probabilities are asked for by their number too."""
    sent = encode(
        ASK,
        user="u",
        metadata={"a": 1},
        cache_key="k",
        parallel_tools=False,
        top_logprobs=2,
        service_tier="flex",
        routing={"order": ["x"]},
    )

    assert sent.reported == [
        ("parallel_tools", "dropped"),
        ("user", "dropped"),
        ("metadata", "dropped"),
        ("cache_key", "dropped"),
        ("routing", "dropped"),
    ]
    assert sent.body["generationConfig"] == {"logprobs": 2, "responseLogprobs": True}
    assert sent.body["serviceTier"] == "flex"


def test_half_a_surrogate_pair_is_refused(encode: Encode) -> None:
    """Text that is not Unicode cannot be sent."""
    with pytest.raises(Unsupported, match="not Unicode"):
        encode(user("\ud800"))


def test_strict_policy_refuses(encode: Encode) -> None:
    """What would have to change is refused where policy says so."""
    with pytest.raises(Unsupported):
        encode(request=Request("", (ASK,), user="u"), policy="strict")

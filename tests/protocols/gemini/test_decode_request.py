"""Requests as clients send them: where each field goes, and that it is said again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.types import (
    AudioOutput,
    CodeExecution,
    Message,
    Origin,
    Output,
    Reasoning,
    Request,
    Text,
    Tool,
    ToolChoice,
    WebSearch,
)
from dragoman.wire.http import HttpRequest

Ask = Callable[..., Request]
WIRE = Origin("gemini")


def again(encode: Callable[..., Any], request: Request) -> Any:
    sent = encode(request=request)
    assert sent.reported == []
    return sent.body


def test_every_setting_has_its_place(ask: Ask, encode: Callable[..., Any]) -> None:
    """Known fields become the request's, all others are extra, and together they are said again."""
    body = {
        "systemInstruction": {"role": "system", "parts": [{"text": "Be brief."}]},
        "tools": [
            {
                "functionDeclarations": [
                    {"name": "f", "description": "d", "parametersJsonSchema": {"type": "object"}, "behavior": "BLOCKING"}
                ]
            },
            {"googleSearch": {}},
        ],
        "toolConfig": {
            "functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]},
            "retrievalConfig": {"languageCode": "de"},
            "includeServerSideToolInvocations": True,
        },
        "generationConfig": {
            "maxOutputTokens": 10,
            "temperature": 0.5,
            "topP": 0.9,
            "topK": 3,
            "stopSequences": ["x"],
            "seed": 1,
            "presencePenalty": 0.1,
            "frequencyPenalty": -0.1,
            "responseLogprobs": True,
            "logprobs": 2,
            "candidateCount": 2,
            "responseModalities": ["TEXT", "AUDIO"],
            "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
            "responseMimeType": "application/json",
            "responseJsonSchema": {"type": "object"},
            "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": True},
            "imageConfig": {"aspectRatio": "1:1"},
        },
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "cachedContent": "cachedContents/a",
        "labels": {"my_label": "x"},
        "serviceTier": "flex",
        "contents": [{"role": "user", "parts": [{"text": "q"}]}],
    }
    request = ask(body)

    assert request == Request(
        "gemini-test",
        (Message("user", (Text("q"),)),),
        (Text("Be brief."),),
        (Tool("f", "d", {"type": "object"}, extra={"behavior": "BLOCKING"}), WebSearch()),
        ToolChoice("tool", "f"),
        output=Output({"type": "object"}),
        reasoning=Reasoning("low", summary="auto"),
        max_tokens=10,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        stop=("x",),
        seed=1,
        presence_penalty=0.1,
        frequency_penalty=-0.1,
        logprobs=True,
        top_logprobs=2,
        n=2,
        modalities=("text", "audio"),
        audio=AudioOutput("Kore", "pcm"),
        service_tier="flex",
        extra={
            "systemInstruction": {"role": "system"},
            "toolConfig": {"retrievalConfig": {"languageCode": "de"}, "includeServerSideToolInvocations": True},
            "safetySettings": body["safetySettings"],
            "cachedContent": "cachedContents/a",
            "labels": {"my_label": "x"},
            "generationConfig": {"imageConfig": {"aspectRatio": "1:1"}},
        },
    )
    assert again(encode, request) == body


def test_either_spelling_is_read(ask: Ask) -> None:
    """The definition's own names are read too."""
    request = ask(
        {
            "system_instruction": {"parts": {"text": "s"}},
            "generation_config": {"max_output_tokens": 3, "thinking_config": {"thinking_budget": 5}},
            "contents": {"parts": {"inline_data": {"mime_type": "image/png", "data": "AA=="}, "thought_signature": "s"}},
        }
    )

    assert (request.system, request.max_tokens, request.reasoning) == ((Text("s"),), 3, Reasoning(budget=5))
    assert request.messages[0].content[0].extra == {"thoughtSignature": "s"}


@pytest.mark.parametrize(
    "config",
    [
        {"maxOutputTokens": "10"},
        {"topK": 2.5},
        {"stopSequences": "x"},
        {"logprobs": 3},
        {"responseLogprobs": False, "logprobs": 3},
        {"responseModalities": ["text"]},
        {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}, "languageCode": "de"}},
        {"speechConfig": {"multiSpeakerVoiceConfig": {}}},
        {"thinkingConfig": 3},
        {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["a"]}},
        {"responseSchema": {"type": "STRING"}},
        {"responseMimeType": "application/json", "responseJsonSchema": True},
        {"responseMimeType": "application/json"},
        {"responseMimeType": "text/plain"},
    ],
)
def test_settings_of_other_forms_go_back_as_they_came(ask: Ask, encode: Callable[..., Any], config: dict[str, Any]) -> None:
    """What this library has no word for is the vendor's to judge."""
    assert again(encode, ask({"contents": [], "generationConfig": config}))["generationConfig"] == config


@pytest.mark.parametrize(
    "field",
    [
        {"systemInstruction": "text"},
        {"systemInstruction": {"parts": [{"inlineData": {"mimeType": "image/png", "data": ""}}]}},
        {"systemInstruction": {"parts": "x"}},
        {"tools": {"googleSearch": {}}},
        {"tools": [{"functionDeclarations": [{"description": "no name"}]}]},
        {"toolConfig": {"functionCallingConfig": {"streamFunctionCallArguments": True}}},
        {"toolConfig": {"functionCallingConfig": {"mode": "AUTO", "allowedFunctionNames": ["f"]}}},
        {"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f", "g"], "odd": 1}}},
        {"toolConfig": {"functionCallingConfig": {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}}},
        {"generationConfig": 3},
        {"serviceTier": 3},
        {"model": "models/x"},
        {"brandNew": {"x": 1}},
    ],
)
def test_fields_of_other_forms_go_back_as_they_came(ask: Ask, encode: Callable[..., Any], field: dict[str, Any]) -> None:
    """Nothing is lost between reading and saying."""
    assert again(encode, ask({"contents": [], **field})) == {"contents": [], **field}


def test_older_schemas_become_json_schema(ask: Ask) -> None:
    """`parameters` and `responseSchema` are read as JSON Schema, which every wire takes."""
    request = ask(
        {
            "contents": [],
            "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}], "codeExecution": {}}],
            "generationConfig": {"responseMimeType": "application/json", "responseSchema": {"type": "STRING", "nullable": True}},
        }
    )

    assert request.tools == (Tool("f", parameters={"type": "object"}), CodeExecution())
    assert request.output == Output({"type": ["string", "null"]})


def test_a_history_goes_back_part_by_part(ask: Ask, encode: Callable[..., Any]) -> None:
    """Calls without ids, results, signatures, unknown parts, roles and fields stand where they stood."""
    contents = [
        {"role": "user", "parts": [{"text": "q"}, {"fileData": {"fileUri": "https://a/b.pdf"}}]},
        {
            "role": "model",
            "parts": [
                {"text": "t", "thought": True},
                {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "s"},
                {"functionCall": {"id": "x", "name": "f"}},
                {"brandNew": 1},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "f", "response": {"result": {"a": 1.0}}}},
                {"functionResponse": {"id": "x", "name": "f", "response": {"error": "no"}}},
                {"text": "and?"},
            ],
        },
        {"role": "function", "parts": [{"functionResponse": {"id": "x", "name": "f", "response": {}}}]},
        {"role": "model", "parts": [{"text": "a"}], "odd": 1},
    ]
    request = ask({"contents": contents})

    assert again(encode, request) == {"contents": contents}
    assert [message.role for message in request.messages] == ["user", "assistant", "user", "user", "assistant"]
    assert request.messages[1].tool_calls[0].id == request.messages[2].content[0].id == "call_0"  # type: ignore[union-attr]
    assert request.messages[1].tool_calls[0].origin == WIRE


@pytest.mark.parametrize(
    ("url", "model", "streams", "headers"),
    [
        ("/v1beta/models/gemini-x:generateContent", "gemini-x", False, {}),
        ("/v1beta/models/gemini-x:streamGenerateContent?alt=sse", "gemini-x", True, {}),
        ("/v1beta/models/gemini-x:streamGenerateContent?key=k", "gemini-x", True, {"accept": "application/json"}),
        ("//v1/projects/p/locations/l/publishers/google/models/g:generateContent", "g", False, {}),
        ("/v1/projects/p/locations/l/endpoints/123:generateContent", "123", False, {}),
        ("/v1beta/tunedModels/mine:generateContent", "tunedModels/mine", False, {}),
        ("/v1beta/models/a%40b:generateContent", "a@b", False, {}),
        ("/v1beta/models/meta/llama:8b:generateContent", "llama:8b", False, {}),
    ],
)
def test_the_path_names_model_and_method(url: str, model: str, streams: bool, headers: dict[str, str]) -> None:
    """The body names neither; without `alt=sse` a stream is to be an array."""
    from dragoman.protocols.gemini import PROTOCOL

    path = url.replace("models/meta/", "models/")
    request = PROTOCOL.decode_request(HttpRequest("POST", f"https://g.test{path}", {}, b'{"contents":[]}'))

    assert (request.model, request.stream, request.headers) == (model, streams, headers)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "not JSON"),
        (b"[]", "no list of contents"),
        (b"{}", "no list of contents"),
        (json.dumps({"contents": [3]}).encode(), r"contents\[0\] is not an object"),
        (json.dumps({"contents": [{"parts": [3]}]}).encode(), r"contents\[0\] is not a list of parts"),
        (json.dumps({"contents": [{"parts": [], "role": 3}]}).encode(), r"contents\[0\] is not a list of parts"),
    ],
)
def test_what_is_no_request(ask: Ask, body: bytes, message: str) -> None:
    """A client is told what is wrong."""
    with pytest.raises(DecodeError, match=message):
        ask(body)


def test_a_path_without_a_model() -> None:
    """There is no request without a model."""
    from dragoman.protocols.gemini import PROTOCOL

    with pytest.raises(DecodeError, match="names no model"):
        PROTOCOL.decode_request(HttpRequest("POST", "https://g.test/v1/messages", {}, b'{"contents":[]}'))

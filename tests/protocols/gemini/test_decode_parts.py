"""Parts to blocks: every kind, what there is no word for, and ids that are made up."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.gemini.decode_parts import PartDecoder, decode_result
from dragoman.protocols.gemini.encode_parts import encode_part
from dragoman.types import (
    Audio,
    Base64,
    Block,
    Document,
    Image,
    Opaque,
    Origin,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)

HERE = Origin("gemini", "g", "m")
PNG = Base64("image/png", "AA==")


@pytest.mark.parametrize(
    ("part", "block"),
    [
        ({"text": "a"}, Text("a")),
        ({"text": "a", "thoughtSignature": "s"}, Text("a", extra={"thoughtSignature": "s"}, origin=HERE)),
        ({"text": "a", "thought": False}, Text("a", extra={"thought": False}, origin=HERE)),
        ({"text": "a", "thought": True}, Thinking("a", origin=HERE)),
        (
            {"text": "a", "thought": True, "thoughtSignature": "s", "partMetadata": {"x_y": 1}},
            Thinking("a", "s", extra={"partMetadata": {"x_y": 1}}, origin=HERE),
        ),
        ({"functionCall": {"id": "c", "name": "f", "args": {"a": [1.5]}}}, ToolCall("c", "f", '{"a":[1.5]}', origin=HERE)),
        (
            {"functionCall": {"id": "c", "name": "f", "odd": 1}, "thoughtSignature": "s"},
            ToolCall("c", "f", extra={"thoughtSignature": "s", "functionCall": {"odd": 1}}, origin=HERE),
        ),
        ({"inlineData": {"mimeType": "image/png", "data": "AA=="}}, Image(PNG)),
        (
            {"inlineData": {"mimeType": "image/png", "data": "-_8="}},
            Image(Base64("image/png", "+/8="), extra={"inlineData": {"data": "-_8="}}, origin=HERE),
        ),
        (
            {
                "inlineData": {"mimeType": "image/png", "data": "AA==", "displayName": "n"},
                "mediaResolution": {"level": "MEDIA_RESOLUTION_HIGH"},
            },
            Image(PNG, detail="high", extra={"inlineData": {"displayName": "n"}}, origin=HERE),
        ),
        (
            {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "mediaResolution": {"numTokens": 3}},
            Image(PNG, extra={"mediaResolution": {"numTokens": 3}}, origin=HERE),
        ),
        ({"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AA=="}}, Audio(Base64("audio/L16;rate=24000", "AA=="))),
        ({"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v"}}, Video(Url("gs://b/v", "video/mp4"))),
        ({"fileData": {"mimeType": "application/pdf", "fileUri": "u"}}, Document(Url("u", "application/pdf"))),
        (
            {"fileData": {"fileUri": "https://youtu.be/x"}, "videoMetadata": {"fps": 1}},
            Document(Url("https://youtu.be/x"), extra={"videoMetadata": {"fps": 1}}, origin=HERE),
        ),
        (
            {"executableCode": {"id": "e", "language": "PYTHON", "code": "1"}},
            ServerToolCall("e", "code_execution", '{"language":"PYTHON","code":"1"}', "executableCode", origin=HERE),
        ),
        (
            {"codeExecutionResult": {"id": "e", "outcome": "OUTCOME_FAILED", "output": "x"}},
            ServerToolResult(
                "e", "codeExecutionResult", {"outcome": "OUTCOME_FAILED", "output": "x"}, is_error=True, origin=HERE
            ),
        ),
        (
            {"toolCall": {"id": "t", "toolType": "URL_CONTEXT", "args": {"u": 1}}, "thoughtSignature": "s"},
            ServerToolCall("t", "web_fetch", '{"u":1}', "toolCall", extra={"thoughtSignature": "s"}, origin=HERE),
        ),
        (
            {"toolResponse": {"id": "t", "toolType": "URL_CONTEXT", "response": {}}},
            ServerToolResult("t", "toolResponse", {"toolType": "URL_CONTEXT", "response": {}}, origin=HERE),
        ),
        (
            {"functionResponse": {"id": "c", "name": "f", "response": {"output": "x"}, "scheduling": "SILENT"}},
            ToolResult("c", (Text("x"),), name="f", extra={"functionResponse": {"scheduling": "SILENT"}}, origin=HERE),
        ),
        (
            {
                "functionResponse": {
                    "id": "c",
                    "name": "f",
                    "response": {"error": "no"},
                    "parts": [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}, {"fileData": {"fileUri": "u"}}],
                }
            },
            ToolResult("c", (Text("no"), Image(PNG), Document(Url("u"))), is_error=True, name="f"),
        ),
        (
            {"functionResponse": {"id": "c", "name": "f", "response": {}, "parts": [{"text": "odd"}]}},
            ToolResult("c", (), name="f", extra={"functionResponse": {"parts": [{"text": "odd"}]}}, origin=HERE),
        ),
        ({"functionResponse": {"id": "c", "name": "f"}}, ToolResult("c", (), name="f", extra={"no_response": True}, origin=HERE)),
        ({"brandNew": 1}, Opaque({"brandNew": 1}, origin=HERE)),
        ({"thoughtSignature": "s"}, Opaque({"thoughtSignature": "s"}, origin=HERE)),
    ],
)
def test_every_kind_of_part(part: dict[str, Any], block: Block) -> None:
    """Each part is its block, and each block its part again."""
    assert PartDecoder(HERE).decode(part) == block
    assert encode_json(block) == part


def encode_json(block: Block) -> Any:
    import json

    import msgspec

    return json.loads(msgspec.json.encode(encode_part(block)))


@pytest.mark.parametrize(
    "part",
    [
        {"text": 3},
        {"functionCall": 3},
        {"functionCall": {"id": "x"}},
        {"functionResponse": 3},
        {"functionResponse": {"response": {}}},
        {"inlineData": {"mimeType": "image/png"}},
        {"fileData": {"mimeType": 3, "fileUri": "u"}},
        {"fileData": {}},
        {"executableCode": 3},
        {"codeExecutionResult": 3},
        {"toolCall": {"toolType": "X"}},
        {"toolCall": {"id": "t"}},
        {"toolResponse": {}},
    ],
)
def test_parts_that_are_not_what_they_should_be(part: dict[str, Any]) -> None:
    """They are opaque, whole, and go back as they came."""
    block = PartDecoder(HERE).decode(part)

    assert block == Opaque(part, origin=HERE)
    assert encode_part(block) == part


def test_results_without_ids_find_their_calls() -> None:
    """A result without an id answers the first open call of its name in the turn before."""
    parts = PartDecoder(HERE)
    calls = [parts.decode({"functionCall": {"name": name}}) for name in ("f", "g", "f")]
    results = [parts.decode({"functionResponse": {"name": name, "response": {}}}) for name in ("g", "f", "f", "f")]

    assert [call.id for call in calls if isinstance(call, ToolCall)] == ["call_0", "call_1", "call_2"]
    assert [result.id for result in results if isinstance(result, ToolResult)] == ["call_1", "call_0", "call_2", "call_3"]
    parts.decode({"functionCall": {"name": "f"}})
    parts.turn()
    late = parts.decode({"functionResponse": {"name": "f", "response": {}}})
    assert isinstance(late, ToolResult)
    assert late.id == "call_5"


def test_code_without_ids_finds_its_result() -> None:
    """The result of code stands behind it."""
    parts = PartDecoder(HERE, "x_")
    code, result, more = (
        parts.decode(part)
        for part in (
            {"executableCode": {"code": "1"}},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK"}},
            {"codeExecutionResult": {}},
        )
    )

    assert isinstance(code, ServerToolCall)
    assert isinstance(result, ServerToolResult)
    assert (code.id, result.id, result.is_error) == ("x_0", "x_0", False)
    assert encode_part(more) == {"codeExecutionResult": {}}


@pytest.mark.parametrize(
    ("response", "texts", "is_error"),
    [
        ({}, [], False),
        ({"output": "x"}, ["x"], False),
        ({"output": ["x", "y"]}, ["x", "y"], False),
        ({"output": ["x"]}, ['{"output":["x"]}'], False),
        ({"output": 3}, ['{"output":3}'], False),
        ({"error": "no"}, ["no"], True),
        ({"error": {"code": 3}}, ['{"error":{"code":3}}'], True),
        ({"result": "x"}, ['{"result":"x"}'], False),
        ({"output": "x", "error": "y"}, ['{"output":"x","error":"y"}'], False),
    ],
)
def test_what_a_result_says(response: dict[str, Any], texts: list[str], is_error: bool) -> None:
    """The documented fields are text, any other object its own JSON text; either is said again as it came."""
    content, failed = decode_result(response)
    wire = encode_json(ToolResult("c", tuple(content), failed, "f"))

    assert ([block.text for block in content if isinstance(block, Text)], failed) == (texts, is_error)
    assert wire["functionResponse"]["response"] == response

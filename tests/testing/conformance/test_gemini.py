"""What the checks know about Google's Gemini API."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.testing.conformance.checks import Suite
from dragoman.testing.conformance.corpus import Exchange
from dragoman.testing.conformance.gemini import RULES
from dragoman.testing.conformance.oracle import compare, expected_summary
from dragoman.testing.conformance.rules import ANY
from dragoman.testing.conformance.runner import load_suite
from dragoman.types import (
    Document,
    Image,
    Message,
    Opaque,
    Response,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    Usage,
)
from dragoman.types.content import Base64, Url

HEAD = {"responseId": "r", "modelVersion": "m"}


def exchange(*chunks: Any, framing: str = "sse", row: dict[str, Any] | None = None, provider: str = "google") -> Exchange:
    """An answer, and what an SDK reads in it."""
    body = "".join([f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]) if framing == "sse" else json.dumps(chunks[0])
    record = {
        "id": "x",
        "wire": "gemini-generate",
        "provider": provider,
        "framing": framing,
        "model": "m",
        "request": {
            "method": "POST",
            "host": "g.test",
            "path": "/v1beta/models/m:generateContent",
            "headers": {},
            "body": {"contents": []},
        },
        "response": {"status": 200, "headers": {}, "body": body},
    }
    base = {"status": 200, "text": "", "tool_calls": [], "citations": 0, "blocks": [], "response_id": "r", "model": "m"}
    return Exchange(record, ({**base, "finish_reason": "STOP", **(row or {})},))


def say(*parts: Any, **fields: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts)}, **fields}], **HEAD}


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite("gemini-generate")


def used(suite: Suite, played: Exchange) -> tuple[str, ...]:
    result = suite.run(1, played)
    assert result.reasons == ()
    return result.used


END = say({"text": ""}, finishReason="STOP")


@pytest.mark.parametrize(
    ("played", "rules"),
    [
        (
            exchange(say({"text": "a"}), say({"text": "b"}), END, row={"text": "ab", "blocks": ["text", "text", "text"]}),
            ["pieces of text are one block"],
        ),
        (
            exchange(say({"text": "a"}), row={"text": "a", "finish_reason": None, "blocks": ["text"]}),
            ["no finishReason is a cut"],
        ),
        (
            exchange({"promptFeedback": {"blockReason": "SAFETY"}, **HEAD}, framing="json", row={"finish_reason": None}),
            ["a blocked prompt is an error"],
        ),
        (
            exchange(
                say({"functionCall": {"name": "f"}}, finishReason="STOP"),
                row={"tool_calls": [{"id": None, "name": "f", "arguments": None}], "blocks": ["function_call"]},
            ),
            ["ids of our own", "no args are none"],
        ),
        (
            exchange(
                say({"functionCall": {"name": "f", "willContinue": True}}),
                say({"functionCall": {"partialArgs": [{"jsonPath": "$.a", "numberValue": 1}]}}),
                END,
                row={
                    "tool_calls": [{"id": None, "name": "f", "arguments": None}] * 2,
                    "blocks": ["function_call"] * 2 + ["text"],
                },
            ),
            ["calls in pieces are one call", "pieces of text are one block"],
        ),
        (
            exchange(
                say({"text": "a b"}, finishReason=1),
                framing="json",
                row={"text": "", "finish_reason": None, "error": {"status": None, "type": None, "code": None}},
            ),
            ["enumerations by number"],
        ),
        (
            exchange(
                say(
                    {"text": "a b"},
                    finishReason="STOP",
                    groundingMetadata={
                        "groundingChunks": [{"web": {"uri": "u"}}],
                        "groundingSupports": [
                            {"segment": {"endIndex": 1, "text": text}, "groundingChunkIndices": [0]} for text in "ab"
                        ],
                    },
                ),
                framing="json",
                row={"text": "a b", "citations": 1, "blocks": ["text"]},
            ),
            ["citations are spans"],
        ),
    ],
)
def test_where_the_sdk_reads_otherwise(suite: Suite, played: Exchange, rules: list[str]) -> None:
    """Each rule has its cause, and is used for nothing else."""
    assert list(used(suite, played)) == rules


def test_rules_do_not_hide_other_differences(suite: Suite) -> None:
    """What a rule is not about still has to be the same."""
    played = exchange(say({"text": "a"}), row={"text": "b", "finish_reason": None, "blocks": ["text"]})
    ours = {"end": "cut", "text": "a", "tool_calls": [], "blocks": ["text"], "citations": 0, "finish_reason": None}
    found, _ = compare(played, expected_summary(played.oracle[0], ours), ours, RULES.oracle_rules)

    assert any(text.startswith("text") for text in found)


def test_counts_as_the_wire_means_them() -> None:
    """The prompt includes what was cached and not what tools said, the answer excludes thoughts."""
    raw = {"promptTokenCount": 10, "toolUsePromptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 20}

    assert RULES.usage(Usage(11, 5, 4, None, 3, raw)) == {
        "input": 10,
        "output": 2,
        "total": 20,
        "cache_read": 4,
        "cache_write": None,
        "reasoning": 3,
    }
    assert RULES.usage(Usage(reasoning=3, output=3))["output"] is None
    assert RULES.usage(Usage(1))["output"] is None


def test_blocks_in_the_words_of_the_wire() -> None:
    """Kinds in order, and which are signed."""
    signed = {"thoughtSignature": "s"}
    content = (
        Thinking("t", "s"),
        Text("a", extra=signed),
        ToolCall("c", "f"),
        ServerToolCall("e", "code_execution", kind="executableCode"),
        ServerToolResult("e", "codeExecutionResult"),
        ServerToolCall("t", "URL_CONTEXT", kind="toolCall"),
        Image(Base64("image/png", "")),
        Document(Url("u")),
        Opaque({"brandNew": 1, **signed}),
        Opaque({"toolCall": {}}),
    )

    assert RULES.extra(Response(Message("assistant", content)))["blocks"] == [
        "thought+sig",
        "text+sig",
        "function_call",
        "executable_code",
        "code_execution_result",
        "tool_call",
        "inline_data",
        "file_data",
        "?+sig",
        "tool_call",
    ]


def test_what_a_turn_sends_back() -> None:
    """Texts joined, calls, and each signature once, in either spelling of names."""
    parts = [
        {"text": "t", "thought": True, "thought_signature": "s"},
        {"text": "a"},
        {"text": "b"},
        {"function_call": {"id": "c", "name": "f", "args": {"my_arg": 1}}, "thought_signature": "s"},
    ]
    body = {"contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": parts}]}
    before = copy.deepcopy(body)
    call = ["c", "f", {"my_arg": 1}]

    assert [sorted(turn) for turn in RULES.echoes(body)] == [
        sorted(
            [
                ("text", "ab"),
                ("thinking_text", ["thought", "t"]),
                ("signature", ["thoughtSignature", "s"]),
                ("tool_id", call),
                ("tool_name", call),
            ]
        )
    ]
    assert before == body


def equivalence(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    item = next(item for item in RULES.equivalences if item.name == name)

    def apply(body: dict[str, Any]) -> dict[str, Any]:
        body = copy.deepcopy(body)
        item.apply(body)
        return body

    return apply


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        (
            "snake_case is camelCase",
            {"safety_settings": [{"a_b": 1}], "labels": {"a_b": 1}},
            {"safetySettings": [{"aB": 1}], "labels": {"a_b": 1}},
        ),
        ("null is absent", {"tools": [{"x": None, "parameters": {"y": None}}]}, {"tools": [{"parameters": {"y": None}}]}),
        (
            "one item is a list of one",
            {"contents": {"parts": {"text": "q"}}},
            {"contents": [{"role": "user", "parts": [{"text": "q"}]}]},
        ),
        ("empty is absent", {"tools": [], "generationConfig": {"stopSequences": []}}, {}),
        (
            "each tool on its own",
            {"tools": [{"functionDeclarations": [{"name": "f"}, {"name": "g"}], "codeExecution": {}}]},
            {
                "tools": [
                    {"functionDeclarations": [{"name": "f"}]},
                    {"functionDeclarations": [{"name": "g"}]},
                    {"codeExecution": {}},
                ]
            },
        ),
        (
            "JSON Schema for OpenAPI",
            {
                "tools": [
                    {
                        "functionDeclarations": [
                            {"parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}}}
                        ]
                    }
                ]
            },
            {
                "tools": [
                    {
                        "functionDeclarations": [
                            {"parametersJsonSchema": {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}}
                        ]
                    }
                ]
            },
        ),
        (
            "JSON Schema for OpenAPI",
            {"generationConfig": {"responseSchema": {"anyOf": [{"type": "INTEGER", "minItems": "1"}], "nullable": True}}},
            {"generationConfig": {"responseJsonSchema": {"anyOf": [{"type": "integer", "minItems": 1}, {"type": "null"}]}}},
        ),
        (
            "thinkingLevel in any case",
            {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}}},
            {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}},
        ),
        (
            "results of a turn are one content",
            {
                "contents": [{"role": "user", "parts": [{"functionResponse": name}]} for name in (1, 2)]
                + [{"role": "user", "parts": [{"text": "q"}]}]
            },
            {
                "contents": [
                    {"role": "user", "parts": [{"functionResponse": 1}, {"functionResponse": 2}]},
                    {"role": "user", "parts": [{"text": "q"}]},
                ]
            },
        ),
        (
            "empty text says nothing",
            {"contents": [{"role": "user", "parts": [{"text": ""}]}], "systemInstruction": {"parts": [{"text": ""}]}},
            {"contents": []},
        ),
    ],
)
def test_two_ways_to_say_one_thing(name: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    """The first is read as the second, which stays as it is."""
    apply = equivalence(name)

    assert apply(one) == other
    assert apply(other) == other


def test_vertex_has_its_paths() -> None:
    """Recordings of Vertex are played in its dialect."""
    dialect = RULES.dialect(exchange(END, provider="vertex"))

    assert dialect.model_path == "publishers/google/models/{model}"
    assert RULES.dialect(exchange(END)) is None
    assert ANY == RULES.wire

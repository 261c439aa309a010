"""Requests of clients, and that they are said again as they came."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.bedrock_converse.decode_request import decode_request
from dragoman.types import (
    Cache,
    Message,
    Opaque,
    Output,
    Reasoning,
    Request,
    Text,
    Tool,
    ToolChoice,
    VendorTool,
)
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]
Read = Callable[..., Request]
Encode = Callable[..., Any]

SAID = [{"role": "user", "content": [{"text": "q"}]}]
SCHEMA = {"type": "object"}


def test_everything_that_has_a_word(read: Read) -> None:
    """Known fields are read, unknown ones are kept."""
    request = read(
        {
            "messages": SAID,
            "system": [{"text": "s"}, {"cachePoint": {"type": "default"}}],
            "inferenceConfig": {"maxTokens": 5, "temperature": 1, "topP": 0.5, "stopSequences": ["x"], "new": 1},
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "n", "inputSchema": {"json": SCHEMA}, "strict": True, "new": 1}},
                    {"cachePoint": {"type": "default", "ttl": "1h"}},
                    {"systemTool": {"name": "s"}},
                    {"cachePoint": {"type": "default"}},
                ],
                "toolChoice": {"tool": {"name": "n"}},
            },
            "outputConfig": {
                "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": '{"type":"object"}', "name": "o"}}},
                "effort": "low",
            },
            "additionalModelRequestFields": {"thinking": {"type": "adaptive"}, "top_k": 4, "anthropic_beta": ["b"]},
            "requestMetadata": {"a": "b"},
            "serviceTier": {"type": "flex"},
            "performanceConfig": {"latency": "optimized"},
            "promptVariables": None,
        },
        verb="converse-stream",
    )

    assert request == Request(
        "us.anthropic.claude-test-v1:0",
        (Message("user", (Text("q"),)),),
        system=(Text("s", cache=Cache()),),
        tools=(
            Tool("n", None, SCHEMA, True, Cache("1h"), {"new": 1}),
            VendorTool({"systemTool": {"name": "s"}}, "bedrock_converse"),
            VendorTool({"cachePoint": {"type": "default"}}, "bedrock_converse"),
        ),
        tool_choice=ToolChoice("tool", "n"),
        output=Output(SCHEMA, "o"),
        reasoning=Reasoning("low", mode="adaptive"),
        top_k=4,
        max_tokens=5,
        temperature=1,
        top_p=0.5,
        stop=("x",),
        metadata={"a": "b"},
        service_tier="flex",
        stream=True,
        extra={
            "inferenceConfig": {"new": 1},
            "additionalModelRequestFields": {"anthropic_beta": ["b"]},
            "performanceConfig": {"latency": "optimized"},
        },
    )


@pytest.mark.parametrize(
    "body",
    [
        {"system": [{"cachePoint": {"type": "default"}}, {"text": "s"}]},
        {"system": [{"guardContent": {"text": {"text": "s", "qualifiers": ["query"]}}}]},
        {"system": "text"},
        {"inferenceConfig": {"maxTokens": "5"}},
        {"inferenceConfig": 5},
        {"toolConfig": {"tools": [{"toolSpec": {"name": "n"}}], "toolChoice": {"new": {}}, "new": 1}},
        {"toolConfig": {"tools": [{"toolSpec": {"name": "n", "description": "", "inputSchema": {"json": SCHEMA}}}]}},
        {"toolConfig": {"tools": "?"}},
        {
            "toolConfig": {
                "tools": [{"toolSpec": {"name": "n", "inputSchema": {"json": SCHEMA}}}],
                "toolChoice": {"any": {"a": 1}},
            }
        },
        {"outputConfig": {"textFormat": {"type": "new"}, "new": 1}},
        {"outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{"}}}}},
        {
            "outputConfig": {
                "textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": "{}", "name": "output"}}}
            }
        },
        {"outputConfig": {"effort": "low"}},
        {"requestMetadata": {"a": 1}},
        {"serviceTier": {"type": "new"}},
        {"guardrailConfig": {"guardrailIdentifier": "g", "streamProcessingMode": "async"}},
        {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 5}}},
        {"additionalModelResponseFieldPaths": ["/stop_sequence"]},
    ],
)
@pytest.mark.parametrize("model", ["us.anthropic.claude-test-v1:0", "amazon.nova-lite-v1:0", "meta.llama-1"])
def test_a_body_is_said_again(read: Read, encode: Encode, body: Json, model: str) -> None:
    """Documented or not, every field goes back as it came."""
    body = {**body, "messages": SAID}
    sent = encode(request=read(body, model), model=model)

    assert sent.body == body
    assert sent.reported == []


def test_roles_and_fields_of_messages(read: Read) -> None:
    """What the assistant says is read as an answer's blocks are; unknown fields stay on the message."""
    request = read({"messages": [{"role": "user", "content": [], "new": 1}, {"role": "assistant", "content": [{"new": 1}]}]})

    assert request.messages[0].extra == {"new": 1}
    assert isinstance(request.messages[1].content[0], Opaque)


ARN = "arn:aws:bedrock:r:1:inference-profile/us.a.b"


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        ("/model/a.b-v1%3A0/converse", "a.b-v1:0", False),
        (f"/proxy/model/{ARN}/converse-stream", ARN, True),
        ("/elsewhere", "", False),
    ],
)
def test_the_model_in_the_path(path: str, model: str, stream: bool) -> None:
    """Encoded or not, the id is read whole."""
    request = decode_request(HttpRequest("POST", f"https://h{path}?x=1", {}, json.dumps({"messages": SAID}).encode()))

    assert (request.model, request.stream) == (model, stream)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {"messages": {}},
        {"messages": [1]},
        {"messages": [{"role": "tool", "content": []}]},
        {"messages": [{"role": "user", "content": "text"}]},
        {"messages": [{"role": "user", "content": ["text"]}]},
    ],
)
def test_what_is_no_request(read: Read, body: Any) -> None:
    """It raises the error that a server answers with 400."""
    with pytest.raises(DecodeError):
        read(body)

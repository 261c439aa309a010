"""Settings, the path and the body as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman import assistant, tool_result, user
from dragoman.errors import Unsupported
from dragoman.protocols.bedrock_converse import ConverseDialect
from dragoman.protocols.bedrock_converse.encode_request import JSON_ONLY
from dragoman.types import Cache, Output, Reasoning, Request, Text, Tool, ToolCall

Encode = Callable[..., Any]
BASE = "https://bedrock-runtime.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("model", "stream", "path"),
    [
        ("us.anthropic.claude-v1:0", False, "/model/us.anthropic.claude-v1%3A0/converse"),
        ("arn:aws:bedrock:r:1:x/us.a.b", True, "/model/arn%3Aaws%3Abedrock%3Ar%3A1%3Ax%2Fus.a.b/converse-stream"),
        ("../../x?key=1#", False, "/model/..%2F..%2Fx%3Fkey%3D1%23/converse"),
    ],
)
def test_the_model_is_one_segment_of_the_path(encode: Encode, model: str, stream: bool, path: str) -> None:
    """Whatever is in a model's id stays inside its segment."""
    sent = encode(user("q"), model=model, stream=stream)

    assert (sent.http.method, sent.http.url) == ("POST", BASE + path)
    assert "model" not in sent.body
    assert "stream" not in sent.body


@pytest.mark.parametrize("model", ["", ".", ".."])
def test_ids_that_would_leave_their_segment(encode: Encode, model: str) -> None:
    """They are refused."""
    with pytest.raises(Unsupported):
        encode(user("q"), model=model)


def test_settings(encode: Encode) -> None:
    """Each in its place, `messages` last."""
    sent = encode(
        user("q"),
        system=(Text("s", cache=Cache()),),
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        stop=("x",),
        metadata={"a": "b"},
        service_tier="standard",
        headers={"X-Amzn-Trace": "t"},
        extra={"guardrailConfig": {"guardrailIdentifier": "g"}, "inferenceConfig": {"new": 1}},
    )

    assert sent.body == {
        "system": [{"text": "s"}, {"cachePoint": {"type": "default"}}],
        "inferenceConfig": {"maxTokens": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["x"], "new": 1},
        "requestMetadata": {"a": "b"},
        "serviceTier": {"type": "default"},
        "guardrailConfig": {"guardrailIdentifier": "g"},
        "messages": [{"role": "user", "content": [{"text": "q"}]}],
    }
    assert list(sent.body)[-1] == "messages"
    assert sent.http.headers == {"content-type": "application/json", "x-amzn-trace": "t"}
    assert sent.reported == []


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": 1},
        {"presence_penalty": 1.0},
        {"frequency_penalty": 1.0},
        {"logprobs": True},
        {"top_logprobs": 1},
        {"n": 2},
        {"user": "u"},
        {"cache_key": "k"},
        {"service_tier": "scale"},
        {"modalities": ("text", "audio")},
        {"metadata": {"a": 1}},
    ],
)
def test_settings_without_a_word(encode: Encode, fields: dict[str, Any]) -> None:
    """They are dropped, reported, and refused where policy says so."""
    name = next(iter(fields))

    assert encode(user("q"), **fields).reported == [(name, "dropped")]
    with pytest.raises(Unsupported):
        encode(user("q"), policy="strict", **fields)


def test_the_form_of_an_answer(encode: Encode) -> None:
    """A schema travels as text; JSON of any form is asked for in words."""
    schema = {"type": "object", "properties": {"é": {}}, "additionalProperties": False}
    held = encode(user("q"), output=Output(schema, "o", True, "d"), reasoning=Reasoning("high", mode=""))
    loose = encode(user("q"), output=Output(kind="json_object"))
    other = encode(user("q"), output=Output(schema, strict=False))
    without = encode(user("q"), output=Output(schema), dialect=ConverseDialect(structured_output=False))

    form = held.body["outputConfig"]["textFormat"]
    assert json.loads(form["structure"]["jsonSchema"].pop("schema")) == schema
    assert form == {"type": "json_schema", "structure": {"jsonSchema": {"name": "o", "description": "d"}}}
    assert held.body["outputConfig"]["effort"] == "high"
    assert (loose.body["system"], loose.reported) == ([{"text": JSON_ONLY}], [("output", "changed")])
    assert (list(other.body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]), other.reported) == (
        ["schema"],
        [("output", "changed")],
    )
    assert without.reported == [("output", "dropped")]


def test_a_mark_for_the_whole_prompt(encode: Encode) -> None:
    """It stands at its end, once."""
    point = {"cachePoint": {"type": "default", "ttl": "1h"}}

    assert encode(user("q"), cache=Cache("1h")).content(0) == [{"text": "q"}, point]
    assert encode(user(Text("q", cache=Cache("1h"))), cache=Cache()).content(0) == [{"text": "q"}, point]
    assert encode(user("q"), cache=Cache(), dialect=ConverseDialect(cache=False)).reported == [("cache", "dropped")]


def test_native_fields_are_joined(encode: Encode) -> None:
    """What the caller adds stands beside what we say, and wins."""
    sent = encode(
        user("q"),
        top_k=5,
        reasoning=Reasoning(budget=2000),
        extra={"additionalModelRequestFields": {"anthropic_beta": ["b"], "top_k": 7}},
    )

    assert sent.body["additionalModelRequestFields"] == {
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "top_k": 7,
        "anthropic_beta": ["b"],
    }


def test_a_longer_history_begins_as_the_shorter(encode: Encode) -> None:
    """Prompt caches depend on it."""
    history = (user("a"), assistant(ToolCall("i", "n", "{}")), tool_result("i", "r"), user("b"), assistant("c"), user("d"))
    tools = (Tool("n", parameters={"type": "object"}),)

    for end in (1, 3, 4):
        shorter = encode(*history[:end], tools=tools).http.body
        longer = encode(*history, tools=tools).http.body
        assert longer.startswith(shorter.removesuffix(b"]}]}"))
        assert shorter == encode(*history[:end], tools=tools).http.body


def test_half_a_surrogate_pair(encode: Encode) -> None:
    """No JSON can carry it."""
    with pytest.raises(Unsupported):
        encode(user("\ud800"))


def test_messages_of_the_callers_own(encode: Encode) -> None:
    """`extra` wins over everything else, the history included."""
    sent = encode(request=Request("m.x", (user("q"),), extra={"messages": []}, cache=Cache()))

    assert sent.body == {"messages": []}

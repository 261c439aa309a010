"""Requests to HTTP: URL, headers, body, and what is reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from dragoman import user
from dragoman.errors import Unsupported
from dragoman.protocols.anthropic_messages import MessagesDialect
from dragoman.protocols.anthropic_messages.dialect import REFERENCE
from dragoman.protocols.anthropic_messages.encode_request import JSON_ONLY, encode_request
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    AudioOutput,
    Base64,
    Cache,
    CustomTool,
    Document,
    Image,
    Message,
    Output,
    Reasoning,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    VendorTool,
)

Encode = Callable[..., Any]
HI = user("hi")
MODERN = MessagesDialect(version="2026-10-21")
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
FULL: dict[str, Any] = {
    "system": (Text("be brief"), Text("and kind", cache=Cache())),
    "tools": (
        Tool("weather", "of a city", SCHEMA, strict=True, cache=Cache("1h"), extra={"defer_loading": False}),
        Tool("now"),
        VendorTool({"type": "web_search_20250305", "name": "web_search"}),
    ),
    "tool_choice": ToolChoice("tool", "weather"),
    "parallel_tools": False,
    "output": Output(SCHEMA),
    "reasoning": Reasoning("high", 2000),
    "max_tokens": 4000,
    "temperature": 1.0,
    "top_p": 0.9,
    "top_k": 5,
    "stop": ("END",),
    "user": "u-1",
    "service_tier": "auto",
    "cache": Cache("5m"),
    "stream": True,
    "headers": {"anthropic-beta": "b,a", "X-Own": "1"},
}


def test_thinking_shuts_out_other_sampling_and_forced_calls(encode: Encode) -> None:
    """The vendor refuses them together: what stands in its way is dropped or weakened, and listed."""
    words = {"temperature": 0.3, "top_k": 5, "top_p": 0.5, "tools": (Tool("f"),), "tool_choice": ToolChoice("tool", "f")}
    sent = encode(user("Hi"), reasoning=Reasoning(budget=2000), max_tokens=4000, **words)

    assert {"type": "auto"} == sent.body["tool_choice"]
    assert set() == {"temperature", "top_k", "top_p"} & sent.body.keys()
    assert [("temperature", "dropped"), ("top_k", "dropped"), ("top_p", "dropped"), ("tool_choice", "changed")] == sent.reported

    kept = encode(user("Hi"), reasoning=Reasoning(budget=2000), max_tokens=4000, temperature=1.0, top_p=0.97)
    assert (1.0, 0.97, []) == (kept.body["temperature"], kept.body["top_p"], kept.reported)
    unthinking = encode(user("Hi"), reasoning=Reasoning(mode="disabled"), temperature=0.3, top_k=5)
    assert (0.3, 5, []) == (unthinking.body["temperature"], unthinking.body["top_k"], unthinking.reported)


def test_a_whole_request(encode: Encode, schema_errors: Callable[[Any, str], list[str]]) -> None:
    """Every common option has its field; the body is valid by the vendor's schema and ends in the messages."""
    sent = encode(
        user(Image(Base64("image/png", "AA==")), Document(Base64("application/pdf", "AA==")), "what is this?"),
        Message("assistant", (Thinking("", "sig"), Text("hm"), ToolCall("toolu_1", "weather", '{"city":"Oslo"}'))),
        user(ToolResult("toolu_1", (Text("sun"),), is_error=True)),
        dialect=replace(REFERENCE, thinking_alone=False),
        **FULL,
    )

    assert "https://api.anthropic.com/v1/messages" == sent.http.url
    assert {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "x-own": "1",
        "anthropic-beta": "b,a",
    } == sent.http.headers
    assert [] == sent.reported
    assert "messages" == list(sent.body)[-1]
    assert [] == schema_errors(sent.body, "CreateMessageParams")
    body = {key: value for key, value in sent.body.items() if key != "messages"}
    assert {
        "model": "claude-test",
        "max_tokens": 4000,
        "system": [
            {"type": "text", "text": "be brief"},
            {"type": "text", "text": "and kind", "cache_control": {"type": "ephemeral"}},
        ],
        "tools": [
            {
                "name": "weather",
                "description": "of a city",
                "input_schema": SCHEMA,
                "strict": True,
                "cache_control": {"type": "ephemeral", "ttl": "1h"},
                "defer_loading": False,
            },
            {"name": "now", "input_schema": {"type": "object", "properties": {}}},
            {"type": "web_search_20250305", "name": "web_search"},
        ],
        "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": True},
        "thinking": {"type": "enabled", "budget_tokens": 2000},
        "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": SCHEMA}},
        "temperature": 1.0,
        "top_p": 0.9,
        "top_k": 5,
        "stop_sequences": ["END"],
        "metadata": {"user_id": "u-1"},
        "service_tier": "auto",
        "cache_control": {"type": "ephemeral", "ttl": "5m"},
        "stream": True,
    } == body


def test_a_small_request_says_little(encode: Encode) -> None:
    """Only what is required is sent; the limit the wire demands is no adaptation."""
    sent = encode(HI)

    assert {
        "model": "claude-test",
        "max_tokens": MessagesDialect().max_tokens,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
    } == sent.body
    assert [] == sent.reported


@pytest.mark.parametrize(
    ("fields", "limit", "reported"),
    [
        ({"max_tokens": 0}, 0, []),
        ({"max_tokens": 3000, "reasoning": Reasoning(budget=2000)}, 3000, []),
        ({"max_tokens": 1000, "reasoning": Reasoning(budget=2000)}, 3000, [("max_tokens", "changed")]),
        ({"reasoning": Reasoning(budget=30_000)}, 30_000 + MessagesDialect().max_tokens, []),
        (
            {
                "max_tokens": 1000,
                "reasoning": Reasoning(budget=2000),
                "headers": {"Anthropic-Beta": "interleaved-thinking-2025-05-14"},
            },
            1000,
            [],
        ),
    ],
)
def test_the_limit_stands_above_the_thinking_budget(encode: Encode, fields: Any, limit: int, reported: Any) -> None:
    """A limit below the budget it includes is raised by it, unless thinking is interleaved."""
    sent = encode(HI, **fields)

    assert (limit, reported) == (sent.body["max_tokens"], sent.reported)


@pytest.mark.parametrize("dialect", [MODERN, MessagesDialect(sampling=False)])
def test_sampling_settings_go_where_they_are_taken(encode: Encode, dialect: MessagesDialect) -> None:
    """The version of October 2026 and newer models take none: each is reported."""
    sent = encode(HI, temperature=0.0, top_p=0.5, top_k=3, dialect=dialect)

    assert not {"temperature", "top_p", "top_k"} & sent.body.keys()
    assert [("temperature", "dropped"), ("top_p", "dropped"), ("top_k", "dropped")] == sent.reported


def test_the_version_of_the_request_wins(encode: Encode) -> None:
    """A request that names a version in its headers is judged by it."""
    sent = encode(HI, temperature=0.5, headers={"anthropic-version": "2026-10-21"})

    assert "2026-10-21" == sent.http.headers["anthropic-version"]
    assert [("temperature", "dropped")] == sent.reported


def test_temperature_ends_at_one(encode: Encode) -> None:
    """Other wires go up to 2."""
    sent = encode(HI, temperature=1.5)

    assert (1.0, [("temperature", "changed")]) == (sent.body["temperature"], sent.reported)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", 1),
        ("presence_penalty", 0.5),
        ("frequency_penalty", 0.5),
        ("logprobs", True),
        ("top_logprobs", 3),
        ("n", 2),
        ("modalities", ("text", "audio")),
        ("audio", AudioOutput("v", "wav")),
        ("cache_key", "k"),
        ("routing", object()),
        ("metadata", {"team": "x"}),
        ("service_tier", "flex"),
    ],
)
def test_what_has_no_word_is_reported(encode: Encode, field: str, value: Any) -> None:
    """Each such setting is dropped under its own name; strict callers get a refusal."""
    sent = encode(HI, **{field: value})

    assert [(field, "dropped")] == sent.reported
    assert encode(HI).body == sent.body
    with pytest.raises(Unsupported) as caught:
        encode(HI, policy="strict", **{field: value})
    assert field == caught.value.feature


@pytest.mark.parametrize("fields", [{"n": 1}, {"logprobs": False}, {"modalities": ("text",)}, {"output": Output(kind="text")}])
def test_what_asks_for_nothing_is_no_adaptation(encode: Encode, fields: Any) -> None:
    """Settings that say what happens anyway are not reported."""
    sent = encode(HI, **fields)

    assert (encode(HI).body, []) == (sent.body, sent.reported)


@pytest.mark.parametrize(("tier", "expected"), [("default", "standard_only"), ("standard_only", "standard_only"), ("new", "new")])
def test_service_tiers(encode: Encode, tier: str, expected: str) -> None:
    """The common word for the usual tier has its own here; unknown words are the vendor's to judge."""
    assert expected == encode(HI, service_tier=tier).body["service_tier"]


@pytest.mark.parametrize(
    ("choice", "parallel", "expected"),
    [
        (None, None, None),
        (None, True, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice(), True, {"type": "auto", "disable_parallel_tool_use": False}),
        (ToolChoice("required"), None, {"type": "any"}),
        (ToolChoice("none"), False, {"type": "none"}),
        (ToolChoice("tool", "f", extra={"x": 1}), None, {"type": "tool", "name": "f", "x": 1}),
        (ToolChoice("moon"), None, {"type": "moon"}),
    ],
)
def test_the_choice_of_tools(encode: Encode, choice: Any, parallel: Any, expected: Any) -> None:
    """Each mode has its word, and the switch for parallel calls stands in it."""
    sent = encode(HI, tools=(Tool("f"),), tool_choice=choice, parallel_tools=parallel)

    assert (expected, []) == (sent.body.get("tool_choice"), sent.reported)


def test_choices_a_model_does_not_take(encode: Encode) -> None:
    """Forcing becomes allowing, and the parallel switch is dropped, both reported."""
    dialect = MessagesDialect(forced_tools=False, parallel_switch=False)
    sent = encode(HI, tools=(Tool("f"),), tool_choice=ToolChoice("required"), parallel_tools=False, dialect=dialect)

    assert {"type": "auto"} == sent.body["tool_choice"]
    assert [("tool_choice", "changed"), ("parallel_tools", "dropped")] == sent.reported


def test_allowed_tools_are_the_ones_offered(encode: Encode) -> None:
    """The wire cannot narrow a choice: tools beyond it are not offered."""
    tools = (Tool("a"), VendorTool({"type": "bash_20250124", "name": "bash"}), Tool("c"))
    sent = encode(HI, tools=tools, tool_choice=ToolChoice("required", allowed=("bash", "c")))

    assert ["bash", "c"] == [tool["name"] for tool in sent.body["tools"]]
    assert [("tool_choice", "changed")] == sent.reported
    assert [] == encode(HI, tools=tools[:1], tool_choice=ToolChoice(allowed=("a",))).reported


def test_tools_of_other_wires(encode: Encode) -> None:
    """A free-text tool takes one string; a schema must be an object; another vendor's own tool stays out."""
    sent = encode(
        HI,
        tools=(
            CustomTool("sql", "runs SQL", "lark", "start: x"),
            CustomTool("note"),
            Tool("f", parameters={"properties": {}}),
            VendorTool({"type": "web_search"}, "openai_responses"),
            VendorTool({"type": "x"}, "anthropic_messages"),
        ),
    )
    first, second, third, fourth = sent.body["tools"]

    assert {"type": "string", "description": "Text in this lark grammar:\nstart: x"} == first["input_schema"]["properties"][
        "input"
    ]
    assert {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]} == second["input_schema"]
    assert {"type": "object", "properties": {}} == third["input_schema"]
    assert {"type": "x"} == fourth
    assert [("custom_tool", "changed"), ("custom_tool", "changed"), ("schema", "changed"), ("vendor_tool", "dropped")] == (
        sent.reported
    )


def test_a_provider_without_extras(encode: Encode) -> None:
    """Marks, strictness and forms of answers are dropped where they are not taken, each reported."""
    dialect = MessagesDialect(cache=False, structured_output=False)
    sent = encode(
        HI,
        tools=(Tool("f", strict=True, cache=Cache()), Tool("g", strict=False)),
        output=Output(SCHEMA),
        cache=Cache(),
        dialect=dialect,
    )

    assert not {"output_config", "cache_control"} & sent.body.keys()
    assert [{"name", "input_schema"}] * 2 == [set(tool) for tool in sent.body["tools"]]
    assert {("strict", "dropped"), ("cache", "dropped"), ("output", "dropped")} == set(sent.reported)


def test_any_json_is_asked_for_in_words(encode: Encode) -> None:
    """The wire has no word for JSON of any form: the system prompt says it."""
    sent = encode(HI, output=Output(kind="json_object"), system=(Text("be brief"),))

    assert ["be brief", JSON_ONLY] == [block["text"] for block in sent.body["system"]]
    assert [("output", "changed")] == sent.reported


def test_forms_to_come(encode: Encode) -> None:
    """Other kinds of form go out as they are; a description has no place."""
    sent = encode(HI, output=Output(kind="regex", description="d", extra={"pattern": "a+"}))

    assert {"format": {"type": "regex", "pattern": "a+"}} == sent.body["output_config"]
    assert [("output", "changed")] == sent.reported


def test_extra_fields_win(encode: Encode) -> None:
    """Fields given as they are replace ours; objects are joined field by field."""
    sent = encode(
        HI,
        reasoning=Reasoning("high", mode=""),
        extra={"max_tokens": 7, "output_config": {"task_budget": {"total": 1}}, "mcp_servers": [], "system": "own"},
    )

    assert (7, [], "own") == (sent.body["max_tokens"], sent.body["mcp_servers"], sent.body["system"])
    assert {"effort": "high", "task_budget": {"total": 1}} == sent.body["output_config"]
    assert [] == encode(HI, extra={"messages": []}).body["messages"]


def test_betas_are_joined_once() -> None:
    """Words of dialect, target and request stand in one header, each once, in that order."""
    target = Target(
        "p", "anthropic_messages", "m", "https://x", MessagesDialect(betas=("a",)), {"Anthropic-Beta": "b, a", "x-p": "1"}
    )
    sent = encode_request(Request("m", (HI,), headers={"anthropic-beta": "c,b"}), target, Report(target))

    assert ("a,b,c", "1") == (sent.headers["anthropic-beta"], sent.headers["x-p"])


def test_hosted_variants(encode: Encode) -> None:
    """Model and version move into the path and the body; a model's name cannot leave its place in the path."""
    dialect = MessagesDialect(
        path="/models/{model}:rawPredict",
        stream_path="/models/{model}:streamRawPredict",
        version="vertex-2023-10-16",
        version_in_body=True,
        model_in_body=False,
    )
    target = Target("vertex", "anthropic_messages", "claude@1/../x?key=", "https://x", dialect)
    whole = encode_request(Request("m", (HI,)), target, Report(target))
    streamed = encode_request(Request("m", (HI,), stream=True), target, Report(target))

    assert "https://x/models/claude@1%2F..%2Fx%3Fkey%3D:rawPredict" == whole.url
    assert streamed.url.endswith(":streamRawPredict")
    assert {"content-type": "application/json"} == whole.headers
    body = json.loads(whole.body)
    assert ("vertex-2023-10-16", False) == (body["anthropic_version"], "model" in body)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("2026-10-21", "2026-10-21"), ("vertex-2024-01-01", "vertex-2024-01-01"), ("bedrock-2023-05-31", "vertex-2023-10-16")],
)
def test_the_version_is_a_word_of_the_platform(given: str, expected: str) -> None:
    """A request may name a version, but another platform's word for it is not said here."""
    dialect = MessagesDialect(version="vertex-2023-10-16", version_in_body=True)
    target = Target("vertex", "anthropic_messages", "m", "https://x", dialect)
    sent = encode_request(Request("m", (HI,), headers={"anthropic-version": given}), target, Report(target))

    assert expected == json.loads(sent.body)["anthropic_version"]


def test_text_that_is_not_unicode_is_refused(encode: Encode) -> None:
    """Half of a surrogate pair cannot be sent, and the caller hears why."""
    with pytest.raises(Unsupported, match="not Unicode"):
        encode(user("a\ud800"))


def test_a_dialect_of_another_wire_is_not_read() -> None:
    """A target whose dialect is not this wire's is taken for the reference vendor."""
    target = Target("p", "anthropic_messages", "m", "https://x", object())

    assert "2023-06-01" == encode_request(Request("m", (HI,)), target, Report(target)).headers["anthropic-version"]

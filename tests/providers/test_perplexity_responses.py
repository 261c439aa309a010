"""Perplexity's Agent API: what is sent there, and what its own items and events become."""

from __future__ import annotations

import json
from typing import Any

from dragoman import Client, Tool, user
from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import PROTOCOL
from dragoman.protocols.openai_responses.decode_stream import StreamDecoder
from dragoman.providers import load
from dragoman.types import (
    Event,
    Failed,
    Finish,
    Message,
    OpaqueEvent,
    Origin,
    Output,
    Request,
    Response,
    ServerToolCall,
    ServerToolResult,
    Text,
    ToolCall,
    ToolResult,
)
from dragoman.types.server_tools import WebSearch

Json = dict[str, Any]

TARGET = Target(
    "perplexity-responses",
    "openai_responses",
    "openai/gpt-5.4",
    "https://api.perplexity.ai/v1",
    dialect=load("perplexity-responses").dialect,
)
HERE = Origin("openai_responses", "perplexity-responses", "openai/gpt-5.4")

SEARCH: Json = {
    "type": "search_results",
    "queries": ["oslo weather"],
    "results": [{"id": 1, "url": "https://yr.example", "title": "Oslo", "snippet": "Sun.", "source": "web"}],
}
MESSAGE: Json = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Sunny [1].", "annotations": [], "logprobs": None}],
}
ANSWER: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1764000000,
    "model": "openai/gpt-5.4",
    "status": "completed",
    "error": None,
    "output": [SEARCH, MESSAGE],
    "usage": {
        "input_tokens": 100,
        "input_tokens_details": {"cache_read_input_tokens": 60, "cache_creation_input_tokens": 10},
        "output_tokens": 7,
        "total_tokens": 107,
        "cost": {"currency": "USD", "input_cost": 0.001, "output_cost": 0.002, "tool_calls_cost": 0.005, "total_cost": 0.008},
    },
}
STREAM: list[Json] = [
    {"type": "response.created", "response": {**ANSWER, "status": "in_progress", "output": [], "usage": None}},
    {"type": "response.in_progress", "response": {**ANSWER, "status": "in_progress", "output": [], "usage": None}},
    {"type": "response.reasoning.started", "thought": "I look it up."},
    {"type": "response.reasoning.search_queries", "queries": SEARCH["queries"], "thought": ""},
    {"type": "response.reasoning.search_results", "results": SEARCH["results"], "usage": None},
    {"type": "response.reasoning.stopped", "thought": ""},
    {"type": "response.output_item.added", "output_index": 0, "item": SEARCH},
    {"type": "response.output_item.done", "output_index": 0, "item": SEARCH},
    {"type": "response.output_item.added", "output_index": 1, "item": {**MESSAGE, "status": "in_progress", "content": []}},
    {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 1, "content_index": 0, "delta": "Sunny "},
    {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 1, "content_index": 0, "delta": "[1]."},
    {"type": "response.output_text.done", "item_id": "msg_1", "output_index": 1, "content_index": 0, "text": "Sunny [1]."},
    {"type": "response.output_item.done", "output_index": 1, "item": MESSAGE},
    {"type": "response.completed", "response": ANSWER},
]


def streamed(events: list[Json]) -> list[Event]:
    decoder = StreamDecoder(TARGET)
    frames = [(event["type"].encode(), json.dumps({**event, "sequence_number": at}).encode()) for at, event in enumerate(events)]
    return decoder.feed(frames) + decoder.close()


def response(events: list[Event]) -> Response:
    return accumulate(events, HERE)


def whole() -> Response:
    return response(PROTOCOL.decode_response(json.dumps(ANSWER).encode(), TARGET))


def test_a_request_is_of_the_vendors_fields_alone() -> None:
    """Messages say that they are, the form of the answer is where Chat Completions has it, and losses are listed."""
    with Client(keys={"perplexity-responses": "key"}) as client:
        plan = client.plan(
            "perplexity-responses:openai/gpt-5.4",
            [user("How is Oslo?")],
            tools=[Tool("f", "does f", {"type": "object", "properties": {}}), WebSearch(allowed_domains=("yr.example",))],
            output=Output({"type": "object", "properties": {}}),
            max_tokens=100,
            temperature=0.5,
            reasoning="max",
        )

    assert plan.http.url == "https://api.perplexity.ai/v1/responses"
    assert json.loads(plan.http.body) == {
        "model": "openai/gpt-5.4",
        "input": [{"type": "message", "role": "user", "content": "How is Oslo?"}],
        "tools": [
            {
                "type": "function",
                "name": "f",
                "description": "does f",
                "parameters": {"type": "object", "properties": {}},
                "strict": False,
            },
            {"type": "web_search", "filters": {"search_domain_filter": ["yr.example"]}},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "output", "schema": {"type": "object", "properties": {}}},
        },
        "max_output_tokens": 100,
        "reasoning": {"effort": "xhigh"},
    }
    assert [(each.feature, each.action) for each in plan.adaptations] == [
        ("reasoning", "changed"),
        ("temperature", "dropped"),
    ]


def test_what_was_found_is_a_call_with_its_result() -> None:
    """Search results are an item of the answer, whose places are numbers in the text."""
    reply = whole()
    call, result, text = reply.message.content

    assert isinstance(call, ServerToolCall)
    assert isinstance(result, ServerToolResult)
    assert (call.name, json.loads(call.arguments)) == ("web_search", {"queries": SEARCH["queries"]})
    assert (call.id, result.content) == (result.id, SEARCH["results"])
    assert isinstance(text, Text)
    assert text.text == "Sunny [1]."


def test_counts_and_the_price_are_told() -> None:
    """What was read from a cache and written to it has Anthropic's words; what it cost is in `raw`, in dollars."""
    usage = whole().usage

    assert (usage.input, usage.cache_read, usage.cache_write, usage.output) == (30, 60, 10, 7)
    assert usage.raw["cost"]["total_cost"] == 0.008


def test_a_stream_is_the_whole_answer() -> None:
    """The same blocks and counts; steps that have no item are events of the vendor's own."""
    events = streamed(STREAM)
    reply = response(events)

    assert reply.message.content == whole().message.content
    assert (reply.finish, reply.usage) == (whole().finish, whole().usage)
    assert [event.name for event in events if isinstance(event, OpaqueEvent)] == [
        "response.reasoning.started",
        "response.reasoning.search_queries",
        "response.reasoning.search_results",
        "response.reasoning.stopped",
    ]


def test_a_call_of_the_callers_ends_the_answer() -> None:
    """`requires_action` is an end: there are calls to be answered."""
    call = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": "{}", "thought_signature": "sig"}
    said = {**ANSWER, "status": "requires_action", "output": [{**call, "status": "completed"}]}
    reply = response(PROTOCOL.decode_response(json.dumps(said).encode(), TARGET))

    assert reply.finish == Finish("tool_calls", "requires_action")
    report = Report(TARGET)
    request = Request(TARGET.model, (user("a"), reply.message, Message("tool", (ToolResult("c", (Text("1"),)),))))
    sent = json.loads(PROTOCOL.encode_request(request, TARGET, report).body)["input"]
    assert sent == [
        {"type": "message", "role": "user", "content": "a"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "thought_signature": "sig"},
        {"type": "function_call_output", "call_id": "c", "output": "1", "name": "f", "thought_signature": "sig"},
    ]
    assert {each.feature for each in report.adaptations} == {"extra"}


def test_an_answer_goes_back_as_its_words() -> None:
    """What was found does not go back, which is listed; the words do."""
    report = Report(TARGET)
    request = Request(TARGET.model, (user("a"), whole().message, user("b")))
    sent = json.loads(PROTOCOL.encode_request(request, TARGET, report).body)["input"]

    assert sent == [
        {"type": "message", "role": "user", "content": "a"},
        {"type": "message", "role": "assistant", "content": "Sunny [1]."},
        {"type": "message", "role": "user", "content": "b"},
    ]
    assert ("item", "dropped") in [(each.feature, each.action) for each in report.adaptations]


def test_a_failure_stands_beside_the_answer() -> None:
    """`response.failed` holds the error and no answer."""
    error = {"message": "too long", "type": "invalid_request", "code": "400"}
    failed = streamed([*STREAM[:2], {"type": "response.failed", "error": error}])[-1]

    assert isinstance(failed, Failed)
    assert "too long" in failed.failure.message


def test_a_call_from_elsewhere_has_no_signature() -> None:
    """Its output repeats the name alone."""
    call = ToolCall("c", "f", "{}", origin=Origin("anthropic_messages", "anthropic", "claude"))
    request = Request(TARGET.model, (user("a"), Message("assistant", (call,)), Message("tool", (ToolResult("c", (Text("1"),)),))))
    sent = json.loads(PROTOCOL.encode_request(request, TARGET, Report(TARGET)).body)["input"]

    assert sent[-1] == {"type": "function_call_output", "call_id": "c", "output": "1", "name": "f"}

"""What the checks know about Google's Interactions API."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from dragoman.testing.conformance.checks import Suite
from dragoman.testing.conformance.corpus import Exchange
from dragoman.testing.conformance.gemini_interactions import RULES
from dragoman.testing.conformance.runner import load_suite
from dragoman.types import Audio, Message, Opaque, Response, ServerToolCall, Text, Thinking, ToolCall, Usage
from dragoman.types.content import Base64

CREATED = {"event_type": "interaction.created", "interaction": {"id": "v1", "model": "m", "status": "in_progress"}}
THOUGHT = {"event_type": "step.start", "index": 0, "step": {"type": "thought"}}


def exchange(*values: Any, framing: str = "sse", row: dict[str, Any] | None = None, body: Any = None) -> Exchange:
    """An answer, what an SDK reads in it, and what was asked."""
    said = "".join([f"data: {json.dumps(value)}\n\n" for value in values]) if framing == "sse" else json.dumps(values[0])
    record = {
        "id": "x",
        "wire": "gemini-interactions",
        "provider": "google",
        "framing": framing,
        "model": "m",
        "request": {
            "method": "POST",
            "host": "g.test",
            "path": "/v1beta/interactions",
            "headers": {},
            "body_kind": "json",
            "body": body or {"model": "m", "input": "q"},
        },
        "response": {"status": 200, "headers": {}, "body": said},
    }
    base = {"status": 200, "text": "", "tool_calls": [], "citations": 0, "blocks": [], "response_id": "v1", "model": "m"}
    return Exchange(record, ({**base, **(row or {})},))


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite("gemini-interactions")


def signed(signature: str) -> dict[str, Any]:
    return {"event_type": "step.delta", "index": 0, "delta": {"type": "thought_signature", "signature": signature}}


def ended(status: str, **fields: Any) -> dict[str, Any]:
    return {"event_type": "interaction.completed", "interaction": {"id": "v1", "model": "m", "status": status, **fields}}


CALL = {"type": "function_call", "id": "f", "name": "n"}


@pytest.mark.parametrize(
    ("played", "rule"),
    [
        (
            exchange(CREATED, {"event_type": "error", "error": {"code": "api_error", "message": "m"}}),
            "an error event is an error",
        ),
        (exchange(CREATED, ended("failed"), row={"finish_reason": "failed"}), "a failed interaction is an error"),
        (exchange(CREATED, row={"finish_reason": "in_progress"}), "no final status is a cut"),
        (
            exchange(
                {"id": "v1", "model": "m", "status": "requires_action", "steps": [CALL]},
                framing="json",
                row={
                    "finish_reason": "requires_action",
                    "blocks": ["function_call"],
                    "tool_calls": [{"id": "f", "name": "n", "arguments": None}],
                },
            ),
            "no arguments are none",
        ),
        (
            exchange(
                CREATED,
                THOUGHT,
                signed("abc"),
                signed(""),
                signed("abcd"),
                ended("completed"),
                row={"finish_reason": "completed", "blocks": ["thought"], "signatures": [7]},
            ),
            "a signature replaces the one before",
        ),
    ],
)
def test_where_the_sdk_reads_otherwise(suite: Suite, played: Exchange, rule: str) -> None:
    """Each rule helps where its reason is, and the check then passes."""
    result = suite.run(1, played)

    assert result.reasons == ()
    assert rule in result.used


def test_counts_are_compared_as_the_wire_means_them() -> None:
    """What our counts take apart is put together again."""
    raw = {"total_tool_use_tokens": 5, "total_tokens": 30, "total_output_tokens": 2}

    assert RULES.usage(Usage(15, 6, 3, None, 4, raw)) == {
        "input": 13,
        "output": 2,
        "total": 30,
        "cache_read": 3,
        "cache_write": None,
        "reasoning": 4,
    }
    assert RULES.usage(Usage(None, 4, reasoning=4))["output"] is None


def test_blocks_are_counted_as_steps() -> None:
    """Contents of one step are one; signatures are told by their length."""
    content = (
        Thinking("t", "sig"),
        Text("a"),
        Audio(Base64("audio/wav", "AA=="), extra={"part": 1}),
        Opaque({"type": "table"}, extra={"content": True, "part": 2}),
        Opaque({"type": "table"}, extra={"content": True}),
        ServerToolCall("s", "google_search", kind="google_search_call"),
        ToolCall("f", "n"),
        Opaque({"type": "future"}),
    )

    assert RULES.extra(Response(Message("assistant", content))) == {
        "blocks": ["thought", "model_output", "model_output", "google_search_call", "function_call", "future"],
        "signatures": [3],
    }


def test_what_a_request_sends_back() -> None:
    """Steps of the model in a row are a turn; so is what the server holds."""
    body = {
        "previous_interaction_id": "v0",
        "input": [
            {"type": "text", "text": "q"},
            {"type": "thought", "signature": "sig", "summary": [{"type": "text", "text": "hm"}]},
            {"type": "model_output", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"type": "function_call", "id": "f", "name": "n", "arguments": {"a": 1}},
            {"type": "function_result", "call_id": "f", "result": "x"},
            {"type": "model_output", "content": []},
        ],
    }

    assert RULES.echoes(body) == [
        [("previous_response_id", ["previous_interaction_id", "v0"])],
        [
            ("thinking_text", ["summary", "hm"]),
            ("signature", ["signature", "sig"]),
            ("text", "ab"),
            ("tool_id", ["f", "n", {"a": 1}]),
            ("tool_name", ["f", "n", {"a": 1}]),
        ],
        [],
    ]


TEXT = {"type": "text", "text": "a"}
RESULT = {"type": "function_result", "call_id": "f", "result": "x"}
CALLED = {"type": "function_call", "id": "f", "name": "n", "arguments": {}}


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("null is absent", {"store": None, "tools": [{"parameters": {"a": None}}]}, {"tools": [{"parameters": {"a": None}}]}),
        ("input is a list of steps", {"input": "a"}, {"input": [{"type": "user_input", "content": [TEXT]}]}),
        ("input is a list of steps", {"input": [TEXT, TEXT]}, {"input": [{"type": "user_input", "content": [TEXT, TEXT]}]}),
        (
            "results are steps",
            {"input": [{"type": "user_input", "content": [TEXT, RESULT, TEXT]}]},
            {"input": [{"type": "user_input", "content": [TEXT]}, RESULT, {"type": "user_input", "content": [TEXT]}]},
        ),
        ("a result's tool is that of its call", {"input": [CALLED, RESULT]}, {"input": [CALLED, {**RESULT, "name": "n"}]}),
        (
            "empty is absent",
            {"tools": [], "generation_config": {"stop_sequences": []}, "input": [{"type": "thought", "summary": []}]},
            {"input": [{"type": "thought"}]},
        ),
        (
            "empty text says nothing",
            {"input": [{"type": "user_input", "content": [{"type": "text", "text": ""}]}]},
            {"input": []},
        ),
        ("one format is a list of one", {"response_format": [{"type": "image"}]}, {"response_format": {"type": "image"}}),
        ("not streaming is the default", {"stream": False}, {}),
    ],
)
def test_ways_of_writing_that_mean_the_same(name: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    """Applied to both, an equivalence makes them equal."""
    (apply,) = [item.apply for item in RULES.equivalences if item.name == name]
    one, other = copy.deepcopy(one), copy.deepcopy(other)
    apply(one)
    apply(other)

    assert one == other


def test_what_one_form_cannot_say() -> None:
    """Marks that only a body or only a stream has are left out across the two."""
    response: dict[str, Any] = {"message": {"content": [{"extra": {"part": 1}}, {"extra": {"deltas": [], "a": 1}}, {}]}}
    for item in RULES.across:
        item.apply(response)

    assert response == {"message": {"content": [{}, {"extra": {"a": 1}}, {}]}}
    for item in RULES.across:
        item.apply({})


def test_a_request_is_written_as_it_was(suite: Suite) -> None:
    """A client's request comes back, but for what means the same."""
    body = {"model": "m", "input": "q", "stream": False, "store": True, "generation_config": {"tool_choice": "any"}}
    result = suite.run(3, exchange(CREATED, body=body))

    assert (result.status, result.reasons) == ("pass", ())
    assert set(result.used) == {"input is a list of steps", "not streaming is the default"}

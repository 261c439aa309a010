"""Where the SDK for Chat Completions is corrected, and where not."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

import pytest

from dragoman.testing.conformance import ANY
from dragoman.testing.conformance.openai_chat_sdk import ORACLE_RULES


def oracle_rule(name: str) -> Any:
    return next(rule for rule in ORACLE_RULES if rule.name == name)


def test_an_error_field_is_a_failure(kit: ModuleType) -> None:
    """llama.cpp's `error:` field, which the SDK reads over, ends the answer in that error."""
    rule = oracle_rule("error in an SSE field of its own")
    broken = kit.exchange(b'data: {}\n\nerror: {"error": {"message": "no", "type": "t"}}\n\n')
    expected = {"end": "finished"}

    assert rule.applies(broken, expected, {})
    assert not rule.applies(kit.exchange(b'data: {"a": "error: no"}\n\n'), expected, {})
    rule.amend(broken, expected)
    assert {"end": "failed", "error": {"status": None, "type": "t", "code": None}, "class": True} == expected


def test_a_stream_without_its_end_is_cut(kit: ModuleType) -> None:
    """Either a finish reason or `[DONE]` ends an answer; a stream with neither was cut, though the SDK calls it a success."""
    rule = oracle_rule("neither [DONE] nor a finish is a cut")
    begun = b'data: {"choices": [{"index": 0, "delta": {"content": "Hel"}}]}\n\n'
    finish = b'data: {"choices": [{"index": 0, "finish_reason": "stop"}]}\n\n'
    expected = {"end": "finished", "text": "Hel"}

    applied = [rule.applies(kit.exchange(begun + end), expected, {}) for end in (b"", finish, b"data: [DONE]\n\n")]

    assert [True, False, False] == applied
    assert not rule.applies(kit.exchange(begun), {"end": "failed"}, {})
    rule.amend(kit.exchange(begun), expected)
    assert {"end": "cut", "text": "Hel"} == expected


def test_a_call_without_an_id_gets_some_id(kit: ModuleType) -> None:
    """Where the vendor gives no id any of ours is right; where it gives one it is compared."""
    rule = oracle_rule("call without an id")
    expected = {"tool_calls": [{"id": "", "name": "a"}, {"id": "call_1", "name": "b"}]}

    assert rule.applies(kit.STREAMED, expected, {})
    assert not rule.applies(kit.STREAMED, {"tool_calls": [{"id": "call_1"}]}, {})
    rule.amend(kit.STREAMED, expected)
    assert [True, False] == [call["id"] is ANY for call in expected["tool_calls"]]


def test_reasoning_in_details_alone_is_reasoning(kit: ModuleType) -> None:
    """The SDK knows no `reasoning_details`; their visible text is the first choice's reasoning, whole or streamed."""
    rule = oracle_rule("reasoning in reasoning_details alone")
    chunk = {"choices": [{"index": 0, "delta": {"reasoning_details": [{"type": "reasoning.text", "text": "Hm"}]}}]}
    other = {"choices": [{"index": 1, "delta": {"reasoning_details": [{"type": "reasoning.text", "text": "No"}]}}]}
    body = b"".join([b"data: " + json.dumps(value).encode() + b"\n\n" for value in (chunk, other, chunk)])
    expected = {"thinking_text": None}

    assert rule.applies(kit.exchange(body), expected, {})
    assert not rule.applies(kit.exchange(body), {"thinking_text": "Hm"}, {})
    rule.amend(kit.exchange(body), expected)
    assert {"thinking_text": "HmHm"} == expected


def amended(kit: ModuleType, name: str, answer: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any] | None:
    """What a rule makes of an SDK's summary of a whole answer, None where it does not apply."""
    rule = oracle_rule(name)
    recorded = kit.exchange(json.dumps(answer).encode(), framing="json")
    expected = copy.deepcopy(expected)
    if not rule.applies(recorded, expected, {}):
        return None
    rule.amend(recorded, expected)
    return expected


COUNTS = {"input": 9, "output": 5, "total": 14, "cache_read": None, "cache_write": None, "reasoning": None}


def said(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": message}], **more}


RULED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any] | None]] = [
    (
        "reasoning under a name of its own",
        said({"reasoning_text": "Hm"}),
        {"thinking_text": None},
        {"thinking_text": "Hm"},
    ),
    ("reasoning under a name of its own", said({"reasoning_text": "Hm"}), {"thinking_text": "Oh"}, None),
    ("reasoning under a name of its own", said({"content": "Hm"}), {"thinking_text": None}, None),
    (
        "counts outside their details",
        said({}, usage={"cached_tokens": 4, "reasoning_tokens": 2}),
        {"usage": COUNTS},
        {"usage": {**COUNTS, "cache_read": 4, "reasoning": 2}},
    ),
    (
        "counts outside their details",
        said({}, usage={"reasoning_tokens": 2}),
        {"usage": {**COUNTS, "reasoning": 3}},
        {"usage": {**COUNTS, "reasoning": 3}},
    ),
    ("counts outside their details", said({}, usage={"prompt_tokens": 9}), {"usage": COUNTS}, None),
    ("counts outside their details", said({}), {"usage": None}, None),
    (
        "cached tokens beside the prompt",
        said({}),
        {"usage": {**COUNTS, "cache_read": 20}},
        {"usage": {**COUNTS, "input": 29, "cache_read": 20}},
    ),
    ("cached tokens beside the prompt", said({}), {"usage": {**COUNTS, "cache_read": 9}}, None),
    ("reasoning beside the completion", said({}), {"usage": {**COUNTS, "reasoning": 2}}, None),
    (
        "tokens written and read at once",
        said({}),
        {"usage": {**COUNTS, "cache_read": 8, "cache_write": 8}},
        {"usage": {**COUNTS, "cache_read": 8, "cache_write": 0}},
    ),
    ("tokens written and read at once", said({}), {"usage": {**COUNTS, "cache_read": 4, "cache_write": 4}}, None),
    (
        "content that is a JSON object",
        said({"content": {"name": "Zoë", "age": 4}}),
        {"text": ""},
        {"text": '{"name":"Zoë","age":4}'},
    ),
    ("content that is a JSON object", said({"content": "{}"}), {"text": "{}"}, None),
    (
        "reasoning between think tags",
        said({}),
        {"text": "<think>Hm</think>\nYes", "thinking_text": None},
        {"text": "\nYes", "thinking_text": "Hm"},
    ),
    (
        "reasoning between think tags",
        said({}),
        {"text": "Hm</think>Yes", "thinking_text": None},
        {"text": "Yes", "thinking_text": "Hm"},
    ),
    ("reasoning between think tags", said({}), {"text": "<think>Hm", "thinking_text": None}, {"text": "", "thinking_text": "Hm"}),
    ("reasoning between think tags", said({}), {"text": "write <think> for that", "thinking_text": None}, None),
    (
        "error in an answer of good status",
        {"error": {"message": "no", "code": 7}},
        {"end": "finished"},
        {"end": "failed", "error": {"status": ANY, "type": ANY, "code": "7"}, "class": True},
    ),
    ("error in an answer of good status", said({}), {"end": "finished"}, None),
    ("error in an answer of good status", {"error": {"message": "no"}}, {"end": "failed"}, None),
    (
        "what stands beside an error",
        said({}, error={"message": "no"}, usage={"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}),
        {"end": "failed", "finish_reason": "length", "usage": None},
        {"end": "failed", "finish_reason": None, "usage": COUNTS},
    ),
    ("what stands beside an error", {"error": {"message": "no"}}, {"end": "failed"}, None),
]


@pytest.mark.parametrize(("name", "answer", "expected", "right"), RULED)
def test_where_the_sdk_is_corrected_and_where_not(
    kit: ModuleType, name: str, answer: dict[str, Any], expected: dict[str, Any], right: dict[str, Any] | None
) -> None:
    """Each rule applies to its own cause alone, and changes nothing else of what is expected."""
    assert right == amended(kit, name, answer, expected)


def test_reasoning_beside_the_completion_is_one_gateways(kit: ModuleType) -> None:
    """Vercel's bills show it; elsewhere the completion includes the reasoning."""
    rule = oracle_rule("reasoning beside the completion")
    recorded = kit.exchange(b"{}", framing="json")
    recorded.record["provider"] = "vercel-gateway"
    expected = {"usage": {**COUNTS, "output": 18, "reasoning": 137}}

    assert rule.applies(recorded, expected, {})
    rule.amend(recorded, expected)
    assert {**COUNTS, "output": 155, "reasoning": 137} == expected["usage"]
    assert not rule.applies(recorded, {"usage": COUNTS}, {})


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"search_results": [{"url": "a"}, {"url": "b"}], "citations": ["a"]}, 2),
        ({"venice_parameters": {"web_search_citations": [{"url": "a"}]}}, 1),
        ({"citations": ["a", "b", "c"]}, 3),
        ({}, None),
    ],
)
def test_sources_beside_the_choices_are_cited(kit: ModuleType, fields: dict[str, Any], count: int | None) -> None:
    """Where we cite and the SDK saw no annotation, their number is the answer's own."""
    rule = oracle_rule("sources beside the choices")
    answer = kit.exchange(json.dumps({"choices": [], **fields}).encode(), framing="json")
    expected = {"citations": 0}

    assert (count is not None) == rule.applies(answer, expected, {"citations": 9})
    assert not rule.applies(answer, expected, {"citations": 0})
    assert not rule.applies(answer, {"citations": 1}, {"citations": 9})
    rule.amend(answer, expected)
    assert {"citations": count or 0} == expected

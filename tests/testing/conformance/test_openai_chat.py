"""What the checks know about Chat Completions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from dragoman.protocols.base import Report
from dragoman.testing.conformance import ANY, Suite, load, load_suite
from dragoman.testing.conformance.openai_chat import RULES
from dragoman.types import Text, TextDelta, ToolCall, Usage


def oracle_rule(name: str) -> Any:
    return next(rule for rule in RULES.oracle_rules if rule.name == name)


def equivalence(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    item = next(item for item in RULES.equivalences if item.name == name)

    def apply(body: dict[str, Any]) -> dict[str, Any]:
        body = copy.deepcopy(body)
        item.apply(body)
        return body

    return apply


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(16, 5, cache_read=64, raw={"total_tokens": 85}), {"input": 80, "output": 5, "total": 85, "cache_read": 64}),
        (
            Usage(10, 30, reasoning=25, raw={"prompt_tokens": 10, "completion_tokens": 30, "total_tokens": 40}),
            {"input": 10, "output": 30, "total": 40, "reasoning": 25},
        ),
        (
            Usage(10, 30, reasoning=25, raw={"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40}),
            {"input": 10, "output": 5, "total": 40, "reasoning": 25},
        ),
        (Usage(output=3), {"output": 3}),
    ],
)
def test_counts_as_the_wire_means_them(usage: Usage, expected: dict[str, Any]) -> None:
    """The prompt holds the cached tokens again, and the output loses reasoning that the vendor counts beside it."""
    empty = dict.fromkeys(("input", "output", "total", "cache_read", "cache_write", "reasoning"))

    assert {**empty, **expected} == RULES.usage(usage)


def test_what_assistant_messages_send_back() -> None:
    """Text joined, reasoning with the field it stands in, signatures with theirs, and calls with parsed arguments."""
    details = [{"type": "reasoning.text", "text": "Hm", "signature": "c2ln"}, {"type": "reasoning.encrypted", "data": "ZW5j"}]
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
    body = {
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}], "reasoning": "Hm"},
            {"role": "assistant", "content": None, "reasoning_details": details, "tool_calls": [call]},
        ]
    }
    value = ["call_1", "weather", {"city": "Oslo"}]

    assert [
        [("thinking_text", ["reasoning", "Hm"]), ("text", "AB")],
        [
            ("thinking_text", ["reasoning_details", "Hm"]),
            ("signature", ["signature", "c2ln"]),
            ("signature", ["data", "ZW5j"]),
            ("tool_id", value),
            ("tool_name", value),
        ],
    ] == RULES.echoes(body)


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


def test_null_means_absent_except_in_the_callers_schema() -> None:
    """A default of null in a tool's schema is the caller's, and stays."""
    apply = equivalence("null is absent")
    function = {"name": "now", "description": None, "parameters": {"default": None}}

    assert {"tools": [{"function": {"name": "now", "parameters": {"default": None}}}]} == apply(
        {"temperature": None, "tools": [{"function": function}]}
    )


def test_one_plain_text_part_means_a_string() -> None:
    """Only a single part of nothing but text is the same as a string."""
    apply = equivalence("one text part is a string")
    plain = {"type": "text", "text": "Hi"}
    marked = {**plain, "cache_control": {"type": "ephemeral"}}

    def content(value: Any) -> Any:
        return apply({"messages": [{"role": "user", "content": value}]})["messages"][0]["content"]

    assert "Hi" == content([plain])
    assert [[plain, plain], [marked], []] == [content(value) for value in ([plain, plain], [marked], [])]


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite("openai-chat")


def sabotaged(kit: ModuleType, suite: Suite, **methods: Any) -> Suite:
    return Suite(suite.rules, kit.sabotage(suite.protocol, **methods), lambda exchange: None)


def test_a_decoder_that_drops_text_is_found(kit: ModuleType, suite: Suite, split: Path) -> None:
    """The real codec with a decoder that loses a delta fails the first check."""
    recorded = load(split).exchanges["openai-chat-tools-streamed"]

    def stream_decoder(self: Any, target: Any) -> Any:
        return kit.Dropping(suite.protocol.stream_decoder(target), lambda event: event == TextDelta(0, " – one moment."))

    assert "pass" == suite.run(1, recorded).status
    assert "text is" in sabotaged(kit, suite, stream_decoder=stream_decoder).run(1, recorded).reasons[0]


def test_an_encoder_that_drops_a_call_is_found(kit: ModuleType, suite: Suite, split: Path) -> None:
    """The real codec with an encoder that loses a call fails the third and the fourth check."""
    corpus = load(split)
    pair = next(pair for pair in corpus.pairs if pair.wire == "openai-chat")
    answer, later = corpus.exchanges[pair.answer], corpus.exchanges[pair.request]

    def encode_request(self: Any, request: Any, target: Any, report: Report) -> Any:
        messages = [
            msgspec.structs.replace(
                message,
                content=tuple([block for block in message.content if not isinstance(block, ToolCall) or block.id != "call_c2"]),
            )
            for message in request.messages
        ]
        return suite.protocol.encode_request(msgspec.structs.replace(request, messages=tuple(messages)), target, report)

    broken = sabotaged(kit, suite, encode_request=encode_request)

    assert ["pass", "pass"] == [suite.run(3, later).status, suite.run_pair(pair, answer, later).status]
    assert ["fail", "fail"] == [broken.run(3, later).status, broken.run_pair(pair, answer, later).status]


def test_a_server_side_that_drops_text_is_found(kit: ModuleType, suite: Suite, split: Path) -> None:
    """The real codec with a whole-body encoder that loses text fails the fifth check."""
    recorded = load(split).exchanges["openai-chat-tools-answered"]

    def encode_response(self: Any, response: Any, request: Any) -> bytes:
        message = msgspec.structs.replace(response.message, content=(Text("..."),))
        return suite.protocol.encode_response(msgspec.structs.replace(response, message=message), request)

    assert "pass" == suite.run(5, recorded).status
    assert "fail" == sabotaged(kit, suite, encode_response=encode_response).run(5, recorded).status


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


CALL = {"type": "function", "function": {"name": "now", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("name", "body", "same"),
    [
        ("defaults are absent", {"stream": False, "tools": [], "tool_choice": "auto"}, {}),
        ("defaults are absent", {"stream": True}, {"stream": True}),
        ("defaults are absent", {"tools": [CALL], "tool_choice": "auto"}, {"tools": [CALL], "tool_choice": "auto"}),
        ("one stop is a list", {"stop": "###"}, {"stop": ["###"]}),
        ("one stop is a list", {"stop": ["#", "##"]}, {"stop": ["#", "##"]}),
        (
            "no words",
            {"messages": [{"role": "assistant", "content": "", "tool_calls": [CALL]}]},
            {"messages": [{"role": "assistant", "tool_calls": [CALL]}]},
        ),
        (
            "no words",
            {"messages": [{"role": "assistant", "content": "x", "tool_calls": []}, {"role": "user", "content": []}]},
            {"messages": [{"role": "assistant", "content": "x"}, {"role": "user"}]},
        ),
        (
            "calls without ids",
            {"messages": [{"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "content": "noon"}]},
            {
                "messages": [
                    {"role": "assistant", "tool_calls": [{**CALL, "id": "call_0"}]},
                    {"role": "tool", "content": "noon", "tool_call_id": "call_0"},
                ]
            },
        ),
    ],
)
def test_what_means_the_same_is_written_the_same(name: str, body: dict[str, Any], same: dict[str, Any]) -> None:
    """Equivalent spellings of a request are brought to one, and nothing that says something else is touched."""
    assert same == equivalence(name)(body)


def test_a_whole_message_has_one_block_of_text_and_one_of_reasoning() -> None:
    """What a stream said in turns stands together in a whole body: nothing of it is lost, calls keep their place."""
    [item] = RULES.across
    call = {"type": "tool_call", "id": "call_1", "name": "now"}
    content = [{"type": "text", "text": "A"}, {"type": "thinking", "text": "1"}, call, {"type": "text", "text": "B"}]
    response = {"message": {"role": "assistant", "content": [*content, {"type": "thinking", "text": "2"}]}}

    item.apply(response)

    assert [{"type": "thinking", "text": "12"}, {"type": "text", "text": "AB"}, call] == response["message"]["content"]


def test_the_dialect_of_a_recorded_client_is_read_from_what_it_said(kit: ModuleType) -> None:
    """Where vendors take several spellings the codec is asked for the one that was recorded."""
    body = {
        "max_tokens": 5,
        "reasoning": {"effort": "low"},
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "assistant", "content": "A", "reasoning_content": "Hm"},
        ],
    }

    spoken = RULES.spoken(kit.exchange(b"", request=body), None)

    assert ("max_tokens", "system", "reasoning", "reasoning_content", "always", False) == (
        spoken.max_tokens_field,
        spoken.system_role,
        spoken.reasoning_style,
        spoken.echo_field,
        spoken.echo,
        spoken.model_in_body,
    )
    assert RULES.spoken(kit.exchange(b""), "own") == "own"

"""What the checks know about the Messages API."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from dragoman.protocols.anthropic_messages.dialect import BEDROCK
from dragoman.protocols.base import Report
from dragoman.testing.conformance import Suite, load, load_suite
from dragoman.testing.conformance.anthropic_messages import RULES
from dragoman.types import (
    Finish,
    Message,
    Opaque,
    Response,
    ServerToolCall,
    ServerToolResult,
    SignatureDelta,
    Text,
    Thinking,
    ToolCall,
    Usage,
)


def oracle_rule(name: str) -> Any:
    return next(rule for rule in RULES.oracle_rules if rule.name == name)


def equivalence(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    item = next(item for item in RULES.equivalences if item.name == name)

    def apply(body: dict[str, Any]) -> dict[str, Any]:
        body = copy.deepcopy(body)
        item.apply(body)
        return body

    return apply


def test_counts_as_the_wire_means_them() -> None:
    """The wire's counts overlap as little as ours and have no total."""
    expected = {"input": 3, "output": 9, "total": None, "cache_read": 5, "cache_write": 7, "reasoning": 2}

    assert expected == RULES.usage(Usage(3, 9, 5, 7, 2))


def test_blocks_in_the_words_of_the_wire() -> None:
    """Kinds in order, lengths of what is signed or redacted, calls of server tools, and the stop sequence."""
    content = (
        Thinking("Hm", signature="c2ln"),
        Thinking(encrypted="ZW5jcnlwdGVk"),
        Text("A"),
        ServerToolCall("srv_1", "web_search", '{"query": "q"}', kind="server_tool_use"),
        ServerToolResult("srv_1", "web_search_tool_result"),
        ToolCall("toolu_1", "now"),
        Opaque({"type": "container_upload"}),
    )

    expected = {
        "blocks": [
            "thinking",
            "redacted_thinking",
            "text",
            "server_tool_use",
            "web_search_tool_result",
            "tool_use",
            "container_upload",
        ],
        "signatures": [4],
        "redacted": [12],
        "server_tool_calls": [{"id": "srv_1", "name": "web_search", "arguments": {"query": "q"}}],
        "stop_sequence": "###",
    }
    assert expected == RULES.extra(Response(Message("assistant", content), finish=Finish("stop", stop_sequence="###")))


def test_what_assistant_messages_send_back() -> None:
    """Joined text and thinking, calls with their input, and everything signed or encrypted at any depth."""
    body = {
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Plain"},
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "Hm", "signature": "c2ln"},
                    {"type": "redacted_thinking", "data": "ZW5j"},
                    {"type": "web_search_tool_result", "content": [{"type": "web_search_result", "encrypted_content": "cGFnZQ"}]},
                    {"type": "text", "text": "A"},
                    {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}},
                ],
            },
        ]
    }
    value = ["toolu_1", "now", {}]

    assert [
        [("text", "Plain")],
        [
            ("text", "A"),
            ("thinking_text", ["thinking", "Hm"]),
            ("tool_id", value),
            ("tool_name", value),
            ("signature", ["signature", "c2ln"]),
            ("signature", ["data", "ZW5j"]),
            ("signature", ["encrypted_content", "cGFnZQ"]),
        ],
    ] == RULES.echoes(body)


def test_an_answer_without_message_stop_is_cut(kit: ModuleType) -> None:
    """The SDK calls any end of the body a success."""
    rule = oracle_rule("no message_stop is a cut")
    expected = {"end": "finished", "finish_reason": "end_turn", "stop_sequence": "###"}
    cut = kit.exchange(b'data: {"type": "message_delta"}\n\n')

    assert rule.applies(cut, expected, {})
    assert not rule.applies(kit.exchange(b'data: {"type": "message_stop"}\n\n'), expected, {})
    assert not rule.applies(cut, {"end": "failed"}, {})
    rule.amend(cut, expected)
    assert {"end": "cut", "finish_reason": None, "stop_sequence": None} == expected


def test_what_follows_message_stop_does_not_matter(kit: ModuleType) -> None:
    """An SDK that stumbles over frames behind the end has read a finished answer."""
    rule = oracle_rule("the answer ends at message_stop")
    expected = {"end": "failed", "error": {"status": None}, "class": True, "text": "A"}
    recorded = kit.exchange(b'data: {"type": "message_stop"}\n\ndata: [DONE]\n\n')

    assert rule.applies(recorded, expected, {})
    assert not rule.applies(kit.exchange(b'data: {"type": "message_stop"}\n\n'), expected, {})
    rule.amend(recorded, expected)
    assert {"end": "finished", "text": "A"} == expected


def test_null_means_absent_except_in_the_callers_json() -> None:
    """What a tool is called with, and its schema, are the caller's and stay as they are."""
    apply = equivalence("null is absent")
    content = [{"type": "tool_use", "input": {"a": None}, "cache_control": None}]

    assert {"messages": [{"content": [{"type": "tool_use", "input": {"a": None}}]}]} == apply(
        {"stop_sequences": None, "messages": [{"content": content}]}
    )


def test_one_plain_text_block_means_a_string() -> None:
    """In `system`, in `content` and in a tool's result; a block that says more than text stays a block."""
    apply = equivalence("one text block is a string")
    plain = [{"type": "text", "text": "Hi"}]
    marked = [{"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}]

    def body(value: Any) -> dict[str, Any]:
        result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": value}
        return {"system": value, "messages": [{"role": "user", "content": value}, {"role": "user", "content": [result]}]}

    assert body("Hi") == apply(body(plain))
    assert body(marked) == apply(body(marked))


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite("anthropic-messages")


def sabotaged(kit: ModuleType, suite: Suite, **methods: Any) -> Suite:
    return Suite(suite.rules, kit.sabotage(suite.protocol, **methods), lambda exchange: None)


def test_a_decoder_that_drops_a_signature_is_found(kit: ModuleType, suite: Suite, split: Path) -> None:
    """The real codec with a decoder that loses a signature fails the first and the fourth check."""
    corpus = load(split)
    pair = next(pair for pair in corpus.pairs if pair.wire == "anthropic-messages")
    answer, later = corpus.exchanges[pair.answer], corpus.exchanges[pair.request]

    def stream_decoder(self: Any, target: Any) -> Any:
        return kit.Dropping(suite.protocol.stream_decoder(target), lambda event: isinstance(event, SignatureDelta))

    broken = sabotaged(kit, suite, stream_decoder=stream_decoder)

    assert ["pass", "pass"] == [suite.run(1, answer).status, suite.run_pair(pair, answer, later).status]
    assert ("signatures[0] is 0, expected 12",) == broken.run(1, answer).reasons
    assert "fail" == broken.run_pair(pair, answer, later).status


def test_an_encoder_that_drops_a_signature_is_found(kit: ModuleType, suite: Suite, split: Path) -> None:
    """The real codec with an encoder that loses a signature fails the third and the fourth check."""
    corpus = load(split)
    pair = next(pair for pair in corpus.pairs if pair.wire == "anthropic-messages")
    answer, later = corpus.exchanges[pair.answer], corpus.exchanges[pair.request]

    def unsigned(block: Any) -> Any:
        return msgspec.structs.replace(block, signature="") if isinstance(block, Thinking) else block

    def encode_request(self: Any, request: Any, target: Any, report: Report) -> Any:
        messages = [
            msgspec.structs.replace(message, content=tuple([unsigned(block) for block in message.content]))
            for message in request.messages
        ]
        return suite.protocol.encode_request(msgspec.structs.replace(request, messages=tuple(messages)), target, report)

    broken = sabotaged(kit, suite, encode_request=encode_request)

    assert ["pass", "pass"] == [suite.run(3, later).status, suite.run_pair(pair, answer, later).status]
    assert ["fail", "fail"] == [broken.run(3, later).status, broken.run_pair(pair, answer, later).status]


def test_a_server_side_that_drops_a_block_is_found(kit: ModuleType, suite: Suite, split: Path) -> None:
    """The real codec with a whole-body encoder that loses thinking fails the fifth check."""
    recorded = load(split).exchanges["anthropic-messages-thinking-streamed"]

    def encode_response(self: Any, response: Any, request: Any) -> bytes:
        message = msgspec.structs.replace(response.message, content=response.message.content[1:])
        return suite.protocol.encode_response(msgspec.structs.replace(response, message=message), request)

    assert "pass" == suite.run(5, recorded).status
    assert "fail" == sabotaged(kit, suite, encode_response=encode_response).run(5, recorded).status


@pytest.mark.parametrize(
    ("name", "body", "same"),
    [
        ("empty is absent", {"system": "", "tools": [], "stop_sequences": []}, {}),
        ("empty is absent", {"system": "Be brief.", "messages": []}, {"system": "Be brief.", "messages": []}),
        ("the default is absent", {"stream": False, "tools": [{"type": "custom", "name": "now"}]}, {"tools": [{"name": "now"}]}),
        (
            "empty is absent",
            {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}, {"type": "text", "text": "a"}]}]},
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
        ),
        (
            "neighbours of one role are one turn",
            {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": [{"type": "image"}]}]},
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}]},
        ),
        (
            "neighbours of one role are one turn",
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
            {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
        ),
        (
            "the default is absent",
            {"stream": True, "tools": [{"type": "bash_20250124"}]},
            {"stream": True, "tools": [{"type": "bash_20250124"}]},
        ),
    ],
)
def test_what_means_the_same_is_written_the_same(name: str, body: dict[str, Any], same: dict[str, Any]) -> None:
    """Equivalent spellings of a request are brought to one, and nothing that says something else is touched."""
    assert same == equivalence(name)(body)


@pytest.mark.parametrize("is_error", [False, True])
def test_only_a_failed_result_says_so(is_error: bool) -> None:
    """`is_error: false` is the default of a tool result, and true is not."""
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}
    body = {"messages": [{"role": "user", "content": [{**result, "is_error": is_error}]}]}

    [kept] = equivalence("the default is absent")(body)["messages"][0]["content"]

    assert kept == ({**result, "is_error": True} if is_error else result)


@pytest.mark.parametrize(
    ("path", "model_in_body"),
    [
        ("/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-5:streamRawPredict", False),
        ("/model/anthropic.claude-sonnet-5/invoke", False),
        ("/v1/messages", True),
    ],
)
def test_hosted_variants_name_the_model_in_the_path(kit: ModuleType, path: str, model_in_body: bool) -> None:
    """Where the model stands in the path it does not stand in the body."""
    recorded = kit.exchange(b"")
    recorded.record["request"]["path"] = path

    dialect = RULES.dialect(recorded)

    assert model_in_body is (dialect is None or dialect.model_in_body)


@pytest.mark.parametrize(("body", "version"), [({"anthropic_version": "v"}, "bedrock-2023-05-31"), ({}, None)])
def test_a_version_in_the_body_is_said_where_the_client_said_it(
    kit: ModuleType, body: dict[str, Any], version: str | None
) -> None:
    """Recorded clients have left it out; dialects that say it in a header are as they are."""
    spoken = RULES.spoken(kit.exchange(b"", request=body), BEDROCK)

    assert version == spoken.version
    assert RULES.spoken(kit.exchange(b"", request={}), None) is None

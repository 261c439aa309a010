"""What the checks know about Chat Completions."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from dragoman.protocols.base import Report
from dragoman.testing.conformance import Suite, load, load_suite
from dragoman.testing.conformance.openai_chat import RULES
from dragoman.types import Text, TextDelta, ToolCall, Usage


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
    routed = RULES.spoken(kit.exchange(b"", request={**body, "tools": [{"type": "openrouter:web_search"}]}), None)
    assert ({"web_search"}, {"web_search", "web_fetch"}) == (spoken.server_tools.keys(), routed.server_tools.keys())

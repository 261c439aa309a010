"""What the checks know about Amazon Bedrock's Converse API."""

from __future__ import annotations

import copy
import json
from types import ModuleType
from typing import Any

from dragoman.testing.conformance.bedrock_converse import RULES
from dragoman.types import (
    Citation,
    Finish,
    Message,
    Opaque,
    Refusal,
    Response,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    Usage,
)
from dragoman.wire.eventstream import eventstream_frame

OWN = {"toolUseId": "i", "name": "n", "type": "server_tool_use"}


def oracle_rule(name: str) -> Any:
    return next(rule for rule in RULES.oracle_rules if rule.name == name)


def apply(name: str, body: dict[str, Any]) -> dict[str, Any]:
    item = next(item for item in (*RULES.equivalences, *RULES.across) if item.name == name)
    body = copy.deepcopy(body)
    item.apply(body)
    return body


def stream(*wires: tuple[str, Any]) -> bytes:
    return b"".join([eventstream_frame(name, json.dumps(wire).encode()) for name, wire in wires])


def test_counts_as_the_wire_means_them() -> None:
    """The total is the vendor's own, else ours."""
    expected = {"input": 3, "output": 9, "total": 99, "cache_read": 5, "cache_write": 7, "reasoning": None}

    assert RULES.usage(Usage(3, 9, 5, 7, raw={"totalTokens": 99})) == expected
    assert RULES.usage(Usage(3, 9, 5, 7))["total"] == 24


def test_blocks_in_the_words_of_the_wire() -> None:
    """Kinds in order, lengths of what is signed, and of redacted bytes."""
    content = (
        Thinking("h", "sig"),
        Thinking(encrypted="AAE="),
        Text("t"),
        Text("t", citations=(Citation(),)),
        ToolCall("i", "n"),
        ServerToolCall("i", "n"),
        ServerToolResult("i", "k"),
        Opaque({"moon": 1}),
        Refusal("no"),
    )
    expected = {
        "blocks": [
            "reasoningContent",
            "reasoningContent",
            "text",
            "citationsContent",
            "toolUse",
            "toolUse",
            "toolResult",
            "moon",
            "refusal",
        ],
        "signatures": [3],
        "redacted": [2],
    }

    assert RULES.extra(Response(Message("assistant", content), finish=Finish("stop"))) == expected


def test_what_assistant_messages_send_back() -> None:
    """Text in both clothes, reasoning, calls and everything signed."""
    call = {"toolUseId": "i", "name": "n", "input": {"a": 1}}
    content = [
        {"reasoningContent": {"reasoningText": {"text": "h", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "e"}},
        {"text": "a"},
        {"citationsContent": {"content": [{"text": "b"}]}},
        {"toolUse": call},
    ]
    body = {"messages": [{"role": "user", "content": []}, {"role": "assistant", "content": content}]}
    value = ["i", "n", {"a": 1}]

    assert RULES.echoes(body) == [
        [
            ("text", "ab"),
            ("thinking_text", ["text", "h"]),
            ("tool_id", value),
            ("tool_name", value),
            ("signature", ["signature", "s"]),
            ("signature", ["redactedContent", "e"]),
        ]
    ]


def test_the_services_own_calls_are_not_the_callers(kit: ModuleType) -> None:
    """Streamed or whole, what has a type ran already."""
    rule = oracle_rule("the service's own calls are not the caller's")
    whole = kit.exchange(
        json.dumps({"output": {"message": {"content": [{"text": "t"}, {"toolUse": OWN}]}}}).encode(), framing="json"
    )
    streamed = kit.exchange(b"", framing="eventstream")
    streamed.record["response"] = {**streamed.record["response"], "body": ""}
    expected = {"tool_calls": [{"id": "i"}, {"id": "j"}]}

    assert rule.applies(whole, expected, {})
    assert not rule.applies(streamed, expected, {})
    rule.amend(whole, expected)
    assert expected == {"tool_calls": [{"id": "j"}]}


def test_a_status_is_no_exception(kit: ModuleType) -> None:
    """Unless the header names one."""
    rule = oracle_rule("a status is no exception")
    recorded = kit.exchange(b"{}", framing="json")
    recorded.record["response"]["status"] = 400
    expected = {"error": {"type": "400"}}

    assert rule.applies(recorded, expected, {})
    assert not rule.applies(recorded, {"error": {"type": "ValidationException"}}, {})
    rule.amend(recorded, expected)
    assert expected == {"error": {"type": None}}
    recorded.record["response"]["headers"]["x-amzn-errortype"] = "x"
    assert not rule.applies(recorded, {"error": {"type": "400"}}, {})


def test_a_streamed_text_that_cites(kit: ModuleType) -> None:
    """The name of its first delta says nothing."""
    rule = oracle_rule("a streamed text that cites is cited text")
    cites = {"contentBlockIndex": 3, "delta": {"citation": {}}}
    text = {"contentBlockIndex": 1, "delta": {"text": "t"}}
    recorded = kit.exchange(b"", framing="eventstream")
    recorded.__dict__["body"] = stream(("contentBlockDelta", text), ("contentBlockDelta", cites), ("contentBlockStop", {}))
    expected = {"blocks": ["text", "citation"]}

    assert rule.applies(recorded, expected, {})
    rule.amend(recorded, expected)
    assert expected == {"blocks": ["text", "citationsContent"]}


def test_two_ways_of_saying_the_same() -> None:
    """Neighbours, nothing, defaults, and the spelling of a schema."""
    one, two = {"role": "user", "content": [{"text": "a"}]}, {"role": "user", "content": [{"text": "b"}]}
    other = {"role": "assistant", "content": [{"text": "c"}]}
    result = {"toolResult": {"status": "success"}}
    document = {"document": {"format": "txt", "source": {"text": "t"}}}
    form = {"textFormat": {"structure": {"jsonSchema": {"schema": '{"a": 1}'}}}}

    assert apply("neighbours of one role are one turn", {"messages": [one, two, other]}) == {
        "messages": [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}, other]
    }
    assert apply(
        "empty is absent", {"system": [], "inferenceConfig": {"stopSequences": []}, "messages": [{"content": [{"text": ""}]}]}
    ) == {"messages": [{"content": []}]}
    assert apply("the default is absent", {"messages": [{"content": [result, document]}]}) == {
        "messages": [{"content": [{"toolResult": {}}, {"document": {"source": {"text": "t"}}}]}]
    }
    assert apply("a schema is JSON", {"outputConfig": form}) == {
        "outputConfig": {"textFormat": {"structure": {"jsonSchema": {"schema": {"a": 1}}}}}
    }


def test_a_stream_joins_pieces_of_cited_text() -> None:
    """The pieces stand in a whole answer only."""
    name = "a stream joins pieces of cited text"
    block = {"type": "text", "text": "ab", "extra": {"content": [{"text": "a"}, {"text": "b"}]}, "origin": {}}
    more = {"type": "text", "text": "ab", "extra": {"content": [], "new": 1}, "origin": {}}

    assert apply(name, {"message": {"content": [block, more]}}) == {
        "message": {
            "content": [{"type": "text", "text": "ab"}, {"type": "text", "text": "ab", "extra": {"new": 1}, "origin": {}}]
        }
    }


def test_system_messages_inside_a_conversation(kit: ModuleType) -> None:
    """A client that sends them speaks to a model that takes them."""
    recorded = kit.exchange(b"{}", framing="json")
    recorded.record["request"]["body"] = {"messages": [{"role": "system", "content": []}]}

    assert RULES.spoken(recorded, None).system_messages

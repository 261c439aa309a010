"""What the checks know about the Responses API."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dragoman.protocols.openai_responses import ResponsesDialect
from dragoman.testing.conformance import Exchange, load, load_suite, run_suite
from dragoman.testing.conformance.openai_responses import RULES
from dragoman.types import Usage

Json = dict[str, Any]


def exchange(*wires: Json, provider: str = "openai", framing: str = "sse", request: Json | None = None) -> Exchange:
    """A recorded exchange whose answer holds these objects."""
    body = "".join([f"data: {json.dumps(wire)}\n\n" for wire in wires]) if framing == "sse" else json.dumps(wires[0])
    return Exchange(
        {
            "id": "x",
            "wire": "openai-responses",
            "provider": provider,
            "framing": framing,
            "model": "m",
            "request": {
                "method": "POST",
                "host": "h",
                "path": "/responses",
                "headers": {},
                "body_kind": "json",
                "body": request or {},
            },
            "response": {"status": 200, "headers": {}, "body": body},
        }
    )


def amended(name: str, recorded: Exchange, **fields: Any) -> Json | None:
    """What a rule makes of the SDK's summary, None where it does not apply."""
    expected: Json = {
        "end": "finished",
        "tool_calls": [],
        "refusal": None,
        "response_id": "r",
        "model": "m",
        "finish_reason": "completed",
        "usage": {},
        **fields,
    }
    rule = next(rule for rule in RULES.oracle_rules if rule.name == name)
    if not rule.applies(recorded, expected, {}):
        return None
    rule.amend(recorded, expected)
    return expected


def equivalence(name: str) -> Callable[[Json], Json]:
    item = next(item for item in RULES.equivalences if item.name == name)

    def apply(body: Json) -> Json:
        body = copy.deepcopy(body)
        item.apply(body)
        return body

    return apply


def done(item: Json, index: int = 0) -> Json:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


SHELL: Json = {"type": "local_shell_call", "call_id": "s", "action": {"command": ["ls"]}}


def test_counts_as_the_wire_means_them() -> None:
    """Cached tokens are part of the input; the total is the vendor's own."""
    assert RULES.usage(Usage(3, 9, 5, 7, 2, {"total_tokens": 24})) == {
        "input": 15,
        "output": 9,
        "total": 24,
        "cache_read": 5,
        "cache_write": 7,
        "reasoning": 2,
    }
    assert RULES.usage(Usage())["input"] is None


def test_what_turns_send_back() -> None:
    """Texts, reasoning by its field, what is encrypted, and calls; the held answer first; people and results are not turns."""
    body = {
        "previous_response_id": "resp_1",
        "input": [
            {"role": "user", "content": "?"},
            {"type": "reasoning", "summary": [{"text": "a"}], "content": [{"text": "b"}], "encrypted_content": "x"},
            {"role": "assistant", "content": [{"type": "output_text", "text": "c"}]},
            {"type": "function_call", "call_id": "f", "name": "g", "arguments": '{"a": 1}'},
            SHELL,
            {"type": "function_call_output", "call_id": "f", "output": "1"},
            {"role": "assistant", "content": "d"},
            {"role": "assistant", "content": "e"},
            {"type": "tool_search_output", "execution": "server", "tools": []},
        ],
    }

    assert RULES.echoes(body) == [
        [("previous_response_id", ["previous_response_id", "resp_1"])],
        [
            ("thinking_text", ["summary", "a"]),
            ("thinking_text", ["content", "b"]),
            ("signature", ["encrypted_content", "x"]),
            ("text", "c"),
            ("tool_id", ["f", "g", {"a": 1}]),
            ("tool_name", ["f", "g", {"a": 1}]),
            ("tool_id", ["s", "local_shell_call", {"command": ["ls"]}]),
            ("tool_name", ["s", "local_shell_call", {"command": ["ls"]}]),
        ],
        [("text", "d")],
        [("text", "e")],
    ]
    assert RULES.echoes({"input": "Hi"}) == []


def test_dialects_of_recorded_vendors() -> None:
    """A second name of a vendor has its dialect; hosts of OpenAI's own have none; others take everything back."""
    assert RULES.dialect(exchange({}, provider="xai")).hosted_custom
    assert RULES.dialect(exchange({}, provider="azure")) is None
    assert RULES.dialect(exchange({}, provider="bedrock")).echo == "always"


def test_a_recorded_client_kept_to_no_limits() -> None:
    """And asked for nothing on its own; without a request nothing is known of it."""
    spoken = RULES.spoken(exchange({}, request={"input": "Hi"}), ResponsesDialect(hosted_custom=True))

    assert (spoken.strict, spoken.ask_encrypted, spoken.hosted_custom) == (None, False, True)
    assert "code_execution" in spoken.server_tools


def test_calls_of_client_side_tools_are_expected() -> None:
    """In the order of the items, beside the calls that the SDK counts."""
    known = {"id": "f", "name": "g", "arguments": {}}
    function = {"type": "function_call", "call_id": "f"}
    computer = {"type": "computer_call", "call_id": "k", "actions": [{"type": "wait"}]}
    hosted = {"type": "shell_call", "call_id": "h", "environment": {"type": "container_auto"}}
    items = [SHELL, function, computer, hosted]
    name = "calls of the vendor's client-side tools"
    expected = amended(name, exchange(*[done(item, at) for at, item in enumerate(items)]), tool_calls=[known])

    assert expected is not None
    assert expected["tool_calls"] == [
        {"id": "s", "name": "local_shell", "arguments": {"command": ["ls"]}},
        known,
        {"id": "k", "name": "computer", "arguments": {"actions": [{"type": "wait"}]}},
    ]
    assert amended(name, exchange(done(function)), tool_calls=[known]) is None


def test_calls_that_the_vendor_answers_are_not_expected() -> None:
    """They are xAI's own there, and the caller's elsewhere."""
    name = "free-text calls that xAI answers itself"
    recorded = done({"type": "custom_tool_call", "call_id": "x"})
    expected = amended(name, exchange(recorded, provider="xai"), tool_calls=[{"id": "x"}, {"id": "y"}])

    assert expected is not None
    assert expected["tool_calls"] == [{"id": "y"}]
    assert amended(name, exchange(recorded), tool_calls=[{"id": "x"}]) is None


def test_a_refusal_is_expected_once() -> None:
    """The summary joins it twice."""
    recorded = exchange(done({"type": "message", "content": [{"type": "refusal", "refusal": "No"}]}))
    expected = amended("a refusal counted twice", recorded, refusal="NoNo")

    assert expected is not None
    assert expected["refusal"] == "No"
    assert amended("a refusal counted twice", recorded, refusal="No") is None


def test_an_answer_that_failed_had_begun() -> None:
    """Its first frame says who answered."""
    recorded = exchange({"type": "response.created", "response": {"id": "r1", "model": "m1"}}, {"type": "error"})
    expected = amended("who began an answer that failed", recorded, end="failed", response_id=None)

    assert expected is not None
    assert (expected["response_id"], expected["model"]) == ("r1", "m1")


def test_bytes_that_are_not_json_are_a_decode_error() -> None:
    """Only where there are such bytes."""
    broken = exchange({})
    broken.record["response"]["body"] = 'data: {"type"\n\ndata: [DONE]\n\n'
    expected = amended("bytes that are not JSON", broken, end="failed")

    assert expected is not None
    assert expected["class"] == "DecodeError"
    assert amended("bytes that are not JSON", exchange({"type": "error"}), end="failed") is None


def test_an_answer_of_another_wire_is_none() -> None:
    """A chat completion is no answer here."""
    expected = amended("an answer of another wire", exchange({"object": "chat.completion"}, framing="json"))

    assert expected is not None
    assert (expected["end"], expected["response_id"]) == ("failed", None)
    assert amended("an answer of another wire", exchange({"output": []}, framing="json")) is None


def test_a_failed_status_is_an_error() -> None:
    """With the code that the answer states."""
    recorded = exchange({"output": [], "status": "failed", "error": {"code": "server_error"}}, framing="json")
    expected = amended("an answer whose status is failed", recorded)

    assert expected is not None
    assert (expected["end"], expected["error"]["code"]) == ("failed", "server_error")


def test_a_stream_without_its_end_is_a_cut() -> None:
    """Every lifecycle frame that ends an answer is an end, and so is an error."""
    assert amended("no lifecycle frame is a cut", exchange({"type": "response.created"})) is not None
    assert amended("no lifecycle frame is a cut", exchange({"type": "response.incomplete"})) is None


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("null is absent", {"a": None, "tools": [{"parameters": {"x": None}}]}, {"tools": [{"parameters": {"x": None}}]}),
        ("text is one message", {"input": "Hi"}, {"input": [{"role": "user", "content": "Hi"}]}),
        ("a message is a message", {"input": [{"type": "message", "role": "user"}]}, {"input": [{"role": "user"}]}),
        (
            "items are completed",
            {"input": [{"status": "completed"}, {"status": "failed"}]},
            {"input": [{}, {"status": "failed"}]},
        ),
        (
            "defaults are absent",
            {"stream": False, "tools": [], "input": [{"content": [{"detail": "auto", "annotations": []}, {"detail": "low"}]}]},
            {"input": [{"content": [{}, {"detail": "low"}]}]},
        ),
        (
            "a function without parameters",
            {"tools": [{"type": "function", "parameters": {"type": "object", "properties": {}}}, {"type": "custom"}]},
            {"tools": [{"type": "function"}, {"type": "custom"}]},
        ),
        (
            "probabilities are of answers",
            {"input": [{"content": [{"type": "output_text", "logprobs": [1]}]}]},
            {"input": [{"content": [{"type": "output_text"}]}]},
        ),
        (
            "one text part is a string",
            {
                "input": [
                    {"role": "user", "content": [{"type": "input_text", "text": "a"}]},
                    {"type": "function_call_output", "output": [{"type": "input_text", "text": "b"}]},
                    {"role": "user", "content": [{"type": "input_text", "text": "c", "more": 1}]},
                ]
            },
            {
                "input": [
                    {"role": "user", "content": "a"},
                    {"type": "function_call_output", "output": "b"},
                    {"role": "user", "content": [{"type": "input_text", "text": "c", "more": 1}]},
                ]
            },
        ),
    ],
)
def test_two_ways_of_writing_mean_the_same(name: str, body: Json, expected: Json) -> None:
    """Each equivalence changes what it names and nothing else."""
    assert equivalence(name)(body) == expected
    assert equivalence(name)(expected) == expected


def test_equivalences_bear_any_body() -> None:
    """Recorded requests may hold anything."""
    for item in RULES.equivalences:
        for body in ({}, {"input": None}, {"input": [7]}, {"tools": None}):
            item.apply(copy.deepcopy(body))


def test_the_recordings_pass(corpus: Path) -> None:
    """Some of every check; the command plays all of them."""
    recordings = load(corpus)
    ids = {recorded.id for recorded in recordings.of_wire("openai-responses")[::12]}
    results = run_suite(load_suite("openai-responses"), recordings, ids=ids)

    assert [result for result in results if result.status == "fail"] == []
    assert len(results) > 100

"""What the checks know about Anthropic's models on Bedrock's InvokeModel."""

from __future__ import annotations

import json
from base64 import b64encode
from types import ModuleType
from typing import Any

import pytest

from dragoman.testing.conformance import load_suite
from dragoman.testing.conformance.anthropic_bedrock import RULES
from dragoman.wire.eventstream import eventstream_frame


def streamed(kit: ModuleType, *events: dict[str, Any], request: dict[str, Any] | None = None) -> Any:
    recorded = kit.exchange(b"", framing="eventstream", request=request, wire="bedrock-invoke")
    chunks = [json.dumps({"bytes": b64encode(json.dumps(event).encode()).decode(), "p": "ab"}).encode() for event in events]
    recorded.__dict__["body"] = b"".join([eventstream_frame("chunk", chunk) for chunk in chunks])
    return recorded


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"anthropic_version": "bedrock-2023-05-31", "messages": []}, None),
        ({"prompt": "q", "max_tokens_to_sample": 9}, "the body is Anthropic's text completions, the API before Messages"),
        ({"inputText": "q"}, "the body is Amazon Titan's text format"),
        ({"messages": [], "schemaVersion": "messages-v1"}, "the body is Amazon Nova's format, which is Converse's"),
        ({"messages": [], "inferenceConfig": {}}, "the body is Amazon Nova's format, which is Converse's"),
        ({"prompt": "q", "max_gen_len": 9}, "the body is Meta Llama's prompt format"),
        ({"prompt": "q", "maxTokens": 9}, "the body is AI21 Jurassic's prompt format"),
        ({"message": "q"}, "the body is Cohere Command R's chat format"),
        ({"prompt": "q"}, "the body is a prompt format of another family (Cohere Command, Mistral, DeepSeek)"),
        (
            {"messages": []},
            "the body is a chat format without `anthropic_version`, which OpenAI's and Mistral's models take",
        ),
        ({"x": 1}, "the body is of another model family"),
    ],
)
def test_other_families_are_apart(kit: ModuleType, body: dict[str, Any], expected: str | None) -> None:
    """Whose body it is is told by its shape, and no check is played on another family's."""
    recorded = kit.exchange(b'{"message":"no"}', framing="json", status=400, request=body)
    result = load_suite("bedrock-invoke").run(2, recorded)

    assert expected == RULES.apart(recorded)
    assert (("pass", ()) if expected is None else ("n/a", (expected,))) == (result.status, result.reasons)


def test_an_answer_without_its_request_is_told_by_its_own_shape(kit: ModuleType) -> None:
    """Messages and their events are Anthropic's; errors of the service are everybody's."""
    other = "the answer is in another family's format; the recording kept no request"

    assert RULES.apart(kit.exchange(b'{"message":"no"}', framing="json", status=400)) is None
    assert RULES.apart(kit.exchange(b'{"type":"message","content":[]}', framing="json")) is None
    assert other == RULES.apart(kit.exchange(b'{"type":"completion"}', framing="json"))
    assert RULES.apart(streamed(kit, {"type": "message_start"})) is None
    assert other == RULES.apart(streamed(kit, {"generation": "x"}))


def test_an_answer_cut_off_is_a_cut_in_this_framing_too(kit: ModuleType) -> None:
    """Without `message_stop` the SDK's quiet end is no end."""
    rule = next(rule for rule in RULES.oracle_rules if rule.name == "no message_stop is a cut")

    assert rule.applies(streamed(kit, {"type": "message_delta"}), {"end": "finished"}, {})
    assert not rule.applies(streamed(kit, {"type": "message_stop"}), {"end": "finished"}, {})


def test_what_a_chunk_holds_was_said(kit: ModuleType) -> None:
    """The strings of an answer are those of the events inside its chunks."""
    assert {"text_delta", "Hi"} <= streamed(kit, {"delta": {"type": "text_delta", "text": "Hi"}}).answer_strings

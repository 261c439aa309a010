"""OpenAI's count of a prompt."""

from __future__ import annotations

import json

from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses.count import decode_count, encode_count
from dragoman.protocols.openai_responses.protocol import PROTOCOL
from dragoman.providers import load
from dragoman.types import Output, Reasoning, Request, Text, Tool, user
from dragoman.types.count import Count
from dragoman.types.response import Failure

TARGET = Target("openai-responses", "openai_responses", "gpt-5.6", "https://o.test/v1")
REQUEST = Request(
    "m",
    (user("hi"),),
    system=(Text("Be brief."),),
    tools=(Tool("look"),),
    output=Output({"type": "object", "properties": {}, "additionalProperties": False, "required": []}),
    reasoning=Reasoning(effort="low"),
    max_tokens=900,
    cache_key="k",
    stream=True,
)


def test_what_makes_the_prompt_is_sent_as_it_would_be() -> None:
    """Schema and reasoning are part of it; limits and keys are not."""
    http = encode_count(REQUEST, TARGET, Report(TARGET))
    assert http is not None
    counted = json.loads(http.body)
    whole = json.loads(PROTOCOL.encode_request(REQUEST, TARGET, Report(TARGET)).body)

    assert http.url == "https://o.test/v1/responses/input_tokens"
    assert {"model", "instructions", "tools", "text", "reasoning", "input"} == counted.keys()
    assert {name: whole[name] for name in counted} == counted


def test_the_answer() -> None:
    """One number."""
    assert Count(18, True, 0.0, "vendor") == decode_count(b'{"object":"response.input_tokens","input_tokens":18}', TARGET)
    assert isinstance(decode_count(b"{}", TARGET), Failure)


def test_who_does_not_count_is_not_asked() -> None:
    """Vendors of this wire without the endpoint."""
    target = Target("xai-responses", "openai_responses", "grok", "https://x.test/v1", load("xai-responses").dialect)

    assert encode_count(REQUEST, target, Report(target)) is None

"""Bedrock's count of a prompt."""

from __future__ import annotations

import json

from dragoman.protocols.base import Report, Target
from dragoman.protocols.bedrock_converse import PROTOCOL
from dragoman.protocols.bedrock_converse.count import decode_count, encode_count
from dragoman.types import Request, Text, Tool, user
from dragoman.types.count import Count
from dragoman.types.response import Failure

TARGET = Target("bedrock", "bedrock_converse", "eu.anthropic.claude-x-v1:0", "https://b.test")
REQUEST = Request("m", (user("hi"),), system=(Text("Be brief."),), tools=(Tool("look"),), max_tokens=9, top_k=5, stream=True)


def test_what_makes_the_prompt_is_sent_as_it_would_be() -> None:
    """Inside `input.converse`, at the foundation model behind the profile."""
    http = encode_count(REQUEST, TARGET, Report(TARGET))
    counted = json.loads(http.body)["input"]["converse"]
    whole = json.loads(PROTOCOL.encode_request(REQUEST, TARGET, Report(TARGET)).body)

    assert http.url == "https://b.test/model/anthropic.claude-x-v1%3A0/count-tokens"
    assert {"messages", "system", "toolConfig", "additionalModelRequestFields"} == counted.keys()
    assert {name: whole[name] for name in counted} == counted


def test_the_answer() -> None:
    """One number."""
    assert Count(19, True, 0.0, "vendor") == decode_count(b'{"inputTokens": 19}', TARGET)
    assert isinstance(decode_count(b'{"message":"no"}', TARGET), Failure)

"""Anthropic's count of a prompt, and the two clouds' ways to ask for it."""

from __future__ import annotations

import json
from base64 import b64decode

from dragoman.protocols import load as load_protocol
from dragoman.protocols.anthropic_messages import PROTOCOL
from dragoman.protocols.anthropic_messages.count import decode_count, encode_count
from dragoman.protocols.base import Report, Target
from dragoman.providers import load
from dragoman.types import Reasoning, Request, Text, Tool, user
from dragoman.types.count import Count
from dragoman.types.response import Failure

TARGET = Target("anthropic", "anthropic_messages", "claude-sonnet-5", "https://api.anthropic.com")
REQUEST = Request(
    "claude-sonnet-5",
    (user("hi"),),
    system=(Text("Be brief."),),
    tools=(Tool("look", "Look.", {"type": "object", "properties": {}}),),
    reasoning=Reasoning(budget=2000),
    max_tokens=9000,
    stop=("END",),
    user="u1",
    stream=True,
)


def test_what_makes_the_prompt_is_sent_as_it_would_be() -> None:
    """The fields of the prompt, equal to the request's own; nothing of what steers the answer."""
    http = encode_count(REQUEST, TARGET, Report(TARGET))
    assert http is not None
    counted = json.loads(http.body)
    whole = json.loads(PROTOCOL.encode_request(REQUEST, TARGET, Report(TARGET)).body)

    assert http.url == "https://api.anthropic.com/v1/messages/count_tokens"
    assert {"model", "system", "tools", "thinking", "messages"} == counted.keys()
    assert {name: whole[name] for name in counted} == counted
    assert http.headers["anthropic-version"] == "2023-06-01"


def test_the_answer() -> None:
    """One number."""
    assert Count(588, True, 0.0, "vendor") == decode_count(b'{"input_tokens":588}', TARGET)
    assert isinstance(decode_count(b'{"type":"error","error":{}}', TARGET), Failure)


def test_vertex_names_the_model_in_the_body() -> None:
    """Its endpoint has a path of its own, without the model."""
    provider = load("vertex-anthropic")
    target = Target(
        provider.name, provider.protocol, "claude-sonnet-5", "https://v.test/v1/projects/p/locations/l", provider.dialect
    )
    http = PROTOCOL.encode_count(REQUEST, target, Report(target))
    assert http is not None
    body = json.loads(http.body)

    assert http.url == "https://v.test/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict"
    assert ("claude-sonnet-5", "vertex-2023-10-16") == (body["model"], body["anthropic_version"])


def test_bedrock_takes_the_whole_body_for_the_model_behind_a_profile() -> None:
    """In base64, at the foundation model; what it answers has another name."""
    protocol = load_protocol("anthropic_bedrock")
    target = Target("bedrock-anthropic", "anthropic_bedrock", "us.anthropic.claude-x-v1:0", "https://b.test")
    http = protocol.encode_count(REQUEST, target, Report(target))
    assert http is not None
    inner = json.loads(b64decode(json.loads(http.body)["input"]["invokeModel"]["body"]))

    assert http.url == "https://b.test/model/anthropic.claude-x-v1%3A0/count-tokens"
    assert inner == json.loads(protocol.encode_request(REQUEST, target, Report(target)).body)
    assert Count(19, True, 0.0, "vendor") == protocol.decode_count(b'{"inputTokens":19}', target)


def test_who_does_not_count_is_not_asked() -> None:
    """Vendors of this wire without the endpoint."""
    provider = load("deepseek-anthropic")
    target = Target(provider.name, provider.protocol, "m", "https://d.test", provider.dialect)

    assert PROTOCOL.encode_count(REQUEST, target, Report(target)) is None

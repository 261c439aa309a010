"""Counts of a prompt behind Chat Completions, where a server gives one."""

from __future__ import annotations

import json

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_chat.count import decode_count, encode_count
from dragoman.protocols.openai_chat.protocol import PROTOCOL
from dragoman.providers import load
from dragoman.types import Request, Text, Tool, user
from dragoman.types.count import Count
from dragoman.types.response import Failure

REQUEST = Request("m", (user("hi"),), system=(Text("Be brief."),), tools=(Tool("look"),), max_tokens=9, stream=True)


def target(name: str) -> Target:
    provider = load(name)
    return Target(provider.name, provider.protocol, "m", f"https://{name}.test/v1", provider.dialect)


def test_openai_does_not_count_this() -> None:
    """It counts Responses requests alone, which are not read the same way."""
    openai = Target("openai", "openai_chat", "gpt-5.6", "https://api.openai.com/v1")

    assert encode_count(REQUEST, openai, Report(openai)) is None


@pytest.mark.parametrize(
    ("name", "url", "sent"),
    [
        (
            "llamacpp",
            "https://llamacpp.test/v1/chat/completions/input_tokens",
            {"model", "messages", "tools", "max_completion_tokens"},
        ),
        ("vllm", "https://vllm.test/tokenize", {"model", "messages", "tools"}),
        ("moonshot", "https://moonshot.test/v1/tokenizers/estimate-token-count", {"model", "messages", "tools"}),
    ],
)
def test_what_makes_the_prompt_is_sent_as_it_would_be(name: str, url: str, sent: set[str]) -> None:
    """To each server's own path, with the fields that it takes; an answer is not streamed."""
    at = target(name)
    http = encode_count(REQUEST, at, Report(at))
    assert http is not None
    counted = json.loads(http.body)
    whole = json.loads(PROTOCOL.encode_request(REQUEST, at, Report(at)).body)

    assert url == http.url
    assert sent - {"max_completion_tokens"} == counted.keys() - {"max_completion_tokens", "max_tokens"}
    assert {name: whole[name] for name in counted} == counted
    assert "application/json" == http.headers["accept"]


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("llamacpp", b'{"object":"response.input_tokens","input_tokens":12}', Count(12, True, 0.0, "vendor")),
        ("vllm", b'{"count":12,"max_model_len":4096,"tokens":[1,2]}', Count(12, True, 0.0, "vendor")),
        ("moonshot", b'{"data":{"total_tokens":12}}', Count(12, False, None, "vendor")),
    ],
)
def test_the_answer(name: str, body: bytes, expected: Count) -> None:
    """Each in its own words; Moonshot calls its own an estimate and states no error."""
    assert expected == decode_count(body, target(name))
    assert isinstance(decode_count(b"{}", target(name)), Failure)

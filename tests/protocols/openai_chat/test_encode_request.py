"""A request to its HTTP request: where it goes, and what stands in its body."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.types import AudioOutput, Cache, Request, user

Encode = Callable[..., Any]


def test_a_plain_request(encode: Encode) -> None:
    """Model and messages, and headers without credentials."""
    sent = encode(user("Hi"))

    assert (sent.http.method, sent.http.url) == ("POST", "https://api.acme.test/v1/chat/completions")
    assert sent.http.headers == {"content-type": "application/json", "accept": "application/json"}
    assert sent.body == {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    assert sent.adaptations == []


def test_every_setting(encode: Encode) -> None:
    """Each setting has its field."""
    sent = encode(
        user("Hi"),
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        stop=("a", "b"),
        seed=1,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        logprobs=True,
        top_logprobs=2,
        n=2,
        modalities=("text", "audio"),
        audio=AudioOutput("alloy", "wav"),
        user="u",
        metadata={"k": "v"},
        service_tier="flex",
        cache=Cache("30m"),
        cache_key="key",
        stream=True,
    )

    assert sent.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_completion_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 1,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "logprobs": True,
        "top_logprobs": 2,
        "n": 2,
        "metadata": {"k": "v"},
        "service_tier": "flex",
        "stop": ["a", "b"],
        "modalities": ["text", "audio"],
        "audio": {"voice": "alloy", "format": "wav"},
        "user": "u",
        "prompt_cache_key": "key",
        "prompt_cache_options": {"ttl": "30m"},
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert sent.http.headers["accept"] == "text/event-stream"
    assert sent.adaptations == []


@pytest.mark.parametrize(
    ("dialect", "fields", "body"),
    [
        ({"max_tokens_field": "max_tokens"}, {"max_tokens": 9}, {"max_tokens": 9}),
        ({"stream_options": False}, {"stream": True}, {"stream": True}),
        ({"user_field": "safety_identifier"}, {"user": "u"}, {"safety_identifier": "u"}),
        ({"cache_key_field": "session_id"}, {"cache_key": "k"}, {"session_id": "k"}),
        ({"cache_marks": "cache_control"}, {"cache": Cache("1h")}, {"cache_control": {"type": "ephemeral", "ttl": "1h"}}),
        ({}, {"cache": Cache()}, {}),
        ({"top_k": True}, {"top_k": 5}, {"top_k": 5}),
        ({"body": {"reasoning_split": True, "seed": 1}}, {"seed": 2}, {"reasoning_split": True, "seed": 2}),
        ({"clamp": {"temperature": (0.0, 1.0)}}, {"temperature": 0.5}, {"temperature": 0.5}),
        ({"drop": ("seed",)}, {"extra": {"seed": 3}}, {"seed": 3}),
    ],
)
def test_fields_of_a_dialect(encode: Encode, dialect: dict[str, Any], fields: dict[str, Any], body: dict[str, Any]) -> None:
    """A vendor's own names and needs, without a word in the report."""
    sent = encode(user("Hi"), dialect=ChatDialect(**dialect), **fields)

    del sent.body["model"], sent.body["messages"]
    assert sent.body == body
    assert sent.adaptations == []


@pytest.mark.parametrize(
    ("dialect", "fields", "body", "reported"),
    [
        ({}, {"top_k": 5}, {}, ("top_k", "dropped")),
        ({"user_field": None}, {"user": "u"}, {}, ("user", "dropped")),
        ({"cache_key_field": None}, {"cache_key": "k"}, {}, ("cache_key", "dropped")),
        ({"cache_marks": "none"}, {"cache": Cache()}, {}, ("cache", "dropped")),
        ({"drop": ("n", "seed")}, {"n": 2}, {}, ("n", "dropped")),
        ({"clamp": {"temperature": (0.01, 1.0)}}, {"temperature": 0.0}, {"temperature": 0.01}, ("temperature", "changed")),
        ({"clamp": {"temperature": (0.01, 1.0)}}, {"temperature": 2.0}, {"temperature": 1.0}, ("temperature", "changed")),
        ({}, {"routing": {"order": ["a"]}}, {}, ("routing", "dropped")),
    ],
)
def test_what_a_vendor_cannot_take_is_told(
    encode: Encode, dialect: dict[str, Any], fields: dict[str, Any], body: dict[str, Any], reported: tuple[str, str]
) -> None:
    """It is left out or changed and reported, or the request is refused: the policy decides."""
    sent = encode(user("Hi"), dialect=ChatDialect(**dialect), **fields)

    del sent.body["model"], sent.body["messages"]
    assert sent.body == body
    assert sent.reported == [reported]
    with pytest.raises(Unsupported) as caught:
        encode(user("Hi"), dialect=ChatDialect(**dialect), policy="strict", **fields)
    assert caught.value.feature == reported[0]


class Order(msgspec.Struct):
    order: list[str]
    price: Decimal | None = None


class Own(msgspec.Struct):
    name: str

    def body(self) -> dict[str, Any]:
        return {"provider": {"only": [self.name]}, "models": ["b"]}


@pytest.mark.parametrize(
    ("field", "routing", "body"),
    [
        ("provider", Order(["a"]), {"provider": {"order": ["a"], "price": None}}),
        ("", {"route": "x"}, {"route": "x"}),
        ("", Own("a"), {"provider": {"only": ["a"]}, "models": ["b"]}),
    ],
)
def test_routing(encode: Encode, field: str, routing: Any, body: dict[str, Any]) -> None:
    """A routing value goes where the dialect says, in its own form where it has one."""
    sent = encode(user("Hi"), dialect=ChatDialect(routing_field=field), routing=routing)

    assert {name: sent.body[name] for name in body} == body


def test_extra_wins(encode: Encode) -> None:
    """The caller's own fields replace ours, also one that asks for nothing."""
    sent = encode(user("Hi"), stream=True, temperature=1.0, extra={"temperature": 0, "stream_options": None, "new": [1]})

    assert (sent.body["temperature"], sent.body["stream_options"], sent.body["new"]) == (0, None, [1])


def test_headers_of_target_and_request(encode: Encode) -> None:
    """Both are sent, lower case; the request's win."""
    target = Target("acme", "openai_chat", "m", "https://a.test", headers={"X-One": "1", "X-Two": "1"})
    request = Request("m", (user("Hi"),), headers={"x-two": "2", "Accept": "*/*"})

    headers = PROTOCOL.encode_request(request, target, Report(target)).headers

    assert headers == {"content-type": "application/json", "accept": "*/*", "x-one": "1", "x-two": "2"}


@pytest.mark.parametrize(
    ("base", "dialect", "url"),
    [
        (
            "https://a.test/openai?api-version=1",
            {"model_in_body": True},
            "https://a.test/openai/chat/completions?api-version=1",
        ),
        (
            "https://a.test",
            {"path": "/deployments/{model}/chat/completions", "model_in_body": False},
            "https://a.test/deployments/org%2Fm%3F/chat/completions",
        ),
    ],
)
def test_unusual_urls(base: str, dialect: dict[str, Any], url: str) -> None:
    """A query of the base URL stays at the end; a model in the path cannot leave its place."""
    target = Target("acme", "openai_chat", "org/m?", base, ChatDialect(**dialect))

    sent = PROTOCOL.encode_request(Request("m", (user("Hi"),)), target, Report(target))

    assert sent.url == url
    assert ("model" in json.loads(sent.body)) is dialect["model_in_body"]


def test_the_model_of_the_request_without_one_of_the_target() -> None:
    """The target's model goes before the request's, and no model at all is not sent."""
    for there, asked, sent in (("a", "b", {"model": "a"}), ("", "b", {"model": "b"}), ("", "", {})):
        target = Target("acme", "openai_chat", there)
        body = json.loads(PROTOCOL.encode_request(Request(asked, ()), target, Report(target)).body)
        assert body == {**sent, "messages": []}


def test_half_a_character_is_refused(encode: Encode) -> None:
    """Text that is not Unicode cannot be sent."""
    with pytest.raises(Unsupported, match="surrogate"):
        encode(user("\ud83d"))


def test_encoding_is_deterministic(encode: Encode) -> None:
    """The same request gives the same bytes."""
    fields: dict[str, Any] = {"temperature": 1.0, "metadata": {"b": 1, "a": 2}, "extra": {"z": 1, "y": 2}}

    assert encode(user("Hi"), **fields).http == encode(user("Hi"), **fields).http

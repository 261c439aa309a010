"""Requests to HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman import user
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.gemini_interactions import PROTOCOL, InteractionsDialect
from dragoman.types import Output, Reasoning, Request, Text, Tool, VendorTool

Encode = Callable[..., Any]

USER = {"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}


def test_a_request(encode: Encode) -> None:
    """Fields stand in one order, the input last; the key is not among them."""
    sent = encode(
        user("Hi"),
        system=(Text("Be brief."),),
        tools=(Tool("f", "does f", {"type": "object"}, extra={"defer_loading": True}), VendorTool({"type": "google_search"})),
        reasoning=Reasoning("low", summary="auto"),
        max_tokens=9,
        output=Output({"type": "object"}),
        service_tier="flex",
        metadata={"team": "a"},
        stream=True,
    )

    assert json.dumps(sent.body) == json.dumps(
        {
            "model": "gemini-test",
            "system_instruction": "Be brief.",
            "tools": [
                {
                    "type": "function",
                    "name": "f",
                    "description": "does f",
                    "parameters": {"type": "object"},
                    "defer_loading": True,
                },
                {"type": "google_search"},
            ],
            "generation_config": {"max_output_tokens": 9, "thinking_level": "low", "thinking_summaries": "auto"},
            "response_format": {"type": "text", "mime_type": "application/json", "schema": {"type": "object"}},
            "service_tier": "flex",
            "labels": {"team": "a"},
            "stream": True,
            "input": [USER],
        }
    )
    assert sent.reported == []
    assert (sent.http.method, sent.http.url) == ("POST", "https://g.test/v1beta/interactions")
    assert sent.http.headers == {"content-type": "application/json", "accept": "text/event-stream"}


def test_vertex(target: Target) -> None:
    """There the resource stands under a project and a location."""
    base = "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global"
    there = Target("v", "gemini_interactions", "m", base, InteractionsDialect(labels=False))
    report = Report(there)
    http = PROTOCOL.encode_request(Request("m", (user("Hi"),), metadata={"a": "b"}), there, report)

    assert http.url == f"{base}/interactions"
    assert "labels" not in json.loads(http.body)
    assert [item.feature for item in report.adaptations] == ["metadata"]


def test_extra_wins(encode: Encode) -> None:
    """Objects that both have are joined, and headers are added."""
    sent = encode(
        user("Hi"),
        max_tokens=9,
        extra={"generation_config": {"max_output_tokens": 7, "image_config": {"aspect_ratio": "1:1"}}, "store": False},
        headers={"X-Odd": "1"},
    )

    assert sent.body["generation_config"] == {"max_output_tokens": 7, "image_config": {"aspect_ratio": "1:1"}}
    assert sent.body["store"] is False
    assert sent.http.headers["x-odd"] == "1"


def test_a_conversation_that_the_server_holds(encode: Encode) -> None:
    """Only what is new is sent; nothing at all when an answer that paused goes on."""
    held = {"previous_interaction_id": "v1"}

    assert encode(user("Hi"), extra=held).body == {"model": "gemini-test", **held, "input": [USER]}
    assert encode(extra={**held, "continuation_token": "t"}).body == {
        "model": "gemini-test",
        **held,
        "continuation_token": "t",
    }


@pytest.mark.parametrize(
    ("model", "extra", "named"),
    [
        ("deep-research-preview-04-2026", {}, {"agent": "deep-research-preview-04-2026"}),
        ("agents/mine", {}, {"agent": "mine"}),
        ("gemini-test", {"agent": "mine"}, {"agent": "mine"}),
        ("gemini-test", {}, {"model": "gemini-test"}),
        ("deep-research-x", {"model": "m"}, {"model": "m"}),
    ],
)
def test_agents(encode: Encode, model: str, extra: dict[str, Any], named: dict[str, str]) -> None:
    """An agent is named as one, by its id or by `extra`."""
    body = encode(user("Hi"), model=model, extra=extra).body

    assert named == {name: body[name] for name in ("model", "agent") if name in body}


def test_an_agent_has_no_generation_config(encode: Encode) -> None:
    """What cannot be said to it is listed."""
    sent = encode(user("Hi"), model="deep-research-x", temperature=0.5, extra={"background": True})

    assert sent.body == {"agent": "deep-research-x", "background": True, "input": [USER]}
    assert sent.reported == [("temperature", "dropped")]


def test_metadata_that_is_no_text(encode: Encode) -> None:
    """Labels are texts: the rest is listed."""
    sent = encode(user("Hi"), metadata={"a": "b", "n": 1})

    assert sent.body["labels"] == {"a": "b"}
    assert sent.reported == [("metadata", "dropped")]


def test_text_that_is_not_unicode(encode: Encode) -> None:
    """Half a surrogate pair is refused before anything is sent."""
    with pytest.raises(Unsupported, match="not Unicode"):
        encode(user("\ud800"))


def test_a_longer_history_extends_a_shorter(encode: Encode) -> None:
    """Prompt caches depend on it."""
    messages = [user("a"), user("b"), user("c")]
    bodies = [encode(*messages[:count]).http.body[:-2] for count in (1, 2, 3)]

    assert bodies[2].startswith(bodies[1])
    assert bodies[1].startswith(bodies[0])

"""What the wires share about sending JSON."""

from __future__ import annotations

import json

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.sending import headers_for, post_json
from dragoman.types import Request, user

TARGET = Target("groq", "openai_chat", "m", headers={"X-Of": "provider", "x-both": "provider"})
REQUEST = Request("m", (user("Hi"),), headers={"X-Both": "call", "Accept": "text/plain"})


def test_headers() -> None:
    """Names are lower case, the call's word wins; what is accepted follows from whether the answer is streamed."""
    own = {"x-of": "provider", "x-both": "call"}
    assert {"content-type": "application/json", "accept": "text/plain", **own} == headers_for(REQUEST, TARGET)
    plain = Request("m", ())
    assert ["application/json", "text/event-stream", "application/x-ndjson", None] == [
        headers_for(request, TARGET, stream=stream).get("accept")
        for request, stream in (
            (plain, "text/event-stream"),
            (Request("m", (), stream=True), "text/event-stream"),
            (Request("m", (), stream=True), "application/x-ndjson"),
            (Request("m", (), stream=True), None),
        )
    ]


def test_a_body_is_sent_as_json_and_what_steers_reasoning_is_kept() -> None:
    """By its path, where it is there; a path through something that is no object finds nothing."""
    body = {"model": "blå", "think": False, "config": {"level": "low"}, "text": "x"}
    report = Report(TARGET)
    http = post_json("https://x/y", {"a": "b"}, body, report, ("think", "config.level", "config.no", "text.level", "none"))
    assert ("POST", "https://x/y", {"a": "b"}) == (http.method, http.url, http.headers)
    assert body == json.loads(http.body)
    assert {"think": False, "config.level": "low"} == report.reasoning


def test_half_a_character_is_refused() -> None:
    """Before anything is sent."""
    with pytest.raises(Unsupported, match="half of a surrogate pair"):
        post_json("https://x/y", {}, {"text": "\ud83d"}, Report(TARGET), ())

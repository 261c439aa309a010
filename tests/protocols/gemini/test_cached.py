"""Prompts kept at Google under a name."""

from __future__ import annotations

import json

import pytest

from dragoman.protocols.base import Report, Target
from dragoman.protocols.gemini import PROTOCOL
from dragoman.protocols.gemini.cached import decode_cached, encode_cached, encode_uncached
from dragoman.providers import load
from dragoman.types import Request, Text, Tool, user
from dragoman.types.cached import CachedPrompt
from dragoman.types.response import Failure

TARGET = Target("gemini", "gemini", "gemini-2.5-flash", "https://g.test/v1beta")
VERTEX = Target("vertex", "gemini", "gemini-2.5-flash", "https://v.test/v1/projects/p/locations/l", load("vertex").dialect)
REQUEST = Request("m", (user("The whole book."),), system=(Text("Be brief."),), tools=(Tool("look"),), max_tokens=9)


def test_what_is_kept_is_what_would_be_sent() -> None:
    """The fields of the prompt, the model and how long; nothing that steers an answer."""
    http = encode_cached(REQUEST, TARGET, Report(TARGET), 300)
    kept = json.loads(http.body)
    whole = json.loads(PROTOCOL.encode_request(REQUEST, TARGET, Report(TARGET)).body)

    assert ("POST", "https://g.test/v1beta/cachedContents") == (http.method, http.url)
    assert ("models/gemini-2.5-flash", "300s") == (kept.pop("model"), kept.pop("ttl"))
    assert {name: whole[name] for name in ("contents", "systemInstruction", "tools")} == kept


def test_vertex_names_the_model_by_its_whole_path() -> None:
    """Beside the models of its location; letting go takes the last part of the name."""
    http = encode_cached(REQUEST, VERTEX, Report(VERTEX), 300)
    gone = encode_uncached("projects/1/locations/l/cachedContents/7", VERTEX)

    assert "https://v.test/v1/projects/p/locations/l/cachedContents" == http.url
    assert "projects/p/locations/l/publishers/google/models/gemini-2.5-flash" == json.loads(http.body)["model"]
    assert ("DELETE", "https://v.test/v1/projects/p/locations/l/cachedContents/7") == (gone.method, gone.url)


def test_the_answer() -> None:
    """Its name, how many tokens it has and when it is gone."""
    body = b'{"name":"cachedContents/a1","expireTime":"2026-08-19T14:39:11Z","usageMetadata":{"totalTokenCount":9609}}'

    expected = CachedPrompt("cachedContents/a1", "gemini", "gemini-2.5-flash", 9609, "2026-08-19T14:39:11Z")
    assert expected == decode_cached(body, TARGET)
    assert CachedPrompt("cachedContents/a1", "gemini", "gemini-2.5-flash") == decode_cached(
        b'{"name":"cachedContents/a1"}', TARGET
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"name":7}', b'{"name":"operations/1"}'])
def test_what_names_nothing(body: bytes) -> None:
    """A failure that says so."""
    assert isinstance(decode_cached(body, TARGET), Failure)

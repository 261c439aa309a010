"""What counting has in common on every wire."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from dragoman.protocols import NAMES, load
from dragoman.protocols.base import CacheRules, Protocol, Report, Target
from dragoman.protocols.counting import below, encode_counted, fields, read_count
from dragoman.types import Request, user
from dragoman.types.count import Count
from dragoman.types.response import Failure
from dragoman.wire.http import HttpRequest

HTTP = HttpRequest(
    "POST", "https://x.test/chat", {"accept": "text/event-stream", "x-a": "1"}, b'{"model":"m","n":2,"messages":[]}'
)


def test_what_is_counted_keeps_its_order() -> None:
    """Only the named fields, in the order of the body."""
    assert ["model", "messages"] == list(fields(HTTP, {"messages", "model"}))


def test_a_path_goes_before_a_query() -> None:
    """Which belongs to the base URL."""
    assert "https://x.test/chat/count?api-version=1" == below("https://x.test/chat?api-version=1", "/count")
    assert "https://x.test/chat/count" == below("https://x.test/chat", "/count")


def test_the_request_keeps_its_headers() -> None:
    """All of them but the form of the answer."""
    counted = encode_counted(HTTP, "https://x.test/count", {"a": 1})

    assert HttpRequest("POST", "https://x.test/count", {"x-a": "1", "accept": "application/json"}, b'{"a":1}') == counted


def test_a_count() -> None:
    """The vendor's number is exact, unless the vendor calls it an estimate."""
    assert Count(7, True, 0.0, "vendor") == read_count(b'{"data":{"n":7}}', "data", "n")
    assert Count(7, False, None, "vendor") == read_count(b'{"n":7}', "n", exact=False)
    assert Count(0, True, 0.0, "vendor") == read_count(b'{"n":0}', "n")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"n":-1}', b'{"n":"7"}', b'{"n":true}', b'{"m":1}', b'{"n":99999999999999}']
)
def test_what_is_no_count(body: bytes) -> None:
    """A failure that says so, and never a number."""
    failure = read_count(body, "n")

    assert isinstance(failure, Failure)
    assert failure.reason == "decode"


@pytest.mark.parametrize("name", NAMES)
def test_a_wire_counts_or_says_that_it_does_not(name: str) -> None:
    """A wire that asks for a count can read one, and the question is a POST to the target."""
    protocol = load(name)
    target = Target("x", name, "anthropic.claude-x", "https://x.test/v1")
    http = protocol.encode_count(Request("m", (user("hi"),)), target, Report(target))

    assert (http is None) == (type(protocol).decode_count is Protocol.decode_count or name == "openai_chat")
    if http is not None:
        assert http.method == "POST"
        assert http.url.startswith("https://x.test/v1/")
        assert isinstance(protocol.decode_count(b"{}", target), Failure)


@pytest.mark.parametrize("name", NAMES)
def test_how_a_wire_caches_is_consistent(name: str) -> None:
    """Marks on tools need marks, and lifetimes stand shortest first."""
    rules = load(name).caching(Target("x", name, "anthropic.claude-x"))

    assert isinstance(rules, CacheRules)
    assert rules.marks or not rules.tools
    assert rules.lifetimes == tuple(sorted(rules.lifetimes, key=lambda word: ("smhd".index(word[-1]), int(word[:-1]))))


CORPUS = Path(os.environ.get("DRAGOMAN_CORPUS", Path(__file__).resolve().parents[3] / "shared" / "corpus")) / "dev"
_WIRES = {"anthropic": "anthropic_messages", "openai": "openai_responses", "bedrock": "bedrock_converse"}


@pytest.mark.skipif(not (CORPUS / "count-tokens.jsonl.gz").is_file(), reason="needs the recordings in ../shared/corpus")
def test_recorded_counts_are_read() -> None:
    """Every recorded answer of good status gives its number."""
    with gzip.open(CORPUS / "count-tokens.jsonl.gz", "rt") as lines:
        records = [json.loads(line) for line in lines]
    seen = 0
    for record in records:
        wire = _WIRES.get(record["provider"], "gemini")
        answer = record["response"]["body"].encode()
        if record["response"]["status"] >= 400:
            continue
        count = load(wire).decode_count(answer, Target(record["provider"], wire, ""))
        stated = [value for value in json.loads(answer).values() if type(value) is int]
        assert isinstance(count, Count)
        assert count.tokens in stated
        seen += 1
    assert seen >= 10

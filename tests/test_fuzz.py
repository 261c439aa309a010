"""Any bytes give what was promised, at every boundary where bytes come in; `make fuzz` searches longer, with coverage.

What must hold stands in support/fuzz_targets.py. Each boundary is given what our encoders and our recordings say on its
wire, spoiled in ways drawn by hypothesis, and bytes out of nowhere; where recordings of real providers are, those too.
"""

from __future__ import annotations

from random import Random

import pytest
from fuzz_seeds import mutate
from fuzz_targets import FRAMERS, TARGETS, check_failure, start
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Target
from dragoman.testing.conformance.corpus import Corpus
from dragoman.testing.conformance.corpus import load as load_corpus
from dragoman.wire.http import HttpRequest

FUZZ = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
ODD_PIECES = (
    b"",
    b"\n",
    b"\r\n\r\n",
    b"data: ",
    b"event: error\n",
    b"{",
    b"[",
    b"}",
    b"]",
    b'"',
    b"\\",
    b":",
    b",",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\x00\x00\x00\x10",
    b"null",
    b"1e999",
    b"[DONE]",
    b"error: ",
)

# The wires of recordings, by the names they have there.
RECORDED = {
    "anthropic-messages": "anthropic_messages",
    "bedrock-converse": "bedrock_converse",
    "bedrock-invoke": "anthropic_bedrock",
    "cohere-v2": "cohere_chat",
    "gemini-generate": "gemini",
    "gemini-interactions": "gemini_interactions",
    "mistral-chat": "mistral_chat",
    "ollama-chat": "ollama_chat",
    "openai-chat": "openai_chat",
    "openai-responses": "openai_responses",
}


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_sound_holds(name: str) -> None:
    """Where the search starts, nothing is broken."""
    for body in start(name)[0]:
        TARGETS[name](body)


@pytest.mark.parametrize("name", TARGETS)
@FUZZ
@given(seed=st.integers(0, 2**32))
def test_spoiled_bytes_break_nothing(name: str, seed: int) -> None:
    """Sound bytes with values swapped, dropped, repeated, retyped and nested, frames reordered, and cuts anywhere."""
    bodies, framing = start(name)
    random = Random(seed)
    for _ in range(4):
        TARGETS[name](mutate(random, random.choice(bodies), framing))


@pytest.mark.parametrize("name", TARGETS)
@settings(FUZZ, max_examples=15)
@given(data=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(ODD_PIECES), max_size=40).map(b"".join)))
def test_bytes_out_of_nowhere_break_nothing(name: str, data: bytes) -> None:
    """What no server would send."""
    TARGETS[name](data)


@pytest.fixture(scope="module")
def recordings(corpus: object) -> Corpus:
    return load_corpus(corpus)  # type: ignore[arg-type]


@pytest.mark.parametrize("wire", NAMES)
def test_spoiled_recordings_break_nothing(wire: str, recordings: Corpus) -> None:
    """What real providers said, spoiled: answers, errors and the requests they answered."""
    random = Random(wire)
    known = [
        exchange
        for exchange in recordings.exchanges.values()
        if RECORDED.get(exchange.wire) == wire and len(exchange.body) < 100_000
    ]
    for exchange in random.sample(known, min(len(known), 60)):
        framing = exchange.framing
        if exchange.status >= 400:
            here = Target(exchange.provider, wire, "m")
            for _ in range(5):
                check_failure(load(wire).decode_failure(exchange.head, mutate(random, exchange.body), here))
        elif framing in FRAMERS and framing == load(wire).framing:
            TARGETS[f"stream.{wire}"](exchange.body)
            TARGETS[f"stream.{wire}"](mutate(random, exchange.body, framing))
        elif framing == "json":
            TARGETS[f"whole.{wire}"](exchange.body)
            TARGETS[f"whole.{wire}"](mutate(random, exchange.body))
        if exchange.request_body:
            TARGETS[f"request.{wire}"](mutate(random, exchange.request_body))


def test_the_search_knows_every_wire() -> None:
    """A wire that is added is searched too, on both of its sides."""
    for wire in NAMES:
        assert {f"{kind}.{wire}" for kind in ("stream", "whole", "request", "failure", "models")} <= TARGETS.keys()
        assert all(load(wire).decode_request(HttpRequest("POST", url, {}, body)) for url, body in _requests(wire))


def _requests(wire: str) -> tuple[tuple[str, bytes], ...]:
    from fuzz_seeds import requests

    return requests(wire)

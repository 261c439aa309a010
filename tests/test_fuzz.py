"""Any bytes give what was promised, at every boundary where bytes come in; `make fuzz` searches longer, with coverage.

What must hold stands in support/fuzz_targets.py. Each boundary is given what our encoders and our recordings say on its
wire, spoiled in ways drawn by hypothesis, and bytes out of nowhere; where recordings of real providers are, those too.
"""

from __future__ import annotations

import json
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
from dragoman.wire.eventstream import eventstream_frame
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


def _sse(*values: object) -> bytes:
    return b"".join([b"data: " + json.dumps(value).encode() + b"\n\n" for value in values])


def _messages(*content: object, role: str = "user", **fields: object) -> bytes:
    return json.dumps({"model": "m", "max_tokens": 9, "messages": [{"role": role, "content": list(content)}], **fields}).encode()


# What the search has found, each as small as it could be made: the boundary, and the bytes that broke it once.
FOUND = [
    ("framer.sse", b"d\n\n\n{}\n"),
    ("stream.anthropic_bedrock", eventstream_frame("chunk", b'{"bytes":"\\u00e9"}')),
    (
        "stream.bedrock_converse",
        eventstream_frame("contentBlockDelta", b'{"contentBlockIndex":0,"delta":{"citation":{"sourceContent":1}}}'),
    ),
    ("stream.cohere_chat", _sse({"type": "message-end", "delta": {"finish_reason": {"a": 1}}})),
    ("stream.openai_chat", _sse({"choices": [{"index": 0, "delta": {"content": [{"a": {"a": ""}}]}, "finish_reason": "stop"}]})),
    ("stream.openai_responses", _sse({"type": "response.output_item.added", "output_index": 0, "item": {"type": {"a": 1}}})),
    ("stream.openai_responses", _sse({"type": "error", "sequence_number": 5, "x": {"message": "no"}})),
    (
        "whole.openai_responses",
        b'{"status":"completed","output":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},'
        b'{"type":"message","id":null,"content":[{"type":"output_text","text":"x","annotations":[]}]}]}',
    ),
    (
        "stream.gemini_interactions",
        _sse(
            {"event_type": "step.start", "index": 0, "step": {"a": 1}},
            {"event_type": "step.delta", "index": 0, "delta": {"x": 1}},
            {"event_type": "step.stop", "index": 0},
        ),
    ),
    ("request.anthropic_messages", _messages({"text": "no type"})),
    ("request.anthropic_messages", _messages({"text": "no type"}, role="assistant")),
    ("request.bedrock_converse", b'{"messages":[{"role":"user","content":[{"":0}]}]}'),
    ("request.openai_chat", _messages({"type": "text"}, {"type": "text", "text": "x"})),
    (
        "request.openai_responses",
        json.dumps(
            {
                "model": "m",
                "input": "q",
                "text": {
                    "format": {
                        "type": "json_schema",
                        "name": "x",
                        "strict": True,
                        "schema": {"type": "object", "properties": {"a": {}}, "required": [{"b": 1}]},
                    }
                },
            }
        ).encode(),
    ),
    ("failure.openai_chat", b'{"detail":[{"loc":true,"msg":"no"}]}'),
    ("failure.cohere_chat", b'{"message":"no","id":"a\\u001b[31m\\nb"}'),
    ("json", b'{"a":' * 500 + b"1" + b"}" * 500),
]


@pytest.mark.parametrize(("name", "data"), FOUND, ids=lambda value: value if isinstance(value, str) else "")
def test_what_was_found_stays_mended(name: str, data: bytes) -> None:
    """Every input that broke a promise keeps it now."""
    TARGETS[name](data)


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

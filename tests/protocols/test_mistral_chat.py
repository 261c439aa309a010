"""The protocol's front: its name, its endpoint, its ids, and the way from each method to its codec."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman import protocols
from dragoman.engine.accumulate import accumulate
from dragoman.engine.handoff import handoff
from dragoman.errors import DecodeError
from dragoman.protocols.base import Report, Target
from dragoman.testing.conformance.answers import broken_order
from dragoman.types import Failure, Finished, Message, Request, ToolCall, ToolResult, user
from dragoman.wire.http import HttpHead, HttpRequest
from dragoman.wire.sse import SseFramer

PROTOCOL = protocols.load("mistral_chat")
TARGET = Target("mistral", "mistral_chat", "m", "https://acme.test/v1")


@pytest.mark.parametrize(
    ("method", "path", "serves"),
    [
        ("POST", "/mistral/v1/chat/completions", True),
        ("post", "/mistral/chat/completions/?x=1", True),
        ("POST", "/v1/chat/completions", False),
        ("GET", "/mistral/v1/chat/completions", False),
        ("POST", "/mistral/v1/fim/completions", False),
    ],
)
def test_its_endpoint(method: str, path: str, serves: bool) -> None:
    """Chat completions below its own folder, since the bare path is that of OpenAI's wire."""
    assert serves is PROTOCOL.serves(method, path)


def test_foreign_ids_are_rewritten_in_pairs() -> None:
    """Nine letters or digits, the same for call and result."""
    history = (user("q"), Message("assistant", (ToolCall("toolu_01", "f", "{}"),)), Message("tool", (ToolResult("toolu_01"),)))
    report = Report(TARGET)
    fitted = handoff(Request("m", history), TARGET, PROTOCOL, report)
    call, result = fitted.messages[1].content[0], fitted.messages[2].content[0]

    assert isinstance(call, ToolCall)
    assert isinstance(result, ToolResult)
    assert re.fullmatch("[a-zA-Z0-9]{9}", call.id)
    assert call.id == result.id
    assert [("tool_id", "changed")] == [(item.feature, item.action) for item in report.adaptations]


def test_all_four_directions_meet() -> None:
    """What a client sends a server reads, and what the server says the client reads, streamed and whole."""
    request = Request("m", (user("q"),), stream=True)
    sent = PROTOCOL.encode_request(request, TARGET, Report(TARGET))
    assert request == PROTOCOL.decode_request(sent)

    body = b'{"id":"c","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}'
    events = PROTOCOL.decode_response(body, TARGET)
    assert isinstance(events[-1], Finished)
    assert events == PROTOCOL.decode_response(PROTOCOL.encode_response(accumulate(events), request), TARGET)

    framer, decoder = SseFramer(), PROTOCOL.stream_decoder(TARGET)
    frames = framer.feed(PROTOCOL.stream_encoder(request).feed(events)) + framer.close()
    assert events == decoder.feed(frames) + decoder.close()

    reply = PROTOCOL.encode_failure(Failure("m", 429))
    assert "m" == PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET).message


NAMES = st.sampled_from(
    [
        *(
            "choices",
            "delta",
            "message",
            "messages",
            "content",
            "tool_calls",
            "function",
            "name",
            "arguments",
            "id",
            "index",
            "type",
        ),
        *("text", "thinking", "signature", "closed", "image_url", "input_audio", "finish_reason", "logprobs", "usage", "error"),
        *("detail", "role", "tool_call_id", "object", "response_format", "json_schema", "tool_choice", "tools", "stop"),
    ]
)
WORDS = st.sampled_from(
    ["", "user", "assistant", "tool", "function", "text", "thinking", "reference", "error", "stop", "json_schema"]
)
NONSENSE: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 300), st.floats(allow_nan=False), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)
LIKE_A_CHUNK = st.builds(
    lambda inner, more: {"choices": [{"delta": inner, "message": inner, **more}]},
    NONSENSE,
    st.dictionaries(NAMES, NONSENSE, max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(NONSENSE, LIKE_A_CHUNK), max_size=4))
def test_nonsense_never_raises(values: list[Any]) -> None:
    """What a wire's bytes can do wrong becomes a value, and events keep their order; a request is refused by its own error."""
    decoder = PROTOCOL.stream_decoder(TARGET)
    bodies = [json.dumps(value).encode() for value in values]
    events = decoder.feed([(b"", body) for body in [*bodies, b"[DONE]"]]) + decoder.close()
    assert [] == broken_order(events)
    for body, value in zip(bodies, values, strict=True):
        assert [] == broken_order(PROTOCOL.decode_response(body, TARGET))
        PROTOCOL.decode_failure(HttpHead(500, {}), body, TARGET)
        asked = {
            "model": "m",
            "messages": [value, {"role": "assistant", "content": [value], "tool_calls": [value]}],
            "tools": [value],
        }
        for said in (
            body,
            json.dumps({**asked, "tool_choice": value}).encode(),
            json.dumps({**asked, "messages": [], "response_format": value}).encode(),
        ):
            try:
                request = PROTOCOL.decode_request(HttpRequest("POST", "http://x", {}, said))
            except DecodeError:
                continue
            PROTOCOL.encode_request(request, TARGET, Report(TARGET))

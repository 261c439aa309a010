"""The protocol's front: its name, its endpoint, its ids, and the way from each method to its codec."""

from __future__ import annotations

import re

import pytest

from dragoman import protocols
from dragoman.engine.accumulate import accumulate
from dragoman.engine.handoff import handoff
from dragoman.protocols.base import Report, Target
from dragoman.types import Failure, Finished, Message, Request, ToolCall, ToolResult, user
from dragoman.wire.http import HttpHead
from dragoman.wire.sse import SseFramer

PROTOCOL = protocols.load("mistral_chat")
TARGET = Target("mistral", "mistral_chat", "m", "https://acme.test/v1")


@pytest.mark.parametrize(
    ("method", "path", "serves"),
    [
        ("POST", "/v1/chat/completions", True),
        ("post", "/chat/completions/?x=1", True),
        ("GET", "/v1/chat/completions", False),
        ("POST", "/v1/fim/completions", False),
    ],
)
def test_its_endpoint(method: str, path: str, serves: bool) -> None:
    """Chat completions under any prefix, and nothing else."""
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

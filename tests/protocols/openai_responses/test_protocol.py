"""The wire format as one object."""

from __future__ import annotations

import json

import pytest

from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses import PROTOCOL, OpenAIResponses
from dragoman.types import Failure, Finish, Finished, Message, Request, Response, Started, Text, user
from dragoman.wire.http import HttpHead


def test_it_is_found_by_its_name() -> None:
    """And says what framing it has and what the server may hold."""
    assert load("openai_responses") is PROTOCOL
    assert (PROTOCOL.name, PROTOCOL.framing) == ("openai_responses", "sse")
    assert PROTOCOL.held == ("previous_response_id", "conversation")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1/responses", True),
        ("post", "/openai/v1/responses/?api-version=preview", True),
        ("POST", "/responses", True),
        ("GET", "/v1/responses", False),
        ("POST", "/v1/responses/resp_1/cancel", False),
        ("POST", "/v1/chat/completions", False),
    ],
)
def test_which_requests_it_serves(method: str, path: str, expected: bool) -> None:
    """Requests for an answer, whatever stands before the path."""
    assert PROTOCOL.serves(method, path) is expected


def test_all_directions(target: Target) -> None:
    """Request and answer, whole and streamed, go out and come back."""
    request = Request("gpt-test", (user("Hi"),))
    sent = PROTOCOL.encode_request(request, target, Report(target))
    response = Response(Message("assistant", (Text("Hi"),)), "r", "m", finish=Finish("stop"))
    events = PROTOCOL.decode_response(PROTOCOL.encode_response(response, request), target)
    streamed = PROTOCOL.stream_encoder(request).feed([Started("r"), Finished(Finish("stop", "completed"))])
    reply = PROTOCOL.encode_failure(Failure("No", 404))

    assert PROTOCOL.decode_request(sent) == request
    assert (events[0], events[-1]) == (Started("r", "m"), Finished(Finish("stop", "completed")))
    assert streamed.startswith(b"event: response.created\n")
    assert PROTOCOL.stream_decoder(target).feed([(b"", b'{"type":"response.created","response":{"id":"r"}}')]) == [Started("r")]
    assert PROTOCOL.decode_failure(HttpHead(reply.status), reply.body, target).status == 404


def test_requests_differ_in_nothing_but_what_they_say(target: Target) -> None:
    """Two objects of the wire are alike: it keeps no state."""
    request = Request("gpt-test", (user("Hi"),), stream=True)
    other = OpenAIResponses()

    assert other.encode_request(request, target, Report(target)) == PROTOCOL.encode_request(request, target, Report(target))
    assert json.loads(PROTOCOL.encode_request(request, target, Report(target)).body)["stream"] is True

"""The wire format as one object."""

from __future__ import annotations

import pytest

from dragoman import Message, user
from dragoman.engine.accumulate import accumulate
from dragoman.engine.handoff import handoff
from dragoman.protocols import load
from dragoman.protocols.base import ModelPage, Report, Target
from dragoman.protocols.gemini_interactions import PROTOCOL
from dragoman.types import Failure, Finish, Finished, Request, Response, Started, Text, ToolResult
from dragoman.wire.http import HttpHead

TARGET = Target("gemini-interactions", "gemini_interactions", "m", "https://g.test/v1beta")
ASKED = Request("m", (user("q"),))


def test_the_protocol_is_found_by_name() -> None:
    """The folder's name is the wire's."""
    assert PROTOCOL is load("gemini_interactions")
    assert (PROTOCOL.name, PROTOCOL.framing) == ("gemini_interactions", "sse")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/v1beta/interactions", True),
        ("post", "/v1beta/interactions?alt=sse", True),
        ("POST", "/v1beta1/projects/p/locations/global/interactions/", True),
        ("GET", "/v1beta/interactions", False),
        ("POST", "/v1beta/interactions/v1/cancel", False),
        ("POST", "/v1beta/models/m:generateContent", False),
    ],
)
def test_the_endpoint(method: str, path: str, expected: bool) -> None:
    """A server knows the requests of this wire by their first line."""
    assert expected == PROTOCOL.serves(method, path)


@pytest.mark.parametrize("held", ["previous_interaction_id", "cached_content"])
def test_results_may_answer_calls_that_the_server_holds(held: str) -> None:
    """They are no orphans where the conversation before them is not sent."""
    request = Request("m", (Message("tool", (ToolResult("c", (Text("r"),)),)),), extra={held: "v1"})
    report = Report(TARGET)

    assert handoff(request, TARGET, PROTOCOL, report) == request
    assert report.adaptations == []


def test_both_sides_of_every_direction() -> None:
    """A request, an answer in both forms and an error are read as they were said."""
    response = Response(
        Message("assistant", (Text("a", origin=TARGET.origin()),), origin=TARGET.origin()),
        "v1",
        "m",
        finish=Finish("stop", "completed"),
    )
    body = PROTOCOL.encode_response(response, ASKED)
    reply = PROTOCOL.encode_failure(Failure("m", 429))
    stream = PROTOCOL.stream_encoder(ASKED)

    assert PROTOCOL.decode_request(PROTOCOL.encode_request(ASKED, TARGET, Report(TARGET))) == ASKED
    assert accumulate(PROTOCOL.decode_response(body, TARGET), TARGET.origin()).message == response.message
    assert PROTOCOL.decode_failure(HttpHead(reply.status, reply.headers), reply.body, TARGET).code == "rate_limit_exceeded"
    assert stream.feed([Started("v1", "m"), Finished(Finish("stop", "completed"))]).endswith(b"[DONE]\n\n")
    assert PROTOCOL.stream_decoder(TARGET).close() == []
    assert PROTOCOL.decode_models(b'{"models":[]}', TARGET) == ModelPage(())
    assert PROTOCOL.encode_models(TARGET).method == "GET"

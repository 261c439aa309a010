"""Whole answers, and bodies that are none."""

from __future__ import annotations

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.cohere_chat.decode_response import decode_response
from dragoman.types import BlockStart, BlockStop, Extra, Failed, Finish, Finished, Started, Text, TextDelta, Usage, UsageUpdate


def test_a_whole_answer(target: Target) -> None:
    """The events are those of the same answer streamed; tokens go with the first text."""
    body = b"""{"id": "c1", "finish_reason": "MAX_TOKENS", "more": 1, "message": {"content": [{"type": "text", "text": "Hi"}]},
        "usage": {"billed_units": {"input_tokens": 3, "output_tokens": 2}}, "logprobs": [{"text": "Hi"}, 5]}"""

    assert [
        Started("c1"),
        Extra({"more": 1}),
        BlockStart(0, Text("")),
        TextDelta(0, "Hi", ({"text": "Hi"},)),
        BlockStop(0),
        UsageUpdate(Usage(3, 2, raw={"billed_units": {"input_tokens": 3, "output_tokens": 2}})),
        Finished(Finish("length", "MAX_TOKENS")),
    ] == decode_response(body, target)


def test_a_server_that_says_which_model_answers(target: Target) -> None:
    """It is understood, although the vendor does not."""
    assert Started("c1", "m") == decode_response(b'{"id":"c1","model":"m","message":{}}', target)[0]


@pytest.mark.parametrize("body", [b"", b" \n", b"<html>", b"[]", b'{"id":"c1"}', b'{"message":""}'])
def test_what_is_no_answer(target: Target, body: bytes) -> None:
    """Empty, a page, another value, an object without a message: all are malformed."""
    (event,) = decode_response(body, target)

    assert isinstance(event, Failed)
    assert "decode" == event.failure.reason


@pytest.mark.parametrize(("reason", "status"), [("ERROR", 500), ("TIMEOUT", 504)])
def test_an_answer_that_failed(target: Target, reason: str, status: int) -> None:
    """A reason that is an error is one, behind what was said and counted."""
    body = b'{"message":{"content":"a"},"usage":{"tokens":{}},"finish_reason":"%s"}' % reason.encode()
    events = decode_response(body, target)

    assert [TextDelta, BlockStop, UsageUpdate, Failed] == [type(event) for event in events[-4:]]
    assert status == events[-1].failure.status  # type: ignore[union-attr]


def test_an_error_of_good_status(target: Target) -> None:
    """It is an error all the same."""
    (event,) = decode_response(b'{"message":"no such model"}', target)

    assert isinstance(event, Failed)
    assert ("no such model", None) == (event.failure.message, event.failure.reason)

"""Whole answers, and bodies that are none."""

from __future__ import annotations

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.ollama_chat.decode_response import decode_response
from dragoman.types import (
    BlockStart,
    BlockStop,
    Extra,
    Failed,
    Finish,
    Finished,
    Started,
    Text,
    TextDelta,
    Usage,
    UsageUpdate,
)


def test_a_whole_answer(target: Target) -> None:
    """The events are those of a stream of one line."""
    body = b"""{
        "model": "m", "created_at": "2026-01-02T03:04:05.123456789+01:00", "remote_host": "h",
        "message": {"role": "assistant", "content": "Hi"},
        "done": true, "done_reason": "length", "prompt_eval_count": 3, "eval_count": 2, "eval_duration": 9
    }"""

    assert [
        Started(None, "m", 1767319445),
        Extra({"remote_host": "h"}),
        BlockStart(0, Text("")),
        TextDelta(0, "Hi"),
        BlockStop(0),
        UsageUpdate(Usage(3, 2, raw={"prompt_eval_count": 3, "eval_count": 2, "eval_duration": 9})),
        Finished(Finish("length", "length")),
    ] == decode_response(body, target)


def test_a_model_that_was_only_loaded(target: Target) -> None:
    """A request without messages loads the model: nothing is said, in the vendor's own word."""
    body = b'{"model":"m","message":{"role":"assistant","content":""},"done_reason":"load","done":true}'

    assert [Started(None, "m"), Finished(Finish("other", "load"))] == decode_response(body, target)


@pytest.mark.parametrize("body", [b"", b" \n", b"<html>\n</html>", b"[]", b'{"model":"m"}', b'{"message":"text"}', b"{\n{"])
def test_what_is_no_answer(target: Target, body: bytes) -> None:
    """Empty, a page, another value, an object without a message: all are malformed."""
    (event,) = decode_response(body, target)

    assert isinstance(event, Failed)
    assert "decode" == event.failure.reason


def test_an_error_of_good_status(target: Target) -> None:
    """It is an error all the same."""
    (event,) = decode_response(b'{"error":"model not found"}', target)

    assert isinstance(event, Failed)
    assert ("model not found", None, None) == (event.failure.message, event.failure.status, event.failure.reason)


def test_an_error_beside_a_message(target: Target) -> None:
    """What was said is given, and then the error."""
    events = decode_response(b'{"message":{"content":"a"},"error":"boom"}', target)

    assert [TextDelta, Failed] == [type(event) for event in events[-2:]]


def test_an_answer_that_is_not_done(target: Target) -> None:
    """Without `done` it has no end, and whoever reads it can tell."""
    events = decode_response(b'{"message":{"content":"a"},"done":false}', target)

    assert TextDelta(0, "a") == events[-1]


def test_a_stream_that_nobody_asked_for(target: Target) -> None:
    """A server that streams by default is read line by line."""
    body = b'{"message":{"content":"a"},"done":false}\n{"message":{"content":"b"},"done":true}\n'

    assert [
        Started(),
        BlockStart(0, Text("")),
        TextDelta(0, "a"),
        TextDelta(0, "b"),
        BlockStop(0),
        Finished(Finish("stop")),
    ] == decode_response(body, target)

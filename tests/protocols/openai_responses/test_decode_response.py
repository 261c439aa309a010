"""A whole body to events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_responses.decode_response import decode_response
from dragoman.types import (
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Failed,
    Finish,
    Finished,
    Origin,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Usage,
    UsageUpdate,
)

HERE = Origin("openai_responses", "openai-responses", "gpt-test")


def test_a_whole_answer_reads_like_a_streamed_one(whole: Callable[..., list[Event]]) -> None:
    """Who answers, vendor fields, each item with its text in one delta, counts, the end."""
    usage = {"input_tokens": 1, "output_tokens": 2}
    reasoning = {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "x"}
    parts = [{"type": "output_text", "text": "a", "annotations": []}, {"type": "output_text", "text": "b", "annotations": []}]
    message = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": parts}

    assert whole(reasoning, message, usage=usage, store=False) == [
        Started("resp_1", "gpt-test", 7),
        Extra({"store": False}),
        BlockStart(0, Thinking(extra={"item": {"id": "r"}}, origin=HERE)),
        ThinkingDelta(0, "Hm"),
        BlockStop(0, Thinking("Hm", encrypted="x", extra={"item": {"id": "r"}}, origin=HERE)),
        BlockStart(1, Text("", extra={"item": {"id": "m"}}, origin=HERE)),
        TextDelta(1, "a"),
        BlockStart(2, Text("", extra={"item": {"id": "m"}, "part": 1}, origin=HERE)),
        TextDelta(2, "b"),
        BlockStop(1),
        BlockStop(2),
        UsageUpdate(Usage(1, 2, raw=usage)),
        Finished(Finish("stop", "completed")),
    ]


def test_an_answer_that_is_not_there_yet(whole: Callable[..., list[Event]]) -> None:
    """A background request is answered with its id; it ends as `other`, and is fetched by the id."""
    assert whole(status="queued") == [Started("resp_1", "gpt-test", 7), Finished(Finish("other", "queued"))]


def test_a_failed_answer(whole: Callable[..., list[Event]]) -> None:
    """Is an error inside a good status."""
    failed = whole(status="failed", error={"code": "server_error", "message": "Oh"})[-1]

    assert isinstance(failed, Failed)
    assert failed.failure.code == "server_error"


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        (b"", "decode", "the answer is not JSON: Input data was truncated"),
        (b"<html>", "decode", "the answer is not JSON: JSON is malformed: invalid character (byte 0)"),
        (b"7", "decode", "the answer is not a JSON object"),
        (b'{"choices": []}', "decode", "the answer holds no list of items"),
        (b'{"error": {"message": "No"}}', None, "No"),
        (b'[{"error": "No"}]', None, "No"),
        (b'{"detail": "No"}', None, "No"),
    ],
)
def test_what_is_no_answer(target: Target, body: bytes, reason: str | None, message: str) -> None:
    """An error of any shape is one; another wire's answer and other bytes are none of this protocol."""
    (failed,) = decode_response(body, target)

    assert isinstance(failed, Failed)
    assert (failed.failure.reason, failed.failure.message) == (reason, message)


def test_content_may_be_text(whole: Callable[..., list[Event]]) -> None:
    """A server may give a message's content as one string."""
    assert TextDelta(0, "Hi") in whole({"type": "message", "role": "assistant", "content": "Hi"})


def test_values_of_any_kind_do_no_harm(target: Target) -> None:
    """Fields that hold something else than they should are passed over or kept."""
    odd: Any
    for odd in (None, 7, "x", [], {}, [[]]):
        body = {"id": odd, "model": odd, "created_at": odd, "usage": odd, "status": odd, "output": [odd, {"type": odd}]}
        events = decode_response(json.dumps(body).encode(), target)

        assert isinstance(events[-1], Finished)

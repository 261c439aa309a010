"""Whole answers that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.base import Target
from dragoman.protocols.openai_chat.decode_response import decode_response
from dragoman.types import Failed, Failure, Finish, Finished, Started

TARGET = Target("acme", "openai_chat", "m")


def failure(body: bytes) -> Failure:
    events = decode_response(body, TARGET)
    assert len(events) == 1
    assert isinstance(events[0], Failed)
    return events[0].failure


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the answer is empty"),
        (b" \n", "the answer is empty"),
        (b"<html>", "the answer is not JSON"),
        (b'{"choices"', "the answer is not JSON"),
        (b'{"id":"\xff"}', "the answer is not JSON"),
        (b"[1]", "the answer is not a JSON object"),
        (b"{}", "the answer has no choices"),
        (b'{"id":"c","choices":[]}', "the answer has no choices"),
        (b'{"id":"c","choices":[null]}', "the answer has no choices"),
        (b'{"id":"c","choices":{}}', "the answer has no choices"),
    ],
)
def test_bodies_that_are_no_answer(body: bytes, message: str) -> None:
    """A 200 with anything else is a failure to decode that shows what came."""
    found = failure(body)

    assert found.message.startswith(message)
    assert found.reason == "decode"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "No", "code": 502}}, "No"),
        ({"error": {"message": "No", "code": 502}, "choices": []}, "No"),
        ({"base_resp": {"status_code": 1004, "status_msg": "auth"}, "choices": None}, "auth"),
        ({"detail": "No"}, "No"),
    ],
)
def test_errors_in_a_good_answer(body: Any, message: str) -> None:
    """An error that the body states is that error."""
    found = failure(json.dumps(body).encode())

    assert (found.message, found.reason, found.body) == (message, None, body)


@pytest.mark.parametrize("choice", [{}, {"message": None}, {"message": {"content": None}, "finish_reason": None}])
def test_an_answer_without_words_is_one(choice: Any) -> None:
    """A whole body is complete, whatever it leaves out."""
    body = json.dumps({"id": "c", "choices": [choice]}).encode()

    assert decode_response(body, TARGET) == [Started("c"), Finished(Finish("stop"))]


def test_an_empty_word_for_the_end_is_kept() -> None:
    """Snowflake ends whole answers with an empty reason."""
    body = json.dumps({"id": "c", "choices": [{"message": {"content": None}, "finish_reason": ""}]}).encode()

    assert decode_response(body, TARGET) == [Started("c"), Finished(Finish("stop", ""))]


def test_an_error_in_a_choice() -> None:
    """OpenRouter states an error of a provider inside the choice."""
    body = {"id": "c", "choices": [{"message": {"content": "x"}, "error": {"code": 502, "message": "Bad"}}]}

    events = decode_response(json.dumps(body).encode(), TARGET)

    assert isinstance(events[-1], Failed)
    assert not any(isinstance(event, Finished) for event in events)

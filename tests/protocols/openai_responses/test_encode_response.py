"""A response to a whole body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.protocols.base import Target
from dragoman.protocols.openai_responses.decode_response import decode_response
from dragoman.protocols.openai_responses.encode_response import answer_object, encode_response, ending
from dragoman.testing.conformance import Exchange
from dragoman.types import Failed, Finish, Message, Response, Started, Text, ToolCall, Usage


def body(response: Response) -> Any:
    return json.loads(encode_response(response))


def test_an_answer_of_another_wire() -> None:
    """Has every field that clients of this wire demand."""
    message = Message("assistant", (Text("Hi"), ToolCall("c", "f", "{}")))
    found = body(Response(message, "r", "m", 7, Finish("tool_calls", "tool_use"), Usage(1, 2)))

    assert {name: found[name] for name in ("id", "object", "created_at", "model", "status", "error", "tools", "tool_choice")} == {
        "id": "r",
        "object": "response",
        "created_at": 7,
        "model": "m",
        "status": "completed",
        "error": None,
        "tools": [],
        "tool_choice": "auto",
    }
    assert [item["type"] for item in found["output"]] == ["message", "function_call"]
    assert found["usage"]["total_tokens"] == 3


def test_what_is_not_known_is_not_made_up() -> None:
    """Neither counts nor an end."""
    found = body(Response(Message("assistant", ())))

    assert (found["usage"], found["status"], found["incomplete_details"]) == (None, "incomplete", None)


def test_an_answer_that_ended_in_an_error() -> None:
    """States one."""
    assert ending(Finish("error", "network_error"), {}) == {
        "status": "failed",
        "incomplete_details": None,
        "error": {"code": "server_error", "message": "the model's answer ended in an error: network_error"},
    }


def test_vendor_fields_win_over_defaults_only() -> None:
    """They cannot change what was said or counted."""
    found = answer_object(Started("r"), {"status": "completed"}, [], None, {"tools": [1], "output": "x", "status": "y"})

    assert (found["tools"], found["output"], found["status"]) == ([1], [], "completed")


def test_an_object_of_another_kind_has_no_end() -> None:
    """A compaction has no status."""
    assert ending(Finish("stop"), {"object": "response.compaction"}) == {}
    assert ending(Finish("stop"), {})["status"] == "completed"


def test_recorded_answers_come_back(recorded: list[tuple[Exchange, Target]]) -> None:
    """Every recorded whole answer, said again and read again, is the same."""
    assert recorded, "recordings without an answer prove nothing"
    for exchange, target in recorded:
        events = decode_response(exchange.body, target) if exchange.framing == "json" else []
        if events and not isinstance(events[-1], Failed):
            assert decode_response(encode_response(accumulate(events)), target) == events, exchange.id


@pytest.mark.parametrize("name", ["id", "model"])
def test_names_are_never_null(name: str) -> None:
    """Clients take them for text."""
    assert body(Response(Message("assistant", ())))[name] == ""

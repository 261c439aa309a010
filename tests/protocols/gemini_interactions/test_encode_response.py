"""Whole answers as this wire has them."""

from __future__ import annotations

import json
from typing import Any

from dragoman.protocols.gemini_interactions.encode_response import encode_response, interaction_object, own
from dragoman.types import Finish, Message, Origin, Response, Started, Text, Thinking, Usage

AWAY = Origin("anthropic_messages", "anthropic", "claude")


def test_a_response() -> None:
    """Its steps, its status and its counts, with the vendor's own fields."""
    response = Response(
        Message("assistant", (Thinking("hm", "sig", origin=AWAY), Text("Hi"))),
        "v1",
        "m",
        60,
        Finish("stop", "end_turn"),
        Usage(1, 2),
        extra={"service_tier": "standard", "steps": 7, "id": 7},
    )
    said: dict[str, Any] = json.loads(encode_response(response))

    assert said.pop("usage")["total_tokens"] == 3
    assert said == {
        "id": "v1",
        "object": "interaction",
        "model": "m",
        "created": "1970-01-01T00:01:00Z",
        "service_tier": "standard",
        "status": "completed",
        "steps": [
            {"type": "thought", "signature": "sig", "summary": [{"type": "text", "text": "hm"}]},
            {"type": "model_output", "content": [{"type": "text", "text": "Hi"}]},
        ],
    }


def test_what_is_not_known_is_not_said() -> None:
    """An answer may have no id, model, time or counts."""
    assert interaction_object(Started(), "completed", None, {}) == {"object": "interaction", "status": "completed"}


def test_whose_vendor_data_goes_along() -> None:
    """This wire's, and what nobody else claims."""
    assert own(Text("a"))
    assert own(Text("a", origin=Origin("gemini_interactions", "anyone")))
    assert not own(Text("a", origin=AWAY))

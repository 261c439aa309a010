"""Whole answers: one body to the events of the same answer streamed."""

from __future__ import annotations

from ...types.events import Event, Failed
from ...wire.json import read_json
from ..base import Target
from .answer import Answer
from .errors import decode_error, unreadable

__all__ = ["decode_response"]


def decode_response(body: bytes, target: Target) -> list[Event]:
    """The events of a whole answer of good status; a body that states an error, or is no answer, gives `Failed`."""
    try:
        value = read_json(body)
    except ValueError as error:
        why = "the answer is empty" if not body.strip() else f"the answer is not JSON: {error}"
        return [Failed(unreadable(body, why))]
    if not isinstance(value, dict):
        return [Failed(unreadable(body, "the answer is not a JSON object"))]
    if not isinstance(value.get("message"), dict):
        return [Failed(decode_error(value) or unreadable(body, "the answer has no message"))]
    events: list[Event] = []
    Answer(target.origin()).whole(value, events)
    return events

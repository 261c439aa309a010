"""Whole answers: one body to the events of a stream of one chunk."""

from __future__ import annotations

from ...types.events import Event, Failed
from ...wire.json import read_json
from ..base import Target
from .answer import Answer
from .errors import stated_failure, unreadable

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
    choices = value.get("choices")
    if not isinstance(choices, list) or not any(isinstance(choice, dict) for choice in choices):
        return [Failed(stated_failure(value) or unreadable(body, "the answer has no choices"))]
    events: list[Event] = []
    answer = Answer(target)
    answer.read(value, events, whole=True)
    if not answer.over:
        answer.end(events)
    return events

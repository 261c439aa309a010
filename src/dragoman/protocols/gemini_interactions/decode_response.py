"""A whole answer to events: the same events as the answer streamed would have given."""

from __future__ import annotations

from ...types.events import Event, Failed
from ...wire.json import read_json
from ..base import Target
from .answer import Answer
from .errors import failure_of, unreadable
from .wire import answer_fields

__all__ = ["decode_response"]


def decode_response(body: bytes, target: Target) -> list[Event]:
    """The events of a whole body; `Failed` for an error object and for anything that is not an interaction."""
    try:
        wire = read_json(body)
    except ValueError as error:
        return [Failed(unreadable(body, f"the answer is not JSON: {error}"))]
    if isinstance(wire, list) and wire:
        wire = wire[0]
    if not isinstance(wire, dict):
        return [Failed(unreadable(body, "the answer is not a JSON object"))]
    if not isinstance(wire.get("status"), str) and not isinstance(wire.get("steps"), list):
        if wire.get("error"):
            return [Failed(failure_of(wire))]
        return [Failed(unreadable(body, "the answer holds neither a status nor steps"))]
    answer = Answer(target)
    events: list[Event] = []
    answer.begin(wire, events)
    answer.tell(answer_fields(wire), events)
    answer.end(wire, events)
    return events

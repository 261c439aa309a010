"""Whole answers: one body to the events of a stream of one line."""

from __future__ import annotations

from ...types.events import Event, Failed
from ...wire.json import read_json
from ...wire.ndjson import NdjsonFramer
from ..base import Target
from .answer import Answer
from .decode_stream import StreamDecoder
from .errors import decode_error, unreadable

__all__ = ["decode_response"]


def decode_response(body: bytes, target: Target) -> list[Event]:
    """The events of a whole answer of good status; a body that states an error, or is no answer, gives `Failed`.

    A server that streams although it was told not to (streaming is this wire's default) is read line by line.
    """
    if not body.strip():
        return [Failed(unreadable(body, "the answer is empty"))]
    try:
        value = read_json(body)
    except ValueError as error:
        lines = NdjsonFramer(len(body) + 1)
        frames = lines.feed(body) + lines.close()
        if len(frames) > 1 and frames[0][1][:1] == b"{" and frames[0][1][-1:] == b"}":
            decoder = StreamDecoder(target)
            return decoder.feed(frames) + decoder.close()
        return [Failed(unreadable(body, f"the answer is not JSON: {error}"))]
    if not isinstance(value, dict):
        return [Failed(unreadable(body, "the answer is not a JSON object"))]
    if not isinstance(value.get("message"), dict):
        return [Failed(decode_error(value) or unreadable(body, "the answer has no message"))]
    events: list[Event] = []
    answer = Answer(target.origin())
    answer.read(value, events)
    if not answer.over:
        answer.cut(events)
    return events

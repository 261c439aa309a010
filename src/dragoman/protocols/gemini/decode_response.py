"""A whole answer to events: the same events as the answer streamed would have given.

A body that is an array is a stream that was asked for without `alt=sse`: its elements are the chunks.
"""

from __future__ import annotations

from ...types.content import Origin
from ...types.events import Event, Failed
from ...wire.json import read_json
from .decode_stream import GeminiDecoder
from .errors import decode_error, malformed

__all__ = ["decode_response"]


def decode_response(body: bytes, origin: Origin) -> list[Event]:
    """The events of a whole body; `Failed` for an error object and for anything that is not an answer."""
    try:
        wire = read_json(body)
    except ValueError as error:
        return [Failed(malformed(f"the answer is not JSON: {error}", body))]
    chunks = wire if type(wire) is list else [wire]
    if not chunks or not all(type(chunk) is dict for chunk in chunks):
        return [Failed(malformed("the answer is not an object", body))]
    if "error" in chunks[0]:
        return [Failed(decode_error(chunks[0]))]
    if not any(chunk.keys() & {"candidates", "promptFeedback", "usageMetadata"} for chunk in chunks):
        return [Failed(malformed("the answer is not one of this protocol", body))]
    decoder = GeminiDecoder(origin, whole=type(wire) is dict)
    events: list[Event] = []
    for chunk in chunks:
        if not events or type(events[-1]) is not Failed:
            decoder.take(chunk, events)
    return events + decoder.close()

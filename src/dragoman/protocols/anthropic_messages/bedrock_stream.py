"""The framing of streamed answers on Bedrock's InvokeModelWithResponseStream, both ways.

Each event of the Messages API is the payload of one binary message called `chunk`, in base64:
`{"bytes": "<base64 of the event's JSON>", "p": "<padding>"}`. There is no event name beside it: the event's own `type`
says it. An exception is a message of its own and ends the answer. Counts of the service itself come in the last event, as
`amazon-bedrock-invocationMetrics`. Without `message_stop` an answer is not complete, as elsewhere on this wire.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from typing import Any

import msgspec

from ...types.content import Origin
from ...types.events import Event, Failed, Finished, OpaqueEvent
from ...types.response import Failure
from ...wire.eventstream import eventstream_frame
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ..base import Decoder
from .bedrock_errors import decode_exception, encode_exception
from .decode_stream import MessagesDecoder
from .encode_stream import MessagesEncoder
from .errors import malformed

__all__ = ["InvokeDecoder", "InvokeEncoder"]

_CHUNK = b'{"bytes":"%b"}'
_DELTA = b'{"type":"content_block_delta",'


class _Chunk(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An ordinary chunk; msgspec reads base64 into bytes."""

    event: bytes = msgspec.field(name="bytes")
    p: str = ""


_ordinary = msgspec.json.Decoder(_Chunk).decode


class InvokeDecoder(Decoder):
    """Decodes one streamed answer: the events inside the messages go to a decoder of the Messages API.

    `ordinary=False` sends everything the general way.
    """

    def __init__(self, origin: Origin, *, ordinary: bool = True) -> None:
        self._messages = MessagesDecoder(origin, ordinary=ordinary)
        self._ordinary = ordinary
        self._done = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        events: list[Event] = []
        inner: list[Frame] = []
        for name, data in frames:
            if name == b"chunk" and self._ordinary:
                try:
                    event = _ordinary(data).event
                except UNREADABLE:
                    pass
                else:
                    inner.append((b"content_block_delta" if event.startswith(_DELTA) else b"", event))
                    continue
            said = self._message(name, data)
            if isinstance(said, tuple):
                inner.append(said)
            else:
                self._pass_on(inner, events)
                inner.clear()
                if not self._done:
                    events.append(said)
                    self._done = type(said) is Failed
        self._pass_on(inner, events)
        return events

    def close(self) -> list[Event]:
        """See `MessagesDecoder.close`."""
        return [] if self._done else self._messages.close()

    def _pass_on(self, inner: list[Frame], events: list[Event]) -> None:
        if self._done or not inner:
            return
        events += self._messages.feed(inner)
        self._done = bool(events) and type(events[-1]) in (Finished, Failed)

    def _message(self, name: bytes, data: bytes) -> Frame | Event:
        """What a message says: the event inside it, or an event of its own where there is none."""
        kind, colon, word = name.decode("utf-8", "replace").partition(":")
        if colon and kind in ("exception", "error"):
            return Failed(decode_exception(word, data))
        try:
            wire = read_json(data)
        except ValueError as error:
            return Failed(malformed(f"an event of the answer is not JSON: {error}", data))
        inside = wire.get("bytes") if kind == "chunk" and type(wire) is dict else None
        if type(inside) is not str or wire.keys() - {"bytes", "p"}:
            return OpaqueEvent(kind, wire)
        try:
            return b"", a2b_base64(inside, strict_mode=True)
        except ValueError as error:
            return Failed(malformed(f"an event of the answer is not base64: {error}", data))


class InvokeEncoder(MessagesEncoder):
    """Encodes one streamed answer."""

    content_type = "application/vnd.amazon.eventstream"

    def _frame(self, name: str, data: bytes) -> bytes:
        return eventstream_frame("chunk", _CHUNK % b2a_base64(data, newline=False))

    def _foreign_frame(self, name: str, data: Any) -> bytes:
        """An event of the model's, whose type is its name, stands in a chunk; one of the service's is its own message."""
        payload = msgspec.json.encode(data)
        if type(data) is dict and data.get("type", "") == name:
            return self._frame(name, payload)
        return eventstream_frame(name.replace(":", " ")[:255], payload)

    def _error_frame(self, failure: Failure) -> bytes:
        return eventstream_frame(*encode_exception(failure))

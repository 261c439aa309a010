"""What several wire formats share: JSON without spaces, server-sent events, event-stream frames, padding, ids."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from struct import pack
from typing import NamedTuple
from zlib import crc32

from . import Part

__all__ = ["EVENT_STREAM", "SSE", "Run", "call_id", "frame", "padding", "runs", "sse", "to_json"]

SSE = b"text/event-stream; charset=utf-8"
EVENT_STREAM = b"application/vnd.amazon.eventstream"
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Run(NamedTuple):
    """Deltas that belong to one block: of one kind, and of one call where they are arguments."""

    kind: str
    call: int
    texts: list[str]

    @property
    def text(self) -> str:
        return "".join(self.texts)


def runs(listed: Iterable[Part]) -> Iterator[Run]:
    """The blocks that these deltas make, in order."""
    for (kind, call), found in groupby(listed, key=lambda part: (part.kind, part.call)):
        yield Run(kind, call, [part.text for part in found])


def to_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def sse(data: bytes, event: str = "") -> bytes:
    """A server-sent event."""
    return b"%bdata: %b\n\n" % (f"event: {event}\n".encode() if event else b"", data)


def padding(number: int, most: int = len(_PADDING)) -> str:
    """Letters of varying number, as vendors add them against guessing tokens by their length."""
    return _PADDING[: 2 + number * 7 % (most - 2)]


def call_id(number: int) -> str:
    return f"call_{number:020d}"


def frame(kind: str, payload: bytes) -> bytes:
    """An event of AWS: https://docs.aws.amazon.com/transcribe/latest/dg/event-stream-med.html."""
    headers = b"".join(
        [
            _header(b":event-type", kind.encode()),
            _header(b":content-type", b"application/json"),
            _header(b":message-type", b"event"),
        ]
    )
    prelude = pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = prelude + pack(">I", crc32(prelude)) + headers + payload
    return message + pack(">I", crc32(message))


def _header(name: bytes, value: bytes) -> bytes:
    return pack(">B", len(name)) + name + b"\x07" + pack(">H", len(value)) + value

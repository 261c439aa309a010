"""AWS event stream (`application/vnd.amazon.eventstream`): binary messages with typed headers and two checksums.

```text
+-----------+-------------+-------------+---------+---------+-------------+
| total u32 | headers u32 | prelude CRC | headers | payload | message CRC |      big endian, CRC-32 as in zlib
+-----------+-------------+-------------+---------+---------+-------------+
```

`total` counts the whole message. The prelude's checksum covers the first 8 bytes, the message's everything before it.
https://smithy.io/2.0/aws/amazon-eventstream.html

A frame is named by what the message is:

| `:message-type` | name | data |
|---|---|---|
| `event` (or none) | `:event-type` | the payload |
| `exception` | `exception:` and `:exception-type` | the payload |
| `error` | `error:` and `:error-code` | the payload, or `:error-message` as `{"message": ...}` where there is none |

Messages before a damaged one are given first; the damage is raised by the next call. Nothing after it can be trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from struct import error as StructError
from typing import Any
from zlib import crc32

import msgspec

from .frames import Frame, TooLarge
from .limits import EVENT_BYTES

__all__ = ["Damaged", "EventStreamFramer", "eventstream_frame", "read_headers"]

_PRELUDE = Struct(">III")
_LENGTHS = Struct(">II")
_SMALLEST = 16
_HEADER_LIMIT = 128 * 1024
_U16, _U32 = Struct(">H"), Struct(">I")
_WIDTHS = {2: Struct(">b"), 3: Struct(">h"), 4: Struct(">i"), 5: Struct(">q"), 8: Struct(">q")}
_UUID = ((0, 4), (4, 6), (6, 8), (8, 10), (10, 16))
_KNOWN_LIMIT = 256


class Damaged(ValueError):
    """The bytes are no event stream: a checksum or a length does not hold."""


class EventStreamFramer:
    """Bytes to messages; preludes and headers that were seen before, which nearly all are, are not read again."""

    __slots__ = ("_fault", "_limit", "_names", "_parts", "_preludes", "_size", "_wanted")

    def __init__(self, limit: int = EVENT_BYTES) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._wanted = _PRELUDE.size
        self._limit = limit
        self._fault: ValueError | None = None
        self._names: dict[bytes, bytes] = {}
        self._preludes: dict[bytes, tuple[int, int]] = {}

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take bytes; return the frames they complete. Raises Damaged, and TooLarge past the limit."""
        if self._fault is not None:
            raise self._fault
        self._parts.append(chunk)
        self._size += len(chunk)
        if self._size < self._wanted:
            return []
        data = b"".join(self._parts)
        frames: list[Frame] = []
        try:
            at = self._take(data, frames)
        except ValueError as error:
            self._fault = error
            self._parts.clear()
            if not frames:
                raise
            return frames
        rest = data[at:] if at else data
        self._parts = [rest] if rest else []
        self._size = len(rest)
        return frames

    def close(self) -> list[Frame]:
        """The body has ended; a message that is not complete is none."""
        if self._fault is not None:
            raise self._fault
        self._parts.clear()
        return []

    def _take(self, data: bytes, frames: list[Frame]) -> int:
        """Append the complete messages; return where the next one begins, and keep in mind how much it wants."""
        at, size = 0, len(data)
        preludes, names = self._preludes.get, self._names.get
        while size - at >= 12:
            prelude = data[at : at + 12]
            total, headers = preludes(prelude) or self._read_prelude(prelude)
            if size - at < total:
                self._wanted = total
                return at
            end = at + total - 4
            if crc32(data[at:end]) != _U32.unpack_from(data, end)[0]:
                raise Damaged("the checksum of an event does not match")
            split = at + 12 + headers
            head, payload = data[at + 12 : split], data[split:end]
            name = names(head)
            frames.append(self._frame(head, payload) if name is None else (name, payload))
            at = end + 4
        self._wanted = _PRELUDE.size
        return at

    def _read_prelude(self, prelude: bytes) -> tuple[int, int]:
        """The lengths of a message and of its headers. Raises Damaged, and TooLarge past the limit."""
        total, headers, checksum = _PRELUDE.unpack(prelude)
        if crc32(prelude[:8]) != checksum:
            raise Damaged("the checksum of an event's prelude does not match")
        if total < _SMALLEST or headers > total - _SMALLEST or headers > _HEADER_LIMIT:
            raise Damaged("an event's lengths contradict each other")
        if total > self._limit:
            raise TooLarge(self._limit)
        if len(self._preludes) < _KNOWN_LIMIT:
            self._preludes[prelude] = total, headers
        return total, headers

    def _frame(self, headers: bytes, payload: bytes) -> Frame:
        name, message = _describe(read_headers(headers))
        if message is None and len(self._names) < _KNOWN_LIMIT:
            self._names[headers] = name
        return name, payload if message is None or payload else msgspec.json.encode({"message": message})


def _describe(headers: dict[str, Any]) -> tuple[bytes, str | None]:
    """A frame's name by its headers, and the message of an error that stands in them."""
    kind = headers.get(":message-type", "event")
    if kind == "exception":
        return f"exception:{headers.get(':exception-type', '')}".encode(), None
    if kind == "error":
        return f"error:{headers.get(':error-code', '')}".encode(), str(headers.get(":error-message", ""))
    return str(headers.get(":event-type", "")).encode(), None


def read_headers(data: bytes) -> dict[str, Any]:
    """Headers of every type: booleans, integers, timestamps (milliseconds), bytes, text, UUIDs (as
    text). Raises Damaged."""
    found: dict[str, Any] = {}
    at = 0
    try:
        while at < len(data):
            start = at + 1
            at = start + data[at]
            name = data[start:at].decode()
            kind = data[at]
            at += 1
            if kind in (0, 1):
                found[name] = kind == 0
            elif kind in _WIDTHS:
                found[name] = _WIDTHS[kind].unpack_from(data, at)[0]
                at += _WIDTHS[kind].size
            elif kind in (6, 7):
                length = _U16.unpack_from(data, at)[0]
                value = data[at + 2 : at + 2 + length]
                at += 2 + length
                found[name] = value.decode() if kind == 7 else value
            elif kind == 9:
                found[name] = "-".join([data[at + left : at + right].hex() for left, right in _UUID])
                at += 16
            else:
                raise Damaged(f"a header of an event has the unknown type {kind}")
    except (StructError, IndexError, ValueError) as error:
        raise error if isinstance(error, Damaged) else Damaged(f"the headers of an event cannot be read: {error}") from error
    if at != len(data):
        raise Damaged("the headers of an event break off")
    return found


def _text_header(name: str, value: str) -> bytes:
    said, text = name.encode(), value.encode()
    return b"%c%b\x07%b%b" % (len(said), said, _U16.pack(len(text)), text)


_KINDS: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "exception": lambda word: [(":exception-type", word), (":message-type", "exception")],
    "error": lambda word: [(":error-code", word), (":message-type", "error")],
}


@lru_cache(maxsize=64)
def _headers(name: str, content_type: str) -> bytes:
    kind, colon, word = name.partition(":")
    words = _KINDS[kind](word) if colon and kind in _KINDS else [(":event-type", name), (":message-type", "event")]
    words.insert(1, (":content-type", content_type))
    return b"".join([_text_header(*pair) for pair in words])


def eventstream_frame(name: str, payload: bytes, content_type: str = "application/json") -> bytes:
    """One message as bytes; `name` as a framer gives it: an event, `exception:NAME` or `error:CODE`."""
    headers = _headers(name, content_type)
    lengths = _LENGTHS.pack(len(headers) + len(payload) + _SMALLEST, len(headers))
    message = b"".join([lengths, _U32.pack(crc32(lengths)), headers, payload])
    return message + _U32.pack(crc32(message))

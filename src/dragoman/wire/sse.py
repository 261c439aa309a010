"""Server-sent events, by the WHATWG grammar (https://html.spec.whatwg.org/multipage/server-sent-events.html).

Lines end in LF, CR or CRLF and nothing else (U+2028 inside JSON is data); a byte-order mark may open the stream;
comments, `id` and `retry` are read over; several `data` lines are joined by LF; an event without data is not
dispatched. Three departures, all because real servers need them: an event at the end of the body counts even without
its closing blank line, a field named `error` (llama.cpp) is given as an event of that name, and bare JSON, which is no
field at all, is given as data (Google states an error in the middle of an answer so).
"""

from __future__ import annotations

from .frames import Frame, TooLarge
from .limits import EVENT_BYTES

__all__ = ["SseFramer", "sse_frame"]

_BOM = b"\xef\xbb\xbf"


class SseFramer:
    """Bytes to events. The usual shapes (one `data` line, or `event` and `data`, LF) take a short way."""

    __slots__ = ("_carriage", "_limit", "_size", "_start", "_tail")

    def __init__(self, limit: int = EVENT_BYTES) -> None:
        self._tail: list[bytes] = []
        self._size = 0
        self._limit = limit
        self._start = True
        self._carriage = False

    def feed(self, chunk: bytes) -> list[Frame]:
        if self._start or self._carriage or b"\r" in chunk:
            chunk = self._normalise(chunk)
        # One byte is looked for many times faster than two, and most pieces of a long event have not even that.
        if b"\n" not in chunk:
            self._keep(chunk)
            return []
        tail = self._tail
        if tail:
            if b"\n\n" not in chunk and (chunk[:1] != b"\n" or tail[-1][-1:] != b"\n"):
                self._keep(chunk)
                return []
            chunk = b"".join([*tail, chunk])
            tail.clear()
            self._size = 0
        end = chunk.rfind(b"\n\n")
        if end < 0:
            self._keep(chunk)
            return []
        self._keep(chunk[end + 2 :])
        frames = _read_alike(chunk, end)
        if frames is None:
            frames = []
            for block in chunk[:end].split(b"\n\n"):
                _read_block(block, frames)
        return frames

    def close(self) -> list[Frame]:
        frames: list[Frame] = []
        rest = b"".join(self._tail)
        self._tail.clear()
        for block in rest.split(b"\n\n"):
            _read_block(block, frames)
        return frames

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._size += len(rest)
            if self._size > self._limit:
                raise TooLarge(self._limit)
            self._tail.append(rest)

    def _normalise(self, chunk: bytes) -> bytes:
        """Cut the byte-order mark off the first bytes and turn CR and CRLF into LF, across chunk borders."""
        if self._start:
            if self._tail:
                chunk = b"".join([*self._tail, chunk])
                self._tail.clear()
                self._size = 0
            if len(chunk) < 3 and _BOM.startswith(chunk):
                self._keep(chunk)
                return b""
            self._start = False
            chunk = chunk.removeprefix(_BOM)
        if self._carriage:
            if not chunk:
                return chunk
            chunk = chunk[1:] if chunk[:1] == b"\n" else chunk
        self._carriage = chunk[-1:] == b"\r"
        plain = chunk.replace(b"\r", b"")
        if plain.replace(b"\n", b"\r\n") == chunk:
            return plain  # CRLF throughout, which is cheaper to prove than to look for
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _read_alike(chunk: bytes, end: int) -> list[Frame] | None:
    """The frames before `end` where all are of one shape, either a `data` line or `event` and `data`; None where not.

    Nearly all of an answer is. Splitting at everything that stands between two payloads copies each of them once, and
    the number of line ends, which `replace` finds three times faster than `count`, proves that nothing else stood there.
    """
    if chunk[:6] == b"data: ":
        text = chunk[6:end]
        ends = len(text) - len(text.replace(b"\n", b""))
        payloads = text.split(b"\n\ndata: ") if ends else [text]
        if ends == 2 * len(payloads) - 2:
            return [(b"", data) for data in payloads if data]
    elif chunk[:7] == b"event: ":
        text = chunk[7:end]
        ends = len(text) - len(text.replace(b"\n", b""))
        blocks = text.split(b"\n\nevent: ") if ends > 1 else [text]
        if ends == 3 * len(blocks) - 2:
            frames = [(name, data) for name, _, data in [block.partition(b"\ndata: ") for block in blocks] if data]
            if len(frames) == len(blocks):
                return frames
    return None


def _read_block(block: bytes, frames: list[Frame]) -> None:
    """Read one block of lines of any shape and append the event it dispatches, if it does."""
    if block[:1] in (b"{", b"[", b"\n") and (bare := block.strip(b"\n"))[:1] in (b"{", b"["):
        frames.append((b"", bare))
        return
    name = b""
    data: list[bytes] = []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value
        elif field == b"error":
            name = b"error"
            data.append(value)
    joined = b"\n".join(data)
    if joined:
        frames.append((name, joined))


def sse_frame(data: bytes, name: str = "") -> bytes:
    """One event as bytes; every LF in `data` starts a new `data` line."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + data.replace(b"\n", b"\ndata: ") + b"\n\n"

"""Newline-delimited JSON: one frame a line; empty lines are skipped."""

from __future__ import annotations

from .frames import Frame, TooLarge
from .limits import EVENT_BYTES

__all__ = ["NdjsonFramer"]


class NdjsonFramer:
    """Lines ended by LF or CRLF; a last line without an end counts."""

    __slots__ = ("_limit", "_size", "_tail")

    def __init__(self, limit: int = EVENT_BYTES) -> None:
        self._tail: list[bytes] = []
        self._size = 0
        self._limit = limit

    def feed(self, chunk: bytes) -> list[Frame]:
        if b"\n" not in chunk:
            self._keep(chunk)
            return []
        if self._tail:
            chunk = b"".join([*self._tail, chunk])
            self._tail.clear()
            self._size = 0
        lines = chunk.split(b"\n")
        self._keep(lines.pop())
        return [(b"", stripped) for line in lines if (stripped := line.strip())]

    def close(self) -> list[Frame]:
        rest = b"".join(self._tail).strip()
        self._tail.clear()
        return [(b"", rest)] if rest else []

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._size += len(rest)
            if self._size > self._limit:
                raise TooLarge(self._limit)
            self._tail.append(rest)

"""One JSON array, streamed: one frame an element, as soon as it is complete.

Google's streaming endpoints answer so when they are not asked for server-sent events. A body that is not an array (an
error object, say) is one frame. Of an array that breaks off, the element it breaks off in is not given: what is missing
says the same.
"""

from __future__ import annotations

import re

from .frames import Frame, TooLarge
from .limits import EVENT_BYTES

__all__ = ["JsonArrayFramer"]

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_OUTSIDE = re.compile(rb'["{}\[\],]')
_INSIDE = re.compile(rb'["\\]')


class JsonArrayFramer:
    """Bytes to the elements of the array they are; every byte is looked at once."""

    __slots__ = ("_depth", "_escaped", "_kind", "_limit", "_parts", "_quoted", "_size")

    def __init__(self, limit: int = EVENT_BYTES) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._limit = limit
        self._kind = b""
        self._depth = 0
        self._quoted = False
        self._escaped = False

    def feed(self, chunk: bytes) -> list[Frame]:
        if not self._kind:
            chunk = b"".join([*self._parts, chunk])
            self._parts.clear()
            self._size = 0
            begun = chunk.removeprefix(_BOM).lstrip(_BLANK)
            if not begun or (len(chunk) < 3 and _BOM.startswith(chunk)):
                self._keep(chunk)
                return []
            self._kind = begun[:1]
            chunk = begun[1:] if self._kind == b"[" else begun
        frames: list[Frame] = []
        if self._kind == b"[":
            self._keep(chunk[self._cut(chunk, frames) :])
        elif self._kind != b"]":
            self._keep(chunk)
        return frames

    def close(self) -> list[Frame]:
        rest = b"".join(self._parts).strip()
        self._parts.clear()
        return [(b"", rest)] if rest and self._kind != b"[" else []

    def _cut(self, chunk: bytes, frames: list[Frame]) -> int:
        """Add the elements that the chunk completes; returns where the one that is not complete goes on."""
        start = at = 0
        if self._escaped and chunk:
            self._escaped = False
            at = 1
        while (found := (_INSIDE if self._quoted else _OUTSIDE).search(chunk, at)) is not None:
            at = found.end()
            mark = found[0]
            if mark == b'"':
                self._quoted = not self._quoted
            elif mark == b"\\":
                if at == len(chunk):
                    self._escaped = True
                at += 1
            elif mark in b"{[":
                self._depth += 1
            elif mark in b"}]" and self._depth:
                self._depth -= 1
                if not self._depth:  # what separates it from the next may come with the next
                    self._keep(chunk[start:at])
                    start = at
                    self._give(frames)
            elif self._depth == 0:
                self._keep(chunk[start : at - 1])
                start = at
                self._give(frames)
                if mark == b"]":
                    self._kind = b"]"
                    return len(chunk)  # what follows the array is nobody's
        return start

    def _give(self, frames: list[Frame]) -> None:
        element = b"".join(self._parts).strip(_BLANK)
        self._parts.clear()
        self._size = 0
        if element:
            frames.append((b"", element))

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._size += len(rest)
            if self._size > self._limit:
                raise TooLarge(self._limit)
            self._parts.append(rest)

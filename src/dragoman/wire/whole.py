"""The framing of a whole body: one frame, at the end."""

from __future__ import annotations

from .frames import Frame, TooLarge
from .limits import BODY_BYTES

__all__ = ["WholeFramer"]


class WholeFramer:
    """Collects a body and gives it as one frame when it has ended."""

    __slots__ = ("_limit", "_parts", "_size")

    def __init__(self, limit: int = BODY_BYTES) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._limit = limit

    def feed(self, chunk: bytes) -> list[Frame]:
        self._size += len(chunk)
        if self._size > self._limit:
            raise TooLarge(self._limit, "the answer")
        self._parts.append(chunk)
        return []

    def close(self) -> list[Frame]:
        return [(b"", self._parts[0] if len(self._parts) == 1 else b"".join(self._parts))]

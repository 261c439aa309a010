"""Framing: bytes to frames and back, without I/O.

A framer has two verbs. `feed(chunk)` takes bytes as the network cut them and returns the frames they complete, in
order; `close()` says that the body has ended and returns what was waiting. However the bytes are cut, the frames are
the same. A frame is a pair `(name, data)`: the event name (empty where the framing has none) and its payload.
"""

from __future__ import annotations

from typing import Protocol

__all__ = ["Frame", "Framer", "TooLarge"]

Frame = tuple[bytes, bytes]


class TooLarge(ValueError):
    """One frame is larger than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a single event is larger than {limit} bytes")
        self.limit = limit


class Framer(Protocol):
    """The contract of every framing."""

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take bytes as they come; return the frames they complete. Raises TooLarge past the frame limit."""
        ...

    def close(self) -> list[Frame]:
        """The body has ended; return what can still be read from the rest."""
        ...

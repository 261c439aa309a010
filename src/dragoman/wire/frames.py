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
    """Something in an answer is larger than its `limit`; `what` and `unit` say what is counted, and in what."""

    def __init__(self, limit: int, what: str = "a single event", unit: str = "bytes") -> None:
        super().__init__(f"{what} has more than {limit:,} {unit}")
        self.limit = limit
        self.what = what
        self.unit = unit


class Framer(Protocol):
    """The contract of every framing."""

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take bytes as they come; return the frames they complete. Raises TooLarge past the frame limit."""
        ...

    def close(self) -> list[Frame]:
        """The body has ended; return what can still be read from the rest."""
        ...

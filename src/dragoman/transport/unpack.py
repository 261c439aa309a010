"""Decompression as the bytes come: what a server has flushed is given at once, so that an event never waits for more.

For the codings that the standard library knows: gzip (RFC 1952) and deflate (RFC 9110 §8.4.1.2, with or without the
zlib frame, as servers differ). One piece is at most a mebibyte, however well it was packed.
"""

from __future__ import annotations

import zlib

__all__ = ["CODINGS", "Damaged", "Unpacker"]

CODINGS = ("gzip", "deflate")

_PIECE = 1 << 20
_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_RAW = -15
_HEADER = 2  # bytes that tell a zlib frame from none


class Damaged(ValueError):
    """The bytes are not what their coding says, or end too early."""


class Unpacker:
    """One packed body. Raises Damaged for a coding it does not know."""

    __slots__ = ("_bits", "_machine", "_rest", "_start")

    def __init__(self, coding: str) -> None:
        bits = _BITS.get(coding.strip().lower())
        if bits is None:
            raise Damaged(f"it is packed as {coding[:40]!r}, which was not asked for")
        self._bits = bits
        self._machine = zlib.decompressobj(bits)
        self._rest = b""
        self._start = True

    def feed(self, data: bytes) -> None:
        """Take packed bytes; `piece` gives what they hold."""
        self._rest = self._rest + data if self._rest else data

    def piece(self) -> bytes:
        """The next unpacked bytes, `b""` when more must be fed first. Raises Damaged."""
        if self._start and len(self._rest) < _HEADER:
            return b""
        while self._rest:
            if self._machine.eof:
                self._machine = zlib.decompressobj(self._bits)
            try:
                piece = self._machine.decompress(self._rest, _PIECE)
            except zlib.error as error:
                if not (self._start and self._bits == _BITS["deflate"]):
                    raise Damaged(f"its compressed bytes are damaged ({error})") from None
                self._start = False
                self._bits = _RAW
                self._machine = zlib.decompressobj(_RAW)
                continue
            self._start = False
            self._rest = self._machine.unused_data if self._machine.eof else self._machine.unconsumed_tail
            if piece:
                return piece
        return b""

    def close(self) -> None:
        """The body has ended. Raises Damaged when its compressed bytes have not."""
        if self._rest or not (self._machine.eof or self._start):
            raise Damaged("its compressed bytes end too early")

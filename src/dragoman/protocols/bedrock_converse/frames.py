"""Reading one event of a stream the strict way: the ordinary delta, which nearly every event of an answer is."""

from __future__ import annotations

import msgspec

__all__ = ["BlockDelta", "Piece", "ordinary"]


class _Thought(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    text: str


class _Arguments(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    input: str


class Piece(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A delta of text, reasoning or arguments; sound only with exactly one of the three."""

    text: str | None = None
    toolUse: _Arguments | None = None
    reasoningContent: _Thought | None = None


class BlockDelta(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A `contentBlockDelta` with nothing in it but the documented fields; `p` is padding."""

    contentBlockIndex: int
    delta: Piece
    p: str = ""


ordinary = msgspec.json.Decoder(BlockDelta).decode
"""Reads an ordinary delta; raises one of `wire.json.UNREADABLE` on anything else."""

"""Pieces of tool calls put together, for libraries that give them as they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["fold_calls"]


def fold_calls(pieces: Sequence[Any]) -> list[Any] | None:
    """The calls, each the first of its pieces with the arguments of all; None for none."""
    calls: dict[int, Any] = {}
    for piece in pieces:
        known = calls.get(piece.index or 0)
        if known is None:
            calls[piece.index or 0] = piece
        else:
            known.function.arguments = (known.function.arguments or "") + (piece.function.arguments or "")
    return list(calls.values()) or None

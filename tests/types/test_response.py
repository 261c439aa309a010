"""Responses count without overlap."""

from __future__ import annotations

from dragoman.types import Usage


def test_total_adds_what_does_not_overlap() -> None:
    """Cache reads and writes stand beside input; unknown is not zero."""
    assert Usage(input=3, output=5, cache_read=9).total == 17
    assert Usage(input=3).total is None

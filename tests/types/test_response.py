"""Responses count without overlap."""

from __future__ import annotations

from dragoman.types import Finish, Response, Usage, assistant


def test_total_adds_what_does_not_overlap() -> None:
    """Cache reads and writes stand beside input; unknown is not zero."""
    assert Usage(input=3, output=5, cache_read=9).total == 17
    assert Usage(input=3).total is None


def test_why_it_stopped_can_be_asked_of_any_response() -> None:
    """Without looking first whether it did."""
    assert "length" == Response(assistant("a"), finish=Finish("length", "max_tokens")).finish_reason
    assert None is Response(assistant("a")).finish_reason

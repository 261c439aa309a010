"""Marks on Anthropic's wire."""

from __future__ import annotations

from dragoman.protocols.anthropic_messages.caching import caching
from dragoman.protocols.base import CacheRules, Target
from dragoman.providers import load


def test_marks() -> None:
    """Four, on tools too, for five minutes or an hour."""
    expected = CacheRules(4, tools=True, lifetimes=("5m", "1h"), automatic=False)

    assert expected == caching(Target("anthropic", "anthropic_messages", "claude-sonnet-5"))


def test_a_vendor_that_caches_by_itself() -> None:
    """No marks where the dialect takes none."""
    assert CacheRules() == caching(
        Target("deepseek-anthropic", "anthropic_messages", "m", dialect=load("deepseek-anthropic").dialect)
    )

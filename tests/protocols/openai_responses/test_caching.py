"""Caching behind Responses."""

from __future__ import annotations

from dragoman.protocols.base import CacheRules, Target
from dragoman.protocols.openai_responses.caching import caching
from dragoman.providers import load


def test_a_key_and_no_marks() -> None:
    """OpenAI caches by itself; a key keeps a conversation together."""
    assert CacheRules(key=True, lifetimes=("30m",)) == caching(Target("openai-responses", "openai_responses", "gpt-5.6"))


def test_a_vendor_without_a_key() -> None:
    """Nothing to say where there is no field."""
    dialect = load("deepseek-responses").dialect

    assert CacheRules() == caching(Target("deepseek-responses", "openai_responses", "m", dialect=dialect))

"""Caching behind Chat Completions, by vendor."""

from __future__ import annotations

import pytest

from dragoman.protocols.base import CacheRules, Target
from dragoman.protocols.openai_chat.caching import caching
from dragoman.providers import load


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai", CacheRules(key=True, lifetimes=("30m",))),
        ("openrouter", CacheRules(4, key=True, lifetimes=("5m", "1h"))),
        ("dashscope", CacheRules(4, lifetimes=("5m",))),
        ("deepseek", CacheRules()),
        ("cerebras", CacheRules(key=True)),
    ],
)
def test_marks_and_keys_by_vendor(name: str, expected: CacheRules) -> None:
    """Marks where Anthropic's are taken, a key where there is a field for it, and nothing elsewhere."""
    assert expected == caching(Target(name, "openai_chat", "m", dialect=load(name).dialect))

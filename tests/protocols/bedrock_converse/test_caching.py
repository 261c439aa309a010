"""Cache points by model."""

from __future__ import annotations

import pytest

from dragoman.protocols.base import CacheRules, Target
from dragoman.protocols.bedrock_converse.caching import caching
from dragoman.protocols.bedrock_converse.dialect import ConverseDialect

CLAUDE = CacheRules(4, tools=True, lifetimes=("5m", "1h"), automatic=False)
NOVA = CacheRules(4, lifetimes=("5m",))


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("anthropic.claude-sonnet-5", CLAUDE),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", CLAUDE),
        ("amazon.nova-pro-v1:0", NOVA),
        ("us.amazon.nova-2-lite-v1:0", NOVA),
        ("amazon.titan-text-lite-v1", CacheRules()),
        ("meta.llama4-maverick", CacheRules()),
        ("arn:aws:bedrock:us-east-1:1:imported-model/x", CacheRules()),
    ],
)
def test_marks_by_model(model: str, expected: CacheRules) -> None:
    """Claude takes them everywhere, Nova not on tools, and a model that would refuse them gets none."""
    assert expected == caching(Target("bedrock", "bedrock_converse", model))


def test_a_dialect_without_marks() -> None:
    """Said by the provider, it wins over the model's name."""
    assert CacheRules() == caching(Target("b", "bedrock_converse", "anthropic.claude-x", dialect=ConverseDialect(cache=False)))

"""What the checks know about OpenAI's Responses API and the vendors that speak it."""

from __future__ import annotations

import json
from typing import Any

from ...types.response import Usage
from .corpus import Exchange
from .rules import Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]


def _usage(usage: Usage) -> Summary:
    """`input_tokens` holds what was read from and written to the cache."""
    return {
        "input": None if usage.input is None else usage.input + (usage.cache_read or 0) + (usage.cache_write or 0),
        "output": usage.output,
        "total": usage.raw.get("total_tokens"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _echoes(body: dict[str, Any]) -> list[Echo]:
    return []


RULES = WireRules(
    wire="openai-responses",
    protocol="openai_responses",
    usage=_usage,
    echoes=_echoes,
)

"""How prompts are cached: by themselves, best kept together by a key
(https://developers.openai.com/api/docs/guides/prompt-caching). A lifetime can be asked for on newer models."""

from __future__ import annotations

from ..base import CacheRules, Target
from .dialect import REFERENCE, ResponsesDialect

__all__ = ["caching"]


def caching(target: Target) -> CacheRules:
    """No marks; a key where there is a field for one."""
    dialect = target.dialect if isinstance(target.dialect, ResponsesDialect) else REFERENCE
    lifetimes = ("30m",) if dialect.cache_marks else ()
    return CacheRules(key=dialect.cache_key_field is not None, lifetimes=lifetimes)

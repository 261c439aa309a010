"""How prompts are cached: up to four marks, on tools, system and messages, for five minutes or an hour.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching. What is shorter than a model's least length is not
cached and no error, so marks need not know it.
"""

from __future__ import annotations

from ..base import CacheRules, Target
from .dialect import REFERENCE, MessagesDialect

__all__ = ["caching"]

_MARKED = CacheRules(4, tools=True, lifetimes=("5m", "1h"), automatic=False)
_UNMARKED = CacheRules()


def caching(target: Target) -> CacheRules:
    """Marks, unless the vendor takes none and caches by itself."""
    dialect = target.dialect if isinstance(target.dialect, MessagesDialect) else REFERENCE
    return _MARKED if dialect.cache else _UNMARKED

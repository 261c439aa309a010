"""How prompts are cached behind Chat Completions, by dialect.

OpenAI and most others cache by themselves; a key keeps the requests of one conversation together
(https://developers.openai.com/api/docs/guides/prompt-caching). Where Anthropic's marks are taken they are on parts of
messages, four of them at most (https://openrouter.ai/docs/guides/best-practices/prompt-caching,
https://www.alibabacloud.com/help/en/model-studio/context-cache); a mark on the instructions covers the tools before them.
"""

from __future__ import annotations

from ..base import CacheRules, Target
from .dialect import REFERENCE, ChatDialect

__all__ = ["caching"]


def caching(target: Target) -> CacheRules:
    """Marks where the vendor takes Anthropic's, a key where there is a field for one."""
    dialect = target.dialect if isinstance(target.dialect, ChatDialect) else REFERENCE
    lifetimes = dialect.cache_lifetimes if dialect.cache_marks != "none" else ()
    marks = 4 if dialect.cache_marks == "cache_control" else 0
    return CacheRules(marks, key=dialect.cache_key_field is not None, lifetimes=lifetimes)

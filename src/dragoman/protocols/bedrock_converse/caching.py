"""How prompts are cached: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html.

| models | checkpoints | in | lifetimes |
|---|---|---|---|
| Claude | 4 | tools, system, messages | five minutes, an hour |
| Nova | 4 | system, messages | five minutes |

Other models refuse a checkpoint, and of an imported one nothing is known.
"""

from __future__ import annotations

from ..base import CacheRules, Target
from .dialect import ConverseDialect
from .wire import family

__all__ = ["caching"]

_CLAUDE = CacheRules(4, tools=True, lifetimes=("5m", "1h"), automatic=False)
_NOVA = CacheRules(4, lifetimes=("5m",))
_NONE = CacheRules()


def caching(target: Target) -> CacheRules:
    """The marks that the model takes."""
    dialect = target.dialect if isinstance(target.dialect, ConverseDialect) else None
    if dialect is not None and not dialect.cache:
        return _NONE
    kind = dialect.family if dialect is not None and dialect.family is not None else family(target.model)
    if kind == "anthropic":
        return _CLAUDE
    return _NOVA if kind == "amazon" and ".nova-" in f".{target.model}" else _NONE

"""The dialect a recorded vendor speaks: its own where the library knows the vendor, else what the wire's rules say.

Recordings write some vendors with a hyphen that we write without (`llama-cpp`), so hyphens do not count.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ... import providers
from ...providers.base import Provider
from .corpus import Exchange
from .rules import WireRules

__all__ = ["dialect_of"]

_ALSO = {
    "alibaba": ("dashscope",),
    "huggingface": ("huggingface-messages",),
    "openrouter": ("openrouter-messages",),
    "vercel-gateway": ("vercel",),
}
"""Our names for vendors that recordings call otherwise, and for the other wires of a vendor."""


def dialect_of(rules: WireRules, exchange: Exchange) -> Any:
    """The dialect of the vendor that an exchange was recorded with."""
    for name in (exchange.provider, *_ALSO.get(exchange.provider, ())):
        provider = _provider(name)
        if provider is not None and provider.protocol == rules.protocol:
            return provider.dialect
    return rules.dialect(exchange)


@cache
def _provider(recorded: str) -> Provider | None:
    names = {name.replace("-", ""): name for name in providers.NAMES}
    name = names.get(recorded.replace("-", ""))
    return None if name is None else providers.load(name)

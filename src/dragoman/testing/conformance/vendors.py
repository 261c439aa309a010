"""The dialect a recorded vendor speaks: its own where the library knows the vendor, else what the wire's rules say.

Recordings write some vendors with a hyphen that we write without (`llama-cpp`), so hyphens do not count.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from ... import protocols, providers
from ...protocols.base import Protocol
from ...protocols.json_schema import Schemas
from ...providers.base import Provider
from .corpus import Exchange
from .rules import WireRules

__all__ = ["as_written", "dialect_of"]

_ALSO = {
    "alibaba": ("dashscope",),
    "huggingface": ("huggingface-messages",),
    "openrouter": ("openrouter-messages",),
    "vercel-gateway": ("vercel",),
    "vertex": ("vertex-anthropic",),
}
"""Our names for vendors that recordings call otherwise, and for the other wires of a vendor."""


def dialect_of(rules: WireRules, exchange: Exchange) -> Any:
    """The dialect of the vendor that an exchange was recorded with."""
    for name in (exchange.provider, *_ALSO.get(exchange.provider, ())):
        provider = _provider(name)
        if provider is not None and provider.protocol == rules.protocol:
            return provider.dialect
    return rules.dialect(exchange)


def as_written(dialect: Any, protocol: Protocol) -> Any:
    """The dialect that sends JSON schemas as a recorded client wrote them.

    What a vendor takes of them is the library's to know and to fit to. Recorded clients sent what they had, at times to see it
    refused; what is held against them is the codec.
    """
    if dialect is None:
        dialect = _reference(type(protocol).__module__)
    return msgspec.structs.replace(dialect, schemas=Schemas()) if hasattr(dialect, "schemas") else dialect


@cache
def _reference(module: str) -> Any:
    """The dialect of the reference vendor of a protocol that stands in a module; None for a protocol from elsewhere."""
    inside = module.removeprefix(f"{protocols.__name__}.").partition(".")[0]
    if not module.startswith(f"{protocols.__name__}."):
        return None
    found = import_module(f"{protocols.__name__}.{inside}.dialect")
    return getattr(found, "REFERENCE", None) or getattr(found, next(name for name in found.__all__ if name.endswith("Dialect")))()


@cache
def _provider(recorded: str) -> Provider | None:
    names = {name.replace("-", ""): name for name in providers.NAMES}
    name = names.get(recorded.replace("-", ""))
    return None if name is None else providers.load(name)

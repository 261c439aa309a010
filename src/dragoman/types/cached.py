"""A beginning of prompts that a vendor keeps under a name."""

from __future__ import annotations

import msgspec

__all__ = ["CachedPrompt"]


class CachedPrompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """Instructions, tools and messages that lie at the vendor: pass it as `cache` of a call, with the messages that follow.

    It belongs to one `provider` and `model`. `tokens` is what it has, `expires` the moment (RFC 3339) it is gone by itself;
    both None where the vendor does not say. Keeping costs by the hour until then.
    """

    name: str
    provider: str
    model: str
    tokens: int | None = None
    expires: str | None = None

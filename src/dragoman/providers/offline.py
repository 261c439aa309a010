"""The embedded provider: answers without network and without a key, for a first try, demonstrations and tests."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "offline",
    "Embedded (no network)",
    "local://offline",
    protocol="anthropic_messages",
    key_required=False,
    model="eliza",
)

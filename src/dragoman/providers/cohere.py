"""Cohere: https://docs.cohere.com/reference/chat. The reference vendor of `cohere_chat`."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "cohere",
    "Cohere",
    "https://api.cohere.com",
    # The vendor's SDK reads the first, most other tools the second.
    ("CO_API_KEY", "COHERE_API_KEY"),
    "cohere_chat",
    base_url_env=("CO_API_URL",),
    docs="https://docs.cohere.com/reference/chat",
)

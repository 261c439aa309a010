"""OpenAI Chat Completions, the wire format most vendors speak a dialect of."""

from __future__ import annotations

from .dialect import ChatDialect
from .protocol import PROTOCOL, OpenAIChat

__all__ = ["PROTOCOL", "ChatDialect", "OpenAIChat"]

"""Google's Interactions API, of AI Studio and Vertex AI, from both sides (https://ai.google.dev/api/interactions-api)."""

from __future__ import annotations

from .dialect import InteractionsDialect
from .protocol import PROTOCOL, GeminiInteractions

__all__ = ["PROTOCOL", "GeminiInteractions", "InteractionsDialect"]

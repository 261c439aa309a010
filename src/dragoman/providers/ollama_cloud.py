"""Ollama's own machines: https://docs.ollama.com/cloud."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "ollama-cloud",
    "Ollama Cloud",
    "https://ollama.com",
    ("OLLAMA_API_KEY",),
    "ollama_chat",
    docs="https://docs.ollama.com/cloud",
)

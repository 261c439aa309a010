"""Ollama on this machine: https://docs.ollama.com/api/introduction. The reference vendor of `ollama_chat`."""

from __future__ import annotations

from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "ollama",
    "Ollama",
    "http://localhost:11434",
    protocol="ollama_chat",
    key_required=False,
    # `OLLAMA_HOST` is where the server listens, too: https://docs.ollama.com/faq
    base_url_env=("OLLAMA_BASE_URL", "OLLAMA_HOST"),
    docs="https://docs.ollama.com/api/chat",
)

"""Wire formats, one folder each; `load` gives one by name, importing it on first use."""

from __future__ import annotations

from importlib import import_module

from .base import Protocol

__all__ = ["NAMES", "load"]

NAMES = (
    "anthropic_messages",
    "bedrock_converse",
    "cohere_chat",
    "gemini",
    "mistral_chat",
    "ollama_chat",
    "openai_chat",
    "openai_responses",
)


def load(name: str) -> Protocol:
    """The wire format called `name`. Raises LookupError with the known names."""
    if name not in NAMES:
        raise LookupError(f"unknown protocol {name!r}; known: {', '.join(NAMES)}")
    protocol: Protocol = import_module(f"{__name__}.{name}").PROTOCOL
    return protocol

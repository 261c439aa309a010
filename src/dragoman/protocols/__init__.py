"""Wire formats, one folder each; `load` gives one by name, importing it on first use.

A wire format that is another one's JSON in another framing has a module in the other's folder.
"""

from __future__ import annotations

from importlib import import_module

from .base import Protocol

__all__ = ["NAMES", "load"]

NAMES = (
    "anthropic_bedrock",
    "anthropic_messages",
    "bedrock_converse",
    "cohere_chat",
    "gemini",
    "gemini_interactions",
    "mistral_chat",
    "ollama_chat",
    "openai_chat",
    "openai_responses",
)

_INSIDE = {"anthropic_bedrock": "anthropic_messages.bedrock"}


def load(name: str) -> Protocol:
    """The wire format called `name`. Raises LookupError with the known names."""
    if name not in NAMES:
        raise LookupError(f"unknown protocol {name!r}; known: {', '.join(NAMES)}")
    protocol: Protocol = import_module(f"{__name__}.{_INSIDE.get(name, name)}").PROTOCOL
    return protocol

"""The wire formats that are measured, by the short names that drivers carry after the slash."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["WIRES", "Wire"]


class Wire(NamedTuple):
    """A wire format: its protocol, and what the driver classes for it are called."""

    protocol: str
    kind: str


WIRES = {
    "chat": Wire("openai_chat", "Chat"),
    "messages": Wire("anthropic_messages", "Messages"),
    "responses": Wire("openai_responses", "Responses"),
    "gemini": Wire("gemini", "Gemini"),
    "interactions": Wire("gemini_interactions", "Interactions"),
    "mistral": Wire("mistral_chat", "Mistral"),
    "cohere": Wire("cohere_chat", "Cohere"),
    "ollama": Wire("ollama_chat", "Ollama"),
    "bedrock": Wire("bedrock_converse", "Bedrock"),
    "invoke": Wire("anthropic_bedrock", "Invoke"),
}

"""Which check a request to a provider must pass: the vendor's schema, or its library's types.

A vendor that publishes neither is held to the reference of its wire format. For Chat Completions that is OpenAI's
schema with the words of those who copied it; a field that nobody has is refused there too.
"""

from __future__ import annotations

from collections.abc import Callable

from sdk_types import by_botocore, by_cohere, by_interactions
from strict import Check, by_schema

__all__ = ["PROVIDERS", "WIRES", "accepts"]

Find = Callable[[], Check | None]


def _schema(vendor: str, entry: str) -> Find:
    return lambda: by_schema(vendor, entry)


WIRES: dict[str, Find] = {
    "anthropic_bedrock": _schema("anthropic", "CreateMessageParams"),
    "anthropic_messages": _schema("anthropic", "CreateMessageParams"),
    "bedrock_converse": lambda: by_botocore("ConverseStream"),
    "cohere_chat": by_cohere,
    "gemini": _schema("gemini", "GenerateContentRequest"),
    "gemini_interactions": by_interactions,
    "mistral_chat": _schema("mistral", "ChatCompletionRequest"),
    "ollama_chat": _schema("ollama", "ChatRequest"),
    "openai_chat": _schema("compatible", "CreateChatCompletionRequest"),
    "openai_responses": _schema("openai", "CreateResponse"),
}
"""By wire format."""

PROVIDERS: dict[str, Find] = {
    "openai": _schema("openai", "CreateChatCompletionRequest"),
    "azure": _schema("openai", "CreateChatCompletionRequest"),
    "groq": _schema("groq", "CreateChatCompletionRequest"),
    "together": _schema("together", "ChatCompletionRequest"),
    "openrouter": _schema("openrouter", "ChatRequest"),
    "openrouter-messages": _schema("openrouter", "MessagesRequest"),
    "openrouter-responses": _schema("openrouter", "ResponsesRequest"),
}
"""By provider, where the vendor publishes its own; the rest is held to its wire format."""


def accepts(provider: str, protocol: str) -> Check | None:
    """The check for a provider's requests; None where there is none, or what it needs is not here."""
    find = PROVIDERS.get(provider) or WIRES.get(protocol)
    return find() if find is not None else None

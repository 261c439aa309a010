"""Which check a request to a provider must pass: the vendor's schema, or its library's types.

A vendor that publishes neither is held to the reference of its wire format. For Chat Completions that is OpenAI's
schema with the words of those who copied it; a field that nobody has is refused there too.
"""

from __future__ import annotations

from collections.abc import Callable

from discovery import by_discovery
from sdk_types import by_anthropic, by_botocore, by_cohere, by_interactions
from strict import Check, by_schema

__all__ = ["PROVIDERS", "WIRES", "accepts"]

Find = Callable[[], Check | None]


def _schema(vendor: str, entry: str) -> Find:
    return lambda: by_schema(vendor, entry)


WIRES: dict[str, Find] = {
    "anthropic_bedrock": by_anthropic,
    "anthropic_messages": by_anthropic,
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
    "vertex": lambda: by_discovery("GoogleCloudAiplatformV1GenerateContentRequest"),
    "vertex-express": lambda: by_discovery("GoogleCloudAiplatformV1GenerateContentRequest"),
    "xai-responses": _schema("xai", "CreateResponse"),
    "groq-responses": _schema("groq-responses", "CreateResponse"),
    **dict.fromkeys(("dashscope-responses", "dashscope-cn-responses"), _schema("dashscope-responses", "CreateResponse")),
    "perplexity-responses": _schema("perplexity-agent", "CreateResponse"),
    "volcengine-responses": _schema("volcengine-responses", "CreateResponse"),
    **dict.fromkeys(("dashscope", "dashscope-cn"), _schema("dashscope", "CreateChatCompletionRequest")),
    **dict.fromkeys(("zai", "zhipu"), _schema("zai", "CreateChatCompletionRequest")),
    **{name: _schema(name, "CreateChatCompletionRequest") for name in ("perplexity", "venice", "writer")},
}
"""By provider, where the vendor publishes its own; the rest is held to its wire format."""


def accepts(provider: str, protocol: str) -> Check | None:
    """The check for a provider's requests; None where there is none, or what it needs is not here."""
    find = PROVIDERS.get(provider) or WIRES.get(protocol)
    return find() if find is not None else None

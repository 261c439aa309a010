"""What OpenTelemetry's GenAI conventions call the facts of a call: attributes of spans and metrics, by name.

The names are those of https://github.com/open-telemetry/semantic-conventions/tree/v1.41.1/docs/gen-ai, and of the collection
that goes on from there, https://github.com/open-telemetry/semantic-conventions-genai. Nothing here is what somebody said.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..engine.observe import Call
from ..types.request import Request
from ..types.response import Response, Usage

__all__ = ["PROVIDERS", "Attributes", "answered", "base", "error_type", "settings"]

Attributes = dict[str, Any]

# https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/registry/attributes/gen-ai.md#gen-ai-provider-name
# The value says whose API is spoken to, and is the same for all its wire formats. Who is not listed there keeps its name.
PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure-classic": "azure.ai.openai",
    "azure-responses": "azure.ai.openai",
    "baseten-messages": "baseten",
    "bedrock": "aws.bedrock",
    "bedrock-anthropic": "aws.bedrock",
    "bedrock-chat": "aws.bedrock",
    "bedrock-messages": "aws.bedrock",
    "bedrock-openai": "aws.bedrock",
    "bedrock-responses": "aws.bedrock",
    "cloudflare-responses": "cloudflare",
    "dashscope-anthropic": "dashscope",
    "dashscope-cn-anthropic": "dashscope-cn",
    "dashscope-cn-responses": "dashscope-cn",
    "dashscope-responses": "dashscope",
    "databricks-messages": "databricks",
    "databricks-open-responses": "databricks",
    "databricks-responses": "databricks",
    "deepinfra-anthropic": "deepinfra",
    "deepseek-anthropic": "deepseek",
    "deepseek-responses": "deepseek",
    "fireworks-messages": "fireworks",
    "fireworks-responses": "fireworks",
    "foundry": "azure.ai.inference",
    "gemini": "gcp.gemini",
    "gemini-interactions": "gcp.gemini",
    "github-copilot-messages": "github-copilot",
    "github-copilot-responses": "github-copilot",
    "groq-responses": "groq",
    "huggingface-messages": "huggingface",
    "huggingface-responses": "huggingface",
    "llamacpp-messages": "llamacpp",
    "llamacpp-responses": "llamacpp",
    "lmstudio-messages": "lmstudio",
    "lmstudio-responses": "lmstudio",
    "minimax-anthropic": "minimax",
    "minimax-responses": "minimax",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "moonshot-anthropic": "moonshot_ai",
    "moonshot-cn": "moonshot_ai",
    "moonshot-cn-anthropic": "moonshot_ai",
    "moonshot-responses": "moonshot_ai",
    "nebius-responses": "nebius",
    "novita-anthropic": "novita",
    "ollama-cloud-messages": "ollama-cloud",
    "ollama-cloud-responses": "ollama-cloud",
    "ollama-messages": "ollama",
    "ollama-responses": "ollama",
    "openai-responses": "openai",
    "openrouter-messages": "openrouter",
    "openrouter-responses": "openrouter",
    "perplexity-responses": "perplexity",
    "portkey-messages": "portkey",
    "portkey-responses": "portkey",
    "sambanova-messages": "sambanova",
    "sambanova-responses": "sambanova",
    "sglang-messages": "sglang",
    "sglang-responses": "sglang",
    "snowflake-messages": "snowflake",
    "venice-responses": "venice",
    "vercel-messages": "vercel",
    "vercel-responses": "vercel",
    "vertex": "gcp.vertex_ai",
    "vertex-anthropic": "gcp.vertex_ai",
    "vertex-chat": "gcp.vertex_ai",
    "vertex-express": "gcp.vertex_ai",
    "vertex-interactions": "gcp.vertex_ai",
    "vllm-messages": "vllm",
    "vllm-responses": "vllm",
    "volcengine-responses": "volcengine",
    "xai": "x_ai",
    "xai-responses": "x_ai",
    "zai-anthropic": "zai",
    "zhipu-anthropic": "zhipu",
}

# Gemini's API has a word of its own there; every other wire is a `chat`.
_OPERATIONS = {"gemini": "generate_content", "gemini_interactions": "generate_content"}

# Our words for why an answer ended, where the conventions have another.
_REASONS = {"tool_calls": "tool_call"}

_MODALITIES = {"audio": "speech", "image": "image", "text": "text"}

# Of a request, what has an attribute of its own.
_SETTINGS = (
    ("frequency_penalty", "gen_ai.request.frequency_penalty"),
    ("max_tokens", "gen_ai.request.max_tokens"),
    ("presence_penalty", "gen_ai.request.presence_penalty"),
    ("seed", "gen_ai.request.seed"),
    ("temperature", "gen_ai.request.temperature"),
    ("top_k", "gen_ai.request.top_k"),
    ("top_p", "gen_ai.request.top_p"),
)


def base(call: Call) -> Attributes:
    """What a span and its metrics have in common; samplers decide by it, so that it is there from the beginning."""
    provider = call.provider or ""
    attributes: Attributes = {
        "gen_ai.operation.name": _OPERATIONS.get(call.protocol or "", "chat"),
        "gen_ai.provider.name": PROVIDERS.get(provider, provider),
    }
    if call.model:
        attributes["gen_ai.request.model"] = call.model
    url = urlsplit(call.http.url) if call.http is not None else None
    if url is not None and url.scheme in ("http", "https") and url.hostname:
        attributes["server.address"] = url.hostname
        attributes["server.port"] = url.port or (443 if url.scheme == "https" else 80)
    return attributes


def settings(request: Request | None) -> Attributes:
    """What a request asks for beside the messages, as far as it says."""
    if request is None:
        return {}
    attributes: Attributes = {key: value for name, key in _SETTINGS if (value := getattr(request, name)) is not None}
    if request.stop:
        attributes["gen_ai.request.stop_sequences"] = request.stop
    if request.n is not None and request.n != 1:
        attributes["gen_ai.request.choice.count"] = request.n
    if request.stream:
        attributes["gen_ai.request.stream"] = True
    if (kind := _output_type(request)) is not None:
        attributes["gen_ai.output.type"] = kind
    conversation = request.extra.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    if isinstance(conversation, str):
        attributes["gen_ai.conversation.id"] = conversation
    return attributes


def _output_type(request: Request) -> str | None:
    """What is asked for, in the conventions' words; None where the request does not say."""
    if request.output is not None:
        return "text" if request.output.kind == "text" else "json"
    asked = [word for name in request.modalities if (word := _MODALITIES.get(name)) is not None]
    return next((word for word in asked if word != "text"), asked[0] if asked else None)


def answered(response: Response | None) -> Attributes:
    """What an answer says of itself, as far as it has come."""
    if response is None:
        return {}
    attributes: Attributes = _counts(response.usage)
    for key, value in (("gen_ai.response.id", response.id), ("gen_ai.response.model", response.model)):
        if value is not None:
            attributes[key] = value
    ends = [choice.finish for choice in response.choices] or [response.finish]
    if reasons := [_REASONS.get(end.reason, end.reason) for end in ends if end is not None]:
        attributes["gen_ai.response.finish_reasons"] = reasons
    return attributes


def _counts(usage: Usage) -> Attributes:
    """The conventions count what was read from a cache or written to it as input; here counts do not overlap."""
    attributes: Attributes = {
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read,
        # The name until version 1.41, and the one after it.
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write,
        "gen_ai.usage.cache_write.input_tokens": usage.cache_write,
        "gen_ai.usage.output_tokens": usage.output,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    }
    if usage.input is not None:
        attributes["gen_ai.usage.input_tokens"] = usage.input + (usage.cache_read or 0) + (usage.cache_write or 0)
    return {key: count for key, count in attributes.items() if count is not None}


def error_type(error: Exception | None) -> str | None:
    """The name of the error's class: those of `dragoman.errors`, or Python's own."""
    return type(error).__qualname__ if error is not None else None

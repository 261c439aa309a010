"""Vendors, one file of data each; `load` gives one by name, importing its file on first use.

A new vendor on a known wire format is one file beside this one, with one constant `PROVIDER`, and one name in the
table below; another host of the same vendor is a second constant in its file (`module:CONSTANT` in the table). Packages
from outside add vendors through the entry-point group `dragoman.providers`: the entry point's name is the provider's name
and its object a `Provider`. They are looked up only for names that are not in the table, so they can add vendors and not
replace any.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import UnknownProvider, UsageError
from .base import Auth, Provider

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["NAMES", "Auth", "Provider", "all_providers", "load", "unknown"]

_MODULES = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "gemini-interactions": "gemini_interactions",
    "vertex-express": "vertex_express",
    "vertex": "vertex",
    "vertex-interactions": "vertex_interactions",
    "vertex-anthropic": "vertex_anthropic",
    "vertex-chat": "vertex_chat",
    "openrouter": "openrouter",
    "groq": "groq",
    "deepseek": "deepseek",
    "xai": "xai",
    "together": "together",
    "fireworks": "fireworks",
    "mistral": "mistral",
    "moonshot": "moonshot",
    "cerebras": "cerebras",
    "perplexity": "perplexity",
    "huggingface": "huggingface",
    "nvidia": "nvidia",
    "zai": "zai",
    "dashscope": "dashscope",
    "minimax": "minimax",
    "sambanova": "sambanova",
    "nebius": "nebius",
    "deepinfra": "deepinfra",
    "novita": "novita",
    "baseten": "baseten",
    "vercel": "vercel",
    "venice": "venice",
    "friendli": "friendli",
    "featherless": "featherless",
    "inception": "inception",
    "writer": "writer",
    "avian": "avian",
    "crusoe": "crusoe",
    "doubleword": "doubleword",
    "volcengine": "volcengine",
    "zhipu": "zai:CHINA",
    "moonshot-cn": "moonshot:CHINA",
    "dashscope-cn": "dashscope:CHINA",
    "azure": "azure",
    "azure-responses": "azure_responses",
    "azure-classic": "azure_classic",
    "foundry": "foundry",
    "databricks": "databricks",
    "snowflake": "snowflake",
    "cloudflare": "cloudflare",
    "github-copilot": "github_copilot",
    "github-copilot-responses": "github_copilot_responses",
    "github-copilot-messages": "github_copilot_messages",
    "hyperbolic": "hyperbolic",
    "heroku": "heroku",
    "portkey": "portkey",
    "vllm": "vllm",
    "sglang": "sglang",
    "llamacpp": "llamacpp",
    "lmstudio": "lmstudio",
    "gpustack": "gpustack",
    "cohere": "cohere",
    "bedrock": "bedrock",
    "bedrock-anthropic": "bedrock_anthropic",
    "bedrock-messages": "bedrock_messages",
    "bedrock-chat": "bedrock_chat",
    "bedrock-responses": "bedrock_responses",
    "bedrock-openai": "bedrock_openai",
    "ollama": "ollama",
    "ollama-cloud": "ollama_cloud",
    "openai-responses": "openai_responses",
    "openrouter-responses": "openrouter_responses",
    "xai-responses": "xai_responses",
    "deepseek-responses": "deepseek_responses",
    "sambanova-responses": "sambanova_responses",
    "huggingface-responses": "huggingface_responses",
    "llamacpp-responses": "llamacpp_responses",
    "lmstudio-responses": "lmstudio_responses",
    "perplexity-responses": "perplexity_responses",
    "groq-responses": "groq_responses",
    "fireworks-responses": "fireworks_responses",
    "dashscope-responses": "dashscope_responses",
    "dashscope-cn-responses": "dashscope_responses:CHINA",
    "minimax-responses": "minimax_responses",
    "moonshot-responses": "moonshot_responses",
    "nebius-responses": "nebius_responses",
    "venice-responses": "venice_responses",
    "volcengine-responses": "volcengine_responses",
    "vercel-responses": "vercel_responses",
    "portkey-responses": "portkey_responses",
    "cloudflare-responses": "cloudflare_responses",
    "databricks-responses": "databricks_responses",
    "databricks-open-responses": "databricks_responses:OPEN",
    "vllm-responses": "vllm_responses",
    "sglang-responses": "sglang_responses",
    "ollama-responses": "ollama_responses",
    "ollama-cloud-responses": "ollama_responses:CLOUD",
    "deepseek-anthropic": "deepseek_anthropic",
    "minimax-anthropic": "minimax_anthropic",
    "moonshot-anthropic": "moonshot_anthropic",
    "moonshot-cn-anthropic": "moonshot_anthropic:CHINA",
    "zai-anthropic": "zai_anthropic",
    "zhipu-anthropic": "zai_anthropic:CHINA",
    "dashscope-anthropic": "dashscope_anthropic",
    "dashscope-cn-anthropic": "dashscope_anthropic:CHINA",
    "deepinfra-anthropic": "deepinfra_anthropic",
    "novita-anthropic": "novita_anthropic",
    "fireworks-messages": "fireworks_messages",
    "openrouter-messages": "openrouter_messages",
    "huggingface-messages": "huggingface_messages",
    "sambanova-messages": "sambanova_messages",
    "baseten-messages": "baseten_messages",
    "vercel-messages": "vercel_messages",
    "portkey-messages": "portkey_messages",
    "databricks-messages": "databricks_messages",
    "snowflake-messages": "snowflake_messages",
    "vllm-messages": "vllm_messages",
    "sglang-messages": "sglang_messages",
    "llamacpp-messages": "llamacpp_messages",
    "lmstudio-messages": "lmstudio_messages",
    "ollama-messages": "ollama_messages",
    "ollama-cloud-messages": "ollama_messages:CLOUD",
    "openai-compatible": "openai_compatible",
    "anthropic-compatible": "anthropic_compatible",
    "offline": "offline",
}

NAMES = tuple(_MODULES)
"""The vendors that come with the library, in the order in which the command looks for a key."""


@cache
def load(name: str) -> Provider:
    """The provider called `name`. Raises UnknownProvider, with near names, when there is none."""
    place = _MODULES.get(name)
    if place is not None:
        module, _, constant = place.partition(":")
        provider: Provider = getattr(import_module(f"{__name__}.{module}"), constant or "PROVIDER")
        return provider
    outside = _outside()
    if name in outside:
        return _load_outside(outside[name])
    raise unknown(name, (*NAMES, *outside))


def all_providers() -> list[Provider]:
    """Every provider: those of the library in the order of `NAMES`, then those of other packages by name."""
    return [load(name) for name in (*NAMES, *sorted(_outside()))]


def unknown(name: str, known: tuple[str, ...] = NAMES) -> UnknownProvider:
    """The error for a name that is none of `known`: near names, all names, and the way out."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, n=3)
    hint = f"; did you mean {' or '.join([repr(match) for match in near])}?" if near else ";"
    return UnknownProvider(
        f"unknown provider {name!r}{hint} known: {', '.join(known)}; any other server that speaks OpenAI's protocol "
        "is 'openai-compatible' with a base URL"
    )


def _outside() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # thirty milliseconds of import, for names that are not in the table

    return {entry.name: entry for entry in entry_points(group="dragoman.providers") if entry.name not in _MODULES}


def _load_outside(entry: EntryPoint) -> Provider:
    where = f"entry point {entry.name!r} of {entry.dist.name if entry.dist is not None else 'an unnamed package'}"
    try:
        provider = entry.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{where} does not load: {error}") from error
    if not isinstance(provider, Provider):
        raise UsageError(f"{where} is not a Provider but {type(provider).__name__}")
    if provider.name != entry.name:
        raise UsageError(f"{where} is a provider with another name, {provider.name!r}")
    return provider

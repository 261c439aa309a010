"""Whose list is whose: our providers, and what each source calls them.

A provider that is another one's vendor in a second wire format has no line here: its file in `dragoman.providers` names
the list it shares (`catalog=`). Servers that run what their owner loaded into them have no list at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["BYGONE", "FEES", "MAKERS", "VENDORS", "Vendor"]


@dataclass(frozen=True)
class Vendor:
    """What the sources call one of our providers.

    `litellm`: its `litellm_provider` words. `strip`: what stands before the id in LiteLLM's keys. `genai`: its id in
    genai-prices. `models_dev`: its folder in models.dev. `only`: a pattern of the ids that this wire takes. `add`: what
    our ids have in front of those of genai-prices. `lower`: ids are lower case here, whatever a source writes.
    `dollars` is False where the vendor bills in another unit (yuan, credits of a contract), so that a price in dollars
    would be somebody's conversion. `thinking` is True where an answer with thinking costs more as a whole, which
    is written as a price of reasoning tokens. `sole`: genai-prices alone knows this vendor, so its word is enough.
    `routed`: an id without `:who` is served by whom the vendor chooses, at that one's price.
    """

    litellm: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    genai: str | None = None
    models_dev: str | None = None
    only: str = ""
    add: str = ""
    lower: bool = False
    dollars: bool = True
    thinking: bool = False
    sole: bool = False
    routed: bool = False


VENDORS: dict[str, Vendor] = {
    "openai": Vendor(("openai",), ("openai/",), "openai", "openai", r"(?!ft:|container)"),
    "anthropic": Vendor(("anthropic",), (), "anthropic", "anthropic"),
    "gemini": Vendor(("gemini",), ("gemini/",), "google", "google", r"(gemini|gemma|deep-research)"),
    "vertex": Vendor(
        ("vertex_ai", "vertex_ai-language-models"), ("vertex_ai/",), "google", "google-vertex", r"gemini-(?!exp)(?!.*-maas)"
    ),
    "vertex-anthropic": Vendor(("vertex_ai-anthropic_models",), ("vertex_ai/",), "google", "google-vertex-anthropic", r"claude-"),
    "vertex-chat": Vendor(
        (
            "vertex_ai",
            "vertex_ai-deepseek_models",
            "vertex_ai-llama_models",
            "vertex_ai-minimax_models",
            "vertex_ai-moonshot_models",
            "vertex_ai-openai_models",
            "vertex_ai-qwen_models",
            "vertex_ai-zai_models",
        ),
        ("vertex_ai/",),
        None,
        "google-vertex",
        r"[^/]+/",
    ),
    "openrouter": Vendor((), (), "openrouter", "openrouter", r"[^/]+/(?!.*:batch$)"),
    "groq": Vendor(("groq",), ("groq/",), "groq", "groq"),
    "deepseek": Vendor(("deepseek",), ("deepseek/",), "deepseek", "deepseek"),
    "xai": Vendor(("xai",), ("xai/",), "x-ai", "xai"),
    "together": Vendor(("together_ai",), ("together_ai/",), "together", "togetherai", r"[^/]+/"),
    "fireworks": Vendor(
        ("fireworks_ai",),
        ("fireworks_ai/",),
        "fireworks",
        "fireworks-ai",
        r"accounts/fireworks/(models|routers)/",
        add="accounts/fireworks/models/",
    ),
    "mistral": Vendor(("mistral",), ("mistral/",), "mistral", "mistral"),
    "moonshot": Vendor(("moonshot",), ("moonshot/",), "moonshotai", "moonshotai"),
    "cerebras": Vendor(("cerebras",), ("cerebras/",), "cerebras", "cerebras"),
    "perplexity": Vendor(("perplexity",), ("perplexity/",), "perplexity", "perplexity", r"sonar"),
    "huggingface": Vendor((), (), "huggingface_", "huggingface", sole=True, routed=True),
    "nvidia": Vendor((), (), None, "nvidia"),
    "zai": Vendor(("zai",), ("zai/",), "zai", "zai", lower=True),
    "dashscope": Vendor(("dashscope",), ("dashscope/",), None, "alibaba", thinking=True),
    "minimax": Vendor(("minimax",), ("minimax/",), "minimax", "minimax", r"(?i)minimax"),
    "sambanova": Vendor(("sambanova",), ("sambanova/",), None, None),
    "nebius": Vendor(("nebius",), ("nebius/",), None, "nebius"),
    "deepinfra": Vendor(("deepinfra",), ("deepinfra/",), None, "deepinfra"),
    "novita": Vendor(("novita",), ("novita/",), "novita", "novita-ai"),
    "baseten": Vendor(("baseten",), ("baseten/",), "baseten", "baseten"),
    "vercel": Vendor(("vercel_ai_gateway",), ("vercel_ai_gateway/",), None, "vercel"),
    "venice": Vendor((), (), None, "venice"),
    "friendli": Vendor(("friendliai",), ("friendliai/",), None, "friendli"),
    "featherless": Vendor(("featherless_ai",), ("featherless_ai/",), None, None),
    "inception": Vendor(("inception",), ("inception/",), None, "inception"),
    "avian": Vendor((), (), "avian", None, sole=True),
    "crusoe": Vendor(("crusoe",), ("crusoe/",), None, None),
    "doubleword": Vendor((), (), "doubleword", None, sole=True),
    "volcengine": Vendor(("volcengine",), ("volcengine/",), None, None, dollars=False),
    "zhipu": Vendor((), (), "zhipuai", "zhipuai", lower=True, dollars=False),
    "moonshot-cn": Vendor((), (), None, "moonshotai-cn", dollars=False),
    "dashscope-cn": Vendor((), (), None, "alibaba-cn", dollars=False),
    "azure": Vendor(("azure", "azure_ai"), ("azure_ai/", "azure/"), "azure", "azure", r"(?!claude|container|.*/)"),
    "databricks": Vendor(("databricks",), ("databricks/",), "databricks", "databricks"),
    "snowflake": Vendor(("snowflake",), ("snowflake/",), None, "snowflake-cortex", dollars=False),
    "cloudflare": Vendor(("cloudflare",), ("cloudflare/",), "cloudflare", "cloudflare-workers-ai", r"@"),
    "cohere": Vendor(("cohere_chat",), (), "cohere", "cohere"),
    "bedrock": Vendor(
        ("bedrock", "bedrock_converse", "bedrock_mantle"),
        ("bedrock_mantle/",),
        "aws",
        "amazon-bedrock",
        # ids as they are invoked: a vendor, or a group of regions and a vendor
        r"((us|eu|au|jp|in|apac|global|us-gov)\.)?"
        r"(ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|twelvelabs|writer|zai)"
        r"\.[^@]+$",
    ),
    "github-copilot": Vendor(("github_copilot",), ("github_copilot/",), "github-copilot", "github-copilot"),
    "ollama-cloud": Vendor((), (), None, "ollama-cloud"),
}

MAKERS = frozenset(
    ("openai", "anthropic", "gemini", "xai", "deepseek", "mistral", "moonshot", "zai", "minimax", "cohere", "dashscope")
)
"""Who offers models of their own making."""

BYGONE = re.compile(
    r"claude-(v?[12]|instant|3)|gemini-(1|pro|flash-1)|gemma-(2-)?\d+b|grok-[123]|llama-?[23]|mistral-(7b|saba)|mixtral|phi-[123]"
    r"|command(-r-plus)?$|yi-|(nous-|open)?hermes|nous-|openchat|toppy|airoboros|dolphin|midnight-rose"
)
"""Families that were over before models.dev began, so that it never heard of some of them."""

FEES = re.compile(r"search-(preview|api)|sonar|deep-research")
"""Models whose every answer costs a fee beside its tokens: the tokens alone are no price."""

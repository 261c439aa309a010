"""What models.dev calls our providers, and which of its entries are models of the provider's wire.

Providers that share another one's list (`Provider.catalog`) have no line. `scripts/catalog/vendors.py`, from which the
lists of the library are compiled, says the same and a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MODELS_DEV", "OTHER_WORK", "Theirs"]

OTHER_WORK = r"embed|rerank|whisper|transcri|moderation|realtime|[-.]live\b|[-.]tts\b|\bbge-|sonic"
"""A pattern of the names of models that do not answer in text, where nothing else says so."""


class Theirs(NamedTuple):
    """A provider in models.dev: its id there, a pattern that ids of our wire begin with, whether ids are lower case with us.

    `priced` is False where its prices are not taken: in another unit than dollars, of whichever host answers, or with a word
    for thinking that means something else here.
    """

    id: str
    only: str = ""
    lower: bool = False
    priced: bool = True


MODELS_DEV = {
    "openai": Theirs("openai", r"(?!ft:|container)"),
    "anthropic": Theirs("anthropic"),
    "gemini": Theirs("google", r"(gemini|gemma|deep-research)"),
    "vertex": Theirs("google-vertex", r"gemini-(?!exp)(?!.*-maas)"),
    "vertex-anthropic": Theirs("google-vertex-anthropic", r"claude-"),
    "vertex-chat": Theirs("google-vertex", r"[^/]+/"),
    "openrouter": Theirs("openrouter", r"[^/]+/(?!.*:batch$)"),
    "groq": Theirs("groq"),
    "deepseek": Theirs("deepseek"),
    "xai": Theirs("xai"),
    "together": Theirs("togetherai", r"[^/]+/"),
    "fireworks": Theirs("fireworks-ai", r"accounts/fireworks/(models|routers)/"),
    "mistral": Theirs("mistral"),
    "moonshot": Theirs("moonshotai"),
    "cerebras": Theirs("cerebras"),
    "perplexity": Theirs("perplexity", r"sonar"),
    "huggingface": Theirs("huggingface", priced=False),
    "nvidia": Theirs("nvidia"),
    "zai": Theirs("zai", lower=True),
    "dashscope": Theirs("alibaba", priced=False),
    "minimax": Theirs("minimax", r"(?i)minimax"),
    "nebius": Theirs("nebius"),
    "deepinfra": Theirs("deepinfra"),
    "novita": Theirs("novita-ai"),
    "baseten": Theirs("baseten"),
    "vercel": Theirs("vercel"),
    "venice": Theirs("venice"),
    "friendli": Theirs("friendli"),
    "inception": Theirs("inception"),
    "zhipu": Theirs("zhipuai", lower=True, priced=False),
    "moonshot-cn": Theirs("moonshotai-cn", priced=False),
    "dashscope-cn": Theirs("alibaba-cn", priced=False),
    "azure": Theirs("azure", r"(?!claude|container|.*/)"),
    "databricks": Theirs("databricks"),
    "snowflake": Theirs("snowflake-cortex", priced=False),
    "cloudflare": Theirs("cloudflare-workers-ai", r"@"),
    "cohere": Theirs("cohere"),
    "bedrock": Theirs(
        "amazon-bedrock",
        r"((us|eu|au|jp|in|apac|global|us-gov)\.)?"
        r"(ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|"
        r"moonshot|moonshotai|nvidia|openai|qwen|twelvelabs|writer|zai)\.[^@]+$",
    ),
    "github-copilot": Theirs("github-copilot"),
    "ollama-cloud": Theirs("ollama-cloud"),
}

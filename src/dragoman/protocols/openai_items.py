"""`GET {base_url}/models` as OpenAI answers it and as those who copy it fill it up, each with words of its own.

| who | what stands in an item, besides `id` |
|---|---|
| OpenAI [1] | `shutdown_date` |
| OpenRouter [2] | `context_length`, `architecture`, `supported_parameters`, `top_provider`, `reasoning`, `expiration_date` |
| | `pricing.prompt`: decimal text, dollars per token |
| Baseten, Groq [3] | `input_modalities`, `supported_features`, `max_output_length`, `pricing` as OpenRouter's |
| Vercel [4] | `context_window`, `max_tokens`, `tags`, `released`; `pricing.input`: decimal text, dollars per token |
| Together [5] | a bare array; `context_length`, `type`; `pricing.input`: a number, dollars per million tokens |
| Hugging Face [6] | `providers[]`, each with limits and prices (numbers per million) of its own |
| Venice [7] | `model_spec`: `capabilities`, `pricing.input.usd` per million |
| GitHub Copilot | `capabilities.limits`, `capabilities.supports` (true or absent), as recorded |
| xAI [8] | at `/language-models`, under `models`: prices in cents for a hundred million tokens, `aliases` |
| Moonshot, Fireworks | `context_length`, `supports_...` |
| vLLM, llama.cpp | `max_model_len`; `meta.n_ctx` |

`created` is left alone: vendors put the time of the request, of the upload or zero there.

1. https://platform.openai.com/docs/api-reference/models/list
2. https://openrouter.ai/docs/models
3. https://openrouter.ai/docs/guides/community/for-providers
4. https://vercel.com/docs/ai-gateway/models-and-providers
5. https://docs.together.ai/reference/models-1
6. https://huggingface.co/docs/inference-providers/hub-api
7. https://docs.venice.ai/api-reference/endpoint/models/list
8. https://docs.x.ai/docs/api-reference#list-language-models
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ..types.model import Model, Price, ReasoningStyle
from ..types.response import Failure
from .base import ModelPage, Target
from .listing import PER_MILLION, PER_TOKEN, at, count, day, efforts, modalities, money, price, read_list, source, text

__all__ = ["decode_items", "decode_openai_list", "url_of"]

Item = Mapping[str, Any]

# The first path that says something wins.
_COUNTS = {
    "context": (
        "context_length",
        "context_window",
        "max_context_length",
        "max_model_len",
        "context_size",
        "max_prompt_length",
        "meta.n_ctx",
        "meta.n_ctx_train",
        "capabilities.limits.max_context_window_tokens",
        "model_spec.availableContextTokens",
        "metadata.context_length",
        "top_provider.context_length",
    ),
    "max_input": ("max_input_tokens", "capabilities.limits.max_prompt_tokens"),
    "max_output": (
        "max_completion_tokens",
        "max_output_tokens",
        "max_output_length",
        "max_tokens",
        "top_provider.max_completion_tokens",
        "capabilities.limits.max_output_tokens",
        "model_spec.maxCompletionTokens",
    ),
}
_NAMES = ("display_name", "name", "model_spec.name")
_DAYS = {
    "retires": ("shutdown_date", "expiration_date", "retires_at", "deprecation", "deprecation.inference"),
    "released": ("released", "released_at"),
    "knowledge": ("knowledge_cutoff",),
}

# Flags that are true, false or absent.
_FLAGS = {
    "tools": (
        "supports_tools",
        "capabilities.function_calling",
        "capabilities.supports.tool_calls",
        "model_spec.capabilities.supportsFunctionCalling",
    ),
    "parallel_tools": ("capabilities.supports.parallel_tool_calls",),
    "schema": (
        "supports_structured_output",
        "capabilities.supports.structured_outputs",
        "model_spec.capabilities.supportsResponseSchema",
    ),
    "reasoning": ("supports_reasoning", "capabilities.reasoning", "model_spec.capabilities.supportsReasoning"),
}
_INPUT_FLAGS = {
    "image": (
        "supports_image_in",
        "supports_image_input",
        "supports_vision",
        "capabilities.vision",
        "capabilities.supports.vision",
        "model_spec.capabilities.supportsVision",
    ),
    "audio": ("capabilities.audio", "model_spec.capabilities.supportsAudioInput"),
    "video": ("supports_video_in", "model_spec.capabilities.supportsVideoInput"),
}

# Lists of words. A complete one says no by silence; to which questions stands beside it.
_WORDS = {
    "tools": {"tools", "tool-use", "tool_use", "function-calling", "function_calling", "tool_calling"},
    "parallel_tools": {"parallel_tool_calls"},
    "schema": {"structured_outputs", "structured-outputs", "structured_output"},
    "reasoning": {"reasoning"},
    "temperature": {"temperature"},
    "caching": {"implicit-caching", "explicit-caching", "prompt_cache"},
}
_LISTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("supported_parameters", frozenset({"tools", "schema", "reasoning", "temperature"})),
    ("supported_features", frozenset({"tools", "schema", "reasoning"})),
    ("supported_sampling_parameters", frozenset({"temperature"})),
    ("features", frozenset()),
    ("tags", frozenset()),
    ("metadata.tags", frozenset()),
)
_TAGGED_INPUTS = {"vision": "image", "file-input": "pdf"}

_INPUTS = ("input_modalities", "architecture.input_modalities")
_OUTPUTS = ("output_modalities", "architecture.output_modalities")
_KINDS = ("type", "capabilities.type", "model_type")
_OUTPUT_OF = {
    "text": "text",
    "chat": "text",
    "language": "text",
    "embedding": "embedding",
    "embeddings": "embedding",
    "image": "image",
    "video": "video",
    "rerank": "rerank",
    "reranking": "rerank",
    "transcription": "transcription",
    "speech": "audio",
}

_EFFORTS = (
    "reasoning.supported_efforts",
    "capabilities.supports.reasoning_effort",
    "model_spec.capabilities.reasoningEffortOptions",
)
_BUDGET = ("capabilities.supports.min_thinking_budget", "capabilities.supports.max_thinking_budget")

# Prices by our fields: where they stand, and in which unit. `pricing.input` is a number per million at some and decimal text
# per token at others: there the JSON type tells.
_Places = dict[str, tuple[str, ...]]
_PRICES: tuple[tuple[_Places, Decimal | None], ...] = (
    (
        {
            "input": ("pricing.prompt",),
            "output": ("pricing.completion",),
            "cache_read": ("pricing.input_cache_read", "pricing.input_cache_reads"),
            "cache_write": ("pricing.input_cache_write", "pricing.input_cache_writes"),
            "reasoning": ("pricing.internal_reasoning",),
            "audio_input": ("pricing.audio",),
            "audio_output": ("pricing.audio_output",),
        },
        PER_TOKEN,
    ),
    (
        {
            "input": ("pricing.input",),
            "output": ("pricing.output",),
            "cache_read": ("pricing.input_cache_read", "pricing.cached_input"),
            "cache_write": ("pricing.input_cache_write",),
        },
        None,
    ),
    (
        {
            "input": ("prompt_text_token_price",),
            "output": ("completion_text_token_price",),
            "cache_read": ("cached_prompt_text_token_price",),
        },
        Decimal("0.0001"),
    ),
    (
        {
            "input": ("model_spec.pricing.input.usd",),
            "output": ("model_spec.pricing.output.usd",),
            "cache_read": ("model_spec.pricing.cache_input.usd",),
            "cache_write": ("model_spec.pricing.cache_write.usd",),
        },
        PER_MILLION,
    ),
)
_EXTENDED = "model_spec.pricing.extended"


def url_of(base: str, path: str) -> str:
    """A path behind a base URL; it goes before a query that belongs to the base URL (Azure's `?api-version=`)."""
    base, mark, query = base.partition("?")
    return f"{base}{path}{mark}{query}"


def decode_openai_list(body: bytes, target: Target) -> ModelPage | Failure:
    """The one page of such a list."""
    read = read_list(body, "data", "models")
    return read if isinstance(read, Failure) else ModelPage(tuple(decode_items(read.items, target)))


def decode_items(items: list[dict[str, Any]], target: Target) -> Iterator[Model]:
    """The models of the items that name one."""
    for item in items:
        if (name := text(item.get("id"))) is not None:
            yield _decode_item(name, item, target)


def _decode_item(name: str, item: Item, target: Target) -> Model:
    facts: dict[str, Any] = {field: _first(item, paths, count) for field, paths in _COUNTS.items()}
    facts |= {field: _first(item, paths, day) for field, paths in _DAYS.items()}
    facts |= _capabilities(item)
    facts["inputs"] = _inputs(item)
    facts["outputs"] = _outputs(item)
    if facts["outputs"] is None or "text" in facts["outputs"]:  # others are billed by the second, the picture, the letter
        facts["price"] = _price(item)
    for field, value in _agreed(item.get("providers")).items():
        if facts.get(field) is None:
            facts[field] = value
    aliases = item.get("aliases")
    if isinstance(aliases, list):
        facts["aliases"] = tuple([alias for alias in aliases if isinstance(alias, str) and alias and alias != name])
    title = _first(item, _NAMES, text)
    return Model(target.provider, name, title if title != name else None, source=source(target), **facts)


def _first(item: Item, paths: tuple[str, ...], read: Any) -> Any:
    return next((value for path in paths if (value := read(at(item, path))) is not None), None)


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _capabilities(item: Item) -> dict[str, Any]:
    known: dict[str, Any] = {field: _first(item, paths, _flag) for field, paths in _FLAGS.items()}
    for path, answered in _LISTS:
        words = _words(at(item, path))
        for field, names in _WORDS.items():
            if known.get(field) is None and words and (words & names or field in answered):
                known[field] = bool(words & names)
    known["reasoning"] = _reasoning(item, known["reasoning"])
    return known


def _words(value: Any) -> set[str]:
    return {word for word in value if isinstance(word, str)} if isinstance(value, list) else set()


def _reasoning(item: Item, said: bool | None) -> ReasoningStyle | bool | None:
    """How the model reasons: False where it does not, None where nothing is said."""
    if said is False:
        return False
    levels = next((found for path in _EFFORTS if isinstance(found := at(item, path), list)), None)
    style = ReasoningStyle(
        always=_flag(at(item, "reasoning.mandatory")),
        efforts=None if levels is None else efforts([level for level in levels if isinstance(level, str)]),
        budget=_budget(item),
        adaptive=_flag(at(item, "capabilities.supports.adaptive_thinking")),
    )
    if style.efforts is None and at(item, "model_spec.capabilities.supportsReasoningEffort") is False:
        style = ReasoningStyle(style.always, (), style.budget, style.adaptive)
    return style if said or levels or style.budget is not None or style.adaptive or style.always else None


def _budget(item: Item) -> tuple[int | None, int | None] | None:
    least, most = [count(at(item, path)) for path in _BUDGET]
    if least is None and most is None:
        return (None, None) if at(item, "reasoning.supports_max_tokens") is True else None
    return least, most


def _inputs(item: Item) -> tuple[str, ...] | None:
    if (said := _first(item, _INPUTS, modalities)) is not None:
        return tuple(said)
    flags = {kind: _first(item, paths, _flag) for kind, paths in _INPUT_FLAGS.items()}
    tagged = _words(item.get("tags")) & _TAGGED_INPUTS.keys()
    if not tagged and all(flag is None for flag in flags.values()):
        return None
    kinds = {kind for kind, flag in flags.items() if flag} | {_TAGGED_INPUTS[tag] for tag in tagged}
    return ("text", *[kind for kind in ("image", "audio", "video", "pdf") if kind in kinds])


def _outputs(item: Item) -> tuple[str, ...] | None:
    if (said := _first(item, _OUTPUTS, modalities)) is not None:
        return tuple(said)
    kind = _first(item, _KINDS, text)
    return (_OUTPUT_OF[kind],) if kind in _OUTPUT_OF else None


def _price(item: Item) -> Price | None:
    for places, unit in _PRICES:
        amounts = {field: _amount(item, paths, unit) for field, paths in places.items()}
        if (found := price(**amounts)) is not None:
            tier = _tier(at(item, _EXTENDED))
            return found if tier is None else Price(**{**_fields(found), "tiers": (tier,)})
    return None


def _amount(item: Item, paths: tuple[str, ...], unit: Decimal | None) -> Decimal | None:
    value = next((value for path in paths if (value := at(item, path)) is not None), None)
    if unit is None:
        unit = PER_TOKEN if isinstance(value, str) else PER_MILLION
    return money(value, unit)


def _tier(extended: Any) -> Price | None:
    """What replaces the prices of a long prompt (Venice)."""
    if not isinstance(extended, Mapping) or (above := count(extended.get("context_token_threshold"))) is None:
        return None
    words = {"input": "input", "output": "output", "cache_read": "cache_input", "cache_write": "cache_write"}
    tier = price(**{field: money(at(extended, f"{word}.usd"), PER_MILLION) for field, word in words.items()})
    return None if tier is None else Price(**{**_fields(tier), "above": above})


def _fields(found: Price) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def _agreed(hosts: Any) -> dict[str, Any]:
    """What all hosts behind a router say alike: which of them answers is not known before (Hugging Face)."""
    if not isinstance(hosts, list):
        return {}
    live = [host for host in hosts if isinstance(host, Mapping) and host.get("status") in (None, "live")]
    said = [
        {
            "context": count(host.get("context_length")),
            "tools": _flag(host.get("supports_tools")),
            "schema": _flag(host.get("supports_structured_output")),
            "price": _price(host),
        }
        for host in live
    ]
    return {name: said[0][name] for name in (said[0] if said else ()) if all(host[name] == said[0][name] for host in said)}

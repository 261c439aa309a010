"""Words and numbers of Chat Completions that both sides of the wire share: finish reasons, usage, citations.

Facts: OpenAI's API reference (https://platform.openai.com/docs/api-reference/chat); vendors that differ are named where
they do.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Citation
from ...types.response import Finish, FinishReason, Usage
from .dialect import ChatDialect

__all__ = [
    "OUR_EXTRA",
    "RAW_FINISH",
    "decode_citation",
    "decode_finish",
    "decode_usage",
    "encode_finish",
    "encode_usage",
    "vendor_fields",
]

OUR_EXTRA = frozenset(
    {"synthetic_id", "function_call", "field", "before", "lone_tag", "unclosed", "parts", "reasoning_details", "function"}
)
"""Keys of `extra` that this protocol writes for itself: how a block stood on the wire, not what stood there."""

RAW_FINISH = "raw_finish_reason"
"""A field of ours beside `finish_reason`: a server says the provider's own word in it where this wire's word differs, so
that a client of this library behind a gateway of this library still learns it."""

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",  # Together
    "stop_sequence": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",  # Z.ai
    "refusal": "refusal",
    "model_context_window_exceeded": "context_window",
    "error": "error",  # OpenRouter
    "network_error": "error",  # Z.ai
    "insufficient_system_resource": "error",  # DeepSeek
    "abort": "cancelled",  # SGLang, vLLM
}

# What a server says for a common reason where the vendor's own word is not one of this wire.
_WORDS: dict[str, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "refusal": "stop",
    "pause": "stop",
    "context_window": "length",
    "error": "error",
    "cancelled": "stop",
    "other": "stop",
}


def decode_finish(
    raw: str | None, details: dict[str, Any], dialect: ChatDialect, *, calls: bool = False, refused: bool = False
) -> Finish:
    """How one choice ended, decided from its word and from what it holds.

    Many servers say `stop` or nothing although tool calls wait for an answer (xAI, Gemini's compatible endpoint,
    Ollama); OpenAI says `stop` after a refusal.
    """
    reason: FinishReason = "stop"
    if raw:
        reason = dialect.finish_reasons.get(raw) or _FINISH.get(raw.lower(), "other")  # type: ignore[assignment]
    if reason == "stop":
        if calls:
            reason = "tool_calls"
        elif refused:
            reason = "refusal"
    stop = details.get("stop_reason")  # vLLM: the stop string that matched, or a token id
    return Finish(reason, raw, stop if isinstance(stop, str) else None, details)


def encode_finish(finish: Finish | None) -> str:
    """The word of this wire for an end: the vendor's own where this wire knows it to mean the same."""
    if finish is None:
        return "stop"
    raw = finish.raw
    if raw:
        known = _FINISH.get(raw.lower(), "other")
        if known == finish.reason or (known == "stop" and finish.reason == "refusal"):
            return raw
    return _WORDS[finish.reason]


def _count(source: Any, *names: str) -> int | None:
    """The first of these that is a token count."""
    if isinstance(source, dict):
        for name in names:
            value = source.get(name)
            if type(value) is float and value.is_integer():
                value = int(value)
            if type(value) is int and value >= 0:
                return value
    return None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def decode_usage(raw: dict[str, Any], dialect: ChatDialect) -> Usage:
    """Counts that do not overlap, from counts that do.

    `prompt_tokens` include what was read from and written to the cache. Reasoning is inside `completion_tokens`
    except where the vendor's own total says that it was added beside them (xAI).
    """
    prompt = _count(raw, "prompt_tokens", "input_tokens")
    completion = _count(raw, "completion_tokens", "output_tokens")
    asked = raw.get("prompt_tokens_details") or raw.get("input_tokens_details")
    spent = raw.get("completion_tokens_details") or raw.get("output_tokens_details")
    # DeepSeek states hits and misses at the top, Moonshot `cached_tokens`.
    read = _first(_count(asked, "cached_tokens"), _count(raw, "prompt_cache_hit_tokens", "cached_tokens"))
    write = _count(asked, "cache_write_tokens", "cache_creation_tokens")
    reasoning = _first(_count(spent, "reasoning_tokens"), _count(raw, "reasoning_tokens"))
    if completion is not None and reasoning:
        beside = dialect.reasoning_in_output is False
        if dialect.reasoning_in_output is None and prompt is not None:
            beside = raw.get("total_tokens") == prompt + completion + reasoning
        if beside:
            completion += reasoning
    if prompt is None:
        return Usage(None, completion, read, write, reasoning, raw)
    hits = read or 0
    if hits > prompt:
        hits = 0  # counted beside the prompt (Grok on Azure)
    elif write and hits + write > prompt:
        write = 0  # the same tokens were written and read: they are told once, as read (Gemini through OpenRouter)
    return Usage(max(0, prompt - hits - (write or 0)), completion, read, write, reasoning, raw)


def encode_usage(usage: Usage) -> dict[str, Any]:
    """Usage in this wire's words: the vendor's own object where it already is that, else one made of the counts."""
    if "prompt_tokens" in usage.raw or "completion_tokens" in usage.raw:
        readings = [decode_usage(usage.raw, dialect) for dialect in (ChatDialect(), ChatDialect(reasoning_in_output=False))]
        if usage in readings:
            return usage.raw
    prompt = (usage.input or 0) + (usage.cache_read or 0) + (usage.cache_write or 0)
    found: dict[str, Any] = {
        "prompt_tokens": prompt,
        "completion_tokens": usage.output or 0,
        "total_tokens": prompt + (usage.output or 0),
    }
    cached = {"cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write}
    if cached := {name: count for name, count in cached.items() if count is not None}:
        found["prompt_tokens_details"] = cached
    if usage.reasoning is not None:
        found["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning}
    return found


def decode_citation(annotation: dict[str, Any], before: int = 0) -> Citation:
    """An annotation as a citation; a kind that does not stand in a field of its own name keeps its object only.

    Places are characters of the message's whole text, as Python counts them (recorded answers of OpenAI agree); `before` of them
    stand before the block that carries the citation. `0` to `0` is how OpenRouter says no place, and one in another block is none
    here: both are None.
    """
    kind = annotation.get("type")
    about = annotation.get(kind) if isinstance(kind, str) else None
    if not isinstance(about, dict):
        return Citation(kind=kind if isinstance(kind, str) else "", raw=annotation)
    words = {name: value for name in ("url", "title", "content", "document_id") if isinstance(value := about.get(name), str)}
    start, end = about.get("start_index"), about.get("end_index")
    if type(start) is not int or type(end) is not int or not before <= start <= end or end == 0:
        start = end = None
    else:
        start, end = start - before, end - before
    return Citation(
        kind=str(kind),
        url=words.get("url"),
        title=words.get("title", words.get("document_id")),  # https://console.groq.com/docs/api-reference#chat-create
        text=words.get("content"),
        start=start,
        end=end,
        raw=annotation,
    )


def vendor_fields(extra: dict[str, Any]) -> dict[str, Any]:
    """The fields of `extra` that stood on the wire as they are."""
    return {name: value for name, value in extra.items() if name not in OUR_EXTRA}

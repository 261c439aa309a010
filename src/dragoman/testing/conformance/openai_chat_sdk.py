"""Where the official SDK reads answers of Chat Completions wrongly, and what is right instead."""

from __future__ import annotations

import json
import re
from typing import Any

from .corpus import Exchange
from .rules import ANY, OracleRule, Summary

__all__ = ["ORACLE_RULES"]


def _listed(exchange: Exchange) -> int:
    """How many sources an answer lists beside its choices, in the last object that lists any."""
    found: list[Any] = []
    for value in exchange.answer_values:
        if isinstance(value, dict):
            venice = value.get("venice_parameters") or {}
            found = value.get("search_results") or venice.get("web_search_citations") or value.get("citations") or found
    return len(found)


def _uncited(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return not expected["citations"] and bool(ours.get("citations")) and _listed(exchange) > 0


def _expect_sources(exchange: Exchange, expected: Summary) -> None:
    expected["citations"] = _listed(exchange)


_END = re.compile(rb"data: ?\[DONE\]")


def _error_field(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return b"\nerror: " in exchange.body.replace(b"\r", b"\n") and expected["end"] == "finished"


def _expect_failure(exchange: Exchange, expected: Summary) -> None:
    line = next(line for line in exchange.body.splitlines() if line.startswith(b"error: "))
    error = json.loads(line[7:])
    error = error.get("error", error)
    expected["end"] = "failed"
    expected["error"] = {"status": None, "type": error.get("type"), "code": error.get("code")}
    expected["class"] = True


def _call_without_id(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(not call["id"] for call in expected.get("tool_calls") or ())


def _expect_some_id(exchange: Exchange, expected: Summary) -> None:
    for call in expected["tool_calls"]:
        call["id"] = call["id"] or ANY


def _details_text(exchange: Exchange) -> str:
    """The visible reasoning inside `reasoning_details`, which no SDK reads."""
    found: list[str] = []
    for value in exchange.answer_values:
        for choice in value.get("choices") or () if isinstance(value, dict) else ():
            if choice.get("index"):
                continue
            for detail in (choice.get("delta") or choice.get("message") or {}).get("reasoning_details") or ():
                found.append(detail.get("text") or detail.get("summary") or "")
    return "".join(found)


def _only_details(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return not expected["thinking_text"] and bool(_details_text(exchange))


def _expect_details(exchange: Exchange, expected: Summary) -> None:
    expected["thinking_text"] = _details_text(exchange)


def _reasoning_text(exchange: Exchange) -> str:
    found: list[str] = []
    for value in exchange.answer_values:
        for choice in value.get("choices") or () if isinstance(value, dict) else ():
            text = (choice.get("delta") or choice.get("message") or {}).get("reasoning_text")
            if not choice.get("index") and isinstance(text, str):
                found.append(text)
    return "".join(found)


def _only_reasoning_text(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return not expected["thinking_text"] and bool(_reasoning_text(exchange))


def _expect_reasoning_text(exchange: Exchange, expected: Summary) -> None:
    expected["thinking_text"] = _reasoning_text(exchange)


def _raw_usage(exchange: Exchange) -> dict[str, Any]:
    """The last usage object of the answer, wherever it stands."""
    found: dict[str, Any] = {}
    for value in exchange.answer_values:
        if isinstance(value, dict):
            groq = value.get("x_groq")
            places = [groq.get("usage") if isinstance(groq, dict) else None]
            places += [choice.get("usage") for choice in value.get("choices") or () if isinstance(choice, dict)]
            found = next((usage for usage in (value.get("usage"), *places) if usage), found)
    return found


def _flat_counts(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    usage = _raw_usage(exchange)
    return expected["usage"] is not None and any(
        isinstance(usage.get(name), int) for name in ("cached_tokens", "reasoning_tokens")
    )


def _expect_flat_counts(exchange: Exchange, expected: Summary) -> None:
    usage = _raw_usage(exchange)
    for name, flat in (("cache_read", "cached_tokens"), ("reasoning", "reasoning_tokens")):
        if expected["usage"][name] is None:
            expected["usage"][name] = usage.get(flat)


def _cached_beside(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    usage = expected["usage"]
    return usage is not None and (usage["cache_read"] or 0) > (usage["input"] or 0)


def _expect_cached_beside(exchange: Exchange, expected: Summary) -> None:
    expected["usage"]["input"] += expected["usage"]["cache_read"]


def _reasoning_beside(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    usage = expected["usage"]
    return exchange.provider == "vercel-gateway" and usage is not None and bool(usage["reasoning"])


def _expect_reasoning_added(exchange: Exchange, expected: Summary) -> None:
    expected["usage"]["output"] += expected["usage"]["reasoning"]


def _cached_twice(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    usage = expected["usage"]
    return usage is not None and (usage["cache_read"] or 0) + (usage["cache_write"] or 0) > (usage["input"] or 0)


def _expect_cached_once(exchange: Exchange, expected: Summary) -> None:
    expected["usage"]["cache_write"] = 0


def _json_content(exchange: Exchange) -> Any:
    """The content of the first choice where it is an object, which OpenAI's type does not allow."""
    for value in exchange.answer_values:
        for choice in value.get("choices") or () if isinstance(value, dict) else ():
            content = (choice.get("message") or {}).get("content")
            if isinstance(content, dict):
                return content
    return None


def _expect_json_text(exchange: Exchange, expected: Summary) -> None:
    expected["text"] = json.dumps(_json_content(exchange), ensure_ascii=False, separators=(",", ":"))


def _tagged(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    text = expected["text"] or ""
    return not expected["thinking_text"] and (text.lstrip().startswith("<think>") or "</think>" in text)


def _expect_untagged(exchange: Exchange, expected: Summary) -> None:
    thinking, _, text = expected["text"].partition("</think>")
    expected["thinking_text"] = thinking.lstrip().removeprefix("<think>") or None
    expected["text"] = text


def _stated_error(exchange: Exchange) -> dict[str, Any] | None:
    """The error object that an answer of good status states."""
    return next((value for value in exchange.answer_values if isinstance(value, dict) and value.get("error")), None)


def _unread_error(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return expected["end"] == "finished" and _stated_error(exchange) is not None


def _expect_stated_error(exchange: Exchange, expected: Summary) -> None:
    error = (_stated_error(exchange) or {}).get("error")
    expected["end"] = "failed"
    expected["error"] = {name: _stated(error, name) for name in ("status", "type", "code")}
    expected["class"] = True


def _stated(error: Any, name: str) -> Any:
    value = error.get(name) if isinstance(error, dict) else None
    return ANY if value is None else value if name == "status" else str(value)


def _beside_error(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return expected["end"] == "failed" and "choices" in (_stated_error(exchange) or {})


def _expect_beside_error(exchange: Exchange, expected: Summary) -> None:
    """The SDK stops before it reads the chunk; what it had of a finish is not the end of this answer."""
    usage = (_stated_error(exchange) or {}).get("usage") or {}
    asked, spent = usage.get("prompt_tokens_details") or {}, usage.get("completion_tokens_details") or {}
    expected["finish_reason"] = None
    if usage:
        expected["usage"] = {
            "input": usage.get("prompt_tokens"),
            "output": usage.get("completion_tokens"),
            "total": usage.get("total_tokens"),
            "cache_read": asked.get("cached_tokens"),
            "cache_write": asked.get("cache_write_tokens"),
            "reasoning": spent.get("reasoning_tokens"),
        }


def _unended(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    if exchange.framing != "sse" or expected["end"] != "finished" or _END.search(exchange.body):
        return False
    choices = [choice for value in exchange.answer_values if isinstance(value, dict) for choice in value.get("choices") or ()]
    return not any(choice.get("finish_reason") for choice in choices)


def _expect_cut(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "cut"


ORACLE_RULES = (
    OracleRule(
        "neither [DONE] nor a finish is a cut",
        "the SDK ends its loop quietly when the body ends; an answer that never said how it ended is not complete",
        _unended,
        _expect_cut,
    ),
    OracleRule(
        "error in an SSE field of its own",
        "llama.cpp states an error as `error: {...}` and not as `data:`; the SDK skips the unknown field and calls half an "
        "answer a success",
        _error_field,
        _expect_failure,
    ),
    OracleRule(
        "call without an id",
        "some servers (Gemini's compatible endpoint, old `function_call`) give no id; the SDK passes that on, but a result "
        "can only be paired with an id, so one is made up",
        _call_without_id,
        _expect_some_id,
    ),
    OracleRule(
        "reasoning in reasoning_details alone",
        "Snowflake and OpenRouter may give reasoning only as `reasoning_details`, which OpenAI's SDK does not know",
        _only_details,
        _expect_details,
    ),
    OracleRule(
        "reasoning under a name of its own",
        "GitHub gives reasoning as `reasoning_text`, a field that neither OpenAI's SDK nor its summary knows",
        _only_reasoning_text,
        _expect_reasoning_text,
    ),
    OracleRule(
        "counts outside their details",
        "Moonshot, Together and GitHub give `cached_tokens` and `reasoning_tokens` at the top of the usage, where the SDK's type "
        "has no field for them",
        _flat_counts,
        _expect_flat_counts,
    ),
    OracleRule(
        "cached tokens beside the prompt",
        "Grok on Azure counts cached tokens beside `prompt_tokens`: more were read than the whole prompt is said to have",
        _cached_beside,
        _expect_cached_beside,
    ),
    OracleRule(
        "reasoning beside the completion",
        "Vercel's gateway leaves reasoning out of `completion_tokens` and out of the total, as its bills show: the cost it "
        "states is that of prompt, completion and reasoning; it may count more reasoning than completion",
        _reasoning_beside,
        _expect_reasoning_added,
    ),
    OracleRule(
        "tokens written and read at once",
        "OpenRouter may count the same tokens as written to and read from Gemini's cache; counts that do not overlap tell them "
        "once",
        _cached_twice,
        _expect_cached_once,
    ),
    OracleRule(
        "content that is a JSON object",
        "Cloudflare gives structured output as an object in `content`; the SDK's summary has no text for it, ours has its JSON",
        lambda exchange, expected, ours: _json_content(exchange) is not None,
        _expect_json_text,
    ),
    OracleRule(
        "reasoning between think tags",
        "servers without a reasoning parser leave `<think>` tags in the text; dialects that allow for it split them off",
        _tagged,
        _expect_untagged,
    ),
    OracleRule(
        "error in an answer of good status",
        "a 200 answer that holds an error and no choices is no answer, but the SDK gives an empty completion",
        _unread_error,
        _expect_stated_error,
    ),
    OracleRule(
        "sources beside the choices",
        "Perplexity, Venice and others list the sources of an answer in fields of its own, which the SDK does not know; they are "
        "citations of the whole text",
        _uncited,
        _expect_sources,
    ),
    OracleRule(
        "what stands beside an error",
        "OpenRouter gives the usage in the chunk that states the error, which the SDK does not read",
        _beside_error,
        _expect_beside_error,
    ),
)

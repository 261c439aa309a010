"""What the checks know about Mistral's chat completions."""

from __future__ import annotations

import json
from typing import Any

from ...protocols.base import ToolIdRule
from ...protocols.mistral_chat import MistralDialect
from ...types.response import Usage
from .corpus import Exchange
from .rules import Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_CALLERS_JSON = frozenset({"arguments", "parameters", "schema"})


def _usage(usage: Usage) -> Summary:
    """`prompt_tokens` holds what was read from the cache; thinking is in `completion_tokens` and not counted apart."""
    return {
        "input": None if usage.input is None else usage.input + (usage.cache_read or 0) + (usage.cache_write or 0),
        "output": usage.output,
        "total": usage.raw.get("total_tokens"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back, but those that a client put between tool results and a user."""
    return [_echo(message) for message in body.get("messages", ()) if message.get("role") == "assistant"]


def _echo(message: dict[str, Any]) -> Echo:
    found: Echo = []
    content = message.get("content")
    chunks: list[dict[str, Any]] = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for chunk in chunks:
        if chunk.get("type") == "thinking":
            inner = chunk.get("thinking") or ()
            found.append(("thinking_text", ["thinking", "".join([piece.get("text") or "" for piece in inner])]))
            if isinstance(chunk.get("signature"), str):
                found.append(("signature", ["signature", chunk["signature"]]))
    if text := "".join([chunk.get("text") or "" for chunk in chunks]):
        found.append(("text", text))
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        value = [call.get("id"), function.get("name"), _parsed(function.get("arguments"))]
        found += [("tool_id", value), ("tool_name", value)]
    return found


def _parsed(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments) if arguments.strip() else {}
    except ValueError:
        return arguments


def _spoken(exchange: Exchange, dialect: Any) -> Any:
    """The recorded client's own way: whether it lets a user speak right after tool results is between it and its model, and
    recordings hold ids that were masked, and so are none of the vendor's."""
    return MistralDialect(after_tools="any", tool_ids=ToolIdRule(".+", 9))


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _join_one_text_chunk(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        content = message.get("content")
        if isinstance(content, list) and len(content) == 1 and set(content[0]) == {"type", "text"}:
            message["content"] = content[0]["text"]


def _drop_empty_content(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        if message.get("tool_calls") == []:
            del message["tool_calls"]
        if message.get("content") in ("", [], None):
            message.pop("content", None)


def _drop_defaults(body: dict[str, Any]) -> None:
    if body.get("stream") is False:
        del body["stream"]
    if body.get("tools") == []:
        del body["tools"]
    if isinstance(body.get("stop"), str):
        body["stop"] = [body["stop"]]
    for tool in body.get("tools", ()):
        if isinstance(tool.get("function"), dict):
            tool.setdefault("type", "function")
    for message in body.get("messages", ()):
        for place, call in enumerate(message.get("tool_calls") or ()):
            call.setdefault("type", "function")
            if call.get("index") == place:
                del call["index"]


def _name_must(body: dict[str, Any]) -> None:
    if body.get("tool_choice") == "required":
        body["tool_choice"] = "any"


def _wrap_image_urls(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        for chunk in message["content"] if isinstance(message.get("content"), list) else ():
            if isinstance(chunk, dict) and isinstance(chunk.get("image_url"), str):
                chunk["image_url"] = {"url": chunk["image_url"]}


def _older_count(exchange: Exchange) -> int | None:
    """Cached tokens where older answers have them, and `prompt_tokens_details` has none."""
    counts = [
        usage for value in exchange.answer_values if isinstance(value, dict) and isinstance(usage := value.get("usage"), dict)
    ]
    if not counts or counts[-1].get("prompt_tokens_details"):
        return None
    older = counts[-1].get("prompt_token_details") or {"cached_tokens": counts[-1].get("num_cached_tokens")}
    found: int | None = older.get("cached_tokens")
    return found


def _expect_older_count(exchange: Exchange, expected: Summary) -> None:
    expected["usage"]["cache_read"] = _older_count(exchange)


ORACLE_RULES = (
    OracleRule(
        "cached tokens under an older name",
        "answers of some months say `num_cached_tokens` (or `prompt_token_details`) instead of `prompt_tokens_details`; the "
        "vendor's schema names all three, the summary of the SDKs knows the last",
        lambda exchange, expected, ours: expected.get("usage") is not None and _older_count(exchange) is not None,
        _expect_older_count,
    ),
)

EQUIVALENCES = (
    Equivalence("null is absent", "optional fields are nullable in the vendor's schema, and null means unset", _drop_nulls),
    Equivalence(
        "one text chunk is a string",
        "`content` is a string or a list of chunks, and the string is short for one text chunk",
        _join_one_text_chunk,
    ),
    Equivalence(
        "no words",
        "a message without words may have its content empty, null or absent, and one without calls no list of them",
        _drop_empty_content,
    ),
    Equivalence(
        "defaults are absent",
        "`stream` is false, a tool or call a function and a call's index its place unless something else is said; one stop "
        "is a list of one",
        _drop_defaults,
    ),
    Equivalence("required is any", "the vendor has two words for one thing: the model must call a tool", _name_must),
    Equivalence("an image's URL may be bare", "`image_url` is a string or an object around one", _wrap_image_urls),
)

RULES = WireRules(
    wire="mistral-chat",
    protocol="mistral_chat",
    usage=_usage,
    echoes=_echoes,
    spoken=_spoken,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
)

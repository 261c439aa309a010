"""What the checks know about Cohere's chat, version 2."""

from __future__ import annotations

import json
from typing import Any

from ...types.response import Usage
from .corpus import Exchange
from .rules import Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_CALLERS_JSON = frozenset({"parameters", "json_schema", "data"})


def _usage(usage: Usage) -> Summary:
    """The wire's input holds what was read from the cache; there is no total."""
    return {
        "input": None if usage.input is None else usage.input + (usage.cache_read or 0),
        "output": usage.output,
        "total": None,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back."""
    return [_echo(message) for message in body.get("messages", ()) if message.get("role") == "assistant"]


def _echo(message: dict[str, Any]) -> Echo:
    found: Echo = []
    if isinstance(message.get("tool_plan"), str):
        found.append(("thinking_text", ["tool_plan", message["tool_plan"]]))
    content = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for part in parts:
        if part.get("type") == "thinking":
            found.append(("thinking_text", ["thinking", part.get("thinking")]))
    if text := "".join([part.get("text") or "" for part in parts if part.get("type") == "text"]):
        found.append(("text", text))
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        value = [call.get("id"), function.get("name"), _parsed(function.get("arguments"))]
        found += [("tool_id", value), ("tool_name", value)]
    return found


def _parsed(arguments: Any) -> Any:
    try:
        return json.loads(arguments or "{}")
    except (TypeError, ValueError):
        return arguments


def _said(exchange: Exchange) -> list[dict[str, Any]]:
    """The message of a whole answer, or those of a stream's deltas."""
    values = [value for value in exchange.answer_values if isinstance(value, dict)]
    found = [value.get("message") or (value.get("delta") or {}).get("message") for value in values]
    return [message for message in found if isinstance(message, dict)]


def _planned(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(message.get("tool_plan") for message in _said(exchange))


def _expect_plan(exchange: Exchange, expected: Summary) -> None:
    plan = "".join([message.get("tool_plan") or "" for message in _said(exchange)])
    expected["thinking_text"] = plan + (expected.get("thinking_text") or "")


def _counted(exchange: Exchange) -> dict[str, Any]:
    for value in exchange.answer_values:
        if isinstance(value, dict):
            usage = value.get("usage") or (value.get("delta") or {}).get("usage")
            if isinstance(usage, dict):
                return usage.get("tokens") or {}
    return {}


def _reasoned(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return bool(expected.get("usage")) and "reasoning_tokens" in _counted(exchange)


def _expect_reasoning(exchange: Exchange, expected: Summary) -> None:
    expected["usage"]["reasoning"] = _counted(exchange)["reasoning_tokens"]


ORACLE_RULES = (
    OracleRule(
        "the plan is thinking",
        "`tool_plan` is what the model thinks before it calls tools; the SDK has a field of its own for it, we have a block",
        _planned,
        _expect_plan,
    ),
    OracleRule(
        "reasoning is counted",
        "the server counts `reasoning_tokens`, for which the SDK's type has no field",
        _reasoned,
        _expect_reasoning,
    ),
)


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _one_text(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        content = message.get("content")
        if isinstance(content, list) and len(content) == 1 and content[0].keys() == {"type", "text"}:
            message["content"] = content[0]["text"]


def _drop_empty(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        for field in ("content", "tool_calls", "tool_plan", "citations"):
            if message.get(field) in ("", []):
                del message[field]
    if body.get("tools") == []:
        del body["tools"]


def _drop_defaults(body: dict[str, Any]) -> None:
    if body.get("stream") is False:
        del body["stream"]
    for tool in body.get("tools", ()):
        function = tool.get("function")
        if isinstance(function, dict) and function.get("parameters") == {"type": "object", "properties": {}}:
            del function["parameters"]


EQUIVALENCES = (
    Equivalence("null is absent", "optional fields are nullable in Cohere's schema, and null means unset", _drop_nulls),
    Equivalence("one text part is a string", "`content` takes a string, which is short for one text part", _one_text),
    Equivalence("empty is absent", "an empty text, plan, or list of parts, calls, citations or tools says nothing", _drop_empty),
    Equivalence(
        "the default is absent",
        "`stream` is false unless something else is said, and a tool without parameters takes an empty object",
        _drop_defaults,
    ),
)


RULES = WireRules(
    wire="cohere-v2",
    protocol="cohere_chat",
    usage=_usage,
    echoes=_echoes,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
)

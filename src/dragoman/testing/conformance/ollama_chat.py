"""What the checks know about Ollama's native chat."""

from __future__ import annotations

from typing import Any

from ...types.response import Usage
from .corpus import Exchange
from .rules import ANY, Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_CALLERS_JSON = frozenset({"arguments", "parameters", "format"})


def _usage(usage: Usage) -> Summary:
    """The wire knows two counts: the prompt, and the answer with its thinking."""
    return {
        "input": usage.input,
        "output": usage.output,
        "total": None,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back.

    Clients leave ids out, and without one a call cannot be told from an equal one of an earlier turn: such calls count
    in the last turn only, which answers to the exchange just before.
    """
    turns = [_echo(message) for message in body.get("messages", ()) if message.get("role") == "assistant"]
    return [*[[item for item in turn if not _nameless(item)] for turn in turns[:-1]], *turns[-1:]]


def _nameless(item: tuple[str, Any]) -> bool:
    return item[0] in ("tool_id", "tool_name") and item[1][0] is None


def _echo(message: dict[str, Any]) -> Echo:
    found: Echo = []
    if isinstance(message.get("thinking"), str):
        found.append(("thinking_text", ["thinking", message["thinking"]]))
    if message.get("content"):
        found.append(("text", message["content"]))
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        value = [call.get("id"), function.get("name"), function.get("arguments")]
        found += [("tool_id", value), ("tool_name", value)]
    return found


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _drop_empty(body: dict[str, Any]) -> None:
    for holder, fields in (
        (body, ("options", "tools", "format")),
        *[(message, ("content", "images", "thinking", "tool_calls")) for message in body.get("messages", ())],
    ):
        for field in fields:
            if holder.get(field) in ("", [], {}):
                del holder[field]


def _drop_defaults(body: dict[str, Any]) -> None:
    if body.get("stream") is True:
        del body["stream"]
    for tool in body.get("tools", ()):
        function = tool.get("function")
        if isinstance(function, dict) and function.get("parameters") == {"type": "object", "properties": {}}:
            del function["parameters"]


def _unnamed(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(call["id"] is None for call in expected.get("tool_calls") or ())


def _expect_ids(exchange: Exchange, expected: Summary) -> None:
    entries = [
        entry
        for value in exchange.answer_values
        if isinstance(value, dict) and isinstance(message := value.get("message"), dict)
        for entry in message.get("tool_calls") or ()
    ]
    for place, call in enumerate(expected["tool_calls"]):
        recorded = entries[place].get("id") if place < len(entries) else None
        call["id"] = recorded or ANY


ORACLE_RULES = (
    OracleRule(
        "calls have ids",
        "the SDK's type of a call has no id and drops the one the server sends; a call of an old server gets one of ours",
        _unnamed,
        _expect_ids,
    ),
)


EQUIVALENCES = (
    Equivalence("null is absent", "the server's fields are optional, and JSON null leaves them unset", _drop_nulls),
    Equivalence(
        "empty is absent",
        'the server omits and ignores empty options, tools, forms (`""` is no form) and message fields',
        _drop_empty,
    ),
    Equivalence(
        "the default is absent",
        "`stream` is true unless something else is said, and a tool without parameters takes an empty object",
        _drop_defaults,
    ),
)


RULES = WireRules(
    wire="ollama-chat",
    protocol="ollama_chat",
    usage=_usage,
    echoes=_echoes,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
)

"""What the checks know about Anthropic's Messages API."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ...protocols.anthropic_messages.dialect import BEDROCK
from ...providers import load
from ...types.content import Block, Opaque, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.response import Response, Usage
from .corpus import Exchange
from .oracle import parsed_call
from .rules import Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_SIGNATURES = ("signature", "data", "encrypted_content", "encrypted_index", "encrypted_stdout")


_STOP = re.compile(rb'"type":\s*"message_stop"')


def _usage(usage: Usage) -> Summary:
    """The wire's counts do not overlap, as ours; it has no total."""
    return {
        "input": usage.input,
        "output": usage.output,
        "total": None,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _extra(response: Response) -> Summary:
    blocks = response.message.content
    thinking = [block for block in blocks if isinstance(block, Thinking)]
    return {
        "blocks": [_kind(block) for block in blocks],
        "signatures": [len(block.signature or "") for block in thinking if block.encrypted is None],
        "redacted": [len(block.encrypted) for block in thinking if block.encrypted is not None],
        "server_tool_calls": [parsed_call(block) for block in blocks if isinstance(block, ServerToolCall)],
        "stop_sequence": response.finish.stop_sequence if response.finish is not None else None,
    }


def _kind(block: Block) -> Any:
    match block:
        case Text():
            return "text"
        case Thinking():
            return "thinking" if block.encrypted is None else "redacted_thinking"
        case ToolCall():
            return "tool_use"
        case ServerToolCall() | ServerToolResult():
            return block.kind
        case Opaque():
            return block.data.get("type")
        case _:
            return type(block).__name__.lower()


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back."""
    return [_echo(message) for message in body.get("messages", ()) if message.get("role") == "assistant"]


def _echo(message: dict[str, Any]) -> Echo:
    content = message.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    found: Echo = []
    if text := "".join([block.get("text") or "" for block in blocks if block.get("type") == "text"]):
        found.append(("text", text))
    if text := "".join([block.get("thinking") or "" for block in blocks if block.get("type") == "thinking"]):
        found.append(("thinking_text", ["thinking", text]))
    for block in blocks:
        if block.get("type") == "tool_use":
            value = [block.get("id"), block.get("name"), block.get("input")]
            found += [("tool_id", value), ("tool_name", value)]
    _signatures(blocks, found)
    return found


def _signatures(value: Any, found: Echo) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in _SIGNATURES and isinstance(item, str):
                found.append(("signature", [key, item]))
            _signatures(item, found)
    elif isinstance(value, list):
        for item in value:
            _signatures(item, found)


def _no_stop(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    stops = [value for value in exchange.answer_values if isinstance(value, dict) and value.get("type") == "message_stop"]
    return exchange.framing in ("sse", "eventstream") and not stops and expected["end"] == "finished"


def _expect_cut(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "cut"
    expected["finish_reason"] = expected["stop_sequence"] = None


def _after_the_end(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    stop = _STOP.search(exchange.body)
    behind = exchange.body[stop.end() :] if stop else b""
    return exchange.status < 400 and expected["end"] == "failed" and b"data:" in behind


def _expect_finished(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "finished"
    del expected["error"], expected["class"]


ORACLE_RULES = (
    OracleRule(
        "no message_stop is a cut",
        "the SDK ends its loop quietly when the body ends; an answer without `message_stop` is not complete",
        _no_stop,
        _expect_cut,
    ),
    OracleRule(
        "the answer ends at message_stop",
        "OpenRouter sends `data: [DONE]` after `message_stop`; the SDK reads on behind the end and fails on it",
        _after_the_end,
        _expect_finished,
    ),
)


_CALLERS_JSON = frozenset({"input", "input_schema", "schema"})


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _join_one_text_block(body: dict[str, Any]) -> None:
    for holder in (body, *body.get("messages", ())):
        for field in ("system", "content"):
            holder[field] = _one_text(holder.get(field))
            if holder[field] is None:
                del holder[field]
    for block in _blocks(body):
        for holder in (block, block.get("source")):
            if isinstance(holder, dict) and holder.get("type") in ("tool_result", "content") and "content" in holder:
                holder["content"] = _one_text(holder["content"])


def _one_text(content: Any) -> Any:
    if isinstance(content, list) and len(content) == 1 and set(content[0]) == {"type", "text"}:
        return content[0]["text"]
    return content


def _blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Every block of every message, those inside results too."""
    found: list[dict[str, Any]] = []
    lists = [message.get("content") for message in body.get("messages", ())]
    while lists:
        content = lists.pop()
        if isinstance(content, list):
            blocks = [block for block in content if isinstance(block, dict)]
            found += blocks
            lists += [block.get("content") for block in blocks if block.get("type") == "tool_result"]
    return found


def _join_turns(body: dict[str, Any]) -> None:
    joined: list[dict[str, Any]] = []
    for message in body.get("messages", ()):
        last = joined[-1] if joined else {}
        if last.get("role") == message.get("role") and set(last) == set(message) == {"role", "content"}:
            last["content"] = _as_blocks(last["content"]) + _as_blocks(message["content"])
        else:
            joined.append(message)
    if joined:
        body["messages"] = joined


def _as_blocks(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _drop_empty(body: dict[str, Any]) -> None:
    for holder in (*body.get("messages", ()), *_blocks(body)):
        if isinstance(holder.get("content"), list):
            holder["content"] = [block for block in holder["content"] if block != {"type": "text", "text": ""}]
    results = [block for block in _blocks(body) if block.get("type") == "tool_result"]
    for holder, fields in ((body, ("system", "tools", "stop_sequences")), *[(block, ("content",)) for block in results]):
        for field in fields:
            if field in holder and holder[field] in ("", []):
                del holder[field]


def _drop_defaults(body: dict[str, Any]) -> None:
    custom = [(tool, "type", "custom") for tool in body.get("tools", ())]
    succeeded = [(block, "is_error", False) for block in _blocks(body) if block.get("type") == "tool_result"]
    for holder, field, default in ((body, "stream", False), *custom, *succeeded):
        if holder.get(field) == default:
            del holder[field]


EQUIVALENCES = (
    Equivalence("null is absent", "optional fields are nullable in Anthropic's schema, and null means unset", _drop_nulls),
    Equivalence(
        "neighbours of one role are one turn",
        "the API reference: consecutive user or assistant turns in a request are combined into a single turn",
        _join_turns,
    ),
    Equivalence(
        "one text block is a string",
        "`system`, `content` and a tool result's content take a string, which the API reference calls short for one text block",
        _join_one_text_block,
    ),
    Equivalence("empty is absent", "an empty text, prompt, list of tools or of stop words, or result says nothing", _drop_empty),
    Equivalence(
        "the default is absent",
        "`stream` and `is_error` are false and a tool is `custom` unless something else is said",
        _drop_defaults,
    ),
)


def _dialect(exchange: Exchange) -> Any:
    """Whoever names the model in a path in Vertex AI's or Bedrock's way speaks as they do."""
    path = exchange.record["request"]["path"]
    if re.search(r"/models/[^/]+:", path):
        return load("vertex-anthropic").dialect
    return BEDROCK if re.search(r"/model/.+/invoke", path) else None


def _spoken(exchange: Exchange, dialect: Any) -> Any:
    """Where the version is a field of the body, recorded clients have left it out."""
    if dialect is None or not dialect.version_in_body or "anthropic_version" in (exchange.request_json or {}):
        return dialect
    return msgspec.structs.replace(dialect, version=None)


RULES = WireRules(
    wire="anthropic-messages",
    protocol="anthropic_messages",
    usage=_usage,
    echoes=_echoes,
    extra=_extra,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
    dialect=_dialect,
    spoken=_spoken,
    headers=("anthropic-beta",),
)

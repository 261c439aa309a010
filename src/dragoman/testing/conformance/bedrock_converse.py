"""What the checks know about Amazon Bedrock's Converse API."""

from __future__ import annotations

import base64
import json
from typing import Any

from ...protocols.bedrock_converse import ConverseDialect
from ...types.content import Block, Opaque, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.response import Response, Usage
from .corpus import Exchange
from .rules import Echo, Equivalence, OracleRule, Summary, WireRules

__all__ = ["RULES"]


def _usage(usage: Usage) -> Summary:
    """The wire's counts do not overlap, as ours, and its total is the vendor's own."""
    total = usage.raw.get("totalTokens")
    return {
        "input": usage.input,
        "output": usage.output,
        "total": total if total is not None else usage.total,
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": None,
    }


def _extra(response: Response) -> Summary:
    blocks = response.message.content
    thinking = [block for block in blocks if isinstance(block, Thinking)]
    return {
        "blocks": [_kind(block) for block in blocks],
        "signatures": [len(block.signature) for block in thinking if block.signature],
        "redacted": [len(base64.b64decode(block.encrypted)) for block in thinking if block.encrypted is not None],
    }


def _kind(block: Block) -> Any:
    match block:
        case Text():
            return "citationsContent" if block.citations else "text"
        case Thinking():
            return "reasoningContent"
        case ToolCall() | ServerToolCall():
            return "toolUse"
        case ServerToolResult():
            return "toolResult"
        case Opaque():
            return next(iter(block.data), None)
        case _:
            return type(block).__name__.lower()


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back."""
    return [_echo(message.get("content") or []) for message in body.get("messages", ()) if message.get("role") == "assistant"]


def _echo(content: list[dict[str, Any]]) -> Echo:
    found: Echo = []
    cited = [piece for block in content for piece in (block.get("citationsContent") or {}).get("content", ())]
    if text := "".join([block["text"] for block in (*content, *cited) if isinstance(block.get("text"), str)]):
        found.append(("text", text))
    thoughts = [block["reasoningContent"] for block in content if "reasoningContent" in block]
    said = [thought["reasoningText"] for thought in thoughts if "reasoningText" in thought]
    if text := "".join([thought.get("text") or "" for thought in said]):
        found.append(("thinking_text", ["text", text]))
    for call in [block["toolUse"] for block in content if "toolUse" in block]:
        value = [call.get("toolUseId"), call.get("name"), call.get("input")]
        found += [("tool_id", value), ("tool_name", value)]
    found += [("signature", ["signature", thought["signature"]]) for thought in said if thought.get("signature")]
    found += [("signature", ["redactedContent", t["redactedContent"]]) for t in thoughts if t.get("redactedContent")]
    return found


# --- where boto3's user is misled -------------------------------------------------------------------------------------


def _server_calls(exchange: Exchange) -> set[str]:
    """Ids of the calls the service ran itself."""
    found = set()
    for value in exchange.answer_values:
        call = value.get("start", {}).get("toolUse", {})
        message = value.get("output", {}).get("message", {})
        for item in (call, *[block.get("toolUse", {}) for block in message.get("content", ())]):
            if item.get("type") is not None:
                found.add(item["toolUseId"])
    return found


def _has_server_calls(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return bool(_server_calls(exchange))


def _without_server_calls(exchange: Exchange, expected: Summary) -> None:
    ids = _server_calls(exchange)
    expected["tool_calls"] = [call for call in expected["tool_calls"] if call["id"] not in ids]


def _cited(exchange: Exchange) -> set[int]:
    """Indexes of streamed blocks that cite."""
    return {value["contentBlockIndex"] for value in exchange.answer_values if "citation" in value.get("delta", {})}


def _streamed_citations(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.framing == "eventstream" and bool(_cited(exchange))


def _expect_cited(exchange: Exchange, expected: Summary) -> None:
    indexes = sorted({value["contentBlockIndex"] for value in exchange.answer_values if {"delta", "start"} & value.keys()})
    cited = _cited(exchange)
    pairs = zip(indexes, expected["blocks"], strict=False)
    expected["blocks"] = ["citationsContent" if index in cited else kind for index, kind in pairs]


def _unnamed(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return expected.get("error", {}).get("type") == str(exchange.status) and "x-amzn-errortype" not in exchange.head.headers


def _expect_no_type(exchange: Exchange, expected: Summary) -> None:
    expected["error"]["type"] = None


ORACLE_RULES = (
    OracleRule(
        "a status is no exception",
        "where an error names no exception, boto3 puts the status in its place; the status has a field of its own",
        _unnamed,
        _expect_no_type,
    ),
    OracleRule(
        "the service's own calls are not the caller's",
        "a `toolUse` with a `type` ran already; boto3 lists it beside those the caller must answer",
        _has_server_calls,
        _without_server_calls,
    ),
    OracleRule(
        "a streamed text that cites is cited text",
        "the stream has no start that names the kind of a text, so boto3's user sees the name of its first delta",
        _streamed_citations,
        _expect_cited,
    ),
)


# --- two ways of saying the same --------------------------------------------------------------------------------------


def _join_turns(body: dict[str, Any]) -> None:
    joined: list[dict[str, Any]] = []
    for message in body.get("messages", ()):
        last = joined[-1] if joined else {}
        if last.get("role") == message.get("role") and last.keys() == message.keys() == {"role", "content"}:
            last["content"] = list(last["content"]) + list(message["content"])
        else:
            joined.append(message)
    if joined:
        body["messages"] = joined


def _drop_empty(body: dict[str, Any]) -> None:
    inference = body.get("inferenceConfig")
    if isinstance(inference, dict) and inference.get("stopSequences") == []:
        del inference["stopSequences"]
    for field in ("system", "inferenceConfig", "requestMetadata", "additionalModelRequestFields", "outputConfig"):
        if field in body and body[field] in ([], {}):
            del body[field]
    for message in body.get("messages", ()):
        message["content"] = [block for block in message.get("content") or [] if block != {"text": ""}]


def _drop_defaults(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        for block in message.get("content") or ():
            result = block.get("toolResult")
            if isinstance(result, dict) and result.get("status") == "success":
                del result["status"]
            document = block.get("document")
            if isinstance(document, dict) and "text" in document.get("source", {}) and document.get("format") == "txt":
                del document["format"]


def _parse_schema(body: dict[str, Any]) -> None:
    form = (body.get("outputConfig") or {}).get("textFormat") or {}
    schema = (form.get("structure") or {}).get("jsonSchema")
    if isinstance(schema, dict) and isinstance(schema.get("schema"), str):
        schema["schema"] = json.loads(schema["schema"])


EQUIVALENCES = (
    Equivalence(
        "neighbours of one role are one turn",
        "roles must alternate for most models, and the service joins neighbours for the others",
        _join_turns,
    ),
    Equivalence("empty is absent", "an empty text, prompt, list of stop words or object of settings says nothing", _drop_empty),
    Equivalence(
        "the default is absent",
        "a result is a success, and a document given as text is of the format txt, unless something else is said",
        _drop_defaults,
    ),
    Equivalence("a schema is JSON", "the schema of the output travels as text: how it is spelled means nothing", _parse_schema),
)


def _join_cited(response: dict[str, Any]) -> None:
    for block in response["message"]["content"]:
        if block["type"] == "text" and "content" in block.get("extra", {}):
            del block["extra"]["content"]
            if not block["extra"]:
                del block["extra"], block["origin"]


ACROSS = (
    Equivalence(
        "a stream joins pieces of cited text",
        "`citationsContent.content` is a list in a whole answer and running text in a stream",
        _join_cited,
    ),
)


def _spoken(exchange: Exchange, dialect: Any) -> Any:
    """A client that has put system messages between others speaks to a model that takes them."""
    messages = (exchange.request_json or {}).get("messages", ())
    return ConverseDialect(system_messages=True) if any(item.get("role") == "system" for item in messages) else dialect


RULES = WireRules(
    wire="bedrock-converse",
    protocol="bedrock_converse",
    usage=_usage,
    echoes=_echoes,
    extra=_extra,
    spoken=_spoken,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
    across=ACROSS,
)

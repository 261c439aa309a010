"""What the checks know about Google's Gemini API (`generateContent`), AI Studio and Vertex AI."""

from __future__ import annotations

import copy
import re
from typing import Any

from ...protocols.gemini import GeminiDialect
from ...types.content import (
    Audio,
    Block,
    Document,
    Image,
    Opaque,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    Video,
)
from ...types.response import Response, Usage
from .corpus import Exchange
from .rules import ANY, Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_SNAKE = re.compile(r"_([a-z0-9])")
_CALLERS = frozenset(
    {"args", "labels", "parameters", "parametersJsonSchema", "partMetadata", "response", "responseJsonSchema", "responseSchema"}
)
_DATA = {
    "text": "text",
    "functionCall": "function_call",
    "inlineData": "inline_data",
    "fileData": "file_data",
    "executableCode": "executable_code",
    "codeExecutionResult": "code_execution_result",
    "functionResponse": "function_response",
    "toolCall": "tool_call",
    "toolResponse": "tool_response",
}


def _usage(usage: Usage) -> Summary:
    """The wire's prompt includes what was cached and not what its own tools said; its answer excludes thoughts."""
    raw = usage.raw
    cached, tools = usage.cache_read or 0, raw.get("toolUsePromptTokenCount") or 0
    output = None if usage.output is None else usage.output - (usage.reasoning or 0)
    return {
        "input": None if usage.input is None else usage.input + cached - tools,
        "output": None if output == 0 and "candidatesTokenCount" not in raw else output,
        "total": raw.get("totalTokenCount"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _extra(response: Response) -> Summary:
    return {"blocks": [_kind(block) for block in response.message.content]}


def _kind(block: Block) -> str:
    signed = "thoughtSignature" in block.extra
    match block:
        case Text():
            kind = "text"
        case Thinking():
            kind, signed = "thought", block.signature is not None
        case ToolCall():
            kind = "function_call"
        case ServerToolCall() | ServerToolResult():
            kind = _DATA.get(block.kind, "executable_code")
        case Image() | Audio() | Video() | Document():
            kind = "inline_data" if block.source.__struct_config__.tag == "base64" else "file_data"
        case Opaque():
            kind, signed = _part_kind(block.data), "thoughtSignature" in block.data
        case _:
            kind = type(block).__name__
    return kind + ("+sig" if signed else "")


# --- what is sent back -----------------------------------------------------------------------------------------------------


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each content of the model sends back; some clients repeat the signature of a turn's first call on its others."""
    contents = copy.deepcopy(body.get("contents") or [])
    _camel(contents)
    return [_echo(content) for content in contents if content.get("role") == "model"]


def _echo(content: dict[str, Any]) -> Echo:
    parts = [part for part in content.get("parts") or () if isinstance(part, dict)]
    found: Echo = []
    if text := "".join([part["text"] for part in parts if part.get("text") and not part.get("thought")]):
        found.append(("text", text))
    if text := "".join([part["text"] for part in parts if part.get("text") and part.get("thought")]):
        found.append(("thinking_text", ["thought", text]))
    for part in parts:
        if isinstance(call := part.get("functionCall"), dict):
            value = [call.get("id"), call.get("name"), call.get("args") or {}]
            found += [("tool_id", value), ("tool_name", value)]
        signed = ("signature", ["thoughtSignature", part.get("thoughtSignature")])
        if isinstance(part.get("thoughtSignature"), str) and signed not in found:
            found.append(signed)
    return found


# --- where the SDK reads otherwise -----------------------------------------------------------------------------------------


def _chunks(exchange: Exchange) -> list[dict[str, Any]]:
    values = [item for value in exchange.answer_values for item in (value if isinstance(value, list) else [value])]
    return [value for value in values if isinstance(value, dict)]


def _first(exchange: Exchange) -> list[dict[str, Any]]:
    """The chunks of the first candidate."""
    return [item for chunk in _chunks(exchange) for item in chunk.get("candidates") or () if not item.get("index")]


def _parts(exchange: Exchange) -> list[list[dict[str, Any]]]:
    return [list((item.get("content") or {}).get("parts") or ()) for item in _first(exchange)]


def _no_ids(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(call.get("id") is None for call in expected.get("tool_calls", ()))


def _any_id(exchange: Exchange, expected: Summary) -> None:
    for call in expected["tool_calls"]:
        if call.get("id") is None:
            call["id"] = ANY


def _in_pieces(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(
        "functionCall" in part and part["functionCall"].get("willContinue") for parts in _parts(exchange) for part in parts
    )


def _join_calls(exchange: Exchange, expected: Summary) -> None:
    calls = [part["functionCall"] for parts in _parts(exchange) for part in parts if "functionCall" in part]
    expected["tool_calls"] = [
        {
            "id": call.get("id", ANY),
            "name": call["name"],
            "arguments": ANY if call.get("willContinue") else call.get("args") or {},
        }
        for call in calls
        if call.get("name")
    ]


def _no_arguments(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(call.get("arguments", {}) is None for call in expected.get("tool_calls", ()))


def _empty_arguments(exchange: Exchange, expected: Summary) -> None:
    for call in expected["tool_calls"]:
        if call.get("arguments") is None:
            call["arguments"] = {}


def _other_blocks(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return "blocks" in expected and expected["blocks"] != ours.get("blocks")


def _join_pieces(exchange: Exchange, expected: Summary) -> None:
    """Text goes on from chunk to chunk; an empty one says nothing, and pieces of a call are one."""
    found: list[str] = []
    going_on = ""
    for parts in _parts(exchange):
        for place, part in enumerate(parts):
            kind = _part_kind(part)
            if kind in ("text", "thought") and set(part) <= {"text", "thought"}:
                if part["text"] and not (place == 0 and going_on == kind):
                    found.append(kind)
                    going_on = kind
                continue
            if kind != "function_call" or part["functionCall"].get("name"):
                found.append(kind + ("+sig" if "thoughtSignature" in part else ""))
            going_on = ""
    expected["blocks"] = found


def _part_kind(part: dict[str, Any]) -> str:
    if part.get("thought") and "text" in part:
        return "thought"
    return next((kind for field, kind in _DATA.items() if field in part), "?")


def _cites(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return expected.get("citations") != ours.get("citations")


def _count_spans(exchange: Exchange, expected: Summary) -> None:
    metadata: dict[str, Any] = {}
    recited: dict[str, Any] = {}
    for item in _first(exchange):
        metadata |= item.get("groundingMetadata") or {}
        recited |= item.get("citationMetadata") or {}
    texts = [part.get("text") or "" for parts in _parts(exchange) for part in parts if not part.get("thought")]
    said = "".join(texts)
    supports = [item for item in metadata.get("groundingSupports") or () if (item.get("segment") or {}).get("text", "") in said]
    count = sum(len(item.get("groundingChunkIndices") or ()) for item in supports)
    expected["citations"] = count + len([item for item in recited.get("citations") or () if "endIndex" in item])


def _numbers(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return expected["end"] == "failed" and any(type(item.get("finishReason")) is int for item in _first(exchange))


def _read_numbers(exchange: Exchange, expected: Summary) -> None:
    for field in ("error", "class"):
        expected.pop(field, None)
    plain = [part for parts in _parts(exchange) for part in parts if "text" in part]
    text = "".join([part["text"] for part in plain if not part.get("thought")])
    thinking = "".join([part["text"] for part in plain if part.get("thought")])
    calls = [part["functionCall"] for parts in _parts(exchange) for part in parts if "functionCall" in part]
    heads = _chunks(exchange)
    expected |= {
        "end": "finished",
        "text": text or ("" if expected.get("text") is not None else None),
        "thinking_text": thinking or None,
        "tool_calls": [{"id": call.get("id", ANY), "name": call["name"], "arguments": call.get("args") or {}} for call in calls],
        "finish_reason": {1: "STOP", 2: "MAX_TOKENS"}.get(next(item["finishReason"] for item in _first(exchange)[::-1]), ANY),
        "usage": ANY,
        "refusal": None,
        "response_id": next((head["responseId"] for head in heads if head.get("responseId")), None),
        "model": next((head["modelVersion"] for head in heads if head.get("modelVersion")), None),
    }
    _join_pieces(exchange, expected)
    _count_spans(exchange, expected)


def _no_reason(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    named = any(item.get("finishReason") for item in _first(exchange))
    whole = exchange.framing == "json" and any(chunk.get("candidates") for chunk in _chunks(exchange))
    return expected["end"] == "finished" and not named and not whole


def _expect_cut(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "cut"


def _blocked(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    reasons = [chunk.get("promptFeedback", {}).get("blockReason") for chunk in _chunks(exchange)]
    return any(reasons) and not _first(exchange)


def _expect_blocked(exchange: Exchange, expected: Summary) -> None:
    expected |= {"end": "failed", "class": True, "error": {"status": ANY, "type": ANY, "code": "prompt_blocked"}}


ORACLE_RULES = (
    OracleRule(
        "enumerations by number",
        "under `$alt=json;enum-encoding=int` reasons are numbers, on which the SDK fails; what the answer says is plain",
        _numbers,
        _read_numbers,
    ),
    OracleRule(
        "a blocked prompt is an error",
        "an answer that holds `promptFeedback.blockReason` and no candidate has no message: the SDK gives an empty one",
        _blocked,
        _expect_blocked,
    ),
    OracleRule(
        "no finishReason is a cut",
        "the SDK ends its loop quietly when the body ends; an answer without `finishReason` is not complete",
        _no_reason,
        _expect_cut,
    ),
    OracleRule(
        "calls in pieces are one call",
        "the SDK gives each piece of a streamed `functionCall` as a call of its own",
        _in_pieces,
        _join_calls,
    ),
    OracleRule(
        "ids of our own", "Gemini 2.5 names no ids of calls, and we need one to pair a result with its call", _no_ids, _any_id
    ),
    OracleRule("no args are none", "a call without `args` is one with none", _no_arguments, _empty_arguments),
    OracleRule(
        "pieces of text are one block",
        "the SDK lists every part of every chunk; text that goes on is one part, and an empty one says nothing",
        _other_blocks,
        _join_pieces,
    ),
    OracleRule(
        "citations are spans",
        "the oracle counts `groundingChunks`, the sources; a citation is a span of text with one of its sources",
        _cites,
        _count_spans,
    ),
)


# --- requests ------------------------------------------------------------------------------------------------------------


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS)


def _camel(value: Any) -> None:
    """Field names in camelCase, in place; the caller's own JSON is left alone."""
    if isinstance(value, dict):
        for key in list(value):
            name = _SNAKE.sub(lambda found: found[1].upper(), key) if not key.startswith("_") else key
            item = value[name] = value.pop(key)
            if name not in _CALLERS:
                _camel(item)
    elif isinstance(value, list):
        for item in value:
            _camel(item)


def _lists(body: dict[str, Any]) -> None:
    for holder, field in ((body, "contents"), (body.get("systemInstruction"), "parts")):
        if isinstance(holder, dict) and isinstance(holder.get(field), dict):
            holder[field] = [holder[field]]
    for content in body.get("contents") or ():
        content.setdefault("role", "user")
        if isinstance(content.get("parts"), dict):
            content["parts"] = [content["parts"]]


def _empty_lists(body: dict[str, Any]) -> None:
    choice = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    for holder, field in (
        (body.get("generationConfig"), "stopSequences"),
        (body.get("generationConfig"), "responseModalities"),
        (body.get("generationConfig"), "thinkingConfig"),
        (choice, "allowedFunctionNames"),
        (body, "tools"),
        (body, "generationConfig"),
        (body, "toolConfig"),
    ):
        if isinstance(holder, dict) and holder.get(field) in ([], {}):
            del holder[field]


def _spread_tools(body: dict[str, Any]) -> None:
    tools = body.get("tools")
    if not isinstance(tools, list):
        return
    spread: list[dict[str, Any]] = []
    for tool in tools:
        declared = tool.get("functionDeclarations")
        spread += [{"functionDeclarations": [item]} for item in declared or ()]
        spread += [{key: value} for key, value in tool.items() if key != "functionDeclarations"]
    body["tools"] = spread


def _one_schema(body: dict[str, Any]) -> None:
    declared = [item for tool in body.get("tools") or () for item in tool.get("functionDeclarations") or ()]
    for item in declared:
        if "parameters" in item:
            item["parametersJsonSchema"] = item.pop("parameters")
        _plain_schema(item.get("parametersJsonSchema"))
    config = body.get("generationConfig") or {}
    if "responseSchema" in config:
        config["responseJsonSchema"] = config.pop("responseSchema")
    _plain_schema(config.get("responseJsonSchema"))


def _plain_schema(value: Any) -> None:
    """OpenAPI's subset as JSON Schema: lower-case types, null among them, numbers as numbers; in place."""
    if isinstance(value, list):
        for item in value:
            _plain_schema(item)
    if not isinstance(value, dict):
        return
    for old, new in (("defs", "$defs"), ("ref", "$ref")):
        if old in value:
            value[new] = value.pop(old)
    kind = value.get("type")
    if isinstance(kind, list):
        value["type"] = [item.lower() for item in kind]
    elif isinstance(kind, str):
        value["type"] = kind.lower()
    if value.pop("nullable", None) is True:
        if isinstance(kind, str):
            value["type"] = [kind.lower(), "null"]
            if isinstance(value.get("enum"), list) and None not in value["enum"]:
                value["enum"].append(None)
        elif isinstance(value.get("anyOf"), list):
            value["anyOf"].append({"type": "null"})
    for field in ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"):
        if isinstance(value.get(field), str):
            value[field] = int(value[field])
    for field in ("properties", "$defs", "patternProperties"):
        _plain_schema(list((value.get(field) or {}).values()))
    for field in ("items", "anyOf", "oneOf", "allOf", "prefixItems", "not", "additionalProperties"):
        _plain_schema(value.get(field))


def _upper_level(body: dict[str, Any]) -> None:
    thinking = (body.get("generationConfig") or {}).get("thinkingConfig") or {}
    if isinstance(thinking.get("thinkingLevel"), str):
        thinking["thinkingLevel"] = thinking["thinkingLevel"].upper()


def _drop_empty_text(body: dict[str, Any]) -> None:
    for content in body.get("contents") or ():
        content["parts"] = [part for part in content.get("parts") or () if part != {"text": ""}]
    if "contents" in body:
        body["contents"] = [content for content in body["contents"] if content["parts"] or content.keys() - {"role", "parts"}]
    system = body.get("systemInstruction")
    if isinstance(system, dict) and all(part == {"text": ""} for part in system.get("parts") or ()):
        del body["systemInstruction"]


def _join_results(body: dict[str, Any]) -> None:
    joined: list[dict[str, Any]] = []
    for content in body.get("contents") or ():
        kinds = [all("functionResponse" in part for part in item["parts"]) for item in (*joined[-1:], content)]
        if len(kinds) == 2 and all(kinds) and joined[-1].keys() == content.keys() == {"role", "parts"}:
            joined[-1]["parts"] += content["parts"]
        else:
            joined.append(content)
    if joined:
        body["contents"] = joined


EQUIVALENCES = (
    Equivalence("snake_case is camelCase", "the API reads field names of its definition in either form", _camel),
    Equivalence("null is absent", "null means unset in JSON of protocol buffers", _drop_nulls),
    Equivalence("one item is a list of one", "a repeated field may be given as one value, and the role is the user's", _lists),
    Equivalence("empty is absent", "an empty list or object of settings says nothing", _empty_lists),
    Equivalence(
        "each tool on its own", "a tool entry holds any number of tools: how they are spread says nothing", _spread_tools
    ),
    Equivalence(
        "JSON Schema for OpenAPI",
        "`parameters` and `parametersJsonSchema` (and the two response schemas) say the same in two schema languages",
        _one_schema,
    ),
    Equivalence("thinkingLevel in any case", "the API reads both cases of its levels", _upper_level),
    Equivalence(
        "results of a turn are one content",
        "as many results as calls have to stand behind a turn; in one content the vendor's documentation says, and it joins them",
        _join_results,
    ),
    Equivalence(
        "empty text says nothing",
        "a part that is an empty text without a signature has no content, nor has a turn of such",
        _drop_empty_text,
        frozenset({"empty_message"}),
    ),
)


def _dialect(exchange: Exchange) -> GeminiDialect | None:
    return GeminiDialect(model_path="publishers/google/models/{model}") if exchange.provider == "vertex" else None


RULES = WireRules(
    wire="gemini-generate",
    protocol="gemini",
    usage=_usage,
    echoes=_echoes,
    extra=_extra,
    dialect=_dialect,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
)

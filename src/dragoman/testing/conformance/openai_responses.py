"""What the checks know about OpenAI's Responses API and the vendors that speak it."""

from __future__ import annotations

import json
from typing import Any

from ... import providers
from ...protocols.base import ToolIdRule
from ...protocols.openai_responses import ResponsesDialect
from ...protocols.openai_responses.dialect import REFERENCE
from ...types.response import Usage
from .corpus import Exchange
from .rules import ANY, Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_PEOPLE = ("user", "system", "developer")
_NOT_THE_MODELS = (
    "mcp_approval_response",
    "compaction_trigger",
    "additional_tools",
    "configuration_update",
)


def _usage(usage: Usage) -> Summary:
    """`input_tokens` holds what was read from and written to the cache."""
    return {
        "input": None if usage.input is None else usage.input + (usage.cache_read or 0) + (usage.cache_write or 0),
        "output": usage.output,
        "total": usage.raw.get("total_tokens"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


# --- what a later request sends back -----------------------------------------------------------------------------------


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each turn of the model sends back: its items in a row, a second message beginning a turn of its own unless calls
    wait. The id of an answer that the server holds stands for a turn."""
    turns: list[Echo] = []
    if isinstance(previous := body.get("previous_response_id"), str):
        turns.append([("previous_response_id", ["previous_response_id", previous])])
    items = body.get("input")
    open_turn: list[dict[str, Any]] = []
    for item in [*(items if isinstance(items, list) else []), None]:
        if item is not None and _is_models(item):
            second = _is_message(item) and any(_is_message(other) for other in open_turn)
            if second and not any("call_id" in other for other in open_turn):
                turns.append(_echo(open_turn))
                open_turn = []
            open_turn.append(item)
        elif open_turn:
            turns.append(_echo(open_turn))
            open_turn = []
    return turns


def _is_message(item: dict[str, Any]) -> bool:
    return bool(item.get("type", "message") == "message")


def _is_models(item: dict[str, Any]) -> bool:
    if _is_message(item):
        return item.get("role") not in _PEOPLE
    kind = str(item.get("type"))
    if kind == "tool_search_output":
        return item.get("execution") != "client"
    return kind not in _NOT_THE_MODELS and not kind.endswith("_output")


def _echo(items: list[dict[str, Any]]) -> Echo:
    found: Echo = []
    for item in items:
        if _is_message(item):
            content = item.get("content")
            parts = [content] if isinstance(content, str) else [part.get("text") or "" for part in content or ()]
            if text := "".join(parts):
                found.append(("text", text))
        for field in ("summary", "content"):
            if item.get("type") == "reasoning":
                found += [("thinking_text", [field, part["text"]]) for part in item.get(field) or () if part.get("text")]
        if isinstance(encrypted := item.get("encrypted_content"), str):
            found.append(("signature", ["encrypted_content", encrypted]))
        if item.get("type") in ("function_call", "custom_tool_call") or _is_callers(item):
            given = item.get("arguments", item.get("input", item.get("action", item.get("operation"))))
            value = [item.get("call_id"), item.get("name", item["type"]), _parsed(given)]
            found += [("tool_id", value), ("tool_name", value)]
    return found


def _parsed(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments


# --- dialects ------------------------------------------------------------------------------------------------------------

_UNKNOWN = ResponsesDialect(echo="always", tool_ids=ToolIdRule(r"\S+", 29, prefix="call_"))
"""A vendor that the library does not know: its reasoning and its ids go back as they came."""


def _dialect(exchange: Exchange) -> Any:
    """Vendors that speak two wires have a second name for this one; Azure and ChatGPT host OpenAI's own."""
    name = f"{exchange.provider}-responses"
    if name in providers.NAMES:
        return providers.load(name).dialect
    return None if exchange.provider in ("azure", "chatgpt") else _UNKNOWN


def _spoken(exchange: Exchange, dialect: Any) -> Any:
    """The dialect of the recorded client: none of a vendor's limits that it did not keep to, nothing asked for that it did not
    ask for, and reasoning sent back wherever it was."""
    if exchange.request_json is None:
        return dialect
    return ResponsesDialect(
        strict=None,
        ask_encrypted=False,
        lone_reasoning=True,
        echo="always",
        tool_ids=_UNKNOWN.tool_ids,
        hosted_custom=bool(dialect and dialect.hosted_custom),
        server_tools=REFERENCE.server_tools,
    )


# --- where the SDK is wrong ------------------------------------------------------------------------------------------------

_CLIENT_CALLS = {
    "computer_call": ("computer", "action"),
    "local_shell_call": ("local_shell", "action"),
    "shell_call": ("shell", "action"),
    "apply_patch_call": ("apply_patch", "operation"),
    "tool_search_call": ("tool_search", "arguments"),
}


def _items(exchange: Exchange) -> list[dict[str, Any]]:
    """The finished items of an answer, in the order in which they began or stand."""
    places: dict[Any, dict[str, Any]] = {}
    whole: list[dict[str, Any]] = []
    for value in exchange.answer_values:
        if not isinstance(value, dict):
            continue
        if value.get("type") in ("response.output_item.added", "response.output_item.done"):
            places[value.get("output_index")] = value["item"]
        answer = value.get("response", value)
        if isinstance(answer, dict) and isinstance(answer.get("output"), list):
            whole = answer["output"]
    return list(places.values()) or [item for item in whole if isinstance(item, dict)]


def _is_callers(item: dict[str, Any]) -> bool:
    kind = item.get("type")
    if kind == "shell_call":
        place = item.get("environment")
        return not isinstance(place, dict) or place.get("type") == "local"
    return kind in _CLIENT_CALLS and (kind != "tool_search_call" or item.get("execution") == "client")


def _has_client_calls(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.status < 400 and any(_is_callers(item) for item in _items(exchange))


def _expect_client_calls(exchange: Exchange, expected: Summary) -> None:
    known = {call["id"]: call for call in expected["tool_calls"]}
    calls = []
    for item in _items(exchange):
        if item.get("call_id") in known:
            calls.append(known[item["call_id"]])
        elif _is_callers(item):
            name, field = _CLIENT_CALLS[item["type"]]
            arguments = item[field] if item.get(field) is not None else {"actions": item.get("actions")}
            calls.append({"id": item["call_id"], "name": name, "arguments": arguments})
    expected["tool_calls"] = calls


def _hosted_calls(exchange: Exchange) -> set[Any]:
    """The ids of free-text calls that the vendor answers itself."""
    dialect = _dialect(exchange)
    if exchange.status >= 400 or not isinstance(dialect, ResponsesDialect) or not dialect.hosted_custom:
        return set()
    return {item.get("call_id") for item in _items(exchange) if item.get("type") == "custom_tool_call"}


def _has_hosted_calls(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return bool(_hosted_calls(exchange))


def _expect_no_hosted_calls(exchange: Exchange, expected: Summary) -> None:
    hosted = _hosted_calls(exchange)
    expected["tool_calls"] = [call for call in expected["tool_calls"] if call["id"] not in hosted]


def _refusals(exchange: Exchange) -> str:
    parts = [part for item in _items(exchange) if item.get("type") == "message" for part in item.get("content") or ()]
    return "".join([part.get("refusal") or "" for part in parts])


def _refused_twice(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.framing == "sse" and bool(expected["refusal"]) and expected["refusal"] == 2 * _refusals(exchange)


def _expect_refused_once(exchange: Exchange, expected: Summary) -> None:
    expected["refusal"] = _refusals(exchange)


def _begun_and_failed(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.framing == "sse" and expected["end"] == "failed" and expected["response_id"] is None


def _expect_begun(exchange: Exchange, expected: Summary) -> None:
    for value in exchange.answer_values:
        answer = value.get("response") if isinstance(value, dict) else None
        if isinstance(answer, dict) and expected["response_id"] is None:
            expected["response_id"] = answer.get("id")
            expected["model"] = answer.get("model")


def _not_json(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    if exchange.framing != "sse" or expected["end"] != "failed":
        return False
    return any(_unreadable(line[5:]) for line in exchange.body.splitlines() if line.startswith(b"data:"))


def _unreadable(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return data.strip() != b"[DONE]"
    return False


def _expect_decode_error(exchange: Exchange, expected: Summary) -> None:
    expected["class"] = "DecodeError"


def _no_output(exchange: Exchange) -> bool:
    values = exchange.answer_values
    return exchange.framing == "json" and not any(isinstance(value, dict) and "output" in value for value in values)


def _another_wire(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.status < 400 and expected["end"] == "finished" and _no_output(exchange)


def _expect_another_wire(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "failed"
    expected["error"] = {"status": ANY, "type": ANY, "code": ANY}
    expected["class"] = ANY
    for name in ("usage", "response_id", "model"):
        expected[name] = None


def _failed_answer(exchange: Exchange) -> dict[str, Any] | None:
    """The error of an answer whose status is `failed`."""
    for value in exchange.answer_values:
        answer = value.get("response", value) if isinstance(value, dict) else None
        if isinstance(answer, dict) and answer.get("status") == "failed":
            return answer.get("error") or {}
    return None


def _stated_failed(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.status < 400 and expected["end"] == "finished" and _failed_answer(exchange) is not None


def _expect_stated_failed(exchange: Exchange, expected: Summary) -> None:
    error = _failed_answer(exchange) or {}
    expected["end"] = "failed"
    expected["finish_reason"] = None
    expected["error"] = {"status": ANY, "type": ANY, "code": error.get("code", ANY)}
    expected["class"] = ANY


def _unended(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    ends = {f"response.{word}" for word in ("completed", "incomplete", "failed", "cancelled", "done")} | {"error"}
    kinds = {value.get("type") for value in exchange.answer_values if isinstance(value, dict)}
    return exchange.framing == "sse" and expected["end"] == "finished" and not kinds & ends


def _expect_cut(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "cut"


ORACLE_RULES = (
    OracleRule(
        "calls of the vendor's client-side tools",
        "the summary counts functions and free-text tools only, but computer, shell, patch and tool-search calls wait for the "
        "caller as well",
        _has_client_calls,
        _expect_client_calls,
    ),
    OracleRule(
        "free-text calls that xAI answers itself",
        "xAI states calls of its own tools (X search, viewing videos) as `custom_tool_call`; they are not the caller's to answer",
        _has_hosted_calls,
        _expect_no_hosted_calls,
    ),
    OracleRule(
        "a refusal counted twice",
        "the summary of a stream joins the refusal's deltas and the finished item, which repeats them",
        _refused_twice,
        _expect_refused_once,
    ),
    OracleRule(
        "who began an answer that failed",
        "the SDK raises at the `error` frame, and the summary has id and model only from a last frame; the first one names them",
        _begun_and_failed,
        _expect_begun,
    ),
    OracleRule(
        "bytes that are not JSON",
        "the SDK lets its JSON parser's error through; here it is a decode error",
        _not_json,
        _expect_decode_error,
    ),
    OracleRule(
        "an answer of another wire",
        "Azure answers with a chat completion for models that it does not serve here; the SDK calls that an empty answer",
        _another_wire,
        _expect_another_wire,
    ),
    OracleRule(
        "an answer whose status is failed",
        "`failed` is an error inside a good HTTP status; the SDK gives it as an answer",
        _stated_failed,
        _expect_stated_failed,
    ),
    OracleRule(
        "no lifecycle frame is a cut",
        "the SDK ends its loop quietly when the body ends; an answer without its last frame is not complete",
        _unended,
        _expect_cut,
    ),
)


# --- what means the same -------------------------------------------------------------------------------------------------

_CALLERS_JSON = frozenset({"parameters", "schema", "output_schema"})


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _list_input(body: dict[str, Any]) -> None:
    if isinstance(body.get("input"), str):
        body["input"] = [{"role": "user", "content": body["input"]}]


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    items = body.get("input")
    return [item for item in items if isinstance(item, dict) and _is_message(item)] if isinstance(items, list) else []


def _parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    items = body.get("input")
    holders = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    lists = [holder.get(field) for holder in holders for field in ("content", "output")]
    return [part for listed in lists if isinstance(listed, list) for part in listed if isinstance(part, dict)]


def _drop_message_type(body: dict[str, Any]) -> None:
    for message in _messages(body):
        message.pop("type", None)


def _drop_status(body: dict[str, Any]) -> None:
    for item in body["input"] if isinstance(body.get("input"), list) else ():
        if isinstance(item, dict) and item.get("status") == "completed":
            del item["status"]


def _drop_defaults(body: dict[str, Any]) -> None:
    for field, default in (("stream", False), ("tools", []), ("input", [])):
        if body.get(field) == default:
            del body[field]
    for part in _parts(body):
        for name, value in (("annotations", []), ("logprobs", []), ("detail", "auto")):
            if part.get(name) == value:
                del part[name]


def _drop_no_parameters(body: dict[str, Any]) -> None:
    for tool in body.get("tools") or ():
        if tool.get("type") == "function" and tool.get("parameters") in (None, {"type": "object", "properties": {}}):
            tool.pop("parameters", None)


def _drop_logprobs(body: dict[str, Any]) -> None:
    for part in _parts(body):
        if part.get("type") == "output_text":
            part.pop("logprobs", None)


def _join_one_text_part(body: dict[str, Any]) -> None:
    for holder, field in [*[(message, "content") for message in _messages(body)], *_outputs(body)]:
        content = holder.get(field)
        if isinstance(content, list) and len(content) == 1 and set(content[0]) == {"type", "text"}:
            holder[field] = content[0]["text"]


def _outputs(body: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    items = body.get("input")
    return [
        (item, "output")
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and item.get("type") in ("function_call_output", "custom_tool_call_output")
    ]


EQUIVALENCES = (
    Equivalence("null is absent", "optional fields are nullable in OpenAI's schema, and null means unset", _drop_nulls),
    Equivalence(
        "text is one message", "`input` takes a string, which the API reference calls short for a user's text", _list_input
    ),
    Equivalence("a message is a message", "the `type` of an input message may be left out", _drop_message_type),
    Equivalence(
        "items are completed",
        "the status of an item that is sent back is optional and `completed` unless something else is said",
        _drop_status,
    ),
    Equivalence(
        "defaults are absent",
        "`stream` is false, `detail` is `auto`, and lists of tools, annotations and probabilities are empty unless something "
        "else is said",
        _drop_defaults,
    ),
    Equivalence(
        "a function without parameters",
        "`parameters` may be null, left out, or an object schema without properties: the function takes nothing",
        _drop_no_parameters,
    ),
    Equivalence(
        "probabilities are of answers",
        "token probabilities stand in answers; a request that echoes them says nothing by it",
        _drop_logprobs,
    ),
    Equivalence(
        "one text part is a string",
        "content and outputs take a string, which the API reference gives as short for one text part",
        _join_one_text_part,
    ),
)

RULES = WireRules(
    wire="openai-responses",
    protocol="openai_responses",
    usage=_usage,
    echoes=_echoes,
    dialect=_dialect,
    spoken=_spoken,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
)

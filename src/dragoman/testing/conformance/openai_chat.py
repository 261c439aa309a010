"""What the checks know about OpenAI's Chat Completions and the many vendors that speak it."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from ... import providers
from ...protocols.openai_chat import ChatDialect
from ...types.response import Usage
from .corpus import Exchange
from .rules import ANY, Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_THINKING = ("reasoning_content", "reasoning", "reasoning_text")
_END = re.compile(rb"data: ?\[DONE\]")
_SIGNATURES = ("signature", "data", "encrypted_content", "thought_signature")


def _usage(usage: Usage) -> Summary:
    """`prompt_tokens` holds what was read from and written to the cache; our output holds the reasoning that some
    vendors count beside `completion_tokens`."""
    output = usage.output
    if output is not None and usage.reasoning and _apart(usage.raw, usage.reasoning):
        output -= usage.reasoning
    return {
        "input": None if usage.input is None else usage.input + (usage.cache_read or 0) + (usage.cache_write or 0),
        "output": output,
        "total": usage.raw.get("total_tokens"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _apart(raw: dict[str, Any], reasoning: int) -> bool:
    """Whether the vendor counts reasoning beside `completion_tokens` and not inside (xAI), by its own total."""
    prompt, completion, total = [raw.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    return isinstance(prompt, int) and isinstance(completion, int) and total == prompt + completion + reasoning


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each assistant message sends back."""
    return [_echo(message) for message in body.get("messages", ()) if message.get("role") == "assistant"]


def _echo(message: dict[str, Any]) -> Echo:
    found: Echo = []
    for field in _THINKING:
        if isinstance(message.get(field), str):
            found.append(("thinking_text", [field, message[field]]))
    for detail in message.get("reasoning_details") or ():
        for field in ("text", "summary"):
            if isinstance(detail.get(field), str):
                found.append(("thinking_text", ["reasoning_details", detail[field]]))
        found += [("signature", [field, detail[field]]) for field in _SIGNATURES if isinstance(detail.get(field), str)]
    content = message.get("content")
    parts = [content] if isinstance(content, str) else [part.get("text") or "" for part in content or ()]
    if text := "".join(parts):
        found.append(("text", text))
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        value = [call.get("id"), function.get("name"), _parsed(function.get("arguments"))]
        found += [("tool_id", value), ("tool_name", value)]
    return found


def _dialect(exchange: Exchange) -> Any:
    """Azure hosts OpenAI's own; a vendor that the library does not know is spoken to as any compatible server is."""
    return None if exchange.provider == "azure" else providers.load("openai-compatible").dialect


def _spoken(exchange: Exchange, dialect: Any) -> Any:
    """The dialect of the recorded client: where vendors take several spellings, the one it chose; no limits of a vendor's
    that it did not keep to; and reasoning sent back wherever it was."""
    body = exchange.request_json
    if body is None:
        return dialect
    messages = [message for message in body.get("messages") or () if isinstance(message, dict)]
    assistants = [message for message in messages if message.get("role") == "assistant"]
    text = json.dumps(body)
    roles = {message.get("role") for message in messages}
    return ChatDialect(
        model_in_body="model" in body,
        max_tokens_field="max_completion_tokens" if "max_completion_tokens" in body else "max_tokens",
        stream_options="stream_options" in body,
        cache_marks="cache_control" if '"cache_control"' in text else "prompt_cache_breakpoint",
        top_k=True,
        system_role="developer" if "developer" in roles and "system" not in roles else "system",
        tool_media=any(isinstance(message.get("content"), list) for message in messages if message.get("role") == "tool"),
        audio_urls=True,
        video_urls=True,
        document_urls=True,
        reasoning_style=next(
            (style for field, style in _REASONING if isinstance(body.get(field), dict | bool)), "reasoning_effort"
        ),
        think_tags=bool(dialect and dialect.think_tags),
        echo="always",
        echo_field=next((field for field in _THINKING if any(isinstance(turn.get(field), str) for turn in assistants)), None),
        echo_details=not assistants or '"reasoning_details"' in text or not any(field in text for field in _THINKING),
    )


_REASONING: tuple[tuple[str, Any], ...] = (
    ("reasoning", "reasoning"),
    ("thinking", "thinking"),
    ("enable_thinking", "enable_thinking"),
)


def _parsed(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments


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
    return any(not call["id"] for call in expected["tool_calls"])


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
        "what stands beside an error",
        "OpenRouter gives the usage in the chunk that states the error, which the SDK does not read",
        _beside_error,
        _expect_beside_error,
    ),
)


def _drop_defaults(body: dict[str, Any]) -> None:
    if body.get("stream") is False:
        del body["stream"]
    if body.get("tools") == []:
        del body["tools"]
    if not body.get("tools") and not body.get("functions"):
        body.pop("tool_choice", None)
        body.pop("parallel_tool_calls", None)


def _list_stops(body: dict[str, Any]) -> None:
    if isinstance(body.get("stop"), str):
        body["stop"] = [body["stop"]]


def _drop_empty_content(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        if message.get("tool_calls") == []:
            del message["tool_calls"]
        if message.get("content") in ("", [], None):
            message.pop("content", None)


def _number_calls(body: dict[str, Any]) -> None:
    called = answered = 0
    for message in body.get("messages", ()):
        for call in message.get("tool_calls") or ():
            if call.get("id") is None:
                call["id"] = f"call_{called}"
                called += 1
        if message.get("role") == "tool" and message.get("tool_call_id") is None:
            message["tool_call_id"] = f"call_{answered}"
            answered += 1


_CALLERS_JSON = frozenset({"parameters", "schema", "arguments"})


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS_JSON)


def _join_one_text_part(body: dict[str, Any]) -> None:
    for message in body.get("messages", ()):
        content = message.get("content")
        if isinstance(content, list) and len(content) == 1 and set(content[0]) == {"type", "text"}:
            message["content"] = content[0]["text"]


EQUIVALENCES = (
    Equivalence("null is absent", "optional fields are nullable in OpenAI's schema, and null means unset", _drop_nulls),
    Equivalence(
        "one text part is a string",
        "`content` is a string or a list of parts, and OpenAI's reference gives the string as short for one text part",
        _join_one_text_part,
    ),
    Equivalence(
        "defaults are absent",
        "`stream` is false and `tools` empty unless something else is said, and without tools there is nothing to choose",
        _drop_defaults,
    ),
    Equivalence("one stop is a list", "`stop` is a string or a list of strings", _list_stops),
    Equivalence(
        "no words",
        "a message without words may have its content empty, null or absent, and one without calls no list of them",
        _drop_empty_content,
    ),
    Equivalence(
        "calls without ids",
        "Writer pairs calls and results by order; we give both an id, which every other server demands",
        _number_calls,
    ),
)


def _gather_kinds(response: dict[str, Any]) -> None:
    for message in [response["message"], *[choice["message"] for choice in response.get("choices", ())]]:
        content = message.get("content", ())
        thinking = [block for block in content if block["type"] == "thinking"]
        texts = [block for block in content if block["type"] == "text"]
        rest = [block for block in content if block["type"] not in ("thinking", "text")]
        message["content"] = [*_joined(thinking), *_joined(texts), *rest]


def _joined(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Blocks of one kind as one: text and lists are joined, of the rest the first counts."""
    if not blocks:
        return []
    whole = copy.deepcopy(blocks[0])
    whole.setdefault("text", "")
    for block in blocks[1:]:
        _join(whole, {name: value for name, value in block.items() if name != "type"})
    return [whole]


def _join(whole: dict[str, Any], piece: dict[str, Any]) -> None:
    for name, value in piece.items():
        old = whole.get(name)
        if name == "text":
            whole[name] = old + value
        elif isinstance(old, list) and isinstance(value, list):
            old.extend(value)
        elif name == "extra" and isinstance(old, dict):
            _join(old, value)
        else:
            whole.setdefault(name, value)


ACROSS = (
    Equivalence(
        "a message has one text and one reasoning",
        "a whole message has a field for each kind and so no order among them, where a stream may speak, call and speak again",
        _gather_kinds,
    ),
)

RULES = WireRules(
    wire="openai-chat",
    protocol="openai_chat",
    usage=_usage,
    echoes=_echoes,
    dialect=_dialect,
    spoken=_spoken,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
    across=ACROSS,
)

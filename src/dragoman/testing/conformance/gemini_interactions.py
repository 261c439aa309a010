"""What the checks know about Google's Interactions API."""

from __future__ import annotations

from typing import Any

from ...types.content import Audio, Document, Image, Opaque, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall, Video
from ...types.response import Response, Usage
from .corpus import Exchange
from .rules import ANY, Echo, Equivalence, OracleRule, Summary, WireRules, without_nulls

__all__ = ["RULES"]

_CALLERS = frozenset({"arguments", "labels", "parameters", "result", "schema"})
_CONTENT = frozenset({"text", "image", "audio", "video", "document"})
_INPUT = frozenset({"user_input", "function_result"})


def _usage(usage: Usage) -> Summary:
    """The wire's input includes what was cached and not what its own tools brought; its output excludes thoughts."""
    raw = usage.raw
    cached, tools = usage.cache_read or 0, raw.get("total_tool_use_tokens") or 0
    output = None if usage.output is None else usage.output - (usage.reasoning or 0)
    return {
        "input": None if usage.input is None else usage.input + cached - tools,
        "output": None if output == 0 and "total_output_tokens" not in raw else output,
        "total": raw.get("total_tokens"),
        "cache_read": usage.cache_read,
        "cache_write": usage.cache_write,
        "reasoning": usage.reasoning,
    }


def _extra(response: Response) -> Summary:
    """The steps that the blocks came from, and how long the signature of each thought is."""
    blocks: list[Any] = []
    signatures = []
    for block in response.message.content:
        match block:
            case Text() | Image() | Audio() | Video() | Document():
                if not block.extra.get("part"):
                    blocks.append("model_output")
            case Thinking():
                blocks.append("thought")
                signatures.append(len(block.signature or ""))
            case ToolCall():
                blocks.append("function_call")
            case ServerToolCall() | ServerToolResult():
                blocks.append(block.kind)
            case Opaque() if "content" in block.extra:
                if not block.extra.get("part"):
                    blocks.append("model_output")
            case Opaque(data=data):
                blocks.append(data.get("type"))
    return {"blocks": blocks, "signatures": signatures}


# --- what is sent back -----------------------------------------------------------------------------------------------------


def _echoes(body: dict[str, Any]) -> list[Echo]:
    """What each turn of the model sends back: its steps in a row. The id of an answer that the server holds stands for a
    turn."""
    turns: list[Echo] = []
    if isinstance(previous := body.get("previous_interaction_id"), str):
        turns.append([("previous_response_id", ["previous_interaction_id", previous])])
    listed = body.get("input")
    open_turn: Echo | None = None
    for step in listed if isinstance(listed, list) else ():
        if not isinstance(step, dict) or step.get("type") in _INPUT | _CONTENT:
            open_turn = None
            continue
        if open_turn is None:
            open_turn = []
            turns.append(open_turn)
        open_turn += _echo(step)
    return turns


def _echo(step: dict[str, Any]) -> Echo:
    found: Echo = []
    kind = step.get("type")
    if kind == "model_output":
        text = "".join([item.get("text") or "" for item in step.get("content") or () if isinstance(item, dict)])
        if text:
            found.append(("text", text))
    elif kind == "thought":
        found += [("thinking_text", ["summary", item["text"]]) for item in step.get("summary") or () if item.get("text")]
    elif kind == "function_call":
        value = [step.get("id"), step.get("name"), step.get("arguments") or {}]
        found += [("tool_id", value), ("tool_name", value)]
    if isinstance(signature := step.get("signature"), str) and signature:
        found.append(("signature", ["signature", signature]))
    return found


# --- where the SDK reads otherwise -----------------------------------------------------------------------------------------


def _events(exchange: Exchange) -> list[dict[str, Any]]:
    return [value for value in exchange.answer_values if isinstance(value, dict)]


def _ends(exchange: Exchange) -> bool:
    """Whether a stream says how it ended."""
    final = {"queued", "in_progress", None}
    return any(
        event.get("event_type") == "interaction.completed"
        or (event.get("event_type") == "interaction.status_update" and event.get("status") not in final)
        or "error" in event
        for event in _events(exchange)
    )


def _unended(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.framing == "sse" and expected["end"] == "finished" and not _ends(exchange)


def _expect_cut(exchange: Exchange, expected: Summary) -> None:
    expected["end"] = "cut"
    expected["finish_reason"] = None


def _stated_failed(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.status < 400 and expected["end"] == "finished" and expected.get("finish_reason") == "failed"


def _expect_failed(exchange: Exchange, expected: Summary) -> None:
    expected |= {"end": "failed", "finish_reason": None, "class": ANY, "error": {"status": ANY, "type": ANY, "code": ANY}}


def _says_error(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    """The SDK gives an error event like any other, and ends quietly."""
    return exchange.framing == "sse" and expected["end"] == "finished" and any("error" in event for event in _events(exchange))


def _expect_error(exchange: Exchange, expected: Summary) -> None:
    error = next(event["error"] for event in _events(exchange) if "error" in event)
    code = error.get("code") if isinstance(error, dict) else None
    expected |= {"end": "failed", "class": ANY, "finish_reason": None}
    expected["error"] = {"status": ANY, "type": ANY, "code": ANY if code is None else str(code)}


def _no_arguments(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return any(call.get("arguments", {}) is None for call in expected.get("tool_calls", ()))


def _empty_arguments(exchange: Exchange, expected: Summary) -> None:
    for call in expected["tool_calls"]:
        if call.get("arguments", {}) is None:
            call["arguments"] = {}


def _signed_again(exchange: Exchange, expected: Summary, ours: Summary) -> bool:
    return exchange.framing == "sse" and expected.get("signatures") != ours.get("signatures")


def _expect_last_signature(exchange: Exchange, expected: Summary) -> None:
    """The last signature of each thought that is not empty."""
    last: dict[Any, int] = {}
    for event in _events(exchange):
        if event.get("event_type") == "step.start" and event.get("step", {}).get("type") == "thought":
            last[event.get("index")] = len(event["step"].get("signature") or "")
        delta = event.get("delta")
        if isinstance(delta, dict) and delta.get("type") == "thought_signature" and delta.get("signature"):
            last[event.get("index")] = len(delta["signature"])
    expected["signatures"] = [last[key] for key in sorted(last)]


ORACLE_RULES = (
    OracleRule(
        "an error event is an error",
        "the SDK hands an `error` event on like any other and ends quietly",
        _says_error,
        _expect_error,
    ),
    OracleRule(
        "a failed interaction is an error",
        "the SDK gives an interaction of status `failed` as an answer",
        _stated_failed,
        _expect_failed,
    ),
    OracleRule(
        "no final status is a cut",
        "the SDK ends its loop quietly when the body ends; without `interaction.completed` or a final status it is not complete",
        _unended,
        _expect_cut,
    ),
    OracleRule("no arguments are none", "a call without `arguments` is one with none", _no_arguments, _empty_arguments),
    OracleRule(
        "a signature replaces the one before",
        "the summary adds the lengths of all signatures of a thought; a later one stands for the whole",
        _signed_again,
        _expect_last_signature,
    ),
)


# --- requests ------------------------------------------------------------------------------------------------------------


def _drop_nulls(body: dict[str, Any]) -> None:
    without_nulls(body, _CALLERS)


def _steps(body: dict[str, Any]) -> None:
    """`input` as a list of steps."""
    given = body.get("input")
    if given is None:
        return
    listed = given if isinstance(given, list) else [given]
    steps: list[Any] = []
    going_on = False
    for item in listed:
        if isinstance(item, str):
            item = {"type": "text", "text": item}
        content = isinstance(item, dict) and item.get("type") in _CONTENT
        if content and going_on:
            steps[-1]["content"].append(item)
        else:
            steps.append({"type": "user_input", "content": [item]} if content else item)
        going_on = content
    body["input"] = steps


def _results_apart(body: dict[str, Any]) -> None:
    """Results of functions as steps of their own."""
    steps: list[Any] = []
    for step in body.get("input") or ():
        if not isinstance(step, dict) or step.get("type") != "user_input" or not isinstance(step.get("content"), list):
            steps.append(step)
            continue
        left: list[Any] = []
        for item in step["content"]:
            if isinstance(item, dict) and item.get("type") == "function_result":
                if left:
                    steps.append({**step, "content": left})
                    left = []
                steps.append(item)
            else:
                left.append(item)
        if left:
            steps.append({**step, "content": left})
    if "input" in body:
        body["input"] = steps


def _empty(body: dict[str, Any]) -> None:
    for step in body.get("input") or ():
        if isinstance(step, dict):
            for name in ("summary", "annotations"):
                if step.get(name) == []:
                    del step[name]
            for item in step.get("content") or () if isinstance(step.get("content"), list) else ():
                if isinstance(item, dict) and item.get("annotations") == []:
                    del item["annotations"]
    config = body.get("generation_config")
    if isinstance(config, dict) and config.get("stop_sequences") == []:
        del config["stop_sequences"]
    for name in ("tools", "generation_config", "labels", "input"):
        if body.get(name) in ([], {}):
            del body[name]


def _no_stream(body: dict[str, Any]) -> None:
    if body.get("stream") is False:
        del body["stream"]


def _one_format(body: dict[str, Any]) -> None:
    form = body.get("response_format")
    if isinstance(form, list) and len(form) == 1:
        body["response_format"] = form[0]


def _names(body: dict[str, Any]) -> None:
    """The name of each result's tool, where the call stands before it."""
    calls: dict[Any, Any] = {}
    for step in body.get("input") or ():
        if isinstance(step, dict) and step.get("type") == "function_call":
            calls[step.get("id")] = step.get("name")
        elif isinstance(step, dict) and step.get("type") == "function_result" and step.get("call_id") in calls:
            step.setdefault("name", calls[step["call_id"]])


def _empty_text(body: dict[str, Any]) -> None:
    steps = []
    for step in body.get("input") or ():
        content = step.get("content") if isinstance(step, dict) else None
        if isinstance(content, list) and step.get("type") in ("user_input", "model_output"):
            step["content"] = [item for item in content if item != {"type": "text", "text": ""}]
            if not step["content"] and content:
                continue
        steps.append(step)
    if "input" in body:
        body["input"] = steps


EQUIVALENCES = (
    Equivalence("null is absent", "null means unset in JSON of protocol buffers", _drop_nulls),
    Equivalence("input is a list of steps", "text and content alone are the content of one `user_input` step", _steps),
    Equivalence(
        "results are steps",
        "a `function_result` is a step of its own in the schema; in the content of the user's input the server takes it, too",
        _results_apart,
    ),
    Equivalence("a result's tool is that of its call", "the name repeats what the call with that id says", _names),
    Equivalence("empty is absent", "an empty list or object says nothing", _empty),
    Equivalence("empty text says nothing", "a content that is an empty text says nothing", _empty_text),
    Equivalence("one format is a list of one", "`response_format` is an object or a list of such", _one_format),
    Equivalence("not streaming is the default", "`stream: false` says what is said without it", _no_stream),
)


def _one_step_each(response: dict[str, Any]) -> None:
    """Without the marks of which content shared a step."""
    for block in (response.get("message") or {}).get("content") or ():
        _without(block, "part")


def _no_deltas(response: dict[str, Any]) -> None:
    for block in (response.get("message") or {}).get("content") or ():
        _without(block, "deltas")


def _without(block: dict[str, Any], name: str) -> None:
    (block.get("extra") or {}).pop(name, None)
    if block.get("extra") == {}:
        del block["extra"]


ACROSS = (
    Equivalence(
        "texts next to each other are steps of their own in a stream",
        "deltas of text go on the text before them: two texts of one step can only be told apart as two steps",
        _one_step_each,
    ),
    Equivalence(
        "a whole body has no deltas",
        "deltas that nobody knows, of a step that nobody knows, are kept beside it: a stream has them, a body not",
        _no_deltas,
    ),
)


RULES = WireRules(
    wire="gemini-interactions",
    protocol="gemini_interactions",
    usage=_usage,
    echoes=_echoes,
    extra=_extra,
    oracle_rules=ORACLE_RULES,
    equivalences=EQUIVALENCES,
    across=ACROSS,
)

"""What an answer says, by us and by the vendor's own SDK, field by field, and where the two differ.

A summary has these fields; wires add their own.

| field | value |
|---|---|
| `end` | `finished`, `failed` (an error by status or inside the answer) or `cut` (no end signal) |
| `text`, `thinking_text`, `refusal` | joined, None when there is none (text: empty) |
| `tool_calls` | id, name and parsed arguments; when they do not parse, `arguments` None and `arguments_raw` |
| `finish_reason` | the vendor's word |
| `usage` | the vendor's counts as its wire means them |
| `citations` | how many |
| `response_id`, `model` | as answered |
| `error` | status, type and code; an SDK that leaves one out demands nothing of it (inside an answer it has no status) |
| `class` | whether `classify` makes an error of the class that the status stands for (ours only; expected True) |
"""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

from ...engine.classify import classify
from ...errors import (
    APIError,
    AuthenticationFailed,
    BadRequest,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Refused,
    ServerError,
)
from ...types.content import Refusal, ServerToolCall, Text, ToolCall
from ...types.response import Failure, Response, Usage
from .corpus import Exchange
from .rules import ANY, OracleRule, Summary, WireRules

__all__ = ["answer_summary", "compare", "differences", "expected_summary", "failure_summary", "parsed_call"]

_COMMON = (
    "text",
    "thinking_text",
    "tool_calls",
    "finish_reason",
    "usage",
    "refusal",
    "citations",
    "response_id",
    "model",
)
_WORDS = ("thinking_text", "finish_reason", "refusal", "response_id", "model")  # empty ones are none
_EXTRA = ("blocks", "signatures", "redacted", "server_tool_calls", "stop_sequence")
_USAGE = ("input", "output", "total", "cache_read", "cache_write", "reasoning")

# Which classes a status may stand for; a vendor's own words may sharpen it within these.
_CLASSES: dict[int, tuple[type[APIError], ...]] = {
    400: (BadRequest, Refused, QuotaExhausted, AuthenticationFailed, NotFound),
    401: (AuthenticationFailed,),
    402: (QuotaExhausted,),
    403: (PermissionDenied, AuthenticationFailed, QuotaExhausted, BadRequest),
    404: (NotFound,),
    408: (ServerError, Overloaded),
    413: (BadRequest,),
    422: (BadRequest, NotFound),
    429: (RateLimited, QuotaExhausted, Overloaded),
    503: (Overloaded, ServerError),
    529: (Overloaded,),
}


def failure_summary(failure: Failure, exchange: Exchange) -> Summary:
    """What we make of an error, by status or inside an answer."""
    return {
        "end": "failed",
        "error": {"status": failure.status, "type": failure.type, "code": failure.code},
        "class": _class_fits(failure, exchange),
    }


def answer_summary(rules: WireRules, response: Response, failure: Failure | None, exchange: Exchange) -> Summary:
    """What we make of an answer that began with a good status, in the oracle's words."""
    content = response.message.content
    found: Summary = {
        "end": "cut" if response.finish is None else "finished",
        "text": response.text,
        "thinking_text": response.thinking,
        "tool_calls": [parsed_call(call) for call in response.tool_calls],
        "finish_reason": response.finish.raw if response.finish is not None else None,
        "usage": rules.usage(response.usage) if response.usage != Usage() else None,
        "refusal": "".join([block.text for block in content if isinstance(block, Refusal)]),
        "citations": sum([len(block.citations) for block in content if isinstance(block, Text)]),
        "response_id": response.id,
        "model": response.model,
    }
    found |= {name: found[name] or None for name in _WORDS} | rules.extra(response)
    return found if failure is None else found | failure_summary(failure, exchange)


def expected_summary(row: dict[str, Any], ours: Summary) -> Summary:
    """What an oracle row says, in the form of our summary."""
    expected: Summary = {"end": "finished"}
    if row["status"] < 400:
        expected |= {name: row.get(name) for name in _COMMON} | {name: row.get(name) or None for name in _WORDS}
        expected |= {name: row.get(name) or _empty(ours[name]) for name in _EXTRA if name in ours}
        expected["tool_calls"] = [_oracle_call(call) for call in row["tool_calls"]]
        if (usage := row.get("usage")) is not None:
            expected["usage"] = {name: usage.get(name) for name in _USAGE}
    if (error := row.get("error")) is not None:
        code = error.get("code")
        facts = {"status": error.get("status"), "type": error.get("type"), "code": None if code is None else str(code)}
        expected["end"] = "failed"
        expected["error"] = {name: _unless_none(value) for name, value in facts.items()}
        expected["class"] = True
    return expected


def compare(exchange: Exchange, expected: Summary, ours: Summary, rules: Sequence[OracleRule]) -> tuple[list[str], list[str]]:
    """Where the two differ after the rules had their say, and the names of the rules that helped."""
    found = differences(expected, ours)
    used: list[str] = []
    for rule in rules:
        if not found:
            break
        if not rule.applies(exchange, expected, ours):
            continue
        amended = copy.deepcopy(expected)
        rule.amend(exchange, amended)
        if len(left := differences(amended, ours)) < len(found):
            used.append(rule.name)
            expected, found = amended, left
    return found, used


def differences(expected: Any, ours: Any, path: str = "") -> list[str]:
    """Every place where two JSON values differ, as sentences; `True` is not 1, but 1 is 1.0."""
    if expected is ANY:
        return []
    if isinstance(expected, dict) and isinstance(ours, dict):
        found = []
        for key in dict.fromkeys([*expected, *ours]):
            where = f"{path}.{key}" if path else str(key)
            if key not in ours:
                found += [] if expected[key] is ANY else [f"{where} is missing, expected {_short(expected[key])}"]
            elif key not in expected:
                found.append(f"{where} is {_short(ours[key])}, expected nothing")
            else:
                found += differences(expected[key], ours[key], where)
        return found
    if isinstance(expected, list | tuple) and isinstance(ours, list | tuple):
        if len(expected) != len(ours):
            return [f"{path} has {len(ours)} items {_short(ours)}, expected {len(expected)}: {_short(expected)}"]
        return [
            text for place, pair in enumerate(zip(expected, ours, strict=True)) for text in differences(*pair, f"{path}[{place}]")
        ]
    if isinstance(expected, bool) is isinstance(ours, bool) and expected == ours:
        return []
    return [
        _texts_differ(path, expected, ours)
        if isinstance(expected, str) and isinstance(ours, str)
        else _plain(path, expected, ours)
    ]


def _plain(path: str, expected: Any, ours: Any) -> str:
    return f"{path or 'the value'} is {_short(ours)}, expected {_short(expected)}"


def _texts_differ(path: str, expected: str, ours: str) -> str:
    if len(expected) < 60 and len(ours) < 60:
        return _plain(path, expected, ours)
    start = next(
        (i for i, pair in enumerate(zip(expected, ours, strict=False)) if pair[0] != pair[1]), min(len(expected), len(ours))
    )
    at = max(0, start - 10)
    return (
        f"{path or 'the text'} differs from character {start} of {len(expected)} (ours has {len(ours)}): "
        f"{_short(ours[at:])}, expected {_short(expected[at:])}"
    )


def _short(value: Any, limit: int = 90) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def parsed_call(call: ToolCall | ServerToolCall) -> Summary:
    """A call with its arguments parsed, as the oracle rows have it."""
    if isinstance(call, ToolCall) and call.custom:
        return {"id": call.id, "name": call.name, "arguments": None, "arguments_raw": call.arguments}
    if not call.arguments.strip():
        return {"id": call.id, "name": call.name, "arguments": {}}
    try:
        return {"id": call.id, "name": call.name, "arguments": json.loads(call.arguments)}
    except ValueError:
        return {"id": call.id, "name": call.name, "arguments": None, "arguments_raw": call.arguments}


def _oracle_call(call: dict[str, Any]) -> Summary:
    """Empty arguments are no arguments: the tool is called with `{}`. (The JSON text `null` is not empty.)"""
    if "arguments_raw" in call and not (call["arguments_raw"] or "").strip():
        return {"id": call["id"], "name": call["name"], "arguments": {}}
    return {name: call[name] for name in ("id", "name", "arguments", "arguments_raw") if name in call}


def _class_fits(failure: Failure, exchange: Exchange) -> bool | str:
    """True, or the name of a class that does not fit the status."""
    error = classify(failure, provider=exchange.provider, model=exchange.record.get("model") or "")
    if not isinstance(error, APIError):
        return type(error).__name__
    allowed = _CLASSES.get(failure.status or 0)
    if allowed is None:
        # llama.cpp answers 500 for what the request did wrong, and says so in words.
        allowed = (ServerError, Overloaded, BadRequest) if (failure.status or 0) >= 500 else (APIError,)
    return True if isinstance(error, allowed) else type(error).__name__


def _empty(value: Any) -> Any:
    """Rows leave a list out where it is empty."""
    return [] if isinstance(value, list) else None


def _unless_none(value: Any) -> Any:
    return ANY if value is None else value

"""`messages` of a request to messages of ours; each gives one.

Unknown fields of a message stay in `Message.extra`, of a part or a call in the `extra` of its block, and blocks with
such data say that they are of this wire. Calls and results of the old `function_call` are paired by order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ...errors import DecodeError
from ...types.content import Audio, Base64, Block, Opaque, Refusal, Text, Thinking, ToolCall, ToolResult
from ...types.messages import Message
from .calls import text_of
from .details import DETAILS, details_text
from .media import WIRE, decode_part

__all__ = ["decode_messages"]

Json = dict[str, Any]

_THINKING = ("reasoning_content", "reasoning", "reasoning_text")


def decode_messages(messages: list[Json]) -> list[Message]:
    """The messages in order. Raises DecodeError at one of an unknown role."""
    legacy = _Legacy()
    return [_decode(message, place, legacy) for place, message in enumerate(messages)]


class _Legacy:
    """Ids for calls that have none; results without an id answer them in order."""

    def __init__(self) -> None:
        self.called = 0
        self.results = 0

    def fresh(self) -> str:
        self.called += 1
        return f"call_{self.called - 1}"

    def answered(self) -> str:
        self.results += 1
        return f"call_{self.results - 1}"


def _decode(message: Json, place: int, legacy: _Legacy) -> Message:
    fields = {name: value for name, value in message.items() if value is not None}
    role: Any = fields.pop("role", None)
    reader = _READERS.get(role) if isinstance(role, str) else None
    if reader is None:
        raise DecodeError(f"messages[{place}] has the unknown role {role!r}")
    name = fields.pop("name") if role != "function" and isinstance(fields.get("name"), str) else None
    blocks = reader(fields, legacy)
    role = "tool" if role == "function" else role
    return Message(role, tuple(blocks), name, WIRE if fields else None, fields)


def _content(fields: Json) -> list[Block]:
    """The blocks of `content`; a form that this wire does not have stays a field."""
    content = fields.get("content")
    if isinstance(content, str):
        del fields["content"]
        return [Text(content)]
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return [decode_part(part) for part in fields.pop("content")]
    return []


def _plain(fields: Json, legacy: _Legacy) -> list[Block]:
    return _content(fields)


def _assistant(fields: Json, legacy: _Legacy) -> list[Block]:
    blocks: list[Block] = []
    if (thinking := _thinking(fields)) is not None:
        blocks.append(thinking)
    alone = not fields.get("tool_calls") and not fields.get("function_call") and not fields.get("refusal")
    content = _content(fields)
    if content != [Text("")] or alone:
        blocks.extend(content)
    if isinstance(fields.get("refusal"), str):
        blocks.append(Refusal(fields.pop("refusal")))
    audio = fields.get("audio")
    if isinstance(audio, dict) and isinstance(audio.get("id"), str):
        blocks.append(Audio(Base64("audio/*", ""), origin=WIRE, extra=fields.pop("audio")))
    calls = fields.get("tool_calls")
    if isinstance(calls, list) and all(isinstance(call, dict) for call in calls):
        blocks.extend([_call(call, legacy) for call in fields.pop("tool_calls")])
    old = fields.get("function_call")
    if isinstance(old, dict) and isinstance(old.get("name"), str) and old.keys() <= {"name", "arguments"}:
        del fields["function_call"]
        extra = {"function_call": True, "synthetic_id": True}
        blocks.append(ToolCall(legacy.fresh(), old["name"], text_of(old.get("arguments")), origin=WIRE, extra=extra))
    return blocks


def _thinking(fields: Json) -> Thinking | None:
    """Reasoning that the client sends back."""
    extra: Json = {}
    text = ""
    for name in _THINKING:
        if isinstance(fields.get(name), str):
            text = fields.pop(name)
            extra["field"] = name
            break
    details = fields.get(DETAILS)
    if isinstance(details, list):
        extra[DETAILS] = fields.pop(DETAILS)
        if "field" not in extra:
            extra["field"] = DETAILS
            text = details_text(details)
    return Thinking(text=text, origin=WIRE, extra=extra) if extra else None


def _call(call: Json, legacy: _Legacy) -> Block:
    fields = {name: value for name, value in call.items() if value is not None}
    kind = fields.pop("type", "function")
    about = fields.pop(kind, None) if kind in ("function", "custom") else fields.pop("function", None)
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return Opaque(call, origin=WIRE, extra={"field": "tool_calls"})
    id = fields.pop("id", None)
    if not isinstance(id, str):
        id = legacy.fresh()
        fields["synthetic_id"] = True
    custom = kind == "custom"
    inner = {name: value for name, value in about.items() if value is not None}
    name, arguments = inner.pop("name"), text_of(inner.pop("input" if custom else "arguments", None))
    if kind not in ("function", "custom"):
        fields["type"] = kind
    if inner:
        fields["function"] = inner
    return ToolCall(id, name, arguments, custom, origin=WIRE if fields else None, extra=fields)


def _tool(fields: Json, legacy: _Legacy) -> list[Block]:
    id = fields.pop("tool_call_id", None)
    return [_result(id if isinstance(id, str) else legacy.answered(), fields, {})]


def _function(fields: Json, legacy: _Legacy) -> list[Block]:
    """The answer to an old `function_call`."""
    result = _result(legacy.answered(), fields, {"function_call": True})
    name = fields.pop("name", None)
    return [msgspec.structs.replace(result, name=name) if isinstance(name, str) else result]


def _result(id: str, fields: Json, extra: Json) -> ToolResult:
    return ToolResult(id, tuple(_content(fields)), origin=WIRE if extra else None, extra=extra)


_READERS: dict[str, Callable[[Json, _Legacy], list[Block]]] = {
    "system": _plain,
    "developer": _plain,
    "user": _plain,
    "assistant": _assistant,
    "tool": _tool,
    "function": _function,
}
